"""Keeps what children print: read from their pipes, without keys and control codes, in files of bounded size.

The parent reads and writes, because a child that crashes in C can't. Knows nothing of what the words mean.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ralex_tui.domain.text import unix_lines, visible

Redact: TypeAlias = Callable[[str], str]

LIMIT = 1_000_000
"""A log that has grown past so many bytes begins anew; the one before is kept beside it, as NAME.1."""

_PIECE = 65_536
# A line is cleaned as a whole, or a key that a piece ends in the middle of would pass. Of a longer
# one the beginning is kept, less what may be the first half of a key.
_LONGEST_LINE = 65_536
_LONGEST_KEY = 4_096
# A child that prints without end must cost neither the disk nor the screen's process anything to speak of.
_KEPT_BYTES = 262_144
_KEPT_EVERY_S = 10.0


def append(log: Path, text: str) -> None:
    """Add to `log`, which is for its owner only. Safe beside other processes that do the same.

    Raises:
        OSError: If it can't be written.
    """
    data = text.encode("utf-8", "replace")
    descriptor = _open(log)
    try:
        if os.fstat(descriptor).st_size > LIMIT:
            os.replace(log, log.with_name(f"{log.name}.1"))
            os.close(descriptor)
            descriptor = _open(log)
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)


class ChildLog:
    """Writes what comes out of a pipe into a log, in a thread of its own, until the pipe ends.

    A thread, because a disk may be slow, and the app's loop must not wait for it. What can't be
    written is left out: the child must never wait for its log.

    Args:
        descriptor: Of the pipe; closed at its end.
        redact: Takes keys out of a line.
    """

    def __init__(self, descriptor: int, log: Path, redact: Redact) -> None:
        self._descriptor = descriptor
        self._log = log
        self._redact = redact
        self._line = bytearray()
        self._kept_until = 0.0
        self._n_kept = 0
        self._is_torn = False
        self._n_left_out = 0
        # At once, for an error's hint may name it before there is a word in it.
        self._write("", is_forced=True)
        self._thread = threading.Thread(target=self._keep, name=f"{log.name} of a child", daemon=True)
        self._thread.start()

    def join(self, within_s: float) -> None:
        """Wait until all is written that came before the pipe's end. Blocks."""
        self._thread.join(within_s)

    def _keep(self) -> None:
        try:
            while piece := os.read(self._descriptor, _PIECE):
                self._take(piece)
            self._line += b"\n" if self._line else b""
            self._write(self._whole_lines())
            self._tell_left_out()
        finally:
            os.close(self._descriptor)

    def _take(self, piece: bytes) -> None:
        now = time.monotonic()
        if now >= self._kept_until:
            self._kept_until, self._n_kept = now + _KEPT_EVERY_S, 0
        if self._n_kept >= _KEPT_BYTES:
            self._leave_out(len(piece))
            return
        if self._is_torn:
            # What was left out ended in the middle of a line, and perhaps of a key.
            rest, newline, piece = piece.partition(b"\n")
            self._n_left_out += len(rest) + len(newline)
            if not newline:
                return
            self._tell_left_out()
        self._n_kept += len(piece)
        self._line += piece
        self._write(self._whole_lines())

    def _whole_lines(self) -> str:
        """The lines that are complete, clean; what has no end yet waits for it."""
        whole, newline, rest = self._line.rpartition(b"\n")
        self._line = bytearray(rest)
        text = self._clean(bytes(whole)) + "\n" if newline else ""
        if len(self._line) > _LONGEST_LINE:
            text += self._clean(bytes(self._line))[:-_LONGEST_KEY] + "\n"
            self._line = self._line[-_LONGEST_KEY:]
            self._leave_out(0)
        return text

    def _leave_out(self, n_bytes: int) -> None:
        self._n_left_out += n_bytes + len(self._line)
        self._line.clear()
        self._is_torn = True

    def _clean(self, data: bytes) -> str:
        return self._redact(visible(unix_lines(data.decode("utf-8", "replace"))))

    def _tell_left_out(self) -> None:
        if self._is_torn:
            self._write(f"[{self._n_left_out} bytes were left out here]\n")
            self._is_torn, self._n_left_out = False, 0

    def _write(self, text: str, *, is_forced: bool = False) -> None:
        if text or is_forced:
            with contextlib.suppress(OSError):
                append(self._log, text)


def _open(log: Path) -> int:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor
