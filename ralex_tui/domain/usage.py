"""What ledger entries add up to, by tier and model, and what caching saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd

Row: TypeAlias = Sequence[int]
"""A sum as whole numbers, for the adding up of many: see `row_of`. Never changed once it is made."""

_MARKS = tuple(Accuracy)

# The last two numbers of a row, its mark's rank and its dearest entry, are not added up: the greater one counts.
_N_GREATEST = 2


@dataclass(frozen=True, slots=True)
class Sum:
    """What a group of entries adds up to.

    Args:
        n_answers: Those that were settled.
        saved: What prompt caching made them cheaper by; negative where writing the cache cost more.
        n_overruns: Those charged more than they held; `overrun` is by how much in all.
        variance: How much more the providers say than we computed, where the two don't agree.
        n_held: Those still on their way, which hold `held`.
        n_corrected: Those with a correction beside their first charge.
        n_cut_off: Those that a crash cut off, charged in full, and that nobody has corrected since.
        exact, computed: The parts of `cost` with these marks; see `estimated`.
        dearest: The charge, or the hold, of the dearest of them.
    """

    n_answers: int = 0
    cost: Figure = Figure(ZERO, Accuracy.EXACT)
    held: Usd = ZERO
    n_input: int = 0
    n_output: int = 0
    saved: Usd = ZERO
    n_overruns: int = 0
    variance: Usd = ZERO
    n_held: int = 0
    n_corrected: int = 0
    n_cut_off: int = 0
    exact: Usd = ZERO
    computed: Usd = ZERO
    overrun: Usd = ZERO
    dearest: Usd = ZERO

    @property
    def estimated(self) -> Usd:
        """The part of `cost` that is neither exact nor computed."""
        return self.cost.amount - self.exact - self.computed

    @staticmethod
    def of(entries: Iterable[Entry]) -> Sum:
        return Sum.of_row(total([row_of(entry) for entry in entries]))

    @staticmethod
    def total(sums: Iterable[Sum]) -> Sum:
        """The sum of sums."""
        return Sum.of_row(total([part.row for part in sums]))

    @staticmethod
    def of_row(row: Row) -> Sum:
        """The sum that a row holds; nothing for an empty one."""
        if not row:
            return Sum()
        n, cost, held, n_input, n_output, saved, n_over, variance, *others, rank, dearest = row
        n_held, n_corrected, n_cut_off, exact, computed, overrun = others
        return Sum(
            n,
            Figure(Usd(cost), _MARKS[rank]),
            Usd(held),
            n_input,
            n_output,
            Usd(saved),
            n_over,
            Usd(variance),
            n_held,
            n_corrected,
            n_cut_off,
            Usd(exact),
            Usd(computed),
            Usd(overrun),
            Usd(dearest),
        )

    @property
    def row(self) -> Row:
        """The same as whole numbers."""
        return (
            self.n_answers,
            self.cost.amount.nano,
            self.held.nano,
            self.n_input,
            self.n_output,
            self.saved.nano,
            self.n_overruns,
            self.variance.nano,
            self.n_held,
            self.n_corrected,
            self.n_cut_off,
            self.exact.nano,
            self.computed.nano,
            self.overrun.nano,
            self.cost.accuracy.rank,
            self.dearest.nano,
        )


ROW_LENGTH = len(Sum().row)


def row_of(entry: Entry) -> Row:
    """One entry's part of a sum, in the order of `Sum.row`."""
    settled, hold = entry.settlement, entry.reservation.amount.nano
    if settled is None:
        return (0, 0, hold, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, hold)
    cost, usage, variance = entry.cost, entry.usage, entry.variance
    charged, mark = cost.amount.nano, cost.accuracy
    return (
        1,
        charged,
        0,
        usage.input if usage else 0,
        usage.output if usage else 0,
        entry.reservation.price.saved_by_cache(usage).nano if usage else 0,
        int(charged > hold),
        variance.nano if variance else 0,
        0,
        int(bool(entry.corrections)),
        int(entry.is_cut_off),
        charged if mark is Accuracy.EXACT else 0,
        charged if mark is Accuracy.COMPUTED else 0,
        max(charged - hold, 0),
        mark.rank if charged else 0,  # a charge of nothing does not weaken a sum
        charged,
    )


def total(rows: Sequence[Row], n_greatest: int = _N_GREATEST) -> Row:
    """Rows added up column by column; of the last `n_greatest` numbers the greatest counts. Of nothing: empty."""
    if len(rows) < 2:
        return rows[0] if rows else ()
    columns = list(zip(*rows, strict=True))
    if not n_greatest:
        return list(map(sum, columns))
    return [*map(sum, columns[:-n_greatest]), *map(max, columns[-n_greatest:])]


DaySums: TypeAlias = Mapping[tuple[Tier, str], Sum]
"""Sums by tier and model."""


def by_tier(entries: Iterable[Entry]) -> Mapping[Tier, Sum]:
    """A sum for every tier, those without entries included, in the order of `Tier`."""
    groups: dict[Tier, list[Row]] = {tier: [] for tier in Tier}
    for entry in entries:
        groups[entry.reservation.tier].append(row_of(entry))
    return {tier: Sum.of_row(total(group)) for tier, group in groups.items()}


def by_model(entries: Iterable[Entry]) -> DaySums:
    """A sum for each tier and model that occurs, tiers in order, dearest model first."""
    groups: dict[tuple[Tier, str], list[Row]] = {}
    for entry in entries:
        groups.setdefault((entry.reservation.tier, entry.reservation.model), []).append(row_of(entry))
    return in_order({key: Sum.of_row(total(group)) for key, group in groups.items()})


def in_order(sums: DaySums) -> DaySums:
    """Tiers in the order of `Tier`, in each the dearest model first."""
    place = {tier: number for number, tier in enumerate(Tier)}
    return dict(sorted(sums.items(), key=lambda item: (place[item[0][0]], -item[1].cost.amount.nano, item[0][1])))
