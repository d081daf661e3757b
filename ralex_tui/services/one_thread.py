"""Blocking calls, one after another, in a thread of their own: files never make the screen wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class OneThread:
    """Runs calls in the order they come. The thread starts with the first.

    Args:
        name: Of the thread, for logs.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns or raises. It runs to its end even if the caller is cancelled meanwhile."""
        running = asyncio.wrap_future(self._pool.submit(call, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(self._log_failure)
            raise

    def wait(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for callers without an event loop; blocks."""
        return self._pool.submit(call, *args, **kwargs).result()

    def post(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have `call` run after all that came before, and wait for nothing; a failure is logged."""
        try:
            self._pool.submit(call, *args, **kwargs).add_done_callback(self._log_failure)
        except RuntimeError:
            _log.warning("a call came after the thread %r was closed and was left out", self._name)

    def close(self) -> None:
        """Finish what has begun or waits, then end the thread. Safe to call more than once."""
        self._pool.shutdown(wait=True)

    def _log_failure(self, done: asyncio.Future[T] | Future[T]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.error("a call in the thread %r failed and nobody waits for it", self._name, exc_info=error)
