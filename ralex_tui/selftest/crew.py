"""Processes forked from this one, and the wire by which each is heard: up in milliseconds, killed at any moment.

What a process told before it died is still heard. Knows nothing of what they do.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TypeAlias

from ralex_tui.adapters.child import die_with_parent
from ralex_tui.domain.text import visible_line

Words: TypeAlias = list[str]
"""A line on the wire, at its blanks; none of the words holds one."""

_RECEIVED = 1 << 16


class Wire:
    """A process's end of its wire. Blocks; what it told is heard whatever becomes of the process."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._rest = b""

    def tell(self, *words: object) -> None:
        self._end.sendall((" ".join(map(str, words)) + "\n").encode())

    def hear(self) -> Words:
        """The next line.

        Raises:
            EOFError: If there is nobody at the other end any more.
        """
        while b"\n" not in self._rest:
            part = self._end.recv(_RECEIVED)
            if not part:
                raise EOFError("the self-test is gone")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode().split(" ")


Work: TypeAlias = Callable[[Wire], None]
"""What a process does with its life."""


class Child:
    """A process of ours as its parent sees it.

    Attributes:
        is_over: Whether the wire's other end is closed, which nothing but its death does.
    """

    def __init__(self, pid: int, end: socket.socket) -> None:
        self.pid = pid
        self.is_over = False
        self._end = end
        self._rest = b""
        self._status: int | None = None

    def fileno(self) -> int:
        return self._end.fileno()

    def lines(self) -> list[Words]:
        """What has come; waits until something has, or the process is over. A half line was never told."""
        try:
            part = self._end.recv(_RECEIVED)
        except ConnectionError:
            # It died with an answer of ours unread; what it had told was received before this.
            part = b""
        if not part:
            self.is_over = True
            return []
        *lines, self._rest = (self._rest + part).split(b"\n")
        return [line.decode().split(" ") for line in lines]

    def answer(self, *words: object) -> None:
        """Send a line; it may be dead already."""
        try:
            self._end.sendall((" ".join(map(str, words)) + "\n").encode())
        except ConnectionError:
            return

    def kill(self) -> None:
        """kill -9. Until `reap` its number can't be another's."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Wait for its end; its exit code, or the negative number of the signal that ended it."""
        if self._status is None:
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
            self._end.close()
        return self._status

    def let_go(self) -> None:
        """In a sibling: close what it inherited."""
        self._end.close()


class Crew:
    """The processes that live now; none outlives the block."""

    def __init__(self) -> None:
        self._living: set[Child] = set()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._living):
            child.kill()
            self.bury(child)

    def start(self, work: Work) -> Child:
        """Fork a process that does `work` and ends: with 0, or with 1 after telling `failed` and why.

        Raises:
            RuntimeError: If this process has other threads, whose locks a fork would copy as they are.
        """
        if threading.active_count() > 1:
            raise RuntimeError("only a process with one thread can be forked safely")
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            for sibling in self._living:
                sibling.let_go()
            self._living.clear()
            ours.close()
            _live(work, theirs)
        theirs.close()
        child = Child(pid, ours)
        self._living.add(child)
        return child

    def bury(self, child: Child) -> int:
        """Wait for its end; as `Child.reap`."""
        self._living.discard(child)
        return child.reap()


def _live(work: Work, end: socket.socket) -> None:
    """Never returns: what the parent has on its stack and in its buffers is not ours to unwind."""
    code = 1
    try:
        # Ctrl-C is the parent's to handle: it ends its crew.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent()
        wire = Wire(end)
        try:
            work(wire)
            code = 0
        except EOFError:
            pass  # nobody is left to hear why
        except Exception as error:  # noqa: BLE001 - the process's edge: the parent reports it
            wire.tell("failed", visible_line(f"{type(error).__name__}: {error}"))
    finally:
        os._exit(code)
