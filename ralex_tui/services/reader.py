"""Reads the books for whoever looks back: entries, sums, tallies. It decides nothing. Blocks; see `LedgerService`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Figure
from ralex_tui.domain.usage import DaySums
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import LedgerStore
from ralex_tui.services.bookkeeper import Bookkeeper
from ralex_tui.services.limits import days_of_conversation, of_conversation

if TYPE_CHECKING:
    from ralex_tui.domain.tally import Tally

# For how long the ledger does nothing else while tallies are made.
_SLICE_S = 0.1


@dataclass(frozen=True, slots=True)
class DayReading:
    """One day, all of it as it stood at one moment.

    Args:
        budget: Its limit against what was spent.
        is_limit_known: Whether that limit is today's, or was recorded; else today's setting stands in.
    """

    entries: tuple[Entry, ...]
    tally: Tally
    budget: DayBudget
    is_limit_known: bool


class Reader:
    """For one thread: the bookkeeper's."""

    def __init__(self, store: LedgerStore, keeper: Bookkeeper, clock: Clock) -> None:
        self._store = store
        self._keeper = keeper
        self._clock = clock

    def days(self) -> list[date]:
        return self._store.days()

    def day(self, day: date) -> DayReading:
        # Imported here: nobody looks back before the first paint.
        from ralex_tui.domain.tally import Tally

        budget = self._keeper.day_budget(day)
        book = self._store.read(day)
        is_known = book.limit is not None or not book.entries or day >= self._keeper.today().day
        return DayReading(tuple(book.entries.values()), Tally.of(book), budget, is_known)

    def tallies(self, first: date, last: date, within_s: float = _SLICE_S) -> tuple[Mapping[date, Tally], bool]:
        days = [day for day in self._store.days() if first <= day <= last]
        found: dict[date, Tally] = {}
        end = self._clock.monotonic() + within_s
        for day in days:
            [found[day]] = self._store.tallies([day])
            if self._clock.monotonic() > end:
                break
        return found, len(found) == len(days)

    def sums(self, first: date, last: date) -> list[tuple[date, DaySums]]:
        tallies, _ = self.tallies(first, last, float("inf"))
        return [(day, tally.by_model()) for day, tally in tallies.items()]

    def book(self, day: date) -> DayBook:
        return self._store.read(day)

    def entries_of(self, day: date) -> list[Entry]:
        return list(self._store.read(day).entries.values())

    def entries(self, first: date, last: date) -> list[Entry]:
        return [entry for day in self._store.days() if first <= day <= last for entry in self.entries_of(day)]

    def conversation_cost(self, conversation: str) -> Figure:
        books = [self._store.read(day) for day in days_of_conversation(self._store, conversation)]
        entries = of_conversation(books, conversation)
        return Figure.total(entry.cost for entry in entries if entry.cost.amount)
