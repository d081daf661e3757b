"""An engine that answers from a script: for tests and demos; shipped.

Deterministic: it never sleeps unless the script says Pause, and never reaches outside.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported, Way
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage, estimate_tokens
from ralex_tui.ports.engine import EngineRequest, EngineStatus


@dataclass(frozen=True, slots=True)
class Think:
    """A piece of thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class Hang:
    """Wait until the stream is closed or cancelled."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Really wait, for demos."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Raise this, as it is."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Use:
    """Report this usage, in place of one that is made up from the texts' lengths."""

    usage: TokenUsage
    cost: Usd | None = None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class NoUsage:
    """Report no usage at all."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End with this reason, in place of "stop"; None for an answer that is cut off."""

    reason: str | None


Step: TypeAlias = str | Think | Hang | Pause | Fail | Use | NoUsage | Finish

DEFAULT_ANSWER: tuple[Step, ...] = ("This is ", "a scripted ", "answer.")


class ScriptedEngine:
    """Answers each request with the next script; with `default` when there is none left.

    Args:
        default: The answer to what nothing was scripted for.
    """

    def __init__(self, *default: Step) -> None:
        self._default = default or DEFAULT_ANSWER
        self._scripts: deque[tuple[Step, ...]] = deque()
        self.requests: list[EngineRequest] = []
        """All requests so far, in order."""
        self.n_closed_early = 0
        """Streams that were closed or cancelled before their end."""
        self.endpoints: tuple[Endpoint, ...] = ()
        """What can be reached, as it was told last."""
        self.is_warm = False
        self.is_closed = False

    def script(self, *steps: Step) -> None:
        """Answer the next request without a script with these steps."""
        self._scripts.append(steps)

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`. A usage and a finish that the script leaves out are added."""
        self.requests.append(request)
        steps = self._scripts.popleft() if self._scripts else self._default
        is_over = False
        try:
            for event in _opening(steps):
                if isinstance(event, Hang):
                    await asyncio.Event().wait()
                elif isinstance(event, Pause):
                    await asyncio.sleep(event.seconds)
                elif isinstance(event, Fail):
                    is_over = True
                    raise event.error
                else:
                    yield event
                    # Let others run between two events, as a real engine does.
                    await asyncio.sleep(0)
            for last in _ending(steps, request):
                yield last
            is_over = True
        finally:
            self.n_closed_early += not is_over

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached; the script answers for all of it."""
        self.endpoints = tuple(endpoints)

    def status(self) -> EngineStatus:
        """As if LiteLLM were there."""
        return EngineStatus(Way.LITELLM)

    async def warm_up(self) -> None:
        self.is_warm = True

    async def close(self) -> None:
        self.is_closed = True


def _opening(steps: tuple[Step, ...]) -> list[TextDelta | ThinkingDelta | Hang | Pause | Fail]:
    """The steps that happen in their place; usage and finish come last, wherever they stand."""
    opening: list[TextDelta | ThinkingDelta | Hang | Pause | Fail] = []
    for step in steps:
        match step:
            case str():
                opening.append(TextDelta(step))
            case Think(text):
                opening.append(ThinkingDelta(text))
            case Hang() | Pause() | Fail():
                opening.append(step)
    return opening


def _ending(steps: tuple[Step, ...], request: EngineRequest) -> list[EngineEvent]:
    ending: list[EngineEvent] = []
    if not any(isinstance(step, NoUsage) for step in steps):
        given = next((step for step in steps if isinstance(step, Use)), None) or Use(_made_up(steps, request))
        ending.append(UsageReported(given.usage, given.cost, given.is_counted))
    finish = next((step for step in steps if isinstance(step, Finish)), Finish("stop"))
    return [*ending, Finished(finish.reason)]


def _made_up(steps: tuple[Step, ...], request: EngineRequest) -> TokenUsage:
    thinking = sum(estimate_tokens(step.text) for step in steps if isinstance(step, Think))
    text = sum(estimate_tokens(step) for step in steps if isinstance(step, str))
    asked = sum(estimate_tokens(text) for _, text in request.messages)
    return TokenUsage(input=asked, output=text + thinking, reasoning=thinking)
