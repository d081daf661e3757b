"""One day of the ledger: its records replayed in order, with their sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ralex_tui.domain.budget import Scope
from ralex_tui.domain.ledger import Allowance, Correction, DayOpened, Entry, Raise, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.remarks import Decision, Reconciliation, Tariff, Verdict


@dataclass(slots=True)
class DayBook:
    """One day's records, replayed in order. Sums are kept as records come, so that reading is cheap.

    Args:
        limit: The day's limit as it was last configured on that day; None where nobody recorded it.
        last_at: The newest moment that a record names.
    """

    day: date
    opened: DayOpened | None = None
    limit: Usd | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    raises: dict[str, Raise] = field(default_factory=dict)
    allowances: dict[str, Allowance] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    reconciliations: dict[str, Reconciliation] = field(default_factory=dict)
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    spent_nano: int = 0
    held_nano: int = 0
    weakest: Accuracy = Accuracy.EXACT
    last_at: datetime | None = field(default=None, compare=False)

    def apply(self, record: Record) -> None:
        """Take in the next record; what was taken in before, or belongs to nothing, changes nothing."""
        if self.last_at is None or record.at > self.last_at:
            self.last_at = record.at
        match record:
            case Reservation():
                if record.id not in self.entries:
                    self.entries[record.id] = Entry(record, tariff=self.tariffs.get(record.tariff))
                    self.held_nano += record.amount.nano
            case Settlement():
                self._settle(record)
            case Correction():
                self._correct(record)
            case DayOpened():
                self.opened = self.opened or record
                self.limit = record.limit if record.limit is not None else self.limit
            case Raise():
                self.raises.setdefault(record.id, record)
            case Allowance():
                self.allowances.setdefault(record.id, record)
            case Decision():
                self.decisions.setdefault(record.id, record)
            case Reconciliation():
                self.reconciliations.setdefault(record.id, record)
            case Tariff():
                self.tariffs.setdefault(record.id, record)
            case Verdict():
                self._judge(record)

    def _settle(self, record: Settlement) -> None:
        entry = self.entries.get(record.id)
        if entry is None or not entry.is_open:
            return
        self.entries[record.id] = replace(entry, settlement=record)
        self.held_nano -= entry.reservation.amount.nano
        self.spent_nano += record.charged.nano
        if record.charged:
            self.weakest = Accuracy.weakest((self.weakest, record.accuracy))

    def _correct(self, record: Correction) -> None:
        entry = self.entries.get(record.of)
        if entry is None or entry.is_open or any(record.id == known.id for known in entry.corrections):
            return
        corrected = replace(entry, corrections=(*entry.corrections, record))
        self.entries[record.of] = corrected
        self.spent_nano += corrected.cost.amount.nano - entry.cost.amount.nano
        # A better figure may have taken the place of the weakest.
        costs = (known.cost for known in self.entries.values() if not known.is_open)
        self.weakest = Accuracy.weakest(cost.accuracy for cost in costs if cost.amount)

    def _judge(self, record: Verdict) -> None:
        entry = self.entries.get(record.of)
        if entry is not None and all(record.id != known.id for known in entry.verdicts):
            self.entries[record.of] = replace(entry, verdicts=(*entry.verdicts, record))

    def tariff(self, tiers: Mapping[Tier, tuple[str, Price]]) -> Tariff | None:
        """The day's tariff that says just that; None where it has to be written."""
        return next((known for known in self.tariffs.values() if known.tiers == tiers), None)

    @property
    def spent(self) -> Figure:
        return Figure(Usd(self.spent_nano), self.weakest)

    @property
    def held(self) -> Usd:
        return Usd(self.held_nano)

    @property
    def taken(self) -> Usd:
        """Spent and held together."""
        return Usd(self.spent_nano + self.held_nano)

    def granted(self, scope: Scope, conversation: str = "") -> Usd:
        """What the user allowed on this day beyond the limit of `scope`."""
        raised = Usd.total(
            record.amount
            for record in self.raises.values()
            if record.scope is scope and record.conversation == conversation
        )
        return raised + Usd.total(self._used(record, scope, conversation) for record in self.allowances.values())

    def _used(self, record: Allowance, scope: Scope, conversation: str) -> Usd:
        entry = self.entries.get(record.request)
        if entry is None or (conversation and entry.reservation.conversation != conversation):
            return ZERO
        # What the limit still covered of it when it was allowed is used first.
        covered = max(entry.reservation.amount - record.missing.get(scope, ZERO), ZERO)
        return max(entry.weight - covered, ZERO) if scope in record.missing else ZERO

    @property
    def open_entries(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.is_open]

    @property
    def overruns(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.is_overrun]
