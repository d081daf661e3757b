"""Two ways to the providers: LiteLLM, and direct mode for as long as LiteLLM can't carry requests.

A request that LiteLLM certainly did not send goes on by direct mode at once; one that it may have sent ends in
an error, for another request needs a reservation of its own. Knows nothing of processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Protocol

from ralex_tui.adapters.direct_requests import can_reach
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.engine_router import ConfigurableEngine
from ralex_tui.domain.errors import EngineBroken, EngineError
from ralex_tui.domain.events import EngineEvent, Sent, Way
from ralex_tui.ports.engine import EngineRequest, EngineStatus

_log = logging.getLogger(__name__)

_REST_S = 60.0
_LONGEST_REST_S = 1_800.0


class Carrier(ConfigurableEngine, Protocol):
    """An Engine in a process of its own: HostedEngine.

    Attributes:
        on_end: Called when the process has ended by itself, also between two requests.
    """

    on_end: Callable[[EngineBroken], None] | None

    @property
    def is_ready(self) -> bool:
        """Whether a request would leave at once."""
        ...

    @property
    def overdue(self) -> EngineBroken | None:
        """What a request would be told now because the process takes too long to load; None where it doesn't."""
        ...

    async def load(self) -> object:
        """Have it ready, however long that takes.

        Raises:
            EngineBroken: If that can't be.
        """
        ...


class Emergency:
    """An Engine that goes through LiteLLM while it works, and past it while it doesn't.

    When LiteLLM breaks, direct mode carries all requests whose address it knows. Meanwhile LiteLLM is started
    anew in the background and used again once it is ready: at once the first time, then after rests of 1, 2, 4
    ... 30 minutes. One that raises what no provider says is there still, and rests from the first time on.

    Args:
        litellm: The way that is used as long as it works.
        direct: Started only when it is needed.
        sleep: How to rest.

    Attributes:
        on_change: Called when requests begin to go another way, or what is wrong with LiteLLM is another thing.
    """

    def __init__(
        self,
        litellm: Carrier,
        direct: Carrier,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.on_change: Callable[[EngineStatus], None] | None = None
        self._litellm = litellm
        self._direct = direct
        self._sleep = sleep
        self._endpoints: tuple[Endpoint, ...] = ()
        self._broken: EngineBroken | None = None
        self._n_running = 0
        self._chores: set[asyncio.Task[None]] = set()
        litellm.on_end = self._note_break

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached, for requests to come."""
        self._endpoints = tuple(endpoints)
        self._litellm.set_endpoints(self._endpoints)
        self._direct.set_endpoints(self._endpoints)

    def status(self) -> EngineStatus:
        """Who would carry the next request, and what is wrong with LiteLLM. Cheap."""
        why = self._broken or self._litellm.overdue
        if why is None:
            return EngineStatus(Way.LITELLM, is_ready=self._litellm.is_ready)
        return EngineStatus(Way.DIRECT, self._direct.is_ready, why.message, why.hint)

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`. Sent comes first, and once more where direct mode takes over.

        Raises:
            EngineError: LiteLLM's own where direct mode does not know the provider's address.
        """
        has_detour = can_reach(request.model, self._endpoints)
        if not (has_detour and self._is_out()):
            yield Sent(Way.LITELLM)
            has_begun = False
            try:
                async with aclosing(self._litellm.stream(request)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
                self._note_answer()
                return
            except EngineBroken as error:
                self._note_break(error)
                if has_begun or error.may_be_billed or not has_detour:
                    raise
            except EngineError:
                self._note_answer()
                raise
        yield Sent(Way.DIRECT)
        async with aclosing(self._direct.stream(request)) as events:
            async for event in events:
                yield event

    async def warm_up(self) -> None:
        """Returns when the first request would be fast, by whatever way."""
        try:
            await self._litellm.warm_up()
        except EngineBroken as error:
            self._note_break(error)

    async def close(self) -> None:
        chores = list(self._chores)
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await self._litellm.close()
        await self._direct.close()

    def _is_out(self) -> bool:
        """Whether LiteLLM is not to be used now."""
        if self._broken is None and (overdue := self._litellm.overdue) is not None:
            self._note_break(overdue)
        return self._broken is not None

    def _note_answer(self) -> None:
        """A provider has been heard through LiteLLM, whatever it said."""
        if self._broken is None:
            self._n_running = 0

    def _note_break(self, error: EngineBroken) -> None:
        if self._broken is not None:
            return  # one break fails all requests that are on their way, and counts once
        _log.warning("direct mode takes over: %s", error.message)
        # One that loads slowly is waited for, and not started anew: nothing to rest from.
        self._n_running += self._litellm.overdue is None
        self._change(error)
        self._begin(self._mend())
        self._begin(self._prepare_direct())

    async def _mend(self) -> None:
        """Bring LiteLLM back."""
        while True:
            await self._sleep(self._rest_s())
            try:
                await self._litellm.load()
                break
            except EngineBroken as error:
                self._n_running += 1
                self._change(error)
            except EngineError:
                return  # closed meanwhile
        _log.info("litellm is used again")
        self._change(None)
        await self.warm_up()

    def _change(self, error: EngineBroken | None) -> None:
        self._broken = error
        if self.on_change is not None:
            self.on_change(self.status())

    def _rest_s(self) -> float:
        """How long LiteLLM rests before it is tried; a process that is gone is started anew at once, once."""
        n_rests = self._n_running if self._litellm.is_ready else self._n_running - 1
        rest: float = _REST_S * 2 ** (n_rests - 1) if n_rests > 0 else 0.0
        return min(rest, _LONGEST_REST_S)

    async def _prepare_direct(self) -> None:
        # What is wrong with it, the request that needs it is told.
        with contextlib.suppress(EngineError):
            await self._direct.warm_up()

    def _begin(self, chore: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
