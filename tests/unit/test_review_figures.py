"""What the review's figures mean, one example each: savings, models compared, cells. Sums: tests/services."""

from __future__ import annotations

from typing import Any

import pytest

from ralex_tui.domain.cells import bound, fits
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Correction, Entry, Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage, free_price
from ralex_tui.domain.records import percentiles
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from ralex_tui.domain.review import Cell, ModelRecord, Savings
from ralex_tui.domain.tally import Tally
from tests.samples import DAY, NOON, reservation, settlement

# A nano-dollar, 10, and 2 for each token.
CHEAP = Price(Rates(Usd.parse("0.001"), Usd.parse("0.001")), source="test")
SMART = Price(Rates(Usd.parse("0.010"), Usd.parse("0.010"), cache_read=Usd.parse("0.001")), source="test")
YOLO = Price(Rates(Usd.parse("0.002"), Usd.parse("0.002")), source="test")
TARIFF = Tariff(new_id(), DAY, NOON, {Tier.SMART: ("lan/large", SMART), Tier.YOLO: ("lan/quick", YOLO)})
USAGE = TokenUsage(60, 40)


def pick(charged: int = 100, *said: Opinion, tariff: Tariff | None = TARIFF, **fields: Any) -> Entry:
    """A hundred tokens, on a tier that Auto picked."""
    held = reservation(is_auto=True, price=CHEAP)
    end = settlement(held, Usd(charged).dollars, **{"usage": USAGE, **fields})
    return Entry(held, end, (), tariff, tuple(Verdict(new_id(), held.id, NOON, opinion) for opinion in said))


def saved(*entries: Entry) -> Savings:
    return Tally.of_entries(entries).savings()


def paid(nano: int, accuracy: Accuracy = Accuracy.COMPUTED) -> Figure:
    return Figure(Usd(nano), accuracy)


def test_savings_are_the_same_tokens_at_the_prices_of_the_day() -> None:
    assert saved(pick()) == Savings(1, 1, paid(100), Usd(1_000), Usd(200))
    assert saved(pick()).saved == Usd(900)


def test_savings_count_cached_tokens_at_the_other_models_own_rate() -> None:
    cached = pick(usage=TokenUsage(60, 40, cache_read=50))

    assert saved(cached).smart == Usd(10 * 10 + 50 * 1 + 40 * 10)


def test_escalated_answer_would_have_cost_nothing_on_one_tier_alone() -> None:
    """Its stronger answer is paid beside it, so that what the weak one cost lowers what was saved."""
    stronger = Entry(reservation(is_auto=False), settlement(new_id(), "0.001", usage=USAGE), (), TARIFF)

    assert saved(pick(100, Opinion.ESCALATED), stronger) == Savings(1, 1, paid(100), Usd(0), Usd(0))
    assert saved(pick(), pick(100, Opinion.ESCALATED)).saved == Usd(800)


def test_answer_asked_for_again_on_the_same_tier_counts_as_any_other() -> None:
    assert saved(pick(100, Opinion.AGAIN)).smart == Usd(1_000)


@pytest.mark.parametrize("usage", [None, TokenUsage(60, 0)])
def test_try_that_failed_before_anything_came_is_paid_and_saves_nothing(usage: TokenUsage | None) -> None:
    wasted = pick(30, usage=usage, outcome=Outcome.FAILED)

    assert saved(wasted) == Savings(1, 1, paid(30), Usd(0), Usd(0))


def test_local_pick_saves_all_that_another_tier_would_have_cost() -> None:
    assert saved(pick(0, accuracy=Accuracy.EXACT)) == Savings(1, 1, paid(0, Accuracy.EXACT), Usd(1_000), Usd(200))


def test_pick_of_unknown_tokens_or_prices_is_not_counted() -> None:
    unknown = pick(usage=None), pick(tariff=None), Entry(reservation(is_auto=True), None, (), TARIFF)

    assert saved(*unknown) == Savings(2, 0, paid(0, Accuracy.EXACT), None, None)
    assert saved(pick(), *unknown) == Savings(3, 1, paid(100), Usd(1_000), Usd(200))


def test_what_the_user_picked_saves_nothing() -> None:
    held = reservation(is_auto=False)

    assert saved(Entry(held, settlement(held, usage=USAGE), (), TARIFF)).n_picked == 0


def only(*tiers: Tier) -> Tariff:
    return Tariff(new_id(), DAY, NOON, {tier: TARIFF.tiers[tier] for tier in tiers})


def test_yolo_is_unknown_where_one_of_those_counted_has_no_price_of_it() -> None:
    savings = saved(pick(), pick(tariff=only(Tier.SMART)))

    assert (savings.n_counted, savings.smart, savings.yolo) == (2, Usd(2_000), None)


