"""A real pseudo-terminal with a screen: start a program in it, type, wait for what shows, resize."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "ctrl+c": "\x03",
    "ctrl+g": "\x07",
    "ctrl+j": "\n",
    "ctrl+n": "\x0e",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "up": "\x1b[A",
    "f1": "\x1bOP",
    "f3": "\x1bOR",
    "f2": "\x1bOQ",
    "f4": "\x1bOS",
    "shift+f4": "\x1b[1;2S",
}


class Terminal:
    """A program in a pseudo-terminal; `screen` is what a person sees, `raw` every byte that it wrote."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        columns: int = 120,
        rows: int = 40,
        cwd: str | None = None,
    ) -> None:
        self._display = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._display)
        self.raw = bytearray()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if cwd:
                os.chdir(cwd)
            os.execvpe(command[0], list(command), dict(env))
        self.resize(columns, rows)
        self._status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._display.display]

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    def has_ground(self, text: str) -> bool:
        """Whether `text` stands on a ground of its own, as a selected row does."""
        row = next((y for y, line in enumerate(self.lines) if text in line), None)
        if row is None:
            return False
        cells, start = self._display.buffer[row], self.lines[row].index(text)
        page = self._display.buffer[0][0].bg
        return all(cells[x].bg != page for x in range(start, start + len(text)))

    def type(self, text: str) -> None:
        """Type text as a person would, all at once."""
        os.write(self.fd, text.encode())

    def press(self, *keys: str) -> None:
        """Press keys by name."""
        for key in keys:
            os.write(self.fd, KEYS[key].encode())

    def paste(self, text: str) -> None:
        """A bracketed paste, read by the program while it is written."""
        data = f"\x1b[200~{text}\x1b[201~".encode()
        os.set_blocking(self.fd, False)
        try:
            while data:
                _, writable, _ = select.select([], [self.fd], [], 5)
                if writable:
                    with contextlib.suppress(BlockingIOError):
                        data = data[os.write(self.fd, data[:4096]) :]
                self.pump(0)
        finally:
            os.set_blocking(self.fd, True)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._display.resize(rows, columns)

    def wait_for(self, what: str | Callable[[str], bool], timeout_s: float = 30.0) -> str:
        """Read until the screen shows `what`, and return the screen.

        Raises:
            AssertionError: With the screen as it is, if it does not come in time.
        """
        is_there = (lambda screen: what in screen) if isinstance(what, str) else what
        end = time.monotonic() + timeout_s
        while not is_there(self.screen):
            left = end - time.monotonic()
            if left <= 0 or not self.pump(min(left, 1.0)):
                if left > 0 and self._status is None:
                    continue
                raise AssertionError(f"{what!r} did not show; the screen was:\n{self.screen}")
        return self.screen

    def wait_exit(self, timeout_s: float = 30.0) -> int:
        """Read until the program ends; its exit code, or minus the signal that ended it."""
        end = time.monotonic() + timeout_s
        while self._status is None:
            if time.monotonic() > end:
                raise AssertionError(f"it did not end; the screen was:\n{self.screen}")
            self.pump(0.2)
            self._reap()
        return self._status

    @property
    def has_ended(self) -> bool:
        """Whether the program is over."""
        self._reap()
        return self._status is not None

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait_exit()

    def hang_up(self) -> int:
        """Close the terminal, as a window is closed; the program's exit code, or minus the signal that ended it."""
        os.close(self.fd)
        self.fd = os.open(os.devnull, os.O_RDWR)
        _, status = os.waitpid(self.pid, 0)
        self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def pump(self, wait_s: float) -> bool:
        """Take in what the program has written; false when nothing came within `wait_s` seconds."""
        readable, _, _ = select.select([self.fd], [], [], wait_s)
        if not readable:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: the other side is closed
            self._reap()
            return False
        self.raw += data
        self._answer(data)
        self.draw(data)
        return bool(data)

    def draw(self, data: bytes) -> None:
        """Bring the screen up to what was written."""
        self._stream.feed(data)

    def _answer(self, data: bytes) -> None:
        """Answer the questions that a terminal is asked at the start, as a plain modern one does."""
        if b"\x1b[c" in data:
            os.write(self.fd, b"\x1b[?62;22c")
        if b"\x1b[?2026$p" in data:
            os.write(self.fd, b"\x1b[?2026;2$y")

    def _reap(self) -> None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
