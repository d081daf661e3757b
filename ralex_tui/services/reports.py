"""What was spent, by hour, day, tier and model: sums over the ledger, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ralex_tui.domain.budget import BudgetPolicy, DayBudget
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.usage import DaySums, Sum, by_model, by_tier, tiers_of
from ralex_tui.services.ledger import LedgerService


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of a chart.

    Args:
        label: "14" for an hour, "Mon 23" for a day.
        tiers: The sum of each tier.
    """

    label: str
    tiers: Mapping[Tier, Sum]
    total: Sum


@dataclass(frozen=True, slots=True)
class DayReport:
    """One day of spend."""

    budget: DayBudget
    total: Sum
    hours: tuple[Bar, ...]
    tiers: Mapping[Tier, Sum]
    models: Mapping[tuple[Tier, str], Sum]
    entries: tuple[Entry, ...]


class ReportService:
    """Reads the ledger for the review screen, the budget panel and `ralex spend`."""

    def __init__(self, ledger: LedgerService, policy: BudgetPolicy) -> None:
        self._ledger = ledger
        self._policy = policy

    async def day(self, day: date) -> DayReport:
        """The spend of one day, hour by hour."""
        entries = await self._ledger.entries(day, day)
        return DayReport(
            budget=await self._ledger.day_budget(day),
            total=Sum.of(entries),
            hours=self._hours(entries),
            tiers=by_tier(entries),
            models=by_model(entries),
            entries=tuple(entries),
        )

    async def days(self, first: date, last: date) -> list[tuple[date, Bar]]:
        """A bar for each day from `first` to `last`, days without spend included."""
        known = dict(await self._ledger.sums(first, last))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [(day, _bar(f"{day:%a %d}", known.get(day, {}))) for day in days]

    def _hours(self, entries: list[Entry]) -> tuple[Bar, ...]:
        """A bar for each hour of the clock, beginning with the hour at which the day does."""
        groups: dict[int, list[Entry]] = {}
        for entry in entries:
            hour = entry.reservation.at.astimezone(self._policy.zone).hour
            groups.setdefault(hour, []).append(entry)
        order = [(self._policy.reset_hour + n) % 24 for n in range(24)]
        return tuple(_bar(f"{hour:02d}", by_model(groups.get(hour, []))) for hour in order)


def _bar(label: str, sums: DaySums) -> Bar:
    return Bar(label, tiers_of(sums), Sum.total(sums.values()))
