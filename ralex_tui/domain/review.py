"""What the review of a day, week, month or year says: plain values, each figure a sum over ledger entries."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Figure, Usd
from ralex_tui.domain.usage import DaySums, Sum


class Grain(StrEnum):
    """How long a time is looked at."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A day, a week from Monday, a calendar month, or the twelve months that end with one; both ends included."""

    grain: Grain
    first: date
    last: date

    @staticmethod
    def of(grain: Grain, day: date) -> Span:
        """The one in which `day` lies; for a year the twelve months that end with its month."""
        match grain:
            case Grain.DAY:
                return Span(grain, day, day)
            case Grain.WEEK:
                monday = day - timedelta(days=day.weekday())
                return Span(grain, monday, monday + timedelta(days=6))
            case Grain.MONTH:
                return Span(grain, day.replace(day=1), _month_end(day))
            case Grain.YEAR:
                after = _month_end(day) + timedelta(days=1)
                return Span(grain, after.replace(year=after.year - 1), _month_end(day))

    def before(self) -> Span:
        """The one before."""
        return Span.of(self.grain, self.first - timedelta(days=1))

    def after(self) -> Span:
        """The next one."""
        if self.grain is Grain.YEAR:
            return Span.of(self.grain, self.last.replace(day=1, year=self.last.year + 1))
        return Span.of(self.grain, self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a chart: an hour of a day, a day of a week or month, a week of a year.

    Args:
        label: "14" for an hour, "Mon 23", "23" or "Nov 23" for days and weeks.
        first, last: The days that it covers.
        hour: The hour of the clock in the user's zone; None where it covers whole days.
        sums: By tier and model.
    """

    label: str
    first: date
    last: date
    hour: int | None
    sums: DaySums
    total: Sum
    tiers: Mapping[Tier, Sum]


@dataclass(frozen=True, slots=True)
class Savings:
    """What Auto's picks cost beside the same tokens on one tier alone, at the prices of the day.

    Args:
        n_picked: Answers that Auto picked the tier for.
        n_counted: Those of them whose tokens and prices are known: all figures are over these. See `domain.savings`.
        cost: What those cost.
        smart, yolo: What their tokens would have cost there; None where that tier had no price for one of them.
    """

    n_picked: int
    n_counted: int
    cost: Figure
    smart: Usd | None
    yolo: Usd | None

    @property
    def saved(self) -> Usd | None:
        """How much less than on Smart alone; negative where Auto's picks cost more."""
        return None if self.smart is None else self.smart - self.cost.amount


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """How a model did: times in seconds, rates as counts, so that every share can be checked.

    Args:
        n: Requests that have ended, failed ones included; `n_failed` and `n_timeouts` of them, and those stopped.
        first_token_s, speed: (p50, p95) of the first token, and of tokens a second after it; None without any.
        n_again: Answers asked for again, on the same tier or another; `n_up`, `n_down`: thumbs.
    """

    model: str
    n: int
    n_done: int
    n_failed: int
    n_timeouts: int
    n_stopped: int
    cost: Figure
    first_token_s: tuple[float, float] | None
    speed: tuple[float, float] | None
    n_again: int
    n_up: int
    n_down: int

    @property
    def cost_each(self) -> Usd | None:
        """What one whole answer cost, rounded up; failed and stopped ones are paid by it too."""
        return Usd(-(-self.cost.amount.nano // self.n_done)) if self.n_done else None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the money goes, and where that leads.

    Args:
        per_hour: For a day: what an hour cost of late. For longer spans: what a day cost, over the days gone.
        at_end: What the span comes to at that pace; estimated. None for one that is over.
        runs_out: When the limit is reached at that pace; None where it holds until the span's end.
        limit: The limit it is measured by: the day's, or the month's; None where there is none.
    """

    per_hour: Usd | None
    per_day: Usd | None
    at_end: Usd | None
    runs_out: datetime | None
    limit: Usd | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a span: whatever is None is not asked for. What a cell of a table or a bar stands for."""

    bar: int | None = None
    tier: Tier | None = None
    model: str | None = None
    conversation: str | None = None
    request_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A span of time in figures. Every group's sums add up to `total`.

    Args:
        budget: For a day: its limit against what was spent.
        limits: For longer spans: each day's limit with what the user allowed, where the day has a book.
        conversations: By conversation id, dearest first; `request_kinds`: by kind ("" for records without one).
        models: How each model did, by its full id, dearest first.
        days: Every day of the span.
        n_limits_assumed: Days of `limits` whose limit nobody recorded, as older versions didn't: today's setting
            stands in.
    """

    span: Span
    budget: DayBudget | None
    limits: Mapping[date, Usd]
    total: Sum
    savings: Savings
    bars: tuple[Bar, ...]
    tiers: Mapping[Tier, Sum]
    by_model: DaySums
    conversations: Mapping[str, Sum]
    request_kinds: Mapping[str, Sum]
    models: Mapping[str, ModelRecord]
    pace: Pace
    days: Mapping[date, Sum]
    n_limits_assumed: int = 0
