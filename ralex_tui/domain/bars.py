"""A span of time cut into the columns of its chart: hours, days or weeks, each with what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.review import Bar, Grain, Span
from ralex_tui.domain.tally import NOTHING, Tally, model_sums, models_of, models_of_entries, sum_of, tier_sums
from ralex_tui.domain.usage import Row

_WEEK = timedelta(days=7)
_ONE_DAY = timedelta(days=1)


def hour_bars(day: date, entries: Iterable[Entry], zone: tzinfo, reset_hour: int) -> tuple[Bar, ...]:
    """A bar for each hour of the clock, beginning with the one at which the day does.

    An hour that the clock shows twice on a day is one bar.
    """
    groups: dict[int, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(hour_of(entry.reservation.at, zone), []).append(entry)
    hours = [(reset_hour + n) % 24 for n in range(24)]
    return tuple(_bar(f"{hour:02d}", day, day, hour, models_of_entries(groups.get(hour, ()))) for hour in hours)


def hour_of(at: datetime, zone: tzinfo) -> int:
    """The hour of the clock, 0 to 23."""
    return at.astimezone(zone).hour


def day_bars(span: Span, tallies: Mapping[date, Tally]) -> tuple[Bar, ...]:
    """A bar for each day of a week or a month, for each week of a year."""
    return tuple(
        _bar(_label(span.grain, first), first, last, None, _between(tallies, first, last))
        for first, last in parts_of(span)
    )


def parts_of(span: Span) -> list[tuple[date, date]]:
    """The first and the last day of each bar; a year's weeks begin on Mondays and end with the year at the latest."""
    if span.grain is not Grain.YEAR:
        return [(day, day) for day in span.days]
    parts, first = [], span.first
    while first <= span.last:
        last = min(first - timedelta(days=first.weekday()) + _WEEK - _ONE_DAY, span.last)
        parts.append((first, last))
        first = last + _ONE_DAY
    return parts


def _between(tallies: Mapping[date, Tally], first: date, last: date) -> Mapping[str, Row]:
    if first == last:
        return tallies.get(first, NOTHING).models
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return models_of(tallies[day] for day in days if day in tallies)


def _label(grain: Grain, day: date) -> str:
    match grain:
        case Grain.WEEK:
            return f"{day:%a} {day.day}"
        case Grain.MONTH:
            return str(day.day)
        case _:
            return f"{day:%b} {day.day}"


def _bar(label: str, first: date, last: date, hour: int | None, models: Mapping[str, Row]) -> Bar:
    return Bar(label, first, last, hour, model_sums(models), sum_of(models), tier_sums(models))
