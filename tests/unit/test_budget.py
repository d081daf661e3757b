"""The arithmetic of limits: days, states, and holds that never exceed what is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ralex_tui.domain.budget import (
    MIN_OUTPUT_TOKENS,
    BudgetPolicy,
    BudgetState,
    DayBudget,
    Limit,
    Scope,
    hold_for,
)
from ralex_tui.domain.errors import BudgetExceeded
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price
from tests.samples import DAY, free_need, need
from tests.unit.strategies import prices, usages

BERLIN = ZoneInfo("Europe/Berlin")
lefts = st.integers(-(10**9), 10**13).map(Usd)


def day(left: Usd) -> list[Limit]:
    return [Limit(Scope.DAY, Usd(5 * 10**9), left)]


@given(prices, lefts, st.integers(0, 3_000), st.integers(1, 3_000))
def test_hold_never_exceeds_what_is_left(price: Price, left: Usd, bound: int, max_tokens: int) -> None:
    assume(not price.is_free)
    try:
        hold = hold_for(need(price=price, input_bound=bound, max_tokens=max_tokens), day(left))
    except BudgetExceeded:
        assert price.worst_case(bound, min(MIN_OUTPUT_TOKENS, max_tokens)) > left
    else:
        assert hold.amount <= left
        assert min(MIN_OUTPUT_TOKENS, max_tokens) <= hold.max_tokens <= max_tokens


@given(prices, lefts, st.integers(0, 3_000), st.integers(1, 3_000), st.data())
def test_hold_covers_whatever_the_request_may_cost(
    price: Price, left: Usd, bound: int, max_tokens: int, data: st.DataObject
) -> None:
    try:
        hold = hold_for(need(price=price, input_bound=bound, max_tokens=max_tokens), day(left))
    except BudgetExceeded:
        return

    assert price.cost(data.draw(usages(bound, hold.max_tokens))) <= hold.amount


@pytest.mark.parametrize(
    ("left", "amount", "max_tokens"),
    [("1", "0.002", 500), ("0.002", "0.002", 500), ("0.0015", "0.0015", 250), ("0.001128", "0.001128", 64)],
)
def test_hold_is_the_worst_case_cut_to_what_is_left(left: str, amount: str, max_tokens: int) -> None:
    hold = hold_for(need(), day(Usd.parse(left)))

    assert (hold.amount, hold.max_tokens) == (Usd.parse(amount), max_tokens)


@pytest.mark.parametrize("left", ["0.001127999", "0", "-1"])
def test_hold_under_64_tokens_is_refused_with_what_is_missing(left: str) -> None:
    with pytest.raises(BudgetExceeded, match=r"^Cheap needs up to \$0\.0020 for this message") as refused:
        hold_for(need(), day(Usd.parse(left)))

    assert "cheaper tier" in refused.value.hint


def test_hold_is_cut_to_the_tightest_limit_and_a_refusal_names_what_each_lacks() -> None:
    limits = [
        Limit(Scope.DAY, Usd.parse("1"), Usd.parse("0.0015")),
        Limit(Scope.MONTH, Usd.parse("9"), Usd.parse("3")),
        Limit(Scope.CONVERSATION, Usd.parse("1"), Usd.parse("-0.25")),
    ]

    assert hold_for(need(), limits[:2]).amount == Usd.parse("0.0015")
    with pytest.raises(BudgetExceeded, match="left of the conversation's limit") as refused:
        hold_for(need(), limits)

    shortfall = refused.value.shortfall
    assert shortfall is not None
    assert (shortfall.limit, shortfall.worst) == (limits[2], Usd.parse("0.002"))
    assert shortfall.missing == {Scope.DAY: Usd.parse("0.0005"), Scope.CONVERSATION: Usd.parse("0.252")}


def test_hold_of_a_short_answer_needs_only_that() -> None:
    assert hold_for(need(max_tokens=10), day(Usd.parse("0.00102"))).max_tokens == 10


def test_hold_of_a_free_model_is_nothing_whatever_is_left() -> None:
    hold = hold_for(free_need(), day(Usd(-1)))

    assert (hold.amount, hold.max_tokens) == (Usd(0), 500)


@pytest.mark.parametrize(
    ("daily", "left", "state"),
    [
        ("5", "5", BudgetState.HEALTHY),
        ("5", "2", BudgetState.HEALTHY),
        ("5", "1.99", BudgetState.LOW),
        ("5", "0.5", BudgetState.LOW),
        ("5", "0.49", BudgetState.CRITICAL),
        ("5", "0", BudgetState.SPENT),
        ("5", "-1", BudgetState.SPENT),
        ("100", "1.99", BudgetState.LOW),
        ("1", "1", BudgetState.HEALTHY),
        ("1", "0.39", BudgetState.LOW),
        ("1", "0.09", BudgetState.CRITICAL),
    ],
)
def test_state_says_how_much_is_left(daily: str, left: str, state: BudgetState) -> None:
    assert BudgetPolicy(Usd.parse(daily), UTC).state(Usd.parse(left)) is state


def test_states_allow_fewer_tiers_as_money_goes() -> None:
    allowed = [state.tiers for state in BudgetState]

    assert all(set(less) < set(more) for more, less in pairwise(allowed))
    assert allowed[-1] == (Tier.LOCAL,)


@pytest.mark.parametrize(
    ("moment", "reset_hour", "day"),
    [
        (datetime(2026, 3, 14, 22, 59, tzinfo=UTC), 0, date(2026, 3, 14)),
        (datetime(2026, 3, 14, 23, 0, tzinfo=UTC), 0, date(2026, 3, 15)),
        (datetime(2026, 3, 15, 2, 59, tzinfo=UTC), 4, date(2026, 3, 14)),
        (datetime(2026, 3, 15, 3, 0, tzinfo=UTC), 4, date(2026, 3, 15)),
    ],
)
def test_day_is_a_date_in_its_zone_from_its_hour_on(moment: datetime, reset_hour: int, day: date) -> None:
    assert BudgetPolicy(Usd(1), BERLIN, reset_hour=reset_hour).day_of(moment) == day


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_days_are_as_long_as_the_clocks_change_makes_them(day: date, hours: int) -> None:
    policy = BudgetPolicy(Usd(1), BERLIN)

    assert policy.days.next_reset(day) - policy.days.next_reset(day - timedelta(days=1)) == timedelta(hours=hours)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Pacific/Auckland", "Asia/Kathmandu", "Africa/Cairo"]),
    st.integers(0, 23),
)
def test_day_ends_at_its_reset(moment: datetime, zone: str, reset_hour: int) -> None:
    policy = BudgetPolicy(Usd(1), ZoneInfo(zone), reset_hour=reset_hour)
    day = policy.day_of(moment)

    reset = policy.days.next_reset(day)

    assert moment < reset
    assert policy.day_of(reset) == day + timedelta(days=1)
    assert policy.day_of(reset - timedelta(microseconds=1)) == day


@pytest.mark.parametrize(
    ("limit", "spent", "held", "left", "percent"),
    [(10, 3, 2, 5, 50), (10, 0, 0, 10, 0), (10, 12, 0, -2, 120), (3, 1, 0, 2, 33), (0, 0, 0, 0, 100)],
)
def test_day_budget_tells_what_is_left(limit: int, spent: int, held: int, left: int, percent: int) -> None:
    budget = DayBudget(DAY, Usd(limit), Figure(Usd(spent), Accuracy.EXACT), Usd(held))

    assert (budget.left, budget.percent_used) == (Usd(left), percent)
