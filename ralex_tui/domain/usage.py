"""What ledger entries add up to, by tier and model, and what caching saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd


@dataclass(frozen=True, slots=True)
class Sum:
    """What a group of entries adds up to.

    Args:
        n_answers: Those that were settled.
        saved: What prompt caching made them cheaper by; negative where writing the cache cost more.
        n_overruns: Those charged more than they held.
        variance: How much more the providers say than we computed, where the two don't agree.
    """

    n_answers: int = 0
    cost: Figure = Figure(ZERO, Accuracy.EXACT)
    held: Usd = ZERO
    n_input: int = 0
    n_output: int = 0
    saved: Usd = ZERO
    n_overruns: int = 0
    variance: Usd = ZERO

    @staticmethod
    def of(entries: Iterable[Entry]) -> Sum:
        entries = list(entries)
        settled = [entry for entry in entries if not entry.is_open]
        counted = [(entry.reservation.price, usage) for entry in settled if (usage := entry.usage) is not None]
        costs = [entry.cost for entry in settled]
        return Sum(
            n_answers=len(settled),
            cost=Figure.total(cost for cost in costs if cost.amount),
            held=Usd.total(entry.reservation.amount for entry in entries if entry.is_open),
            n_input=sum(usage.input for _, usage in counted),
            n_output=sum(usage.output for _, usage in counted),
            saved=Usd.total(price.saved_by_cache(usage) for price, usage in counted),
            n_overruns=sum(entry.is_overrun for entry in settled),
            variance=Usd.total(entry.variance or ZERO for entry in settled),
        )

    @staticmethod
    def total(sums: Iterable[Sum]) -> Sum:
        """The sum of sums."""
        sums = list(sums)
        return Sum(
            n_answers=sum(part.n_answers for part in sums),
            cost=Figure.total(part.cost for part in sums if part.cost.amount),
            held=Usd.total(part.held for part in sums),
            n_input=sum(part.n_input for part in sums),
            n_output=sum(part.n_output for part in sums),
            saved=Usd.total(part.saved for part in sums),
            n_overruns=sum(part.n_overruns for part in sums),
            variance=Usd.total(part.variance for part in sums),
        )


DaySums: TypeAlias = Mapping[tuple[Tier, str], Sum]
"""A day's sums by tier and model."""


def by_tier(entries: Iterable[Entry]) -> Mapping[Tier, Sum]:
    """A sum for every tier, those without entries included, in the order of `Tier`."""
    groups: dict[Tier, list[Entry]] = {tier: [] for tier in Tier}
    for entry in entries:
        groups[entry.reservation.tier].append(entry)
    return {tier: Sum.of(group) for tier, group in groups.items()}


def by_model(entries: Iterable[Entry]) -> DaySums:
    """A sum for each tier and model that occurs, tiers in order, dearest model first."""
    groups: dict[tuple[Tier, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.reservation.tier, entry.reservation.model), []).append(entry)
    sums = {key: Sum.of(group) for key, group in groups.items()}
    order = list(Tier)
    return dict(sorted(sums.items(), key=lambda item: (order.index(item[0][0]), -item[1].cost.amount.nano)))


def tiers_of(sums: DaySums) -> Mapping[Tier, Sum]:
    """The sums of each tier; every tier is there, in the order of `Tier`."""
    return {tier: Sum.total(part for (of, _), part in sums.items() if of is tier) for tier in Tier}
