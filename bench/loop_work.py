"""How long the event loop was held: each callback that it runs is one block of work, and keys wait until it is over."""

from __future__ import annotations

import asyncio.events
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Blocks:
    """Seconds of each block of work."""

    times: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.times, default=0.0)

    @property
    def total(self) -> float:
        return sum(self.times)


@contextlib.contextmanager
def watched_loop() -> Iterator[Blocks]:
    """Time every callback of the running loop."""
    blocks = Blocks()
    run = asyncio.events.Handle._run

    def timed_run(handle: asyncio.events.Handle) -> None:
        started = time.perf_counter()
        run(handle)
        blocks.times.append(time.perf_counter() - started)

    asyncio.events.Handle._run = timed_run  # type: ignore[method-assign, assignment]
    try:
        yield blocks
    finally:
        asyncio.events.Handle._run = run  # type: ignore[method-assign]
