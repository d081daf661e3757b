"""Looking for servers on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ralex_tui.domain.local import FoundServer


class FindServers(Protocol):
    """Asks the usual ports of this computer, and the configured servers on it, for their models."""

    async def __call__(self) -> Sequence[FoundServer]:
        """What listens now; nothing that a server says or leaves unsaid raises. Takes up to two seconds."""
        ...
