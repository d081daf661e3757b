"""Budget days through zones, daylight saving and odd clocks: no day twice, no day lost, no free money."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ralex_tui.domain.days import LONGEST_GAP, DayRule, NewestDay, Today, day_ends, today, zone_named

# Each with the days on which its clocks change, or stand still where other zones' change.
CHANGES = [
    ("UTC", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 to 03:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 03:00 to 02:00
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Havana", date(2026, 3, 8)),  # 00:00 to 01:00: a day without its midnight
    ("America/Havana", date(2026, 11, 1)),  # 01:00 to 00:00: a midnight twice
    ("Africa/Cairo", date(2026, 4, 24)),  # 00:00 to 01:00
    ("Africa/Cairo", date(2026, 10, 29)),  # 24:00 to 23:00
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Pacific/Chatham", date(2026, 9, 27)),  # 02:45 to 03:45
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Pacific/Apia", date(2011, 12, 29)),  # the day after was left out
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("America/Sao_Paulo", date(2018, 2, 17)),  # 24:00 to 23:00
    ("Asia/Tehran", date(2022, 3, 21)),
]
RULES = [(zone, day, hour) for zone, day in CHANGES for hour in (0, 1, 2, 3, 4, 12, 23)]


def rule_of(zone: str, reset_hour: int = 0) -> DayRule:
    return DayRule(ZoneInfo(zone), zone, reset_hour)


@pytest.mark.parametrize(("zone", "around", "hour"), RULES)
def test_days_follow_each_other_without_a_gap_or_an_overlap(zone: str, around: date, hour: int) -> None:
    rule = rule_of(zone, hour)
    start = datetime(around.year, around.month, around.day, 12, tzinfo=UTC) - timedelta(days=2)
    # What a program sees that looks every seven minutes and never goes back to an older day.
    newest = rule.day_of(start)
    opened = [newest]
    for minutes in range(0, 5 * 24 * 60, 7):
        now = start + timedelta(minutes=minutes)
        newest = today(rule, NewestDay(newest, rule, now), now, lambda: True).day
        if newest != opened[-1]:
            opened.append(newest)

    assert len(set(opened)) == len(opened)
    assert all(earlier < later for earlier, later in pairwise(opened))
    left_out = (opened[-1] - opened[0]).days + 1 - len(opened)
    assert left_out == (1 if zone == "Pacific/Apia" and hour == 0 else 0)
    assert 5 <= len(opened) <= 7


@pytest.mark.parametrize(("zone", "around", "hour"), RULES)
def test_a_day_ends_at_the_first_moment_of_the_next(zone: str, around: date, hour: int) -> None:
    rule = rule_of(zone, hour)
    for offset in range(-2, 3):
        noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC) + timedelta(days=offset)
        day = rule.day_of(noon)

        reset = rule.next_reset(day)

        assert rule.day_of(reset) > day
        assert rule.day_of(reset - timedelta(seconds=1)) <= day
        assert noon < reset <= noon + timedelta(hours=50)


@given(
    st.sampled_from([zone for zone, _ in CHANGES]),
    st.integers(0, 23),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.lists(st.tuples(st.floats(0, 100), st.floats(-100, 100)), max_size=30),
)
@example("UTC", 0, datetime(2024, 1, 1, tzinfo=UTC), [(0.0, 4.0), (100.0, 100.0), (0.0, 36.0)])
def test_no_clock_opens_a_day_twice_or_more_days_than_it_leaps(
    zone: str, hour: int, start: datetime, steps: list[tuple[float, float]]
) -> None:
    """Real time passes, and the clock is set by some hours each time, forwards and back."""
    rule = rule_of(zone, hour)
    clock, newest, opened = start, None, []
    for passed, leap in steps:
        clock += timedelta(hours=passed + leap)
        found = today(rule, newest, clock, lambda: False)
        if newest is None or found.day != newest.day:
            opened.append(found.day)
        assert newest is None or found.day >= newest.day
        last_at = max(clock, newest.last_at) if newest is not None and found.day == newest.day else clock
        newest = NewestDay(found.day, rule, last_at)

    assert len(set(opened)) == len(opened)
    if opened:
        # Nothing vouches for the clock, so that no step of more than 36 hours opened a day.
        assert (opened[-1] - opened[0]).days <= 3 * len(steps)


def test_what_is_recorded_by_a_clock_in_doubt_does_not_vouch_for_it() -> None:
    rule = rule_of("UTC")
    leapt = datetime(2026, 3, 22, 23, tzinfo=UTC)
    newest = NewestDay(date(2026, 3, 14), rule, last_at=leapt)  # a free answer, after the clock had leapt by a week

    found = today(rule, newest, leapt + timedelta(hours=2), lambda: False)

    assert found == Today(date(2026, 3, 14), doubted=date(2026, 3, 23))


def test_a_clock_set_back_stays_on_the_newest_day_with_a_warning() -> None:
    rule = rule_of("UTC")
    newest = NewestDay(date(2026, 3, 14), rule, datetime(2026, 3, 14, 12, tzinfo=UTC))

    back = today(rule, newest, datetime(2026, 3, 11, 12, tzinfo=UTC), lambda: True)

    assert back == Today(date(2026, 3, 14), is_behind=True)


@pytest.mark.parametrize(
    ("hours", "is_trusted", "expected"),
    [
        (36, False, Today(date(2026, 3, 16))),
        (36.1, True, Today(date(2026, 3, 16))),
        (36.1, False, Today(date(2026, 3, 14), doubted=date(2026, 3, 16))),
        (36_000, False, Today(date(2026, 3, 14), doubted=date(2030, 4, 22))),
    ],
)
def test_a_leap_of_more_than_36_hours_is_asked_about(hours: float, is_trusted: bool, expected: Today) -> None:
    rule = rule_of("UTC")
    last = datetime(2026, 3, 14, 12, tzinfo=UTC)

    found = today(rule, NewestDay(date(2026, 3, 14), rule, last), last + timedelta(hours=hours), lambda: is_trusted)

    assert timedelta(hours=36) == LONGEST_GAP
    assert found == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [("America/New_York", "Pacific/Auckland"), ("Pacific/Auckland", "America/New_York"), ("UTC", "Asia/Kathmandu")],
)
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_change_of_zone_counts_from_the_next_day_on(before: str, after: str, hour: int) -> None:
    """Whenever it is made, and whichever way: the day that is open lasts until both zones are past it."""
    old, new = rule_of(before), rule_of(after)
    made = datetime(2026, 6, 15, hour, tzinfo=UTC)
    newest = NewestDay(old.day_of(made), old, made)

    ends = day_ends(new, newest, newest.day)

    def days(now: datetime) -> date:
        return today(new, newest, now, lambda: True).day

    assert days(made) == newest.day
    assert days(ends - timedelta(seconds=1)) == newest.day
    assert days(ends) == new.day_of(ends) > newest.day
    # No more than a day and the zones' distance: nobody waits two days for a new one.
    assert ends - made <= timedelta(hours=24 + 18)


@pytest.mark.parametrize(
    ("name", "hours"), [("UTC+05:30", 5.5), ("UTC-03:00", -3), ("UTC+00:00", 0), ("Asia/Kolkata", 5.5)]
)
def test_zone_is_found_by_its_name(name: str, hours: float) -> None:
    zone = zone_named(name)

    assert zone is not None
    assert datetime(2026, 6, 1, tzinfo=zone).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["Nowhere/Land", "", "../etc/passwd", "UTC+99"])
def test_zone_of_a_name_unknown_here_is_none(name: str) -> None:
    assert zone_named(name) is None
