"""The app's side of the engine process: an Engine that has a child, and another when that one died.

Imports neither LiteLLM nor httpx: they live in the child, see `engine_host`; one child's life is `EngineChild`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ralex_tui.adapters import wire
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.engine_child import EngineChild
from ralex_tui.adapters.secret import Redactor
from ralex_tui.adapters.spawned import happened, spawn
from ralex_tui.domain.errors import EngineBroken, EngineUnavailable
from ralex_tui.domain.events import EngineEvent, Way
from ralex_tui.ports.engine import EngineRequest

_HOST = "ralex_tui.adapters.engine_host"
_STARTS_ALLOWED = 4
_STARTS_WITHIN_S = 60.0


class HostedEngine:
    """An Engine whose work is done by a child process.

    Args:
        log: Where what the child prints goes; its folder must be there.
        environ: The environment of which the child gets the harmless part.
        limits: Time limits in seconds for the child's engine: first_token_s, inactivity_s, local_first_token_s.
        engine: What answers in the child.
        import_s: How long a request waits for the child's imports, counted from its start, in seconds.
        patience_s: How long the child may be silent when it is given a request or called, in seconds; three times
            as long when it is busy.

    Attributes:
        on_end: Called when a child has ended by itself, also between two requests.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint] = (),
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        limits: Mapping[str, float] | None = None,
        engine: Way = Way.LITELLM,
        import_s: float = 20.0,
        patience_s: float = 5.0,
    ) -> None:
        self.on_end: Callable[[EngineBroken], None] | None = None
        self._endpoints = tuple(endpoints)
        self._redact = Redactor(endpoint.key for endpoint in self._endpoints)
        self._log = log
        self._environ = os.environ if environ is None else environ
        self._limits = dict(limits or {})
        self._engine = engine
        self._import_s = import_s
        self._patience_s = patience_s
        self._child: EngineChild | None = None
        self._starts: deque[float] = deque(maxlen=_STARTS_ALLOWED)
        self._serial = itertools.count(1)
        self._starting = asyncio.Lock()
        self._is_closed = False

    @property
    def state(self) -> str:
        """ "starting", "ready" (LiteLLM is there), "dead" (the next request starts it anew) or "closed"."""
        if self._is_closed:
            return "closed"
        child = self._child
        if child is None:
            return "starting"
        return "dead" if child.failure else "ready" if child.is_ready else "starting"

    @property
    def is_ready(self) -> bool:
        """Whether a request would leave at once."""
        return self.state == "ready"

    @property
    def overdue(self) -> EngineBroken | None:
        """What a request would be told now if its child takes too long to load; None where it doesn't."""
        child = self._child
        if child is None or child.loaded.is_set() or time.monotonic() < child.started_at + self._import_s:
            return None
        return EngineBroken(
            f"{wire.NAMES[self._engine]} has not been loaded within {self._import_s:g} s",
            hint=f"it is used again once it is loaded; what it printed is in {self._log}",
            may_be_billed=False,
        )

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._child.pid if self._child is not None and self._child.failure is None else None

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached, for requests to come."""
        self._endpoints = tuple(endpoints)
        self._redact = Redactor(endpoint.key for endpoint in self._endpoints)
        if self._child is not None:
            self._child.order("configure", **self._configuration())

    async def start(self) -> EngineChild:
        """Have a child; returns as soon as it is spawned. Safe to call more than once.

        Raises:
            EngineBroken: If it can't be started, or ended too often.
            EngineUnavailable: If this engine is closed.
        """
        async with self._starting:
            if self._is_closed:
                raise EngineUnavailable("the engine is closed", may_be_billed=False)
            last = self._child
            if last is not None and last.failure is None:
                return last
            self._check_storm()
            if last is not None:
                await last.close(is_asked=False)
            self._child = await self._spawn()
            self._child.order("configure", **self._configuration())
            return self._child

    async def load(self) -> EngineChild:
        """Have a child that is ready, however long that takes.

        Raises:
            EngineBroken: If it ended, froze, or can't be used.
        """
        child = await self.start()
        while not await happened(child.loaded, self._import_s):
            await child.check()
        return _usable(child)

    async def warm_up(self) -> None:
        """Returns when the first request would be fast.

        Raises:
            EngineBroken: As a request would be told that is sent now.
        """
        child = await self.start()
        warming = asyncio.create_task(child.warm_up())
        try:
            await self._loaded(child)
            await warming
        finally:
            warming.cancel()

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`."""
        child = await self._loaded(await self.start())
        # A name of its own for each attempt: what is left of one must not reach the next with the same id.
        named = replace(request, id=f"{request.id}#{next(self._serial)}")
        async with aclosing(child.answer(named)) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        self._is_closed = True
        async with self._starting:
            if self._child is not None:
                await self._child.close()

    async def _loaded(self, child: EngineChild) -> EngineChild:
        """The child, once it has loaded; waits no longer than `import_s` from its start."""
        left = child.started_at + self._import_s - time.monotonic()
        if left > 0:
            await happened(child.loaded, left)
        if (overdue := self.overdue) is not None:
            raise overdue
        return _usable(child)

    async def _spawn(self) -> EngineChild:
        try:
            spawned = await spawn(
                _HOST,
                str(self._log),
                log=self._log,
                environ=self._environ,
                redact=lambda text: self._redact(text),
                limit=wire.MAX_LINE,
            )
        except OSError as error:
            raise EngineBroken(
                f"the engine process can't be started: {error.strerror or error}", may_be_billed=False
            ) from error
        return EngineChild(spawned, wire.NAMES[self._engine], self._log, self._patience_s, self._tell_end)

    def _tell_end(self, failure: EngineBroken) -> None:
        if self.on_end is not None and not self._is_closed:
            self.on_end(failure)

    def _configuration(self) -> dict[str, Any]:
        endpoints = [wire.pack_endpoint(each) for each in self._endpoints]
        return {"engine": self._engine, "endpoints": endpoints, "limits": self._limits}

    def _check_storm(self) -> None:
        now = time.monotonic()
        if len(self._starts) == _STARTS_ALLOWED and now - self._starts[0] < _STARTS_WITHIN_S:
            why = self._child.failure if self._child is not None else None
            raise EngineBroken(
                f"the engine process keeps ending{f': {why.message}' if why else ''}",
                hint=f"the log tells why: {self._log}",
                may_be_billed=False,
            )
        self._starts.append(now)


def _usable(child: EngineChild) -> EngineChild:
    """The child, if requests can be sent through it.

    Raises:
        EngineBroken: Why not; a new one each time, for each raising adds to an error's traceback.
    """
    if child.failure is not None:
        raise EngineBroken(child.failure.message, hint=child.failure.hint, may_be_billed=False)
    return child
