"""An engine's events, read in a task of their own until they end or the user stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ralex_tui.domain.events import EngineEvent, TextDelta, ThinkingDelta
from ralex_tui.services.patience import Patience


class StopSignal:
    """The user's wish to stop one turn; may be given at any time, also before the turn began."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def is_given(self) -> bool:
        return self._event.is_set()

    def stop(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()

    async def wait_for(self, seconds: float) -> None:
        """Wait until it is given, or `seconds` have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()


class Pump:
    """Starts reading at once. `close` ends the request, if it has not ended.

    Args:
        source: The engine's stream.
    """

    def __init__(self, source: AsyncGenerator[EngineEvent], stop: StopSignal) -> None:
        self._source = source
        self._stop = stop
        # None means: go no further, for the stream has ended or the user has stopped it.
        self._queue: asyncio.Queue[EngineEvent | BaseException | None] = asyncio.Queue()
        self._tasks = [
            asyncio.create_task(self._pump(), name="engine"),
            asyncio.create_task(self._watch(), name="stop"),
        ]

    async def events(self, patience: Patience | None = None) -> AsyncGenerator[EngineEvent]:
        """What comes until the end or the stop; called again after a stop: what came later, to the end.

        Args:
            patience: How long to wait; None for as long as it takes.

        Raises:
            EngineError: As the engine raised it; `AnswerTimeout` when the patience is at its end.
        """
        while (item := await self._next(patience)) is not None:
            if isinstance(item, BaseException):
                raise item
            if patience is not None and isinstance(item, TextDelta | ThinkingDelta):
                patience.heard()
            yield item

    async def _next(self, patience: Patience | None) -> EngineEvent | BaseException | None:
        try:
            async with asyncio.timeout_at(patience.until if patience is not None else None):
                return await self._queue.get()
        except TimeoutError:
            assert patience is not None  # without it there is no time to be over
            return patience.error()

    async def close(self) -> None:
        """End the request and all that waits for it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pump(self) -> None:
        try:
            async with aclosing(self._source) as events:
                async for event in events:
                    self._queue.put_nowait(event)
            self._queue.put_nowait(None)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - handed to the consumer, which raises it
            self._queue.put_nowait(error)

    async def _watch(self) -> None:
        await self._stop.wait()
        self._queue.put_nowait(None)
