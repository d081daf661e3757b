"""One Engine for all models: the embedded one is started first, then reached like the others."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol

from ralex_tui.adapters.endpoints import LOCAL_PROVIDER, Endpoint
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Way
from ralex_tui.ports.engine import Engine, EngineRequest, EngineStatus


class ConfigurableEngine(Engine, Protocol):
    """An Engine that is told what can be reached: Emergency, HostedEngine, LitellmEngine."""

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached, for requests to come."""
        ...


class LocalServer(Protocol):
    """What runs the embedded model: EmbeddedModel."""

    @property
    def is_running(self) -> bool: ...

    async def start(self) -> Endpoint:
        """Have it running; says where.

        Raises:
            EngineUnavailable: If it does not come up.
        """
        ...

    async def close(self) -> None:
        """End it."""
        ...


class Engines:
    """Dispatches by the model's provider.

    Args:
        remote: Answers every request in the end.
        embedded: Started when a model of the provider `local` is first asked, or at warm-up.
        endpoints: What can be reached besides the embedded model.
        warm_embedded: Whether `warm_up` loads the embedded model too (about 1.2 s and 200 MB):
            right where it is likely to answer, as without any key.
        status: How requests are carried now; always by LiteLLM if none is given.
    """

    def __init__(
        self,
        remote: ConfigurableEngine,
        embedded: LocalServer,
        endpoints: Iterable[Endpoint],
        *,
        warm_embedded: bool = False,
        status: Callable[[], EngineStatus] = lambda: EngineStatus(Way.LITELLM),
    ) -> None:
        self.status = status
        self._remote = remote
        self._embedded = embedded
        self._endpoints = tuple(endpoints)
        self._warm_embedded = warm_embedded
        self._local: Endpoint | None = None
        remote.set_endpoints(self._endpoints)

    @property
    def is_embedded_running(self) -> bool:
        """Whether the embedded model is loaded."""
        return self._embedded.is_running

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached besides the embedded model."""
        self._endpoints = tuple(endpoints)
        self._remote.set_endpoints((*self._endpoints, *((self._local,) if self._local else ())))

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`."""
        if request.model.provider == LOCAL_PROVIDER:
            await self._start_local()
        async with contextlib.aclosing(self._remote.stream(request)) as events:
            async for event in events:
                yield event

    async def warm_up(self) -> None:
        if self._warm_embedded:
            # Its absence is told when it is asked, not before.
            with contextlib.suppress(EngineError):
                await self._start_local()
        await self._remote.warm_up()

    async def close(self) -> None:
        await self._remote.close()
        await self._embedded.close()

    async def _start_local(self) -> None:
        endpoint = await self._embedded.start()
        if endpoint != self._local:
            self._local = endpoint
            self.set_endpoints(self._endpoints)
