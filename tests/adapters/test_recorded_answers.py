"""What recorded answers of many providers are charged, against what those providers bill.

Each goes over loopback through the real engines, LiteLLM's and, where the form is OpenAI's, the direct one's; and
is charged as a turn would charge it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from ralex_tui.adapters.direct_engine import DirectEngine
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.charging import Charge, Evidence, charge
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.ledger import Reservation
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Accuracy
from ralex_tui.domain.providers import Habits, habits_of
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Asked, Provider
from tests.adapters.recording import Recording, recordings

pytestmark = [
    pytest.mark.usefixtures("litellm_loaded"),
    # LiteLLM's doings, each of them; pytest undoes the filter that `load_litellm` sets.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
]

ALL = recordings()
WHOLE = [each for each in ALL if each.is_whole]
CUT = [each for each in ALL if not each.is_whole]
ONE_EACH = list({each.provider: each for each in ALL}.values())

KEY = Secret("key-of-the-test-0123456789")
KEY_HEADERS = {"anthropic": ("x-api-key", ""), "gemini": ("x-goog-api-key", "")}
MAX_TOKENS = 8_000
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """What the engine made of a recording, and what it asked for it."""

    events: tuple[EngineEvent, ...]
    asked: tuple[Asked, ...]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def thinking(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ThinkingDelta))

    @property
    def usage(self) -> UsageReported | None:
        return next((event for event in self.events if isinstance(event, UsageReported)), None)

    def evidence(self, habits: Habits) -> Evidence:
        """As `services.answer` gives it."""
        n_bytes = len((self.text + self.thinking).encode())
        is_bounded = habits.shows_thinking and not habits.bills_whole
        if self.usage is None:
            return Evidence(n_output_bytes=n_bytes, is_bounded=is_bounded)
        usage = self.usage
        return Evidence(usage.usage, usage.is_counted, usage.cost, n_bytes, is_bounded=is_bounded)


Play = Callable[[Recording, str], Coroutine[Any, Any, Played]]


@pytest.fixture
async def play(provider: Provider) -> AsyncIterator[Play]:
    engines: dict[str, LitellmEngine | DirectEngine] = {
        "litellm": LitellmEngine(first_token_s=20, inactivity_s=20),
        "direct": DirectEngine(first_token_s=20, inactivity_s=20),
    }

    async def play(recording: Recording, way: str) -> Played:
        engine = engines[way]
        provider.script(recording.reply)
        engine.set_endpoints([Endpoint("server", recording.kind, KEY, provider.root + recording.base)])
        request = EngineRequest("r1", ModelRef(f"server/{recording.model}"), ((Role.USER, "hi"),), MAX_TOKENS)
        events: list[EngineEvent] = []
        try:
            async for event in engine.stream(request):
                events.append(event)
        except EngineError:
            assert not recording.is_whole
        return Played(tuple(events), tuple(provider.requests))

    yield play
    for engine in engines.values():
        await engine.close()


def charged(recording: Recording, played: Played) -> Charge:
    """As a turn charges it, with the tightest bound of the input that holds."""
    price = recording.price
    reservation = Reservation(
        id="r1",
        day=NOW.date(),
        at=NOW,
        owner="me",
        conversation="c1",
        tier=Tier.SMART,
        model=recording.model,
        amount=price.worst_case(recording.n_prompt, MAX_TOKENS),
        input_bound=recording.n_prompt,
        max_tokens=MAX_TOKENS,
        price=price,
    )
    return charge(reservation, played.evidence(habits_of(recording.kind, recording.model)))


def named(recordings: list[Recording]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("recording", recordings, ids=[each.name for each in recordings])


def by_both_ways(recordings: list[Recording]) -> pytest.MarkDecorator:
    """Each recording by LiteLLM, and by the direct way where it is of a form that this one reads."""
    pairs = [(each, "litellm") for each in recordings]
    pairs += [(each, "direct") for each in recordings if each.kind in ("openai", "openrouter")]
    return pytest.mark.parametrize(("recording", "way"), pairs, ids=[f"{each.name}-{way}" for each, way in pairs])


def test_recordings_are_of_many_providers_and_cases() -> None:
    providers = {each.provider for each in WHOLE}
    subjects = {word for each in ALL for word in each.subject.split()}

    assert len(providers) >= 6
    assert len({each.provider for each in WHOLE if each.says == "reported"}) >= 3
    assert {"plain", "cached", "reasoning", "tiered", "cut"} <= subjects
    assert {each.kind for each in ALL} == {"openai", "anthropic", "gemini", "openrouter", "ollama_chat"}


@named([each for each in ALL if each.bill])
def test_lines_of_the_bill_add_up(recording: Recording) -> None:
    assert recording.sum_of_bill == recording.billed


@by_both_ways(WHOLE)
async def test_answer_is_charged_what_is_billed(play: Play, recording: Recording, way: str) -> None:
    result = charged(recording, await play(recording, way))

    # The promise is within 0.5 % where nothing is reported; what is kept is to the nano-dollar.
    assert result.amount == recording.billed
    is_exact = recording.says == "reported" or recording.price.is_free
    assert result.accuracy is (Accuracy.EXACT if is_exact else Accuracy.COMPUTED)


@by_both_ways(WHOLE)
async def test_answer_is_read_as_it_was_meant(play: Play, recording: Recording, way: str) -> None:
    played = await play(recording, way)

    cost = recording.billed if recording.says == "reported" else None
    assert recording.usage is not None
    assert played.usage == UsageReported(recording.usage, cost, is_counted=True)
    is_lost = recording.is_lost_by_litellm and way == "litellm"
    assert (played.text, played.thinking) == (("", "") if is_lost else (recording.text, recording.thinking))
    assert isinstance(played.events[-1], Finished)
    assert played.events[-1].reason is not None


@by_both_ways(ONE_EACH)
async def test_request_is_sent_once_to_the_right_place(play: Play, recording: Recording, way: str) -> None:
    (asked,) = (await play(recording, way)).asked

    header, scheme = KEY_HEADERS.get(recording.kind, ("authorization", "Bearer "))
    assert asked.path == recording.path
    assert asked.headers[header] == scheme + KEY.reveal()


@by_both_ways(CUT)
async def test_cut_answer_is_charged_no_less_than_is_billed(play: Play, recording: Recording, way: str) -> None:
    result = charged(recording, await play(recording, way))

    assert result.amount >= recording.billed
    assert result.accuracy is Accuracy.ESTIMATED


@by_both_ways(CUT)
async def test_cut_answer_keeps_what_came_and_counts_nothing_for_certain(
    play: Play, recording: Recording, way: str
) -> None:
    played = await play(recording, way)

    assert (played.text, played.thinking) == (recording.text, recording.thinking)
    assert played.usage is None or not played.usage.is_counted
    assert played.usage is None or played.usage.cost is None
