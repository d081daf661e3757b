"""What the limits of a day, a month and a conversation leave, read from the books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ralex_tui.domain.budget import BudgetPolicy, DayBudget, Limit, Scope
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.days import Today
from ralex_tui.domain.ids import time_of
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Usd
from ralex_tui.ports.stores import LedgerStore


def limits(store: LedgerStore, policy: BudgetPolicy, book: DayBook, conversation: str) -> list[Limit]:
    """The limits that are set, as they stand for a request of `conversation` on the day of `book`.

    Called under the ledger's lock they stay true until the lock goes: see `LedgerStore.commit`.

    Raises:
        LedgerUnreadable: If a book that counts can't be read.
    """
    found = [_limit(Scope.DAY, policy.daily + book.granted(Scope.DAY), book.taken)]
    if policy.monthly is not None:
        days = [day for day in store.days() if (day.year, day.month) == (book.day.year, book.day.month)]
        books = _books(store, days, book)
        amount = policy.monthly + Usd.total(other.granted(Scope.MONTH) for other in books)
        found.append(_limit(Scope.MONTH, amount, Usd.total(other.taken for other in books)))
    if policy.conversation is not None:
        books = _books(store, days_of_conversation(store, conversation), book)
        granted = Usd.total(other.granted(Scope.CONVERSATION, conversation) for other in books)
        taken = Usd.total(entry.weight for entry in of_conversation(books, conversation))
        found.append(_limit(Scope.CONVERSATION, policy.conversation + granted, taken))
    return found


def days_of_conversation(store: LedgerStore, conversation: str) -> list[date]:
    """The days on which it can have entries: from the one it was made on, which its id tells."""
    made = time_of(conversation)
    # Two days of slack: zones, reset hours, and a limit must rather look at too much. An id made while
    # the clock was ahead, and set back since, must not hide the days in between.
    days = store.days()
    newest = max(days, default=date.min)
    if made is None or made.date() > newest:
        return days
    return [day for day in days if day >= made.date() - timedelta(days=2)]


def of_conversation(books: Iterable[DayBook], conversation: str) -> list[Entry]:
    """A conversation's entries in these books."""
    return [
        entry for book in books for entry in book.entries.values() if entry.reservation.conversation == conversation
    ]


def _books(store: LedgerStore, days: Iterable[date], current: DayBook) -> list[DayBook]:
    """The books of those days and the current one, which may have no file yet."""
    return [current, *(store.read(day) for day in days if day != current.day)]


def _limit(scope: Scope, amount: Usd, taken: Usd) -> Limit:
    return Limit(scope, amount, amount - taken)


def budget_of(book: DayBook, policy: BudgetPolicy, today: Today, ends_at: datetime | None) -> DayBudget:
    """A day's limit against what its book says: the recorded one for a day that is over, the configured one else."""
    is_today = today.day == book.day
    daily = policy.daily if book.limit is None or book.day >= today.day else book.limit
    overruns = book.overruns
    return DayBudget(
        day=book.day,
        limit=daily + book.granted(Scope.DAY),
        spent=book.spent,
        held=book.held,
        ends_at=ends_at,
        n_overruns=len(overruns),
        overrun=Usd.total(entry.cost.amount - entry.reservation.amount for entry in overruns),
        is_behind=is_today and today.is_behind,
        doubted=today.doubted if is_today else None,
    )
