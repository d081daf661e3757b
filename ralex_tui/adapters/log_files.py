"""The log's files: one a day, a part at a time, appended to by any number of processes. Knows nothing of their lines.

`ralex-2026-11-23.jsonl`, then `ralex-2026-11-23-2.jsonl` after 10 MB. A file is never renamed, so that whoever
writes to it goes on in the right one.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from ralex_tui.adapters.disk import REAL_DISK, Disk

MOST_BYTES = 10_000_000
"""After so many bytes a new part begins."""

KEEP_DAYS = 14
KEEP_BYTES = 50_000_000

_NAME = re.compile(r"ralex-(\d{4}-\d{2}-\d{2})(?:-(\d{1,4}))?\.jsonl")
_CRASH = "crash-*.txt"


class LogFiles:
    """Appends lines to the files of `folder`. May be called from several threads.

    Args:
        most_bytes: Where a part ends; another process's line may still follow.
    """

    def __init__(self, folder: Path, *, disk: Disk = REAL_DISK, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._disk = disk
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._day: date | None = None
        self._is_torn = False

    def append(self, line: bytes, day: date) -> None:
        """Write a line, its newline included, with one system call.

        Raises:
            OSError: If it can't be written, or not as a whole.
        """
        with self._lock:
            fd = self._file_of(day)
            # What a full disk has cut off must not take the next line with it.
            data = b"\n" + line if self._is_torn else line
            written = self._disk.write(fd, data)
            self._is_torn = 0 < written < len(data)
            if written < len(data):
                raise OSError(f"{written} of {len(data)} bytes were written")

    def close(self) -> None:
        """Let go of the file; the next line opens it again."""
        with self._lock:
            self._let_go()

    def _file_of(self, day: date) -> int:
        """The descriptor of the part that is being filled."""
        if self._fd is not None and self._day == day:
            status = os.fstat(self._fd)
            if status.st_nlink and status.st_size < self._most_bytes:
                return self._fd
        self._let_go()
        part = max([part for _, part in _parts(self.folder, day)], default=1)
        while True:
            path = self.folder / _name(day, part)
            fd = self._disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            if os.fstat(fd).st_size < self._most_bytes:
                break
            os.close(fd)
            part += 1
        self._fd, self._day = fd, day
        return fd

    def _let_go(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
        self._fd = self._day = None


def log_files(folder: Path) -> list[tuple[date, Path]]:
    """The files in the order in which they were begun, each with its day. An unreadable folder has none."""
    found = sorted((day, part, path) for path, day, part in _named(folder))
    return [(day, path) for day, _, path in found]


def remove_old(folder: Path, today: date, *, keep_days: int = KEEP_DAYS, keep_bytes: int = KEEP_BYTES) -> None:
    """Remove what is older than `keep_days`, and the oldest beyond `keep_bytes` in all; today's files stay.

    Crash files go by the day they were written, too. What can't be removed stays.
    """
    oldest = today - timedelta(days=keep_days)
    n_bytes = 0
    for day, path in reversed(log_files(folder)):
        with suppress(OSError):
            n_bytes += path.stat().st_size
            if day < oldest or (n_bytes > keep_bytes and day != today):
                path.unlink()
    for path in folder.glob(_CRASH):
        with suppress(OSError):
            if date.fromtimestamp(path.stat().st_mtime) < oldest:
                path.unlink()


def _named(folder: Path) -> Iterator[tuple[Path, date, int]]:
    try:
        paths = list(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if found := _NAME.fullmatch(path.name):
            with suppress(ValueError):
                yield path, date.fromisoformat(found[1]), int(found[2] or 1)


def _parts(folder: Path, day: date) -> list[tuple[Path, int]]:
    return [(path, part) for path, its_day, part in _named(folder) if its_day == day]


def _name(day: date, part: int) -> str:
    return f"ralex-{day.isoformat()}{f'-{part}' if part > 1 else ''}.jsonl"
