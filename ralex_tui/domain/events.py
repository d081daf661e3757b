"""What one turn yields, in order: Routed, Reserved, deltas, then one of Settled, Stopped, Failed.

Where a model fails before its first word, Rerouted and another Reserved come between.
And what an engine yields while it answers: Sent, deltas, UsageReported, Finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ralex_tui.domain.conversation import Message
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.ledger import Reservation
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.routing import Route


class Way(StrEnum):
    """How a request reaches its provider."""

    LITELLM = "litellm"
    DIRECT = "direct"  # an OpenAI-compatible request without LiteLLM


@dataclass(frozen=True, slots=True)
class Routed:
    """The tier and model are chosen; the question is saved."""

    route: Route
    conversation: str
    question: Message
    answer_id: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """The worst case is on disk; the request leaves now."""

    reservation: Reservation


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A request failed before its first word; it is settled, and another one follows.

    Args:
        route: Who answers now; its note says what happened.
        error: What went wrong.
        wait_s: Seconds until it is sent.
    """

    route: Route
    error: RalexError
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """The request is handed over to be sent."""

    way: Way


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer, as the model wrote it: raw, to be cleaned where it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More of the model's thinking; raw."""

    text: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The provider's count, and its own figure of the cost where it gives one.

    Args:
        is_counted: False where the numbers are a library's own guess and not the provider's.
    """

    usage: TokenUsage
    cost: Usd | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream has ended.

    Args:
        reason: "stop", "length" or another word of the provider's; None when the stream ended
            without one, so the answer may be cut off.
    """

    reason: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer is complete, charged and saved."""

    answer: Message


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user stopped it; what came is charged by an upward estimate and saved."""

    answer: Message


@dataclass(frozen=True, slots=True)
class Failed:
    """It ended in an error; what came is saved. `answer` is None where nothing was ever reserved."""

    error: RalexError
    answer: Message | None = None


EngineEvent: TypeAlias = Sent | TextDelta | ThinkingDelta | UsageReported | Finished
TurnEvent: TypeAlias = Routed | Reserved | Rerouted | TextDelta | ThinkingDelta | Settled | Stopped | Failed
