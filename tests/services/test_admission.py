"""What happens at a limit: Auto steps down and says so, a choice is kept or refused, what is free goes on."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.domain.budget import BudgetPolicy, BudgetState, Shortfall
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable, UsageError
from ralex_tui.domain.events import Failed, Reserved, Routed, Settled, TurnEvent
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.remarks import Choice, Opinion
from ralex_tui.services.choices import options, raise_by
from ralex_tui.services.turn import Ask
from tests.services.desk import CHEAP_PRICE, SMART_PRICE, Desk

COMPLEX = "refactor this architecture"


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    return Desk(tmp_path, policy)


async def events_of(desk: Desk, ask: Ask) -> list[TurnEvent]:
    async with aclosing(desk.turns.run(ask)) as events:
        return [event async for event in events]


async def answered(desk: Desk, ask: Ask) -> tuple[Routed, Reserved, Settled]:
    desk.engine.script("yes")
    routed, reserved, *_, settled = await events_of(desk, ask)
    assert isinstance(routed, Routed)
    assert isinstance(reserved, Reserved)
    assert isinstance(settled, Settled)
    return routed, reserved, settled


async def leave(desk: Desk, amount: str) -> None:
    """Spend the day down to `amount`."""
    await desk.spend(desk.policy.daily - Usd.parse(amount))


async def shortfall_of(desk: Desk, ask: Ask) -> Shortfall:
    (failed,) = await events_of(desk, ask)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, BudgetExceeded)
    assert failed.error.shortfall is not None
    return failed.error.shortfall


async def test_auto_keeps_to_the_tiers_of_the_state_and_the_answer_says_why(desk: Desk) -> None:
    await leave(desk, "1.50")

    routed, _, settled = await answered(desk, Ask(COMPLEX))

    assert (routed.route.tier, routed.route.wanted) == (Tier.CHEAP, Tier.SMART)
    assert settled.answer.note == "$1.5000 left: Cheap in place of Smart"


async def test_auto_steps_down_to_what_is_free_when_nothing_paid_is_covered(desk: Desk) -> None:
    await leave(desk, "0.0001")

    routed, _, settled = await answered(desk, Ask("urgent"))

    assert (routed.route.tier, routed.route.wanted) == (Tier.LOCAL, Tier.YOLO)
    assert settled.answer.note == "$0.0001 left, too little for Yolo: Local in its place"


async def test_auto_steps_down_to_the_dearest_tier_that_is_covered(desk: Desk) -> None:
    # A healthy day, on which one long conversation is too much for the dear model alone.
    await leave(desk, "2.01")
    long = COMPLEX + " x" * 600_000

    routed, _, settled = await answered(desk, Ask(long))

    assert routed.route.tier in (Tier.CHEAP, Tier.YOLO)
    assert settled.answer.note.startswith("$2.0100 left, too little for Smart: ")


async def test_auto_without_any_way_down_asks_as_a_chosen_tier_does(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)
    desk.drop(Tier.LOCAL)

    shortfall = await shortfall_of(desk, Ask(COMPLEX))

    assert shortfall.need.tier is Tier.SMART
    assert desk.engine.requests == []


async def test_a_chosen_tier_is_refused_and_never_changed(desk: Desk) -> None:
    await leave(desk, "0.0001")

    shortfall = await shortfall_of(desk, Ask("hi", Mode.SMART))

    assert shortfall.need.tier is Tier.SMART
    assert shortfall.limit.left == Usd.parse("0.0001")
    assert desk.engine.requests == []


async def test_an_answer_cut_to_what_is_left_says_so(desk: Desk) -> None:
    await leave(desk, "0.0050")

    _, reserved, settled = await answered(desk, Ask("hi", Mode.SMART))

    n = reserved.reservation.max_tokens
    assert n < 1_000
    assert settled.answer.note == f"$0.0050 left: at most {n} tokens of answer"


async def test_how_short_a_critical_day_makes_answers_is_the_users_to_say(tmp_path: Path, policy: BudgetPolicy) -> None:
    desk = Desk(tmp_path, replace(policy, critical_tokens=77))
    await leave(desk, "0.40")

    _, reserved, settled = await answered(desk, Ask("hi", Mode.SMART))

    assert reserved.reservation.max_tokens == 77
    assert settled.answer.note == "$0.4000 left: at most 77 tokens of answer"


async def test_one_message_is_allowed_past_the_limit_and_the_next_is_not(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)

    _, reserved, _ = await answered(desk, Ask("hi", Mode.SMART, allowed_because="a deadline"))
    await shortfall_of(desk, Ask("hi", Mode.SMART))

    book = (await desk.ledger.books(desk.ledger.today(), desk.ledger.today()))[0]
    (allowance,) = book.allowances.values()
    assert (allowance.request, allowance.why) == (reserved.reservation.id, "a deadline")
    assert reserved.reservation.amount == SMART_PRICE.worst_case(8 + 200 + 2, 1_000)
    assert (await desk.ledger.day_budget()).left == ZERO


async def test_allowing_a_message_that_needs_it_not_changes_nothing(desk: Desk) -> None:
    await answered(desk, Ask("hi", Mode.CHEAP, allowed_because="a deadline"))

    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    assert book.allowances == {}


async def test_what_is_free_goes_on_when_the_ledger_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    await answered(desk, Ask("hi", Mode.CHEAP))
    (file,) = (tmp_path / "ledger").glob("*.journal")
    damaged = file.read_bytes().replace(b"reservation", b"reservatiom")
    file.write_bytes(damaged)

    desk = Desk(tmp_path, desk.policy)  # a process that has read nothing of it yet
    (failed,) = await events_of(desk, Ask("hi", Mode.CHEAP))
    *_, by_choice = await answered(desk, Ask("hi", Mode.LOCAL))
    *_, by_auto = await answered(desk, Ask(COMPLEX))

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, LedgerUnreadable)
    assert [by_choice.answer.tier, by_auto.answer.tier] == [Tier.LOCAL, Tier.LOCAL]
    assert by_auto.answer.reason == "the ledger can't be read"
    assert len(desk.engine.requests) == 2
    assert file.read_bytes() == damaged


async def test_the_question_offers_the_dearest_tier_left_then_what_is_free_then_more_money(desk: Desk) -> None:
    await leave(desk, "0.0031")
    desk.set_price(Tier.YOLO, CHEAP_PRICE)

    shortfall = await shortfall_of(desk, Ask("hi" * 1_000, Mode.SMART))
    offered = options(shortfall, desk.catalogue, BudgetState.CRITICAL)

    assert [option.choice for option in offered] == [
        Choice.STEP_DOWN,
        Choice.LOCAL,
        Choice.ALLOW,
        Choice.RAISE,
        Choice.STOP,
    ]
    lower, local, allow, more, _ = offered
    assert (lower.tier, lower.max_tokens, local.at_most) == (Tier.YOLO, 200, ZERO)
    assert lower.at_most <= shortfall.limit.left
    assert (allow.tier, allow.at_most) == (Tier.SMART, shortfall.worst)
    assert (more.at_most, more.limit) == (Usd.parse("1"), Usd.parse("6"))


async def test_the_question_offers_no_tier_that_is_not_covered(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)
    desk.drop(Tier.LOCAL)

    shortfall = await shortfall_of(desk, Ask("hi", Mode.CHEAP))

    offered = options(shortfall, desk.catalogue, BudgetState.SPENT)
    assert [option.choice for option in offered] == [Choice.ALLOW, Choice.RAISE, Choice.STOP]


async def test_raising_by_what_is_offered_lets_the_message_pass(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)
    await desk.ledger.raise_limit(Usd.parse("0.001"), "a little")
    shortfall = await shortfall_of(desk, Ask("hi", Mode.SMART))

    await desk.ledger.raise_limit(raise_by(shortfall), "a deadline")
    _, reserved, _ = await answered(desk, Ask("hi", Mode.SMART))

    assert reserved.reservation.max_tokens == 1_000


async def test_an_answer_to_the_question_is_a_line_of_the_ledger(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)
    shortfall = await shortfall_of(desk, Ask("hi", Mode.SMART))
    before = await desk.ledger.day_budget()

    await desk.ledger.decide(Choice.STOP, shortfall)

    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    (decision,) = book.decisions.values()
    assert (decision.choice, decision.tier, decision.left) == (Choice.STOP, Tier.SMART, shortfall.limit.left)
    assert await desk.ledger.day_budget() == before


async def test_what_was_asked_for_and_what_each_tier_costs_is_written_with_the_hold(desk: Desk) -> None:
    _, reserved, settled = await answered(desk, Ask("Translate this into German: good morning"))

    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    (entry,) = book.entries.values()
    assert entry.reservation == reserved.reservation
    assert (entry.reservation.answer, entry.reservation.request_kind) == (settled.answer.id, "translate")
    assert entry.tariff is not None
    assert entry.tariff.tiers[Tier.SMART][1] == SMART_PRICE


async def test_tariff_is_written_once_and_again_when_a_price_changes(desk: Desk) -> None:
    for _ in range(2):
        await answered(desk, Ask("hi"))
    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    assert len(book.tariffs) == 1

    desk.set_price(Tier.SMART, CHEAP_PRICE)
    await answered(desk, Ask("hi"))

    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    first, _, last = book.entries.values()
    assert len(book.tariffs) == 2
    assert first.tariff is not None
    assert last.tariff is not None
    assert (first.tariff.tiers[Tier.SMART][1], last.tariff.tiers[Tier.SMART][1]) == (SMART_PRICE, CHEAP_PRICE)


async def test_tariff_that_holds_again_is_not_written_again(desk: Desk) -> None:
    for price in (SMART_PRICE, CHEAP_PRICE, SMART_PRICE, CHEAP_PRICE):
        desk.set_price(Tier.SMART, price)
        await answered(desk, Ask("hi"))

    (book,) = await desk.ledger.books(desk.ledger.today(), desk.ledger.today())
    assert len(book.tariffs) == 2
    prices = [entry.tariff.tiers[Tier.SMART][1] for entry in book.entries.values() if entry.tariff is not None]
    assert prices == [SMART_PRICE, CHEAP_PRICE, SMART_PRICE, CHEAP_PRICE]


async def test_opinion_of_an_answer_is_written_beside_its_request(desk: Desk) -> None:
    _, _, settled = await answered(desk, Ask("hi"))

    for opinion in (Opinion.UP, Opinion.DOWN):
        entry = await desk.ledger.judge(settled.answer.id, settled.answer.at, opinion)

    assert (entry.thumb, entry.was(Opinion.UP)) == (Opinion.DOWN, True)
    assert entry.cost == settled.answer.cost


async def test_opinion_of_an_answer_that_no_request_was_made_for_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="the ledger knows no request of this answer"):
        await desk.ledger.judge("nothing", desk.clock.now(), Opinion.UP)
