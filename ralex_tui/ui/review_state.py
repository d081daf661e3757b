"""What the review is looking at: a span, a bar, a table's row, a message. Values; what moves them is the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from enum import StrEnum

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Usd
from ralex_tui.domain.review import Cell, Grain, Report
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import Decided


class Stop(StrEnum):
    """Where up and down move: the messages (in a year: its days), or one of the tables. Tab goes round them."""

    MESSAGES = "messages"
    TIERS = "tiers"
    CONVERSATIONS = "conversations"
    KINDS = "kinds"
    MODELS = "models"

    def step(self, by: int) -> Stop:
        stops = list(Stop)
        return stops[(stops.index(self) + by) % len(stops)]


class Page(StrEnum):
    """What stands in the main part."""

    CHART = "chart"
    DECIDED = "decided"
    SAVINGS = "savings"


@dataclass(frozen=True, slots=True)
class Place:
    """A message to go to. `answer` is empty where the record is from before messages were noted in it."""

    conversation: str
    answer: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Messages, dearest first, and in words what they are of.

    Args:
        total: Of all messages there are; `entries` may be the dearest of them only.
    """

    title: str
    total: Sum
    entries: Sequence[Entry] = ()
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class View:
    """All that is drawn.

    Args:
        day: The day that is shown; in a longer span the one that is chosen.
        today: The last day there can be anything of.
        titles: Of conversations, raw, by id.
        hour: The number of the chosen bar of a day; None where nothing was spent.
        entries: All messages of `entries_of`, dearest first.
        drilled: The messages of a cell that was opened; None while none is.
        reasons: Why a tier was picked, by message id, as far as they were looked up.
        drifts: By how much each provider counts more than the ledger, where it was asked.
    """

    report: Report
    day: date
    today: date
    zone: tzinfo
    titles: Mapping[str, str] = field(default_factory=dict)
    hour: int | None = None
    entries: Sequence[Entry] = ()
    entries_of: date | None = None
    page: Page = Page.CHART
    stop: Stop = Stop.MESSAGES
    row: int = 0
    selected: int = 0
    is_by_model: bool = False
    drilled: Listed | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    decided: Sequence[Decided] = ()
    drifts: Mapping[str, Usd] = field(default_factory=dict)

    @property
    def grain(self) -> Grain:
        return self.report.span.grain

    @property
    def is_day(self) -> bool:
        return self.grain is Grain.DAY

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked in the span."""
        return not self.report.total.n_answers and not self.report.total.held

    @property
    def bar(self) -> int | None:
        """The number of the chosen bar."""
        if self.is_day:
            return self.hour
        bars = enumerate(self.report.bars)
        return next((n for n, bar in bars if bar.first <= self.day <= bar.last), None)

    @property
    def listed(self) -> Listed:
        """The messages that are listed: of a cell that was opened, else of the chosen hour or day."""
        if self.drilled is not None:
            return self.drilled
        if not self.is_day:
            of = self.entries_of or self.day
            return Listed(f"{of:%A} {of.day} {of:%B}", self.report.days.get(of, Sum()), self.entries)
        if self.hour is None:
            return Listed("The whole day", self.report.total, self.entries)
        hour = self.report.bars[self.hour].hour or 0
        of_hour = [entry for entry in self.entries if self.hour_of(entry) == hour]
        total = self.report.bars[self.hour].total
        return Listed(f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00", total, of_hour)

    @property
    def entry(self) -> Entry | None:
        """The selected message."""
        entries = self.listed.entries
        return entries[min(self.selected, len(entries) - 1)] if entries else None

    def hour_of(self, entry: Entry) -> int:
        """The hour of the clock at which it was sent."""
        return entry.reservation.at.astimezone(self.zone).hour


def sum_of(report: Report, cell: Cell) -> Sum:
    """What a row of a table came to; of all its parts but the bar."""
    if cell.conversation is not None:
        return report.conversations.get(cell.conversation, Sum())
    if cell.request_kind is not None:
        return report.request_kinds.get(cell.request_kind, Sum())
    return Sum.total(
        total
        for (tier, model), total in report.by_model.items()
        if cell.tier in (None, tier) and cell.model in (None, model)
    )


def dearest_hour(report: Report) -> int | None:
    """The number of the bar with the most in it, held money included; None where nothing was asked."""
    weights = [(bar.total.cost.amount.nano + bar.total.held.nano, bar.total.n_answers) for bar in report.bars]
    best = max(range(len(weights)), key=weights.__getitem__, default=None)
    return best if best is not None and any(weights[best]) else None
