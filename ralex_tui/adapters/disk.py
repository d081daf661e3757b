"""The system calls by which our files change, in one place, so that tests can fail each of them in turn.

Knows nothing of what the files hold. Errors are plain OSError; `storage_error` makes a sentence of one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.text import visible_line

LOCK_TIMEOUT_S = 5.0

# macOS answers fsync before its drive has written; only this fcntl waits for the drive.
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


class LockTimeout(OSError):
    """Another process kept the lock for too long."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__(errno.EAGAIN, f"another process kept its lock for {timeout_s:g} s", str(path))


class Disk:
    """The real one. A test's own overrides a method to fail there."""

    def open(self, path: Path, flags: int) -> int:
        """Open for the owner alone (0600); the descriptor is not inherited by child processes."""
        return os.open(path, flags | os.O_CLOEXEC, 0o600)

    def write(self, fd: int, data: bytes) -> int:
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        """Return once the data is on the disk, with the size that is needed to read it."""
        if _FULL_SYNC is not None:
            fcntl.fcntl(fd, _FULL_SYNC)
        else:
            os.fdatasync(fd)

    def sync_folder(self, folder: Path) -> None:
        """Return once names made or changed in `folder` are on the disk."""
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target)

    def rename(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)


REAL_DISK = Disk()


def write_all(disk: Disk, fd: int, data: bytes) -> None:
    """Write all of `data`, however many calls that takes; on an error a part of it may be written."""
    rest = memoryview(data)
    while rest:
        written = disk.write(fd, bytes(rest) if len(rest) < len(data) else data)
        if written <= 0:
            raise OSError(errno.EIO, "nothing more could be written")
        rest = rest[written:]


@contextmanager
def locked_file(disk: Disk, path: Path, flags: int, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[int]:
    """Open `path` and hold its flock; the lock goes with the descriptor, or with the process.

    Each call has an open file of its own, so that two threads exclude each other too.

    Raises:
        LockTimeout: If others keep it for longer than `timeout_s`.
    """
    while True:
        fd = disk.open(path, flags)
        try:
            take_lock(fd, path, timeout_s)
            # Whoever waited may have waited for a file that has been removed or replaced.
            if is_same_file(fd, path):
                yield fd
                return
        finally:
            # In so many words: a child forked meanwhile has a copy, and closing ours would not free it.
            fcntl.flock(fd, fcntl.LOCK_UN)
            os.close(fd)


def take_lock(fd: int, path: Path, timeout_s: float = LOCK_TIMEOUT_S) -> None:
    """Take the exclusive flock of an open file.

    Waits in a thread for one blocking flock, which queues fairly: 8 writers waited at most 66 ms,
    and up to 357 ms when each tried again every 0.5 to 5 ms (2 cores, 200 writes each).

    Raises:
        LockTimeout: If others keep it for longer than `timeout_s`.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    except BlockingIOError:
        pass
    # The thread owns a duplicate: if we give up and close ours, its closing frees the lock again.
    waiter = _LockWaiter(os.dup(fd))
    waiter.start()
    waiter.join(timeout_s)
    if waiter.is_alive():
        raise LockTimeout(path, timeout_s)
    if waiter.error is not None:
        raise waiter.error


class _LockWaiter(threading.Thread):
    def __init__(self, fd: int) -> None:
        super().__init__(name="lock", daemon=True)
        self._fd = fd
        self.error: OSError | None = None

    def run(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        except OSError as error:
            self.error = error
        finally:
            os.close(self._fd)


def is_same_file(fd: int, path: Path) -> bool:
    """Whether `path` still names the open file."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(fd)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)


def storage_error(name: str, deed: str, error: OSError) -> StorageError:
    """The sentence for a file that can't be `deed`: "ledger/lock can't be written: No space left on device"."""
    if isinstance(error, LockTimeout):
        return StorageError(
            f"{name} can't be locked: {error.strerror}",
            hint="another ralex hangs or is very busy: close it, then try again",
        )
    return StorageError(f"{name} can't be {deed}: {visible_line(error.strerror or str(error))}", hint=_hint(error))


def _hint(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "free some space, then try again"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "make the file and its folder yours and writable, or give another folder with --home DIR"
    if error.errno == errno.EIO:
        return "check the disk, then start ralex again"
    return "mend the folder, or give another with --home DIR"
