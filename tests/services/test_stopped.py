"""A stopped answer: charged upwards at once, and heard out where the provider bills it to its end anyhow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.conversation import Message
from ralex_tui.domain.errors import AnswerTimeout
from ralex_tui.domain.events import EngineEvent, Finished, Stopped, TextDelta, TurnEvent, UsageReported
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Mode, Tier, TierPlan
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.providers import Habits
from ralex_tui.domain.remarks import Opinion
from ralex_tui.ports.engine import EngineRequest
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.turn import Ask, TurnService
from tests.autos import word_auto
from tests.services.desk import CHEAP_PRICE, Desk

USAGE = TokenUsage(210, 400)


class LateEngine:
    """Writes a word, waits until it is told, writes the rest."""

    def __init__(self, *rest: EngineEvent | Exception) -> None:
        self.may_go_on = asyncio.Event()
        self.has_ended = asyncio.Event()
        self._rest = rest

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        try:
            yield TextDelta("Hello")
            await self.may_go_on.wait()
            for event in self._rest:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.has_ended.set()

    async def warm_up(self) -> None: ...

    async def close(self) -> None: ...


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    desk = Desk(tmp_path, policy)
    plan = desk.catalogue.plan(Tier.CHEAP)
    model = replace(plan.models[0], habits=Habits(bills_whole=True))
    tiers = {**desk.catalogue.tiers, Tier.CHEAP: TierPlan(Tier.CHEAP, (model,), (model.ref,), 1_000)}
    desk.catalogue = replace(desk.catalogue, tiers=tiers)
    return desk


def service(desk: Desk, engine: LateEngine) -> TurnService:
    return TurnService(
        engine=engine,
        ledger=desk.ledger,
        library=desk.library,
        catalogue=lambda: desk.catalogue,
        policy=desk.policy,
        clock=desk.clock,
        deployments=desk.deployments,
        auto=word_auto(),
    )


async def stopped(turns: TurnService) -> Stopped:
    """Ask, and stop at the first word."""
    stop = StopSignal()
    seen: list[TurnEvent] = []
    async with aclosing(turns.run(Ask("hi", Mode.CHEAP), stop)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, TextDelta):
                stop.stop()
    assert isinstance(seen[-1], Stopped)
    return seen[-1]


async def only_entry(desk: Desk) -> Entry:
    today = desk.ledger.today()
    (entry,) = await desk.ledger.entries(today, today)
    return entry


async def test_a_stop_that_saves_nothing_is_charged_the_whole_hold_at_once(desk: Desk) -> None:
    engine = LateEngine()
    turns = service(desk, engine)

    ended = await stopped(turns)

    entry = await only_entry(desk)
    assert not engine.has_ended.is_set()
    assert entry.cost.amount == entry.reservation.amount
    assert entry.cost.accuracy is Accuracy.ESTIMATED
    assert ended.answer.text == "Hello"
    await turns.close()


async def test_the_usage_that_comes_after_the_stop_corrects_the_charge(desk: Desk) -> None:
    engine = LateEngine(TextDelta(" world"), UsageReported(USAGE), Finished("stop"))
    turns = service(desk, engine)
    corrected: asyncio.Queue[tuple[str, Message]] = asyncio.Queue()
    turns.on_corrected = lambda conversation, answer: corrected.put_nowait((conversation, answer))
    await stopped(turns)

    engine.may_go_on.set()
    conversation, answer = await asyncio.wait_for(corrected.get(), 10)

    entry = await only_entry(desk)
    assert entry.cost.amount == CHEAP_PRICE.cost(USAGE)
    assert entry.cost.accuracy is Accuracy.COMPUTED
    assert [(c.who, c.why) for c in entry.corrections] == [("provider", "its usage came after the stop")]
    assert (answer.text, answer.cost) == ("Hello", entry.cost)
    assert (await desk.library.open(conversation)).messages[answer.id] == answer


async def test_a_correction_does_not_move_the_conversation_back(desk: Desk) -> None:
    engine = LateEngine(UsageReported(USAGE), Finished("stop"))
    turns = service(desk, engine)
    corrected: asyncio.Queue[str] = asyncio.Queue()
    turns.on_corrected = lambda conversation, _: corrected.put_nowait(conversation)
    await stopped(turns)
    conversation = (await desk.library.list())[0].id
    desk.engine.script("the next answer")
    async with aclosing(desk.turns.run(Ask("next", Mode.LOCAL, conversation))) as events:
        assert [event async for event in events]

    engine.may_go_on.set()
    await asyncio.wait_for(corrected.get(), 10)

    path = (await desk.library.open(conversation)).path()
    assert [message.text for message in path] == ["hi", "Hello", "next", "the next answer"]


async def test_a_correction_keeps_the_thumb_that_was_given_meanwhile(desk: Desk) -> None:
    engine = LateEngine(UsageReported(USAGE), Finished("stop"))
    turns = service(desk, engine)
    corrected: asyncio.Queue[Message] = asyncio.Queue()
    turns.on_corrected = lambda _, answer: corrected.put_nowait(answer)
    ended = await stopped(turns)
    conversation = (await desk.library.list())[0].id
    await desk.library.amend(conversation, replace(ended.answer, thumb=Opinion.DOWN))

    engine.may_go_on.set()
    answer = await asyncio.wait_for(corrected.get(), 10)

    assert answer.thumb is Opinion.DOWN
    assert (await desk.library.open(conversation)).messages[answer.id] == answer


async def test_an_answer_whose_end_never_comes_keeps_its_estimate(desk: Desk) -> None:
    engine = LateEngine(AnswerTimeout("nothing came"))
    turns = service(desk, engine)
    await stopped(turns)

    engine.may_go_on.set()
    await asyncio.wait_for(engine.has_ended.wait(), 10)
    await turns.close()

    entry = await only_entry(desk)
    assert entry.cost.amount == entry.reservation.amount
    assert entry.corrections == ()


async def test_closing_gives_up_what_is_still_heard_out(desk: Desk) -> None:
    engine = LateEngine()
    turns = service(desk, engine)
    await stopped(turns)

    await turns.close()

    assert engine.has_ended.is_set()
    assert (await only_entry(desk)).cost.amount > Usd(0)
