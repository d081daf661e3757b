"""What is written into the books beside the money: what the tiers cost that day, what the user thought of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Tier
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.remarks import Tariff
from ralex_tui.ports.stores import LedgerStore


def tariff_of(book: DayBook, tiers: Mapping[Tier, tuple[str, Price]], at: datetime) -> Tariff | None:
    """The tariff that says so in the book, or a new one to be written; None where no tier has a price."""
    return (book.tariff(tiers) or Tariff(new_id(), book.day, at, tiers)) if tiers else None


def request_of(store: LedgerStore, near: date, answer: str) -> tuple[date, str]:
    """The day and the id of the last request that was made for an answer.

    Args:
        near: The day of the answer's own time; it counts in that one, or a neighbour where the clock was moved.

    Raises:
        UsageError: If the ledger knows none.
    """
    known = set(store.days())
    for day in (near, near - timedelta(days=1), near + timedelta(days=1)):
        entries = store.read(day).entries.values() if day in known else ()
        found = [entry.reservation.id for entry in entries if entry.reservation.answer == answer]
        if found:
            return day, found[-1]
    raise UsageError("the ledger knows no request of this answer", hint="it was made by an older ralex, or imported")
