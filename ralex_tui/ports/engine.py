"""What answers a request: a library, a child process, a local model, or a script."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from ralex_tui.domain.conversation import Role
from ralex_tui.domain.events import EngineEvent, Way
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One request to one model. Nothing in an engine retries it or turns to another model.

    Args:
        id: The reservation's id; also the id by which an engine's logs call the request.
        tier: The group of deployments that `model` was chosen from.
        max_tokens: Always sent: the reservation pays for no more.
        is_cached: Whether to ask the provider to keep the messages for the next request.
        max_rates: Dollars for a million tokens in and out that the hold was made with, for brokers that
            choose among providers; None for no bound.
    """

    id: str
    model: ModelRef
    messages: tuple[tuple[Role, str], ...]
    max_tokens: int
    temperature: float | None = None
    is_cached: bool = False
    max_rates: tuple[Usd, Usd] | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How requests are carried now.

    Args:
        way: Who would carry the next request.
        is_ready: Whether it would leave at once; false while LiteLLM is being imported.
        why: What is wrong with LiteLLM, one sentence; empty where nothing is.
        hint: What to do about it.
    """

    way: Way
    is_ready: bool = True
    why: str = ""
    hint: str = ""


class Engine(Protocol):
    """Streams answers. Closing the generator, or cancelling its task, stops the request at the provider."""

    def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """Send the request and yield, where the way is known, Sent; deltas; at most one UsageReported; Finished.

        Raises:
            EngineError: With `may_be_billed` false only if the request certainly never arrived, or was refused
                before any work.
        """
        ...

    async def warm_up(self) -> None:
        """Do slow preparations without any network call. Safe to call more than once."""
        ...

    async def close(self) -> None:
        """End child processes and connections. Safe to call more than once."""
        ...