def test_pick_without_smarts_price_is_counted_only_where_none_has_it() -> None:
    assert saved(pick(), pick(tariff=only(Tier.YOLO))) == Savings(2, 1, paid(100), Usd(1_000), Usd(200))
    assert saved(pick(tariff=only(Tier.YOLO))) == Savings(1, 1, paid(100), None, Usd(200))
    assert saved(pick(tariff=only(Tier.YOLO))).saved is None


def test_savings_follow_a_correction_of_tokens_and_charge() -> None:
    found = pick()
    right = Correction(
        new_id(), found.reservation.id, NOON, Usd(7), Accuracy.EXACT, "provider", "late", TokenUsage(1, 1)
    )
    corrected = Entry(found.reservation, found.settlement, (right,), TARIFF)

    assert saved(corrected) == Savings(1, 1, paid(7, Accuracy.EXACT), Usd(20), Usd(4))


def record(*entries: Entry) -> ModelRecord:
    return Tally.of_entries(entries).model_records()["lan/small"]


@pytest.mark.parametrize(
    ("count", "p50", "p95"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (20, 10, 19), (21, 11, 20), (100, 50, 95), (101, 51, 96)]
)
def test_percentiles_are_nearest_ranks(count: int, p50: int, p95: int) -> None:
    assert percentiles([n * 1_000_000 for n in range(1, count + 1)]) == (p50, p95)


def test_speed_is_of_the_tokens_after_the_first_word() -> None:
    told = record(pick(first_token_s=0.5, duration_s=2.5))

    assert (told.first_token_s, told.speed) == ((0.5, 0.5), (20.0, 20.0))


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": Outcome.STOPPED},
        {"usage": None},
        {"usage": TokenUsage(60, 0)},
        {"first_token_s": None},
        {"first_token_s": 2.5},
        {"duration_s": None},
    ],
)
def test_speed_of_an_answer_that_was_not_whole_or_not_timed_is_unknown(fields: dict[str, Any]) -> None:
    assert record(pick(**{"first_token_s": 0.5, "duration_s": 2.5, **fields})).speed is None


def test_timeout_is_a_failure_whose_error_says_so() -> None:
    tries = [
        pick(outcome=Outcome.FAILED, error="AnswerTimeout"),
        pick(outcome=Outcome.FAILED, error="EngineUnavailable"),
        pick(outcome=Outcome.FAILED),  # by an older version, which told no error
        pick(outcome=Outcome.ABANDONED),
        pick(outcome=Outcome.STOPPED, error="AnswerTimeout"),
        Entry(reservation()),
    ]

    told = record(*tries)

    assert (told.n, told.n_done, told.n_failed, told.n_timeouts, told.n_stopped) == (5, 0, 3, 1, 1)


def test_whole_answer_pays_for_those_that_failed() -> None:
    told = record(pick(100), pick(51, outcome=Outcome.FAILED), pick(50, outcome=Outcome.STOPPED), pick(100))

    assert told.cost_each == Usd(151)
    assert record(pick(outcome=Outcome.FAILED)).cost_each is None


def test_last_thumb_counts_and_asking_again_counts_once() -> None:
    changed = pick(100, Opinion.UP, Opinion.DOWN)
    again = pick(100, Opinion.AGAIN, Opinion.ESCALATED, Opinion.UP)
    back = pick(100, Opinion.UP, Opinion.NONE)

    told = record(changed, again, back)

    assert (told.n_up, told.n_down, told.n_again) == (1, 1, 1)


def test_bound_of_a_cell_is_that_of_the_dearest_entry_that_can_be_in_it() -> None:
    dear, small = reservation(tier=Tier.SMART, conversation="b"), reservation(tier=Tier.CHEAP, conversation="a")
    tally = Tally.of_entries([Entry(dear, settlement(dear, "0.5")), Entry(small, settlement(small, "0.2"))])

    assert bound(tally, Cell()) == Usd.parse("0.5").nano
    assert bound(tally, Cell(tier=Tier.CHEAP)) == Usd.parse("0.2").nano
    assert bound(tally, Cell(tier=Tier.SMART, conversation="a")) == Usd.parse("0.2").nano
    assert bound(tally, Cell(tier=Tier.YOLO)) is None
    assert bound(tally, Cell(conversation="c")) is None


def test_cell_of_requests_without_a_kind_is_not_one_of_all() -> None:
    old, new = Entry(reservation()), Entry(reservation(request_kind="code"))

    assert [fits(entry, Cell(request_kind="")) for entry in (old, new)] == [True, False]
    assert [fits(entry, Cell()) for entry in (old, new)] == [True, True]


def test_free_price_is_one() -> None:
    free = Tariff(new_id(), DAY, NOON, {Tier.SMART: ("local/large", free_price("local"))})

    assert saved(pick(tariff=free)).saved == Usd(-100)
