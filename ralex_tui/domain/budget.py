"""The arithmetic of limits: what is left, which state that is, what a request must hold. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from ralex_tui.domain.days import DayRule
from ralex_tui.domain.errors import BudgetExceeded
from ralex_tui.domain.models import Model, Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price

MIN_OUTPUT_TOKENS = 64
CRITICAL_MAX_TOKENS = 200


class Scope(StrEnum):
    """What a limit is for."""

    DAY = "day"
    MONTH = "month"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as it stands for one request. `left` is negative after an overrun."""

    scope: Scope
    amount: Usd
    left: Usd


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a request was refused, in figures.

    Args:
        limit: The tightest one, which refused it.
        needed: What the request must hold at least: its input and a short answer.
        worst: What it would hold if the money were there.
        missing: By how much each limit falls short of `worst`; those that cover it are left out.
        need: The request.
    """

    limit: Limit
    needed: Usd
    worst: Usd
    missing: Mapping[Scope, Usd]
    need: Need


class BudgetState(StrEnum):
    """How much of the day is left, in Ralex V2's words."""

    HEALTHY = "healthy"
    LOW = "low"
    CRITICAL = "critical"
    SPENT = "spent"

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that Auto may still pick, dearest promise first; the user may overrule all but SPENT."""
        return _TIERS_OF[self]


_TIERS_OF = {
    BudgetState.HEALTHY: (Tier.SMART, Tier.CHEAP, Tier.YOLO, Tier.LOCAL),
    BudgetState.LOW: (Tier.CHEAP, Tier.YOLO, Tier.LOCAL),
    BudgetState.CRITICAL: (Tier.YOLO, Tier.LOCAL),
    BudgetState.SPENT: (Tier.LOCAL,),
}


@dataclass(frozen=True, slots=True)
class BudgetPolicy:
    """The limits as configured.

    Args:
        zone: The zone whose calendar dates are the days.
        zone_name: Its name, written into the ledger.
        reset_hour: The hour at which a day begins, 0 to 23.
        warn_at: Percent of the day's limit at which to warn, ascending.
        low, critical: Under this much left the state is LOW or CRITICAL.
        critical_tokens: The longest answer of a paid model in the state CRITICAL.
    """

    daily: Usd
    zone: tzinfo
    zone_name: str = "local"
    monthly: Usd | None = None
    conversation: Usd | None = None
    reset_hour: int = 0
    warn_at: tuple[int, ...] = (50, 80, 96, 100)
    low: Usd = Usd(2_000_000_000)
    critical: Usd = Usd(500_000_000)
    critical_tokens: int = CRITICAL_MAX_TOKENS

    @property
    def days(self) -> DayRule:
        """When a day begins."""
        return DayRule(self.zone, self.zone_name, self.reset_hour)

    def day_of(self, at: datetime) -> date:
        """The budget day in which the moment `at` (aware) lies."""
        return self.days.day_of(at)

    def state(self, left: Usd) -> BudgetState:
        """The state that `left` of the day's limit means.

        The thresholds are V2's, made for a limit of 5.00; for a smaller limit they shrink with it,
        so that a fresh day is always healthy.
        """
        if left.nano <= 0:
            return BudgetState.SPENT
        if left < min(self.critical, Usd(self.daily.nano // 10)):
            return BudgetState.CRITICAL
        if left < min(self.low, Usd(self.daily.nano * 2 // 5)):
            return BudgetState.LOW
        return BudgetState.HEALTHY


@dataclass(frozen=True, slots=True)
class DayBudget:
    """A day's limit against what the ledger says.

    Args:
        limit: With what the user allowed for this day alone included.
        spent: All settled charges, with the weakest mark among them.
        held: Reservations of requests still on their way.
        ends_at: When the day is over, in UTC.
        n_overruns: Answers that were charged more than they held; `overrun` is by how much in all.
        is_behind: Whether the clock was set back behind this day, which therefore goes on.
        doubted: The day that the clock names, where it leapt so far that it has to be confirmed.
    """

    day: date
    limit: Usd
    spent: Figure = Figure(ZERO, Accuracy.EXACT)
    held: Usd = ZERO
    ends_at: datetime | None = None
    n_overruns: int = 0
    overrun: Usd = ZERO
    is_behind: bool = False
    doubted: date | None = None

    @property
    def left(self) -> Usd:
        """What can still be reserved; negative after an overrun."""
        return self.limit - self.spent.amount - self.held

    @property
    def percent_used(self) -> int:
        """Spent and held as whole percent of the limit, rounded down; 100 where the limit is zero."""
        if self.limit.nano <= 0:
            return 100
        return (self.spent.amount + self.held).nano * 100 // self.limit.nano


@dataclass(frozen=True, slots=True)
class Need:
    """What a request asks of the budget before it may leave.

    Args:
        input_bound: Upper bound of its input tokens.
        max_tokens: Output tokens wanted; cut to what the money affords.
        answer: The id of the message that it is for.
        request_kind: What is asked for, a `domain.kinds.Kind`; empty where nobody looked.
        tariff: What each tier would cost now, to be written down with it.
    """

    model: Model
    tier: Tier
    conversation: str
    price: Price
    input_bound: int
    max_tokens: int
    answer: str = ""
    request_kind: str = ""
    tariff: Mapping[Tier, tuple[str, Price]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """The part of `left` a request takes, and the output tokens that pays for."""

    amount: Usd
    max_tokens: int


def hold_for(need: Need, limits: Iterable[Limit]) -> Hold:
    """The worst case of `need`, cut to what is left of the tightest limit.

    Raises:
        BudgetExceeded: If that does not pay for the input and 64 tokens of output; with a `Shortfall`.
    """
    if need.price.is_free:
        return Hold(ZERO, need.max_tokens)
    worst = need.price.worst_case(need.input_bound, need.max_tokens)
    limits = tuple(limits)
    tightest = min(limits, key=lambda limit: limit.left)
    if worst <= tightest.left:
        return Hold(worst, need.max_tokens)
    least = need.price.worst_case(need.input_bound, min(MIN_OUTPUT_TOKENS, need.max_tokens))
    if least > tightest.left:
        missing = {limit.scope: worst - limit.left for limit in limits if limit.left < worst}
        raise _exceeded(need, Shortfall(tightest, least, worst, missing, need))
    affordable = need.price.affordable_output(tightest.left, need.input_bound)
    max_tokens = need.max_tokens if affordable is None else min(need.max_tokens, affordable)
    return Hold(need.price.worst_case(need.input_bound, max_tokens), max_tokens)


def _exceeded(need: Need, shortfall: Shortfall) -> BudgetExceeded:
    limit = shortfall.limit
    left = max(limit.left, ZERO)
    if limit.scope is Scope.DAY:
        return BudgetExceeded(
            f"{need.tier.label} needs up to {shortfall.worst} for this message, "
            f"{shortfall.worst - left} more than is left; nothing was sent",
            hint="pick a cheaper tier (F2), wait for the new day, or raise budget.daily in config.yaml",
            shortfall=shortfall,
        )
    key = {Scope.MONTH: "monthly", Scope.CONVERSATION: "conversation"}[limit.scope]
    return BudgetExceeded(
        f"{left} is left of the {limit.scope.value}'s limit of {limit.amount}, "
        f"too little for this message with {need.tier.label}; nothing was sent",
        hint=f"pick a cheaper tier (F2), or raise budget.{key} in config.yaml",
        shortfall=shortfall,
    )
