"""The log, read: its newest lines first of all, and what is added. Tolerates torn, damaged and foreign lines.

Imports nothing that takes time: `ralex logs` is as quick as reading the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from ralex_tui.adapters.log_files import log_files
from ralex_tui.domain.log_lines import LEVELS, LogLine

_BLOCK = 262_144
# A longer line is none of ours.
_LONGEST_LINE = 65_536


def newest_lines(
    folder: Path,
    *,
    most: int | None = None,
    since: datetime | None = None,
    has: bytes = b"",
    keep: Callable[[LogLine], bool] | None = None,
    most_bytes: int = 60_000_000,
    ends: Mapping[Path, int] | None = None,
) -> list[LogLine]:
    """The newest lines in the order in which they were written; reads from the end, and no further than it must.

    Args:
        most: How many at most.
        since: Reading stops at a line that is older.
        has: What a line must contain to be looked at at all.
        keep: Which of the lines count.
        most_bytes: How much to read at most.
        ends: Up to where each file counts; None for as far as it goes.
    """
    found: list[LogLine] = []
    n_read = 0
    for day, path in reversed(log_files(folder)):
        # A day of slack: the file's is that of the writer's zone.
        if n_read >= most_bytes or (since is not None and day < since.date() - timedelta(days=1)):
            break
        end = _size(path) if ends is None else ends.get(path, 0)
        for raw in _backwards(path, end, most_bytes - n_read):
            n_read += len(raw) + 1
            line = parse(raw) if has in raw else None
            if line is None:
                continue
            if since is not None and line.at < since:
                return found[::-1]
            if keep is None or keep(line):
                found.append(line)
                if len(found) == most:
                    return found[::-1]
    return found[::-1]


def parse(raw: bytes) -> LogLine | None:
    """A line, without its newline; None where it is none."""
    if not raw.startswith(b"{"):
        return None
    try:
        fields = orjson.loads(raw)
        at = datetime.fromisoformat(fields["at"])
        event, level = fields["event"], fields.get("level")
    except (ValueError, KeyError, TypeError):
        return None
    if at.tzinfo is None or not isinstance(event, str):
        return None
    return LogLine(at, level if level in LEVELS else "info", event, fields, raw)


class LogFolder:
    """See `ports.logs.Logs`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}

    def newest(self, most: int) -> list[LogLine]:
        self.skip()
        return newest_lines(self.folder, most=most, ends=self._read)

    def skip(self) -> None:
        """Let what is there now count as read."""
        self._read = {path: _size(path) for _, path in log_files(self.folder)}

    def added(self) -> list[LogLine]:
        found: list[LogLine] = []
        files = log_files(self.folder)
        # Nobody writes into the files of days long gone; around midnight two processes write into two.
        least = files[-1][0] - timedelta(days=1) if files else None
        for day, path in files:
            if least is not None and day >= least:
                found += [line for raw in self._added(path) if (line := parse(raw)) is not None]
        return found

    def _added(self, path: Path) -> list[bytes]:
        begin = self._read.get(path, 0)
        if _size(path) <= begin:
            return []
        try:
            with path.open("rb") as file:
                file.seek(begin)
                data = file.read()
        except OSError:
            return []
        whole, newline, _ = data.rpartition(b"\n")
        # What has no newline yet is read again once it has.
        self._read[path] = begin + len(whole) + len(newline)
        return whole.split(b"\n") if newline else []


def _backwards(path: Path, end: int, most_bytes: int) -> Iterator[bytes]:
    """The lines of a file before `end`, the last one first, without their newlines; `most_bytes` of it at most."""
    with suppress(OSError), path.open("rb") as file:
        least = max(0, end - most_bytes)
        rest = b""
        while end > least:
            begin = max(least, end - _BLOCK)
            file.seek(begin)
            lines = (file.read(end - begin) + rest).split(b"\n")
            end = begin
            # The first piece may be the end of a longer line.
            rest = lines[0] if len(lines[0]) <= _LONGEST_LINE else b""
            yield from (line for line in reversed(lines[1:]) if line)
        if rest:
            yield rest


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
