"""Watching processes from outside, without sleeping."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


async def ended(pid: int, within_s: float = 10.0) -> None:
    """Wait for a process that need not be ours to end.

    Raises:
        TimeoutError: If it lives on.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, over.set)
    try:
        await asyncio.wait_for(over.wait(), within_s)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def is_listed(pid: int) -> bool:
    """Whether the system has such a process still, a zombie included."""
    return (Path("/proc") / str(pid)).exists()


def seen_from_outside(pid: int) -> bytes:
    """What anyone with `ps` sees of a process: its command line and its environment."""
    folder = Path("/proc") / str(pid)
    return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


class Parent:
    """An app of a few lines in a process of its own, to be killed; it prints its child's pid first."""

    def __init__(self, process: asyncio.subprocess.Process, child: int) -> None:
        self.process = process
        self.child = child

    @staticmethod
    async def run(code: str, *args: str) -> Parent:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-c", code, *args], cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        return Parent(process, int(await process.stdout.readline()))

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


def lines_with(path: Path, words: Sequence[str]) -> list[str]:
    """The lines of a file in which one of the words stands."""
    text = path.read_text(errors="replace") if path.exists() else ""
    return [line for line in text.splitlines() if any(word in line for word in words)]


def mode(path: Path) -> int:
    """A file's rights."""
    return path.stat().st_mode & 0o777
