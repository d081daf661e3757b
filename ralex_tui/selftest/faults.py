"""A disk that dies, or fails, at a chosen step: the Nth of the calls that touch it, in the order they come."""

from __future__ import annotations

import errno
import os
import signal
from enum import StrEnum
from pathlib import Path

from ralex_tui.adapters.stepped_disk import SteppedDisk


class Way(StrEnum):
    """What happens at the step. A value is how the report calls it."""

    KILL = "kill -9 before it"
    TEAR = "kill -9 amid it"
    IO_ERROR = "input/output error"
    FULL = "disk full"
    SHORT = "short write"  # half of it is taken and no error told; the next says that the disk is full
    READ_ONLY = "read-only"

    @property
    def code(self) -> int:
        """The error number of the call that fails."""
        return {Way.IO_ERROR: errno.EIO, Way.READ_ONLY: errno.EROFS}.get(self, errno.ENOSPC)


_WRITES = frozenset({"write"})
_CHANGES = _WRITES | {"create", "sync", "sync_folder", "truncate", "link", "rename", "unlink"}

# Which calls are steps: a kill before a call that changes nothing is one before the next that does.
_STEPS = {
    Way.KILL: _CHANGES,
    Way.TEAR: _WRITES,
    Way.IO_ERROR: _CHANGES | {"open"},
    Way.FULL: _CHANGES - {"truncate", "unlink"},
    Way.SHORT: _WRITES,
    Way.READ_ONLY: _CHANGES,
}


class FaultyDisk(SteppedDisk):
    """The real disk but for one step, numbered `at` from 1; a `READ_ONLY` one refuses them all.

    Attributes:
        n_steps: Steps so far.
    """

    def __init__(self, way: Way, at: int = 0) -> None:
        self.n_steps = 0
        self._way = way
        self._at = at
        self._was_short = False

    def open(self, path: Path, flags: int) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR) and self._way is Way.READ_ONLY:
            self.step("create")
        else:
            self.step("create" if flags & os.O_CREAT and not path.exists() else "open")
        return super().open(path, flags)

    def write(self, fd: int, data: bytes) -> int:
        if self._was_short:
            raise self._error()
        if not self._is_struck("write"):
            return super().write(fd, data)
        if self._way in (Way.KILL, Way.IO_ERROR, Way.READ_ONLY):
            self._strike()
        n_written = super().write(fd, data[: len(data) // 2])
        if self._way is Way.SHORT:
            self._was_short = True
            return n_written
        self._strike()
        return 0

    def step(self, name: str) -> None:
        if self._is_struck(name):
            self._strike()

    def _is_struck(self, name: str) -> bool:
        if name not in _STEPS[self._way]:
            return False
        self.n_steps += 1
        return self._way is Way.READ_ONLY or self.n_steps == self._at

    def _strike(self) -> None:
        if self._way in (Way.KILL, Way.TEAR):
            os.kill(os.getpid(), signal.SIGKILL)
        raise self._error()

    def _error(self) -> OSError:
        return OSError(self._way.code, os.strerror(self._way.code))
