"""The servers on this computer: when they are looked for, and what was found last. Sends nothing itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ralex_tui.domain.local import FoundModel, FoundServer
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.local import FindServers


@dataclass(frozen=True, slots=True)
class FoundModels:
    """The models of the servers that were found last; empty before the first look."""

    servers: tuple[FoundServer, ...] = ()

    @property
    def in_order(self) -> list[FoundModel]:
        """Those that are loaded first, then the others, server by server."""
        return sorted(
            (model for server in self.servers for model in server.models), key=lambda model: not model.is_loaded
        )

    def find(self, ref: ModelRef) -> FoundModel | None:
        """The model of that id; Ollama's may leave out the tag that it takes for granted."""
        names = (ref.id, f"{ref.id}:latest")
        return next((model for server in self.servers for model in server.models if model.ref.id in names), None)


class LocalServers:
    """Looks for servers, one look at a time.

    Args:
        find: Asks for them.
        on_change: Is told what there is now, before anyone can ask a model that was not there before.
    """

    def __init__(self, find: FindServers, clock: Clock, on_change: Callable[[Sequence[FoundServer]], None]) -> None:
        self._find = find
        self._clock = clock
        self._on_change = on_change
        self._looking: asyncio.Task[bool] | None = None
        self._looked_at: float | None = None
        self.found = FoundModels()
        """Replaced as a whole by each look that finds something else."""

    @property
    def version(self) -> object:
        """Changes when something was found or lost; compare with ==."""
        return self.found.servers

    @property
    def has_looked(self) -> bool:
        return self._looked_at is not None

    async def look(self, *, max_age_s: float = 0.0) -> bool:
        """Look now; whether something has changed. A look that is on its way already is waited for.

        Args:
            max_age_s: How many seconds old the last look may be to do as well.
        """
        if self._looked_at is not None and self._clock.monotonic() - self._looked_at < max_age_s:
            return False
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        # Whoever started it may be cancelled; the others wait on.
        return await asyncio.shield(self._looking)

    async def close(self) -> None:
        """Give up a look that is on its way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> bool:
        try:
            servers = tuple(await self._find())
            self._looked_at = self._clock.monotonic()
            if servers == self.found.servers:
                return False
            self._on_change(servers)
            self.found = FoundModels(servers)
            return True
        finally:
            self._looking = None
