"""Which price counts: never a cheaper one than the user has seen, never an older one than a rise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.money import Usd
from ralex_tui.domain.price_changes import (
    OWN,
    FetchedPrice,
    PriceChange,
    counting,
    dearest,
    falls_steeply,
    rises,
)
from ralex_tui.domain.pricing import Price, TokenUsage, free_price
from tests.prices import price
from tests.unit.strategies import amounts, prices, usages

OLD = price("2", "10")


@st.composite
def hourly(draw: st.DrawFn) -> Price:
    """A price that may also list what it costs to keep something for an hour."""
    plain = draw(prices)
    rates = replace(plain.rates, cache_write_1h=draw(st.none() | amounts))
    long = plain.long_context and replace(plain.long_context, cache_write_1h=draw(st.none() | amounts))
    return replace(plain, rates=rates, long_context=long)


@st.composite
def near(draw: st.DrawFn) -> tuple[Price, Price]:
    """Two prices, often alike but for a rate or two: what two days of a list look like."""
    first = draw(hourly())
    second = draw(hourly())
    mixed = replace(
        first,
        rates=replace(first.rates, input=draw(st.sampled_from([first.rates.input, second.rates.input]))),
        long_context=draw(st.sampled_from([first.long_context, second.long_context])),
        long_context_over=draw(st.sampled_from([first.long_context_over, second.long_context_over])),
    )
    return first, draw(st.sampled_from([second, mixed]))


requests = usages(3_000, 1_000)


@given(near(), requests)
def test_no_request_is_counted_cheaper_than_by_either_price_until_the_change_is_shown(
    pair: tuple[Price, Price], usage: TokenUsage
) -> None:
    counts = counting(*pair, shown=False)

    assert counts is not None
    for known in pair:
        assert counts.cost(usage) >= known.cost(usage)
        assert counts.worst_case(usage.input, usage.output) >= known.worst_case(usage.input, usage.output)


@given(near(), requests)
def test_what_is_shown_counts_but_for_a_steep_fall(pair: tuple[Price, Price], usage: TokenUsage) -> None:
    before, after = pair
    counts = counting(before, after, shown=True)

    assert counts is not None
    assert counts.cost(usage) >= after.cost(usage)
    assert (counts == after) or falls_steeply(before, after)
    if falls_steeply(before, after):
        assert counts.cost(usage) >= before.cost(usage)
    else:
        assert 4 * counts.rates.input.nano >= before.rates.input.nano
        assert 4 * counts.rates.output.nano >= before.rates.output.nano


@given(near(), requests)
def test_price_that_does_not_rise_makes_nothing_dearer(pair: tuple[Price, Price], usage: TokenUsage) -> None:
    before, after = pair
    if not rises(before, after):
        assert after.cost(usage) <= before.cost(usage)
        assert after.worst_case(usage.input, usage.output) <= before.worst_case(usage.input, usage.output)


@given(near())
def test_own_price_wins_over_all_that_is_fetched(pair: tuple[Price, Price]) -> None:
    own, fetched = replace(pair[0], source=OWN), pair[1]

    assert counting(own, fetched, shown=True, accepted=True) == own
    assert FetchedPrice(fetched, agreed=fetched).counting(own) == own
    assert FetchedPrice(fetched).change("m/x", own) is None


@given(hourly(), st.lists(st.tuples(hourly(), st.sampled_from(["", "shown", "accepted"])), max_size=6), requests)
def test_over_any_days_a_price_counts_less_than_before_only_once_the_user_knows(
    pinned: Price, days: list[tuple[Price, str]], usage: TokenUsage
) -> None:
    known, fetched = pinned, FetchedPrice(pinned)

    for newest, deed in days:
        fetched = fetched.renewed(newest)
        change = fetched.change("m/x", pinned)
        counts = fetched.counting(pinned)
        assert counts is not None
        assert counts.cost(usage) >= max(known.cost(usage), newest.cost(usage))
        if change is not None and deed == "shown":
            fetched = fetched.marked_shown(change)
            known = known if change.needs_accepting else newest
        elif change is not None and deed == "accepted":
            fetched = fetched.accepted(change)
            known = newest
        after = fetched.counting(pinned)
        assert after is not None
        assert after.cost(usage) >= newest.cost(usage)


def test_rise_counts_at_once() -> None:
    after = price("2", "11", "openrouter")

    assert counting(OLD, after, shown=False) == after


def test_fall_counts_once_it_was_shown() -> None:
    after = price("1", "10", "openrouter")

    assert counting(OLD, after, shown=False) == OLD
    assert counting(OLD, after, shown=True) == after


def test_of_a_mixed_change_each_rate_is_the_dearer_one_until_it_is_shown() -> None:
    after = price("3", "9", "openrouter", date(2026, 11, 23))

    mixed = counting(OLD, after, shown=False)

    assert mixed == replace(price("3", "10", dated=after.dated), source="dearer of test and openrouter")
    assert counting(OLD, after, shown=True) == after


@pytest.mark.parametrize(("output", "counts_when_shown"), [("2.50", True), ("2.49", False), ("0.001", False)])
def test_fall_of_more_than_three_quarters_has_to_be_accepted(output: str, counts_when_shown: bool) -> None:
    after = price("2", output)

    assert PriceChange("m/x", OLD, after).needs_accepting is not counts_when_shown
    assert counting(OLD, after, shown=True) == (after if counts_when_shown else OLD)
    assert counting(OLD, after, shown=True, accepted=True) == after


def test_unknown_price_is_taken_as_fetched() -> None:
    assert counting(None, OLD, shown=False) == OLD
    assert counting(OLD, None, shown=False) == OLD
    assert counting(None, None, shown=False) is None


def test_rate_that_appears_is_a_rise_where_it_makes_the_worst_case_dearer() -> None:
    assert rises(OLD, price("2", "10", cache_write="2.5"))
    assert rises(OLD, price("2", "10", reasoning="12"))
    assert not rises(OLD, price("2", "10", cache_write="1.9"))
    assert rises(OLD, replace(OLD, request_fee=Usd(1)))


def test_rate_for_long_context_that_may_apply_is_a_rise() -> None:
    tiered = replace(OLD, long_context=price("4", "18").rates, long_context_over=200_000)

    assert rises(OLD, tiered)
    assert rises(tiered, replace(tiered, long_context_over=100_000))
    assert not rises(tiered, OLD)


def test_rate_of_its_own_for_cached_input_is_a_fall_but_no_steep_one() -> None:
    after = price("2", "10", cache_read="0.1")

    assert rises(after, OLD)
    assert not falls_steeply(OLD, after)
    assert falls_steeply(after, price("2", "10", cache_read="0.02"))


def test_long_context_of_two_thresholds_counts_from_the_lower_one_at_the_dearest() -> None:
    early = replace(OLD, long_context=price("3", "10").rates, long_context_over=100)
    late = replace(OLD, long_context=price("2", "20").rates, long_context_over=200)

    mixed = dearest(early, late)

    assert (mixed.long_context, mixed.long_context_over) == (price("3", "20").rates, 100)


def test_rate_for_an_hour_counts_in_the_worst_case_only_where_it_is_listed() -> None:
    listed, dearer = price("2", "10", cache_write_1h="4"), price("3", "10")

    mixed = counting(listed, dearer, shown=False)

    assert rises(listed, dearer)
    assert rises(dearer, listed)
    assert mixed is not None
    assert mixed.worst_case(1_000_000, 0) == Usd.parse("6")


def test_unlisted_rate_for_an_hour_is_twice_the_input() -> None:
    cheap_hour, plain = price("2", "10", cache_write_1h="3"), price("2", "9")
    hour = TokenUsage(1_000_000, 0, cache_write=1_000_000, cache_write_1h=1_000_000)

    mixed = counting(cheap_hour, plain, shown=False)

    assert mixed is not None
    assert mixed.cost(hour) == plain.cost(hour) == Usd.parse("4")


@pytest.mark.parametrize(("fee", "is_steep"), [("0.0025", False), ("0.0024", True), ("0", True)])
def test_fee_that_falls_far_is_a_steep_fall(fee: str, is_steep: bool) -> None:
    before, after = (replace(OLD, request_fee=Usd.parse(amount)) for amount in ("0.01", fee))

    assert falls_steeply(before, after) is is_steep


def test_model_that_was_free_and_is_no_more_counts_as_paid_at_once() -> None:
    counts = counting(free_price("openrouter"), OLD, shown=False)

    assert counts == OLD
    assert not OLD.is_free


def test_same_price_fetched_is_no_change_and_lends_its_date() -> None:
    again = price("2", "10", "openrouter", date(2026, 11, 23))
    fetched = FetchedPrice(again)

    assert fetched.change("m/x", OLD) is None
    assert fetched.counting(OLD) == again


def test_price_pinned_later_than_the_list_was_fetched_holds() -> None:
    fetched = FetchedPrice(price("9", "9", "openrouter", date(2026, 11, 1)))
    pinned = price("2", "10", dated=date(2026, 11, 2))

    assert fetched.counting(pinned) == pinned
    assert fetched.change("m/x", pinned) is None
    assert fetched.counting(replace(pinned, dated=date(2026, 11, 1))) != pinned


def test_what_was_agreed_to_is_what_the_next_list_is_compared_with() -> None:
    fetched = FetchedPrice(price("4", "10"))
    rise = fetched.change("m/x", OLD)
    assert rise is not None
    fetched = fetched.marked_shown(rise).renewed(OLD)

    fall = fetched.change("m/x", OLD)

    assert fall is not None
    assert (fall.before, fall.is_rise, fall.is_fall) == (price("4", "10"), False, True)
    assert fetched.counting(OLD) == price("4", "10")


def test_price_pinned_since_is_what_the_next_list_is_compared_with() -> None:
    agreed, newest = price("1", "10", dated=date(2026, 11, 1)), price("1.5", "10", dated=date(2026, 11, 20))
    fetched = FetchedPrice(newest, agreed=agreed)

    before = fetched.change("m/x", agreed)
    since = fetched.change("m/x", replace(OLD, dated=date(2026, 11, 10)))

    assert before is not None
    assert (before.before, before.is_rise) == (agreed, True)
    assert since is not None
    assert (since.is_rise, since.is_fall) == (False, True)


def test_steep_fall_that_was_shown_is_still_pending_but_not_shown_again() -> None:
    fetched = FetchedPrice(price("0.1", "10"))
    fall = fetched.change("m/x", OLD)
    assert fall is not None
    assert fetched.is_unseen(fall)

    fetched = fetched.marked_shown(fall)

    assert fetched.counting(OLD) == OLD
    assert fetched.change("m/x", OLD) == fall
    assert not fetched.is_unseen(fall)
    assert fetched.accepted(fall).counting(OLD) == fall.after
    assert fetched.renewed(price("0.2", "10")).is_unseen(PriceChange("m/x", OLD, price("0.2", "10")))


def test_change_shown_after_another_price_was_fetched_agrees_to_nothing() -> None:
    fetched = FetchedPrice(price("1", "10"))
    shown = fetched.change("m/x", OLD)
    assert shown is not None
    fetched = fetched.renewed(price("0.9", "10"))

    assert fetched.marked_shown(shown) == fetched
    assert fetched.accepted(shown) == fetched


def test_change_tells_each_rate_that_differs() -> None:
    before = replace(price("2", "10", cache_read="0.2"), long_context=price("4", "10").rates, long_context_over=200_000)
    after = replace(
        price("2", "11", cache_write="2.5"),
        long_context=price("4", "12").rates,
        long_context_over=200_000,
        request_fee=Usd.parse("0.01"),
    )

    told = [(each.name, each.before, each.after) for each in PriceChange("m/x", before, after).differences]

    assert told == [
        ("output", Usd.parse("10"), Usd.parse("11")),
        ("cache read", Usd.parse("0.2"), None),
        ("cache write", None, Usd.parse("2.5")),
        ("each request", Usd(0), Usd.parse("0.01")),
        ("output over 200,000 tokens", Usd.parse("10"), Usd.parse("12")),
    ]


def test_change_of_a_threshold_tells_both_tiers() -> None:
    before = replace(OLD, long_context=price("4", "18").rates, long_context_over=200_000)
    after = replace(before, long_context_over=100_000)

    names = [each.name for each in PriceChange("m/x", before, after).differences]

    assert names == [f"{kind} over {over} tokens" for over in ("200,000", "100,000") for kind in ("input", "output")]
    assert [each.name for each in PriceChange("m/x", None, OLD).differences] == ["input", "output"]
