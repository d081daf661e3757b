"""The ledger's records and what they add up to. Records are only ever added, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, TokenUsage


class Outcome(StrEnum):
    """How a request ended."""

    DONE = "done"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"
    ABANDONED = "abandoned"  # its process died; settled by whoever came next


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money held for one request. On disk before the request leaves.

    Args:
        day: The budget day it counts in, whatever the time when it settles.
        owner: The process that holds it; its lock file dies with it.
        amount: The worst case, possibly cut to what was left.
        max_tokens: The output that `amount` pays for; always sent along.
        price: Frozen here, whatever the price tables say later.
    """

    id: str
    day: date
    at: datetime
    owner: str
    conversation: str
    tier: Tier
    model: str
    amount: Usd
    input_bound: int
    max_tokens: int
    price: Price
    is_auto: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a reservation came to. One a reservation; a second one changes nothing.

    Args:
        computed: Tokens times the frozen price, where the tokens are known.
        reported: The provider's own figure, where it gave one.
        charged: What counts: the larger of the two, or an upward estimate.
    """

    id: str
    at: datetime
    charged: Usd
    accuracy: Accuracy
    outcome: Outcome
    usage: TokenUsage | None = None
    computed: Usd | None = None
    reported: Usd | None = None
    first_token_s: float | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """The user's decision to allow more on one day; recorded with the reason."""

    id: str
    day: date
    at: datetime
    amount: Usd
    why: str


Record: TypeAlias = Reservation | Settlement | Raise


@dataclass(frozen=True, slots=True)
class Entry:
    """A reservation with its settlement, if it has one: a line of the spend."""

    reservation: Reservation
    settlement: Settlement | None = None

    @property
    def is_open(self) -> bool:
        return self.settlement is None

    @property
    def cost(self) -> Figure:
        """What it was charged; nothing while it is held."""
        if self.settlement is None:
            return Figure(ZERO, Accuracy.EXACT)
        return Figure(self.settlement.charged, self.settlement.accuracy)

    @property
    def is_overrun(self) -> bool:
        """Whether it was charged more than it held."""
        return self.settlement is not None and self.settlement.charged > self.reservation.amount


@dataclass(slots=True)
class DayBook:
    """One day's records, replayed in order. Sums are kept as records come, so that reading is cheap."""

    day: date
    entries: dict[str, Entry] = field(default_factory=dict)
    raises: list[Raise] = field(default_factory=list)
    spent_nano: int = 0
    held_nano: int = 0
    weakest: Accuracy = Accuracy.EXACT

    def apply(self, record: Record) -> None:
        """Take in the next record; a repeated reservation, a second settlement or a stray one changes nothing."""
        match record:
            case Reservation():
                if record.id not in self.entries:
                    self.entries[record.id] = Entry(record)
                    self.held_nano += record.amount.nano
            case Settlement():
                entry = self.entries.get(record.id)
                if entry is not None and entry.is_open:
                    self.entries[record.id] = Entry(entry.reservation, record)
                    self.held_nano -= entry.reservation.amount.nano
                    self.spent_nano += record.charged.nano
                    if record.charged:
                        self.weakest = Accuracy.weakest((self.weakest, record.accuracy))
            case Raise():
                if all(record.id != known.id for known in self.raises):
                    self.raises.append(record)

    @property
    def spent(self) -> Figure:
        return Figure(Usd(self.spent_nano), self.weakest)

    @property
    def held(self) -> Usd:
        return Usd(self.held_nano)

    @property
    def raised(self) -> Usd:
        return Usd.total(record.amount for record in self.raises)

    @property
    def open_entries(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.is_open]


@dataclass(frozen=True, slots=True)
class Sum:
    """What a group of entries adds up to. `n_answers` counts those that were settled."""

    n_answers: int = 0
    cost: Figure = Figure(ZERO, Accuracy.EXACT)
    held: Usd = ZERO
    n_input: int = 0
    n_output: int = 0

    @staticmethod
    def of(entries: Iterable[Entry]) -> Sum:
        entries = list(entries)
        settled = [entry.settlement for entry in entries if entry.settlement is not None]
        charged = [entry.cost for entry in entries if not entry.is_open and entry.cost.amount]
        return Sum(
            n_answers=len(settled),
            cost=Figure.total(charged),
            held=Usd.total(entry.reservation.amount for entry in entries if entry.is_open),
            n_input=sum(s.usage.input for s in settled if s.usage),
            n_output=sum(s.usage.output for s in settled if s.usage),
        )


def by_tier(entries: Iterable[Entry]) -> Mapping[Tier, Sum]:
    """A sum for every tier, those without entries included, in the order of `Tier`."""
    groups: dict[Tier, list[Entry]] = {tier: [] for tier in Tier}
    for entry in entries:
        groups[entry.reservation.tier].append(entry)
    return {tier: Sum.of(group) for tier, group in groups.items()}


def by_model(entries: Iterable[Entry]) -> Mapping[tuple[Tier, str], Sum]:
    """A sum for each tier and model that occurs, tiers in order, dearest model first."""
    groups: dict[tuple[Tier, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.reservation.tier, entry.reservation.model), []).append(entry)
    sums = {key: Sum.of(group) for key, group in groups.items()}
    order = list(Tier)
    return dict(sorted(sums.items(), key=lambda item: (order.index(item[0][0]), -item[1].cost.amount.nano)))
