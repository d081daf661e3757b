"""When to warn of the day's money: at each of the user's thresholds once a day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ralex_tui.domain.budget import DayBudget


class Thresholds:
    """Remembers what was told.

    By what is spent alone, for what is held may come back: a warning is never taken back. What was
    reached already when the app started is not told again; the panel says it all the time.

    Args:
        warn_at: Percent of the day's limit.
    """

    def __init__(self, warn_at: Sequence[int]) -> None:
        self._warn_at = warn_at
        self._day: date | None = None
        self._told = 0

    def news(self, budget: DayBudget) -> int | None:
        """The highest threshold that was reached since the last call; None where there is no new one."""
        reached = max((at for at in self._warn_at if spent_percent(budget) >= at), default=0)
        if self._day is None:
            self._day, self._told = budget.day, reached
        elif self._day != budget.day:
            self._day, self._told = budget.day, 0
        if reached <= self._told:
            return None
        self._told = reached
        return reached


def spent_percent(budget: DayBudget) -> int:
    """Spent as whole percent of the limit, rounded down; 100 where the limit is zero."""
    if budget.limit.nano <= 0:
        return 100
    return budget.spent.amount.nano * 100 // budget.limit.nano
