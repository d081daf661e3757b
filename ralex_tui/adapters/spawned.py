"""A child process of ours as its parent has it: orders go in, words come out, prints go to a log.

Three pipes: stdin for orders; one of its own for what the child says, so that nothing that is printed can
come between; and stdout with stderr, from the first instruction on, for the log. Knows no protocol.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ralex_tui.adapters.child import child_command, child_env
from ralex_tui.adapters.child_log import ChildLog, Redact

# A pipe ends with the last process that holds it: one that the child forked may hold it for ever.
_LAST_WORDS_S = 1.0
_STEPS = 10


@dataclass(frozen=True)
class Spawned:
    """A child that was started; `end` is to be awaited, however it ends.

    Args:
        said: What it says, to the last byte also after its death.
    """

    process: asyncio.subprocess.Process
    said: asyncio.StreamReader
    _transport: asyncio.ReadTransport
    _log: ChildLog

    def order(self, data: bytes) -> None:
        """Write to its stdin, if it is still there; never waits."""
        stdin = self.process.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(data)

    def end_orders(self) -> None:
        """Close its stdin: it is to end by itself."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    @property
    def has_ended(self) -> bool:
        """Whether the process is over, asked of the system: asyncio learns of it a little later."""
        if self.process.returncode is not None or not hasattr(os, "waitid"):
            return self.process.returncode is not None
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def kill(self) -> None:
        # Not process.kill(): one that has just ended it reaps itself, and asyncio, which waits for that, complains.
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)

    async def ended(self) -> None:
        """Wait for its end; what it has said can be read still."""
        await self.process.wait()
        asyncio.get_running_loop().call_later(_LAST_WORDS_S, self.said.feed_eof)

    async def end(self) -> None:
        """Kill it if it lives, and let go of its pipes once its log is written."""
        self.kill()
        await self.process.wait()
        self.end_orders()
        self._transport.close()
        await asyncio.to_thread(self._log.join, _LAST_WORDS_S)


async def spawn(
    module: str, *args: str, log: Path, environ: Mapping[str, str], redact: Redact, limit: int = 2**16
) -> Spawned:
    """Start one of our modules as a child. Its first argument is the descriptor by which it speaks.

    Args:
        log: Where its prints go; it runs in that folder.
        environ: Of which it gets the harmless part.
        limit: The longest line that it may say, in bytes.

    Raises:
        OSError: If it can't be started.
    """
    said, to_say = os.pipe()
    printed, to_print = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *child_command(module, str(to_say), *args),
            stdin=asyncio.subprocess.PIPE,
            stdout=to_print,
            stderr=to_print,
            pass_fds=(to_say,),
            env=child_env(environ),
            # Not the user's folder, where a LiteLLM of any version may look for files.
            cwd=log.parent,
            # Or ctrl+c in a terminal would end it with the answer half written.
            start_new_session=True,
        )
    except BaseException:
        os.close(said)
        os.close(printed)
        raise
    finally:
        os.close(to_say)
        os.close(to_print)
    kept = ChildLog(printed, log, redact)
    reader = asyncio.StreamReader(limit=limit)
    try:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(said, "rb", buffering=0)
        )
    except BaseException:
        os.kill(process.pid, signal.SIGKILL)
        raise
    return Spawned(process, reader, transport, kept)


async def happened(event: asyncio.Event, within_s: float) -> bool:
    """Whether `event` is set in time.

    Time in which this process itself stood still, stopped by ctrl+z or with the whole computer, counts for
    little: a child that could not be heard meanwhile is not to blame.
    """
    for _ in range(_STEPS):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s / _STEPS):
                await event.wait()
        if event.is_set():
            return True
    return False
