"""Which budget day it is: zones, reset hours, daylight saving, and clocks that can't be trusted. No I/O.

A day is a calendar date in a named zone, begun at a reset hour: never 'now + 24 hours', for there are
days of 23, 25 and 0 hours. What no rule here allows is a day twice: money would be given twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

LONGEST_GAP = timedelta(hours=36)
"""A clock that leaps further than this past the newest record is asked about before it opens a day."""

_OFFSET = re.compile(r"UTC([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class DayRule:
    """When a budget day begins: at `reset_hour` (0 to 23) by the wall clocks of `zone`."""

    zone: tzinfo
    zone_name: str
    reset_hour: int = 0

    def day_of(self, at: datetime) -> date:
        """The budget day in which the moment `at` (aware) lies."""
        return (at.astimezone(self.zone).replace(tzinfo=None) - timedelta(hours=self.reset_hour)).date()

    def next_reset(self, day: date) -> datetime:
        """The first moment, in UTC, at which `day` is over."""
        following = day + timedelta(days=1)
        local = datetime(following.year, following.month, following.day, self.reset_hour, tzinfo=self.zone)
        reset = local.astimezone(UTC)
        if self.day_of(reset - timedelta(seconds=1)) <= day:
            return reset
        # A reset hour that clocks leap over (Chatham: 02:45 to 03:45) is read as if they had not,
        # which is later than the leap, at which the new day's hour has come already.
        early = reset - timedelta(hours=3)
        while self.day_of(early) <= day and reset - early > timedelta(seconds=1):
            middle = early + (reset - early) / 2
            early, reset = (early, middle) if self.day_of(middle) > day else (middle, reset)
        whole = reset.replace(microsecond=0)
        return whole if self.day_of(whole) > day else whole + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NewestDay:
    """The newest day that has records.

    Args:
        rule: By which it was opened; a change of zone or hour counts from the next day on.
        last_at: The newest moment that its records name.
    """

    day: date
    rule: DayRule
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """The day that counts now.

    Args:
        is_behind: Whether the clock was set back behind a day that has records: that day goes on.
        doubted: The day that the clock names, where it leapt so far that the user is asked first.
    """

    day: date
    is_behind: bool = False
    doubted: date | None = None


def today(rule: DayRule, newest: NewestDay | None, now: datetime, is_trusted: Callable[[], bool]) -> Today:
    """The day that counts at `now`.

    Args:
        rule: As configured now.
        is_trusted: Whether there is proof that the clock is right; asked only after a long gap.
    """
    named = rule.day_of(now)
    if newest is None:
        return Today(named)
    if newest.rule.day_of(now) <= newest.day or named <= newest.day:
        is_behind = max(newest.rule.day_of(now), named) < newest.day
        return Today(newest.day, is_behind=is_behind)
    if now - last_sure(rule, newest) > LONGEST_GAP and not is_trusted():
        return Today(newest.day, doubted=named)
    return Today(named)


def last_sure(rule: DayRule, newest: NewestDay) -> datetime:
    """The newest moment that records vouch for.

    What is recorded on a day after its end, a free answer or one that was on its way, was recorded by a clock in
    doubt, and must not vouch for it.
    """
    return min(newest.last_at, day_ends(rule, newest, newest.day))


def day_ends(rule: DayRule, newest: NewestDay | None, day: date) -> datetime:
    """When the day that counts is over, in UTC: by both rules, where they were changed on that day."""
    ends = rule.next_reset(day)
    return max(ends, newest.rule.next_reset(day)) if newest is not None and newest.day == day else ends


def zone_named(name: str) -> tzinfo | None:
    """The zone of an IANA name, or of an offset such as "UTC+05:30"; None where this computer knows none."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        hours = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-hours if offset[1] == "-" else hours)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return None
