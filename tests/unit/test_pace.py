"""How fast the money goes, and where that leads: plain means, and nothing beyond a span's end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pace import NONE, days_pace, past_day_pace, today_pace
from ralex_tui.domain.review import Grain, Pace, Span
from ralex_tui.domain.usage import Sum
from tests.samples import DAY, NOON, reservation, settlement

MIDNIGHT = NOON + timedelta(hours=12)
SATURDAY = DAY  # 14 March 2026


def usd(text: str) -> Usd:
    return Usd.parse(text)


def charged(hours_ago: float, amount: str) -> Entry:
    held = reservation(at=NOON - timedelta(hours=hours_ago))
    return Entry(held, settlement(held, amount))


def budget(spent: str, limit: str = "5", held: str = "0") -> DayBudget:
    return DayBudget(DAY, usd(limit), Figure(usd(spent), Accuracy.COMPUTED), usd(held))


def test_todays_pace_is_that_of_the_last_three_hours() -> None:
    pace = today_pace([charged(5, "1"), charged(3, "0.3"), charged(1, "0.3")], budget("1.6"), NOON, MIDNIGHT)

    assert pace == Pace(usd("0.2"), None, usd("4"), None, usd("5"))


def test_todays_pace_begins_with_the_first_request() -> None:
    assert today_pace([charged(2, "0.3")], budget("0.3"), NOON, MIDNIGHT).per_hour == usd("0.15")


def test_first_minutes_count_as_an_hour() -> None:
    assert today_pace([charged(0.01, "0.3")], budget("0.3"), NOON, MIDNIGHT).per_hour == usd("0.3")


def test_limit_is_reached_when_what_is_left_is_used_up_at_that_pace() -> None:
    pace = today_pace([charged(1, "1")], budget("1", limit="4", held="1"), NOON, MIDNIGHT)

    assert pace.runs_out == NOON + timedelta(hours=2)


def test_limit_that_holds_until_the_end_is_not_said_to_be_reached() -> None:
    assert today_pace([charged(1, "0.3")], budget("0.3", limit="3.91"), NOON, MIDNIGHT).runs_out is None
    assert today_pace([charged(1, "0.3")], budget("0.3", limit="3.9"), NOON, MIDNIGHT).runs_out == MIDNIGHT


def test_limit_that_is_used_up_is_reached_now() -> None:
    assert today_pace([charged(1, "5")], budget("5"), NOON, MIDNIGHT).runs_out == NOON


def test_day_without_requests_has_no_pace_to_speak_of() -> None:
    assert today_pace([], budget("0"), NOON, MIDNIGHT) == Pace(usd("0"), None, usd("0"), None, usd("5"))


def test_pace_of_a_past_day_is_its_mean_and_looks_no_further() -> None:
    assert past_day_pace(usd("2.4"), usd("5")) == Pace(usd("0.1"), None, None, None, usd("5"))


def of_span(grain: Grain, total: str, *, since: date | None = date(2026, 1, 1), limit: str | None = None) -> Pace:
    return days_pace(
        Span.of(grain, SATURDAY),
        Sum(cost=Figure(usd(total), Accuracy.COMPUTED)),
        since=since,
        today=SATURDAY,
        now=NOON,
        ends_at=MIDNIGHT,
        limit=usd(limit) if limit else None,
    )


def test_weeks_pace_is_the_mean_of_the_days_gone() -> None:
    assert of_span(Grain.WEEK, "6") == Pace(None, usd("1"), usd("7"), None, None)


def test_months_limit_is_reached_after_the_days_that_are_left_of_it() -> None:
    pace = of_span(Grain.MONTH, "14", limit="20")

    assert (pace.per_day, pace.at_end) == (usd("1"), usd("31"))
    assert pace.runs_out == MIDNIGHT + timedelta(days=6)
    assert of_span(Grain.MONTH, "14", limit="31.01").runs_out is None
    assert of_span(Grain.MONTH, "14", limit="14").runs_out == NOON


def test_days_before_the_first_record_are_not_counted() -> None:
    assert of_span(Grain.YEAR, "10", since=date(2026, 3, 10)).per_day == usd("2")


def test_span_that_is_over_has_a_mean_alone() -> None:
    span = Span.of(Grain.MONTH, date(2026, 2, 1))
    total = Sum(cost=Figure(usd("2.8"), Accuracy.COMPUTED))

    pace = days_pace(span, total, since=date(2026, 1, 1), today=DAY, now=NOON, ends_at=MIDNIGHT, limit=None)

    assert pace == Pace(None, usd("0.1"), None, None, None)


@pytest.mark.parametrize("since", [None, date(2026, 5, 1)])
def test_span_without_records_has_no_pace(since: date | None) -> None:
    assert of_span(Grain.MONTH, "0", since=since) == NONE


def test_pace_of_next_to_nothing_leads_beyond_no_date() -> None:
    entries = [charged(1, "0.000000001")]

    assert (
        today_pace(entries, budget("0", limit="1000000000"), NOON, datetime(9999, 12, 31, tzinfo=UTC)).runs_out is None
    )
