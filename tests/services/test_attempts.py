"""A turn whose models fail: who is asked next, what it costs, what the user is told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.adapters.scripted_engine import Fail, Hang, Use
from ralex_tui.config.schema import TimeoutSettings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.conversation import MessageState, Role
from ralex_tui.domain.deployments import Condition
from ralex_tui.domain.errors import (
    AnswerTimeout,
    ContextTooLong,
    EngineBroken,
    EngineUnavailable,
    KeyRefused,
    RateLimited,
)
from ralex_tui.domain.events import Failed, Rerouted, Reserved, Routed, Settled, Stopped, TextDelta, TurnEvent
from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Mode, Model, ModelRef, Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.turn import Ask
from tests.services.desk import CHEAP_PRICE, Desk

DEAR = Price(Rates(Usd.parse("20"), Usd.parse("20")), source="test")


def down(*, may_be_billed: bool = False) -> Fail:
    return Fail(EngineUnavailable("it is down", may_be_billed=may_be_billed))


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    desk = Desk(tmp_path, policy)
    desk.set_models(Tier.CHEAP, Model(ModelRef("lan/small"), CHEAP_PRICE), Model(ModelRef("wan/small"), CHEAP_PRICE))
    return desk


async def events_of(desk: Desk, ask: Ask, stop: StopSignal | None = None) -> list[TurnEvent]:
    async with aclosing(desk.turns.run(ask, stop)) as events:
        return [event async for event in events]


async def entries(desk: Desk) -> list[Entry]:
    today = desk.ledger.today()
    return await desk.ledger.entries(today, today)


def asked(desk: Desk) -> list[str]:
    return [request.model.id for request in desk.engine.requests]


async def test_another_deployment_of_the_tier_answers_with_a_hold_of_its_own(desk: Desk) -> None:
    desk.engine.script(down(may_be_billed=True))
    desk.engine.script("Hello", Use(TokenUsage(10, 2), Usd(8_100)))

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert [type(event) for event in events] == [Routed, Reserved, Rerouted, Reserved, TextDelta, Settled]
    assert asked(desk) == ["lan/small", "wan/small"]
    first, second = await entries(desk)
    assert (first.settlement and first.settlement.outcome, second.settlement and second.settlement.outcome) == (
        Outcome.FAILED,
        Outcome.DONE,
    )
    assert first.cost.amount == first.reservation.amount
    assert second.cost.amount == Usd(8_100)


async def test_the_answer_costs_what_all_its_requests_cost(desk: Desk) -> None:
    desk.engine.script(down(may_be_billed=True))
    desk.engine.script("Hello", Use(TokenUsage(10, 2), Usd(8_100)))

    *_, settled = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(settled, Settled)
    assert settled.answer.cost is not None
    assert settled.answer.cost.amount == Usd.total(entry.cost.amount for entry in await entries(desk))
    conversation = await desk.library.open((await desk.library.list())[0].id)
    assert conversation.cost.amount == settled.answer.cost.amount


async def test_the_note_says_who_failed_and_who_answers(desk: Desk) -> None:
    desk.engine.script(Fail(RateLimited("slow down")))

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    rerouted = next(event for event in events if isinstance(event, Rerouted))
    assert rerouted.route.note == "small has had too many requests: small answers"
    assert isinstance(rerouted.error, RateLimited)
    assert isinstance(events[-1], Settled)
    assert events[-1].answer.note == rerouted.route.note
    assert events[-1].answer.model == "wan/small"


async def test_a_lone_deployment_is_asked_twice_and_then_the_turn_fails(desk: Desk) -> None:
    desk.set_models(Tier.CHEAP, Model(ModelRef("lan/small"), CHEAP_PRICE))
    desk.engine.script(down())
    desk.engine.script(down())

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert asked(desk) == ["lan/small", "lan/small"]
    assert isinstance(events[-1], Failed)
    assert events[-1].error.message == "it is down"
    assert [entry.cost.amount for entry in await entries(desk)] == [ZERO, ZERO]


async def test_nobody_else_answers_after_the_first_word(desk: Desk) -> None:
    desk.engine.script("Half", down())

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    failed = events[-1]
    assert asked(desk) == ["lan/small"]
    assert isinstance(failed, Failed)
    assert failed.answer is not None
    assert (failed.answer.text, failed.answer.state) == ("Half", MessageState.FAILED)


async def test_a_partial_answer_is_part_of_what_is_sent_next(desk: Desk) -> None:
    desk.engine.script("Half", down())
    routed, *_ = await events_of(desk, Ask("one", Mode.CHEAP))
    assert isinstance(routed, Routed)

    await events_of(desk, Ask("go on", Mode.CHEAP, conversation=routed.conversation))

    assert desk.engine.requests[-1].messages == ((Role.USER, "one"), (Role.ASSISTANT, "Half"), (Role.USER, "go on"))


async def test_a_deployment_that_failed_rests_and_another_goes_first_next_time(desk: Desk) -> None:
    desk.engine.script(down())
    await events_of(desk, Ask("one", Mode.CHEAP))

    await events_of(desk, Ask("two", Mode.CHEAP))

    assert asked(desk) == ["lan/small", "wan/small", "wan/small"]
    assert desk.deployments.of(ModelRef("lan/small")).condition(desk.clock.now()) is Condition.RESTING


async def test_a_refused_key_makes_all_models_of_its_provider_rest(desk: Desk) -> None:
    desk.set_models(
        Tier.CHEAP,
        Model(ModelRef("lan/small"), CHEAP_PRICE),
        Model(ModelRef("lan/other"), CHEAP_PRICE),
        Model(ModelRef("wan/small"), CHEAP_PRICE),
    )
    desk.engine.script(Fail(KeyRefused("no", may_be_billed=False)))

    await events_of(desk, Ask("hi", Mode.CHEAP))

    assert asked(desk) == ["lan/small", "wan/small"]
    assert desk.deployments.of(ModelRef("lan/other")).condition(desk.clock.now()) is Condition.RESTING


async def test_what_is_too_long_goes_only_to_a_model_that_may_hold_more(desk: Desk) -> None:
    small = Model(ModelRef("lan/small"), CHEAP_PRICE, context=4_096)
    same, large = (
        replace(small, ref=ModelRef("lan/same")),
        Model(ModelRef("lan/large"), CHEAP_PRICE, context=200_000),
    )
    desk.set_models(Tier.CHEAP, small, same, large)
    desk.engine.script(Fail(ContextTooLong("too long", may_be_billed=False)))

    await events_of(desk, Ask("hi", Mode.CHEAP))

    assert asked(desk) == ["lan/small", "lan/large"]


async def test_a_model_that_was_named_is_not_replaced(desk: Desk) -> None:
    desk.engine.script(Fail(KeyRefused("no", may_be_billed=False)))

    events = await events_of(desk, Ask("hi", model_id="lan/small"))

    assert asked(desk) == ["lan/small"]
    assert isinstance(events[-1], Failed)


async def test_a_chosen_tier_is_kept_and_auto_goes_on_to_tiers_that_are_no_dearer(desk: Desk) -> None:
    for tier in (Tier.CHEAP, Tier.YOLO):
        desk.set_models(tier, Model(ModelRef(f"lan/{tier.value}"), CHEAP_PRICE))
    desk.set_models(Tier.SMART, Model(ModelRef("lan/smart"), DEAR))
    refused = Fail(KeyRefused("no", may_be_billed=False))
    desk.engine.script(refused)

    chosen = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(chosen[-1], Failed)
    desk.engine.script(refused)
    automatic = await events_of(desk, Ask("hi"))
    assert isinstance(automatic[-1], Settled)
    # Its provider's key was refused, so what needs that key is left out, and what costs more anyhow.
    assert automatic[-1].answer.model == "local/tiny"


async def test_where_litellm_broke_the_same_deployment_is_asked_again_at_once(desk: Desk) -> None:
    desk.engine.script(Fail(EngineBroken("LiteLLM fell over")))

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert asked(desk) == ["lan/small", "lan/small"]
    assert isinstance(events[-1], Settled)
    assert desk.deployments.of(ModelRef("lan/small")).condition(desk.clock.now()) is Condition.HEALTHY


async def test_a_fallback_that_the_money_does_not_cover_is_left_out(desk: Desk) -> None:
    desk.policy = replace(desk.policy, daily=Usd.parse("0.004"))
    desk.set_models(Tier.CHEAP, Model(ModelRef("lan/small"), CHEAP_PRICE), Model(ModelRef("lan/dear"), DEAR))
    desk.engine.script(Fail(RateLimited("slow", may_be_billed=False)))

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert asked(desk) == ["lan/small"]
    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, RateLimited)


async def test_stop_ends_the_wait_for_the_next_try(desk: Desk) -> None:
    desk.set_models(Tier.CHEAP, Model(ModelRef("lan/small"), CHEAP_PRICE))
    desk.engine.script(Fail(RateLimited("slow", may_be_billed=False, retry_after_s=19)))
    stop = StopSignal()
    seen: list[TurnEvent] = []
    async with asyncio.timeout(5), aclosing(desk.turns.run(Ask("hi", Mode.CHEAP), stop)) as events:
        async for event in events:
            seen.append(event)
            if isinstance(event, Rerouted):
                assert event.wait_s == 19
                stop.stop()

    assert isinstance(seen[-1], Stopped)
    assert asked(desk) == ["lan/small"]
    assert (await desk.ledger.day_budget()).held == ZERO


@pytest.mark.parametrize("at", [Routed, Reserved, Rerouted])
async def test_closing_a_turn_anywhere_leaves_no_hold_and_no_pending_answer(desk: Desk, at: type[TurnEvent]) -> None:
    desk.engine.script(down())
    desk.engine.script(Hang())
    async with aclosing(desk.turns.run(Ask("hi", Mode.CHEAP))) as events:
        async for event in events:
            if isinstance(event, at):
                break

    assert (await desk.ledger.day_budget()).held == ZERO
    assert desk.engine.n_open == 0
    conversation = await desk.library.open((await desk.library.list())[0].id)
    assert [message.state for message in conversation.path()][1] is MessageState.STOPPED


async def test_closing_a_turn_before_anything_was_sent_costs_nothing(desk: Desk) -> None:
    async with aclosing(desk.turns.run(Ask("hi", Mode.CHEAP))) as events:
        assert isinstance(await anext(events), Routed)

    (entry,) = await entries(desk)
    assert entry.cost.amount == ZERO
    assert asked(desk) == []


async def test_silence_ends_by_our_own_clock_even_if_the_engine_hangs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ralex_tui.services.patience._GRACE_S", 0.0)
    desk.timeouts = TimeoutSettings(first_token=0.05)
    desk.set_models(Tier.CHEAP, Model(ModelRef("lan/small"), CHEAP_PRICE))
    desk.engine.script(Hang())

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    assert isinstance(events[-1], Failed)
    assert isinstance(events[-1].error, AnswerTimeout)
    assert desk.engine.n_open == 0


async def test_an_answer_that_takes_too_long_in_all_keeps_its_text(desk: Desk) -> None:
    desk.timeouts = TimeoutSettings(total=0.05)
    desk.engine.script("Half", Hang())

    events = await events_of(desk, Ask("hi", Mode.CHEAP))

    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.answer is not None
    assert failed.answer.text == "Half"
    assert "longer than 0.05 s" in failed.error.message


async def test_a_question_can_be_answered_anew_and_the_old_answer_is_kept(desk: Desk) -> None:
    desk.engine.script(Fail(KeyRefused("no", may_be_billed=False)))
    desk.engine.script(Fail(KeyRefused("no", may_be_billed=False)))
    routed, *_, failed = await events_of(desk, Ask("hi", Mode.CHEAP))
    assert isinstance(routed, Routed)
    assert isinstance(failed, Failed)

    again = Ask("hi", Mode.SMART, conversation=routed.conversation, question=routed.question.id)
    *_, settled = await events_of(desk, again)

    assert isinstance(settled, Settled)
    conversation = await desk.library.open(routed.conversation)
    assert [message.id for message in conversation.path()] == [routed.question.id, settled.answer.id]
    assert failed.answer is not None
    assert failed.answer.id in conversation.messages
    assert desk.engine.requests[-1].messages == ((Role.USER, "hi"),)


async def test_what_became_of_each_request_is_remembered_without_a_word_of_it(desk: Desk) -> None:
    desk.engine.script(Fail(RateLimited("slow down", may_be_billed=False)))
    desk.engine.script("a secret answer", Use(TokenUsage(10, 2), Usd(8_100)))

    await events_of(desk, Ask("a secret question", Mode.CHEAP))
    desk.deployments.close()

    first, second = desk.log.attempts
    assert (first.number, first.model, first.outcome, first.error) == (1, "lan/small", Outcome.FAILED, "RateLimited")
    assert (second.number, second.model, second.outcome, second.n_output) == (2, "wan/small", Outcome.DONE, 2)
    assert first.turn == second.turn
    assert second.charged is not None
    assert second.charged.amount == Usd(8_100)
    assert "secret" not in repr(desk.log.attempts)


async def test_health_of_the_last_day_is_known_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.engine.script(down())
    await events_of(desk, Ask("hi", Mode.CHEAP))
    desk.deployments.close()

    again = Desk(tmp_path, desk.policy)
    again.log.attempts = desk.log.attempts
    await again.deployments.load()

    assert again.deployments.of(ModelRef("lan/small")).n_failures == 1
    assert again.deployments.of(ModelRef("wan/small")).n_failures == 0


async def test_a_growing_answer_is_saved_from_time_to_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ralex_tui.services.turn._SAVE_EVERY_S", 0.0)
    desk.engine.script("Half an answer", Hang())
    async with aclosing(desk.turns.run(Ask("hi", Mode.CHEAP))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
        (row,) = await desk.library.list()
        answer = (await desk.library.open(row.id)).path()[-1]

    assert (answer.text, answer.state) == ("Half an answer", MessageState.PENDING)
