"""One turn, from the question to the settled answer, with a scripted engine and real files."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.adapters.scripted_engine import Fail, Finish, Hang, Think, Use
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.conversation import MessageState, Role
from ralex_tui.domain.errors import (
    AnswerTimeout,
    BudgetExceeded,
    EngineUnavailable,
    NoModel,
    PriceUnknown,
    StorageError,
    UsageError,
)
from ralex_tui.domain.events import (
    Failed,
    Reserved,
    Routed,
    Settled,
    Stopped,
    TextDelta,
    ThinkingDelta,
    TurnEvent,
)
from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import ZERO, Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.turn import MAX_PROMPT_BYTES, Ask
from tests.services.desk import CHEAP_PRICE, Desk


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    return Desk(tmp_path, policy)


async def events_of(desk: Desk, ask: Ask, stop: StopSignal | None = None) -> list[TurnEvent]:
    async with aclosing(desk.turns.run(ask, stop)) as events:
        return [event async for event in events]


async def all_entries(desk: Desk) -> list[Entry]:
    today = desk.ledger.today()
    return await desk.ledger.entries(today, today)


async def only_entry(desk: Desk) -> Entry:
    (entry,) = await all_entries(desk)
    return entry


async def test_turn_yields_route_reservation_deltas_and_settlement_in_order(desk: Desk) -> None:
    desk.engine.script("Hel", "lo", Use(TokenUsage(10, 2), None))

    events = await events_of(desk, Ask("hi"))

    assert [type(event) for event in events] == [Routed, Reserved, TextDelta, TextDelta, Settled]


async def test_turn_reserves_on_disk_before_the_request_leaves(desk: Desk) -> None:
    held: list[Usd] = []

    async def look() -> None:
        held.append((await desk.ledger.day_budget()).held)

    desk.engine.before_each(look)
    desk.engine.script("hi")

    await events_of(desk, Ask("hi", Mode.CHEAP))

    assert held == [CHEAP_PRICE.worst_case(8 + 200 + len("hi"), 1_000)]


async def test_turn_is_charged_what_the_provider_says(desk: Desk) -> None:
    desk.engine.script("Hello", Use(TokenUsage(10, 2), Usd(8_100)))

    *_, settled = await events_of(desk, Ask("hi", Mode.CHEAP))

    entry = await only_entry(desk)
    assert isinstance(settled, Settled)
    assert settled.answer.cost == entry.cost
    assert entry.cost.amount == Usd(8_100)
    assert entry.cost.accuracy is Accuracy.EXACT
    assert (await desk.ledger.day_budget()).held == ZERO


async def test_turn_saves_question_and_answer(desk: Desk) -> None:
    desk.engine.script(Think("hm"), "Hello", Use(TokenUsage(10, 2), None))

    routed, *_ = await events_of(desk, Ask("what is this?"))

    assert isinstance(routed, Routed)
    conversation = await desk.library.open(routed.conversation)
    question, answer = conversation.path()
    assert (question.role, question.text) == (Role.USER, "what is this?")
    assert (answer.text, answer.thinking, answer.state) == ("Hello", "hm", MessageState.DONE)
    assert answer.tier is Tier.CHEAP
    assert conversation.title == "what is this?"


async def test_turn_sends_the_conversation_so_far(desk: Desk) -> None:
    desk.engine.script("first answer")
    routed, *_ = await events_of(desk, Ask("one"))
    assert isinstance(routed, Routed)
    desk.engine.script("second answer")

    await events_of(desk, Ask("two", conversation=routed.conversation))

    assert [text for _, text in desk.engine.requests[1].messages] == ["one", "first answer", "two"]


async def test_turn_always_sends_max_tokens_that_the_hold_pays_for(desk: Desk) -> None:
    await desk.spend(desk.policy.daily - Usd.parse("0.0005"))

    await events_of(desk, Ask("hi", Mode.CHEAP))

    request = desk.engine.requests[-1]
    entry = next(entry for entry in await all_entries(desk) if entry.reservation.id == request.id)
    assert request.max_tokens == entry.reservation.max_tokens < 200
    assert entry.reservation.amount <= Usd.parse("0.0005")


async def test_turn_sends_nothing_when_the_day_is_spent(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)

    (failed,) = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, BudgetExceeded)
    assert failed.answer is None
    assert desk.engine.requests == []
    assert await desk.library.list() == []


async def test_local_answers_after_the_day_is_spent(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)
    desk.engine.script("still here")

    *_, settled = await events_of(desk, Ask("hi"))

    assert isinstance(settled, Settled)
    assert settled.answer.tier is Tier.LOCAL
    assert settled.answer.cost is not None
    assert settled.answer.cost.amount == ZERO


async def test_turn_keeps_partial_text_and_charges_upward_when_stopped(desk: Desk) -> None:
    desk.engine.script("Hello", " wor", Hang())
    stop = StopSignal()
    seen: list[TurnEvent] = []

    async with aclosing(desk.turns.run(Ask("hi", Mode.CHEAP), stop)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, TextDelta) and event.text == " wor":
                stop.stop()

    stopped, entry = seen[-1], await only_entry(desk)
    assert isinstance(stopped, Stopped)
    assert (stopped.answer.text, stopped.answer.state) == ("Hello wor", MessageState.STOPPED)
    assert entry.settlement is not None
    assert entry.settlement.outcome is Outcome.STOPPED
    assert entry.cost.accuracy is Accuracy.ESTIMATED
    assert ZERO < entry.cost.amount <= entry.reservation.amount


async def test_turn_closes_the_request_when_stopped(desk: Desk) -> None:
    desk.engine.script("Hello", Hang())
    stop = StopSignal()

    async with aclosing(desk.turns.run(Ask("hi"), stop)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                stop.stop()

    assert desk.engine.n_open == 0
    assert desk.engine.n_closed_early == 1


async def test_turn_is_settled_and_saved_when_its_reader_goes_away(desk: Desk) -> None:
    desk.engine.script("Hello", " wor", Hang())

    async with aclosing(desk.turns.run(Ask("hi", Mode.CHEAP))) as events:
        seen = [await anext(events) for _ in range(4)]

    routed = seen[0]
    assert isinstance(routed, Routed)
    answer = (await desk.library.open(routed.conversation)).path()[-1]
    assert (answer.text, answer.state) == ("Hello wor", MessageState.STOPPED)
    assert not (await only_entry(desk)).is_open


async def test_turn_is_settled_when_its_task_is_cancelled(desk: Desk) -> None:
    desk.engine.script("Hello", Hang())
    has_text = asyncio.Event()

    async def read() -> None:
        async for event in desk.turns.run(Ask("hi", Mode.CHEAP)):
            if isinstance(event, TextDelta):
                has_text.set()

    task = asyncio.create_task(read())
    await has_text.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk.settled()

    assert not (await only_entry(desk)).is_open


async def test_turn_keeps_partial_text_when_the_provider_fails(desk: Desk) -> None:
    desk.engine.script("Half an ans", Fail(EngineUnavailable("the answer broke off", hint="try again")))

    *_, failed = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(failed, Failed)
    assert failed.answer is not None
    assert failed.answer.text == "Half an ans"
    assert failed.answer.error == "the answer broke off"
    assert (await only_entry(desk)).cost.accuracy is Accuracy.ESTIMATED


async def test_turn_costs_nothing_when_the_request_never_arrived(desk: Desk) -> None:
    for _ in range(2):
        desk.engine.script(Fail(EngineUnavailable("no connection", may_be_billed=False)))

    await events_of(desk, Ask("hi", Mode.CHEAP))

    assert {entry.cost.amount for entry in await all_entries(desk)} == {ZERO}


async def test_turn_charges_a_time_out_as_if_it_had_been_billed(desk: Desk) -> None:
    desk.engine.script(Fail(AnswerTimeout("nothing came for 60 s")))

    await events_of(desk, Ask("hi", Mode.CHEAP))

    assert (await only_entry(desk)).cost.amount > ZERO


async def test_turn_marks_an_answer_without_a_finish_reason(desk: Desk) -> None:
    desk.engine.script("cut of", Finish(None))

    *_, settled = await events_of(desk, Ask("hi"))

    assert isinstance(settled, Settled)
    assert settled.answer.finish_reason is None


async def test_turn_hands_on_thinking(desk: Desk) -> None:
    desk.engine.script(Think("let me see"), "yes")

    events = await events_of(desk, Ask("hi"))

    assert ThinkingDelta("let me see") in events


@pytest.mark.parametrize("text", ["", "   \n\t "])
async def test_turn_refuses_an_empty_prompt(desk: Desk, text: str) -> None:
    (failed,) = await events_of(desk, Ask(text))

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UsageError)


async def test_turn_refuses_a_prompt_beyond_the_limit_in_one_sentence(desk: Desk) -> None:
    (failed,) = await events_of(desk, Ask("x" * (MAX_PROMPT_BYTES + 1)))

    assert isinstance(failed, Failed)
    assert "4.2 MB" in failed.error.message


async def test_turn_refuses_a_model_without_a_price(desk: Desk) -> None:
    desk.set_price(Tier.SMART, None)

    (failed,) = await events_of(desk, Ask("hi", Mode.SMART))

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, PriceUnknown)
    assert desk.engine.requests == []


async def test_turn_says_which_key_is_missing_when_a_tier_has_no_model(desk: Desk) -> None:
    desk.drop(Tier.YOLO)

    (failed,) = await events_of(desk, Ask("hi", Mode.YOLO))

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, NoModel)
    assert "OPENROUTER_API_KEY" in failed.error.hint


async def test_turn_gives_the_hold_back_when_the_question_cannot_be_saved(desk: Desk) -> None:
    desk.break_library(StorageError("the disk is full"))

    (failed,) = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(failed, Failed)
    assert failed.error.message == "the disk is full"
    assert desk.engine.requests == []
    budget = await desk.ledger.day_budget()
    assert (budget.held, budget.spent.amount) == (ZERO, ZERO)


async def test_turns_at_once_never_pass_the_limit(desk: Desk) -> None:
    desk.policy = replace(desk.policy, daily=Usd.parse("0.01"))
    for _ in range(20):
        desk.engine.script("x" * 400, Use(TokenUsage(200, 100), None))

    await asyncio.gather(*(events_of(desk, Ask("hi", Mode.CHEAP)) for _ in range(20)))

    budget = await desk.ledger.day_budget()
    assert ZERO < budget.spent.amount <= Usd.parse("0.01")
