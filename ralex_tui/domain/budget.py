"""The arithmetic of limits: what is left, which state that is, what a request must hold. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from ralex_tui.domain.errors import BudgetExceeded
from ralex_tui.domain.models import Model, Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price

MIN_OUTPUT_TOKENS = 64
CRITICAL_MAX_TOKENS = 200


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

    def day_of(self, at: datetime) -> date:
        """The budget day in which the moment `at` (aware) lies."""
        return (at.astimezone(self.zone).replace(tzinfo=None) - timedelta(hours=self.reset_hour)).date()

    def next_reset(self, day: date) -> datetime:
        """The moment, in UTC, at which the day after `day` begins."""
        following = day + timedelta(days=1)
        local = datetime(following.year, following.month, following.day, self.reset_hour, tzinfo=self.zone)
        return local.astimezone(UTC)

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
        limit: With what was raised for this day alone included.
        spent: All settled charges, with the weakest mark among them.
        held: Reservations of requests still on their way.
    """

    day: date
    limit: Usd
    spent: Figure = Figure(ZERO, Accuracy.EXACT)
    held: Usd = ZERO

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
    """

    model: Model
    tier: Tier
    conversation: str
    price: Price
    input_bound: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Hold:
    """The part of `left` a request takes, and the output tokens that pays for."""

    amount: Usd
    max_tokens: int


def hold_for(need: Need, left: Usd) -> Hold:
    """The worst case of `need`, cut to what is left.

    Raises:
        BudgetExceeded: If `left` does not pay for the input and 64 tokens of output.
    """
    if need.price.is_free:
        return Hold(ZERO, need.max_tokens)
    worst = need.price.worst_case(need.input_bound, need.max_tokens)
    if worst <= left:
        return Hold(worst, need.max_tokens)
    floor = min(MIN_OUTPUT_TOKENS, need.max_tokens)
    least = need.price.worst_case(need.input_bound, floor)
    if least > left:
        missing = least - max(left, ZERO)
        raise BudgetExceeded(
            f"{need.tier.label} needs up to {least} for this message, {missing} more than is left; nothing was sent",
            hint="pick a cheaper tier (F2), wait for the new day, or raise budget.daily in config.yaml",
        )
    affordable = need.price.affordable_output(left, need.input_bound)
    max_tokens = need.max_tokens if affordable is None else min(need.max_tokens, affordable)
    return Hold(need.price.worst_case(need.input_bound, max_tokens), max_tokens)
