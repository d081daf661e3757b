"""An append-only file of checked lines: what was acknowledged is on disk, whatever dies afterwards.

    {crc32 in hex} {JSON}\\n

The first line names the format; it is there from the moment the file has its name, so that an empty
file is never taken for a new one. Knows nothing of what the lines mean: that is `Replayed`.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import orjson

from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, locked_file, storage_error, write_all
from ralex_tui.adapters.json_lines import checked, encode, line_of
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.text import visible_line

_log = logging.getLogger(__name__)

Event: TypeAlias = dict[str, Any]
"""What a line holds: a JSON object."""

SNAPSHOT = "snapshot"
"""The key of an event that stands for all before it: replaying begins at the last of them."""

_HEADER = b'{"journal":1}'
_HEADER_LINE = line_of(_HEADER)
_SNAPSHOT_START = b'{"snapshot":'


class Replayed(Protocol):
    """What a journal is read into."""

    def reset(self) -> None:
        """Forget everything."""
        ...

    def apply(self, event: Event) -> None:
        """Take in the next event. KeyError, TypeError, ValueError, AttributeError mean: it makes no sense."""
        ...

    def snapshot(self) -> Event | None:
        """One event that stands for all so far, where it is worth its line by now; else None."""
        ...


class Journal:
    """One journal file, replayed into `state`, which follows what other processes append.

    Reading takes no lock: a line without its newline is not there yet, and one with it never goes.
    Not for two threads at once; any number of processes, and of Journals, may share the file.

    Args:
        lock_timeout_s: How long to wait for other writers.
    """

    def __init__(
        self, path: Path, state: Replayed, *, disk: Disk = REAL_DISK, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self.path = path
        self._state = state
        self._disk = disk
        self._lock_timeout_s = lock_timeout_s
        self._stamp: tuple[int, int, int, int] | None = None
        self._end = 0  # of the last line taken in
        self._last_line = b""
        self._fd: int | None = None  # open and locked, inside `exclusive`
        self._stopped_by = ""

    @property
    def name(self) -> str:
        """The file with its folder, for a sentence."""
        return visible_line(f"{self.path.parent.name}/{self.path.name}")

    def refresh(self) -> None:
        """Take in what was appended since the last look; nothing to do costs one `stat`.

        Raises:
            StorageError: If the file can't be read, or a line in it is damaged.
        """
        try:
            if self._fd is not None:
                self._take_in(self._fd)
            elif self._stamp is None or self._stamp != _stamp(self.path.stat()):
                fd = self._disk.open(self.path, os.O_RDONLY)
                try:
                    self._take_in(fd)
                finally:
                    os.close(fd)
        except FileNotFoundError:
            self.forget()
        except OSError as error:
            self.forget()
            raise storage_error(self.name, "read", error) from error

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the file's lock, memory up to date and a torn tail healed; `append` works only in here. May be nested.

        Raises:
            StorageError: If the file can't be made, locked in time, read or healed.
        """
        if self._fd is not None:
            yield
            return
        with ExitStack() as stack:
            try:
                self._refuse_if_stopped()
                if not self.path.exists():
                    self._make()
                flags = os.O_RDWR | os.O_APPEND
                self._fd = stack.enter_context(locked_file(self._disk, self.path, flags, self._lock_timeout_s))
                stack.callback(self._let_go)
                self._make_whole(self._fd)
            except OSError as error:
                self.forget()
                raise storage_error(self.name, "written", error) from error
            yield

    def append(self, event: Event) -> None:
        """Write one event and return when it is on disk and taken in: all of it, or nothing.

        Raises:
            StorageError: If it can't be written as JSON, or not to this disk. Memory is read anew after that.
        """
        assert self._fd is not None, "append belongs inside exclusive()"
        body = encode(event)
        self._write(self._fd, body)
        snapshot = self._state.snapshot()
        if snapshot is None:
            return
        try:
            self._write(self._fd, encode(snapshot))
        except StorageError as error:
            # The event itself is safe; only the next replay is longer than it need be.
            _log.warning("no snapshot in %s: %s", self.name, error.message)

    def forget(self) -> None:
        """Throw memory away; the next look reads the whole file."""
        self._state.reset()
        self._stamp = None
        self._end = 0
        self._last_line = b""

    def _let_go(self) -> None:
        self._fd = None

    def _write(self, fd: int, body: bytes) -> None:
        self._refuse_if_stopped()
        try:
            self._make_whole(fd)
            try:
                write_all(self._disk, fd, line_of(body))
            except BaseException:
                self._cut(fd)
                raise
            self._sync(fd)
            if self._end == len(_HEADER_LINE):
                self._disk.sync_folder(self.path.parent)
        except OSError as error:
            self.forget()
            raise storage_error(self.name, "written", error) from error
        self.refresh()

    def _sync(self, fd: int) -> None:
        try:
            self._disk.sync(fd)
        except OSError as error:
            # After a failed sync Linux drops the pages and reports success the next time,
            # so trying again would acknowledge what is not on the disk.
            self._stopped_by = visible_line(error.strerror or str(error))
            self.forget()
            raise storage_error(self.name, "written", error) from error

    def _cut(self, fd: int) -> None:
        """Take back a half-written line. Where that fails too, whoever writes next heals it."""
        try:
            self._disk.truncate(fd, self._end)
        except OSError as error:
            _log.warning("a torn line stays in %s: %s", self.name, error)

    def _make(self) -> None:
        """Give the folder a journal with its header, complete or not at all. Somebody else's is as good."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.new")
        fd = self._disk.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            try:
                write_all(self._disk, fd, _HEADER_LINE)
                self._disk.sync(fd)
            finally:
                os.close(fd)
            with suppress(FileExistsError):
                self._disk.link(new, self.path)
        finally:
            self._disk.unlink(new)

    def _take_in(self, fd: int) -> None:
        """Read what is new, or everything when the file is not the one we knew."""
        stamp = _stamp(os.fstat(fd))
        if stamp == self._stamp:
            return
        start = self._end - len(self._last_line)
        data = b""
        if self._stamp is not None and self._stamp[:2] == stamp[:2] and stamp[2] >= self._end:
            data = _read(fd, start, stamp[2])
        if not self._last_line or not data.startswith(self._last_line):
            self.forget()
            start, data = 0, _read(fd, 0, stamp[2])
        try:
            is_whole = self._replay(data, start)
        except BaseException:
            self.forget()
            raise
        # With a torn tail, cut off and overwritten, another file could bear the same stamp.
        self._stamp = stamp if is_whole else (*stamp[:3], -1)

    def _replay(self, data: bytes, start: int) -> bool:
        """Check every line of `data`, which stands at `start`, and apply those not yet known. False: a tail is torn."""
        *lines, tail = data.split(b"\n")
        bodies: list[bytes] = []
        at = start
        for line in lines:
            body = checked(line)
            if body is None:
                raise self._damaged(at)
            bodies.append(body)
            at += len(line) + 1
        if not bodies or (start == 0 and bodies[0] != _HEADER):
            raise self._damaged(start)
        # The first is the header, or the last line that we know already.
        self._apply(bodies[1:])
        self._end = at
        self._last_line = lines[-1] + b"\n"
        return not tail

    def _apply(self, bodies: list[bytes]) -> None:
        last = next((i for i in reversed(range(len(bodies))) if bodies[i].startswith(_SNAPSHOT_START)), 0)
        try:
            for body in bodies[last:]:
                self._state.apply(orjson.loads(body))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise StorageError(
                f"{self.name} holds a line that makes no sense to this version",
                hint="a newer ralex may have written it: update, or restore the file from a copy",
            ) from error

    def _make_whole(self, fd: int) -> None:
        """Under the lock: memory up to date, and what a killed writer left without its newline ended or removed."""
        self._take_in(fd)
        size = os.fstat(fd).st_size
        if size == self._end:
            return
        tail = _read(fd, self._end, size)
        # A line that lacks only its newline, or has a wrong byte in its place, may have been acknowledged.
        whole = next((line for line in (tail, tail[:-1]) if checked(line) is not None), b"")
        self._disk.truncate(fd, self._end + len(whole))
        if whole:
            write_all(self._disk, fd, b"\n")
        self._sync(fd)
        _log.warning("healed %s: %d of %d bytes at its end kept", self.name, len(whole), len(tail))
        self._take_in(fd)

    def _refuse_if_stopped(self) -> None:
        if self._stopped_by:
            raise StorageError(
                f"{self.name} is written no more: the disk failed to confirm an earlier write ({self._stopped_by})",
                hint="check the disk, then start ralex again",
            )

    def _damaged(self, at: int) -> StorageError:
        return StorageError(
            f"{self.name} is damaged at byte {at}",
            hint="restore it from a copy, or move it out of its folder",
        )


def _stamp(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _read(fd: int, start: int, end: int) -> bytes:
    """The bytes from `start` to `end`, or to where the file ends now."""
    parts: list[bytes] = []
    while start < end:
        part = os.pread(fd, end - start, start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)
