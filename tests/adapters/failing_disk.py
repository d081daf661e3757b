"""A disk that fails at a chosen step: the Nth of the calls that change anything, in the order they come."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ralex_tui.adapters.disk import Disk
from ralex_tui.adapters.stepped_disk import SteppedDisk


class FailingDisk(SteppedDisk):
    """Fails the step numbered `fail_at` (from 1; never when 0), and with `for_good` every later one too.

    A write that fails has written half of its data, as a full disk does.
    """

    def __init__(self, fail_at: int = 0, code: int = errno.ENOSPC, *, for_good: bool = False) -> None:
        self.fail_at = fail_at
        self.code = code
        self.for_good = for_good
        self.steps: list[str] = []

    def open(self, path: Path, flags: int) -> int:
        if flags & os.O_CREAT:
            self.step("open")
        return super().open(path, flags)

    def write(self, fd: int, data: bytes) -> int:
        try:
            self.step("write")
        except OSError:
            super().write(fd, data[: len(data) // 2])
            raise
        return super().write(fd, data)

    def step(self, name: str) -> None:
        if name == "unlink":
            return  # what is left behind is tidied up, or not: nothing depends on it
        self.steps.append(name)
        number = len(self.steps)
        if self.fail_at and (number == self.fail_at or (self.for_good and number > self.fail_at)):
            raise OSError(self.code, os.strerror(self.code))


class OneSyncFails(Disk):
    """The next sync fails, as a dying disk's does; those after it claim success."""

    def __init__(self) -> None:
        self.has_failed = False

    def sync(self, fd: int) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(fd)


class ReadOnlyDisk(Disk):
    """Opens nothing for writing, as on a read-only file system."""

    def open(self, path: Path, flags: int) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return super().open(path, flags)
