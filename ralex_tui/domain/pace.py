"""How fast the money goes, and when a limit is reached at that pace. Estimates: the past says nothing for sure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.review import Pace, Span
from ralex_tui.domain.usage import Sum

WINDOW = timedelta(hours=3)
"""What "of late" means for today: the last three hours, or the time since the day's first request."""

# A first question a minute ago is no pace: the window counts as an hour at least.
_LEAST = timedelta(hours=1)
_HOUR = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_MICRO = timedelta(microseconds=1)

NONE = Pace(None, None, None, None, None)
"""The pace of what has not begun."""


def today_pace(entries: Sequence[Entry], budget: DayBudget, now: datetime, ends_at: datetime) -> Pace:
    """Today's, by what the requests of late were charged; what is held counts as taken, not as pace.

    Args:
        ends_at: When the day is over.
    """
    since = max(now - WINDOW, min((entry.reservation.at for entry in entries), default=now))
    spent = Usd.total(entry.cost.amount for entry in entries if since <= entry.reservation.at <= now)
    per_hour = _share(spent, _HOUR, max(now - since, _LEAST))
    at_end = budget.spent.amount + _share(per_hour, max(ends_at - now, timedelta(0)), _HOUR)
    return Pace(per_hour, None, at_end, _runs_out(budget.left, per_hour, _HOUR, now, ends_at), budget.limit)


def past_day_pace(spent: Usd, limit: Usd) -> Pace:
    """That of a day that is over: what an hour cost, over all 24."""
    return Pace(_share(spent, _HOUR, _ONE_DAY), None, None, None, limit)


def days_pace(
    span: Span,
    total: Sum,
    *,
    since: date | None,
    today: date,
    now: datetime,
    ends_at: datetime,
    limit: Usd | None,
) -> Pace:
    """That of a week, month or year: what a day cost, over the days gone, today included as a whole one.

    Args:
        since: The first day with records: those before don't count. None where there are no records.
        ends_at: When today is over.
        limit: The month's; None where none counts for this span.
    """
    if since is None or span.first > today or since > span.last:
        return NONE
    first, last = max(span.first, since), min(span.last, today)
    per_day = _share(total.cost.amount, _ONE_DAY, _ONE_DAY * ((last - first).days + 1))
    if span.last < today:
        return Pace(None, per_day, None, None, limit)
    n_left = (span.last - today).days
    runs_out = None
    if limit is not None:
        # Today is among the days gone, so what is left lasts from its end on.
        left = limit - total.cost.amount - total.held
        begins = ends_at if left > ZERO else now
        runs_out = _runs_out(left, per_day, _ONE_DAY, begins, ends_at + _ONE_DAY * n_left)
    return Pace(None, per_day, total.cost.amount + Usd(per_day.nano * n_left), runs_out, limit)


def _runs_out(left: Usd, pace: Usd, each: timedelta, now: datetime, end: datetime) -> datetime | None:
    """When `left` is used up at `pace` for `each`; None where that is after `end`. Where none is left, it is now."""
    if left <= ZERO:
        return now
    if pace <= ZERO:
        return None
    # In whole numbers, and compared first: a pace of nearly nothing leads beyond what a date can say.
    micros = left.nano * (each // _MICRO) // pace.nano
    return None if micros > (end - now) // _MICRO else now + micros * _MICRO


def _share(amount: Usd, part: timedelta, whole: timedelta) -> Usd:
    """`amount` times part / whole, rounded up."""
    return Usd(-(-amount.nano * (part // _MICRO) // (whole // _MICRO)))
