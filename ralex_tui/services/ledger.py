"""Reserve, settle, recover; what was spent. The only way to money.

How several limits and several processes stay safe: a commit to any day's book excludes every other
commit to the ledger (see `LedgerStore.commit`), so what `decide` reads of other days can't change
before its own record is on disk. Day, month and conversation are decided in that one step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ralex_tui.domain.budget import BudgetPolicy, DayBudget, Hold, Need, hold_for
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable, UsageError
from ralex_tui.domain.ids import new_id, time_of
from ralex_tui.domain.ledger import DayBook, Entry, Outcome, Raise, Record, Reservation, Settlement
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import LedgerStore
from ralex_tui.services.one_thread import OneThread

# Days with records that recovery looks through: every start does it, so an older open hold can only be
# that of a process which lived through this many days of use.
_RECOVERED_DAYS = 7


class LedgerService:
    """The ledger with its limits. Blocking work is done in one thread of its own.

    The `_sync` twins are for callers without an event loop; they wait for the same thread.
    """

    def __init__(self, store: LedgerStore, policy: BudgetPolicy, clock: Clock) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._thread = OneThread("ledger")
        self._newest: date | None = None

    def today(self) -> date:
        """The day that counts now: by the clock, or the newest ever written where the clock was set back.

        The first call reads the ledger folder's listing, later ones nothing.

        Raises:
            LedgerUnreadable: If that folder can't be read.
        """
        if self._newest is None:
            self._newest = self._newest_day()
        return max(self._newest, self._day_by_clock())

    @property
    def is_clock_behind(self) -> bool:
        """Whether the clock was set back behind a day that has records, so that `today` is not its day."""
        return self._day_by_clock() < self.today()

    async def reserve(self, id: str, need: Need, *, is_auto: bool) -> Reservation:  # noqa: A002 - the port's word
        """Hold the worst case of a request, on disk; only then may it leave. A free one holds zero.

        A caller cancelled meanwhile leaves no hold behind.

        Raises:
            BudgetExceeded: If the day, the month or the conversation does not pay for it. Nothing is held.
            LedgerUnreadable: If the ledger can't be read, locked or written. Nothing may leave.
        """
        try:
            return await self._thread.run(self._reserve, id, need, is_auto)
        except asyncio.CancelledError:
            self._thread.post(self._release, id)
            raise

    async def settle(self, day: date, settlement: Settlement) -> Entry:
        """Charge a reservation of `day`, once; where it is settled already, nothing changes.

        Returns:
            The entry as it stands, with the settlement that counts.

        Raises:
            LedgerUnreadable: If it can't be written, or the day has no such reservation.
        """
        return await self._thread.run(self._settle, day, settlement)

    async def recover(self) -> list[Entry]:
        """Charge in full, marked estimated, what dead processes left open on the last days.

        Returns:
            What was charged now, oldest first, for the user to be told.
        """
        return await self._thread.run(self._recover)

    async def day_budget(self, day: date | None = None) -> DayBudget:
        """A day's limit, spent and held; today's if none is named."""
        return await self._thread.run(self._day_budget, day)

    def day_budget_sync(self, day: date | None = None) -> DayBudget:
        return self._thread.wait(self._day_budget, day)

    async def entries(self, first: date, last: date) -> list[Entry]:
        """All entries of the days from `first` to `last`, both included, in the order they were made."""
        return await self._thread.run(self._entries, first, last)

    def entries_sync(self, first: date, last: date) -> list[Entry]:
        return self._thread.wait(self._entries, first, last)

    async def raise_today(self, amount: Usd, why: str) -> DayBudget:
        """Allow `amount` more for today alone, recorded with the reason.

        Raises:
            UsageError: If the amount is not more than zero.
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._raise_today, amount, why)

    async def conversation_cost(self, id: str) -> Figure:  # noqa: A002
        """What a conversation's answers were charged, over all days."""
        return await self._thread.run(self._conversation_cost, id)

    def fingerprint(self) -> object:
        """Something that changes, by whichever process, when today's book does; compare with ==. One `stat`."""
        day = self.today()
        return day, self._store.fingerprint(day)

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _day_by_clock(self) -> date:
        return self.policy.day_of(self._clock.now())

    def _newest_day(self) -> date:
        return max(self._store.days(), default=date.min)

    def _today_on_disk(self) -> date:
        """Today, with what other processes opened meanwhile."""
        self._newest = self._newest_day()
        return max(self._newest, self._day_by_clock())

    def _reserve(self, request: str, need: Need, is_auto: bool) -> Reservation:
        day = self._today_on_disk()
        made: list[Reservation] = []

        def decide(book: DayBook) -> list[Record]:
            if request in book.entries:
                raise ValueError(f"{request} is reserved already")
            hold = _hold(need, self._limits(need, book))
            made.append(
                Reservation(
                    id=request,
                    day=day,
                    at=self._clock.now(),
                    owner=self._store.owner,
                    conversation=need.conversation,
                    tier=need.tier,
                    model=need.model.ref.id,
                    amount=hold.amount,
                    input_bound=need.input_bound,
                    max_tokens=hold.max_tokens,
                    price=need.price,
                    is_auto=is_auto,
                )
            )
            return [*made]

        self._store.commit(day, decide)
        self._newest = day
        return made[0]

    def _limits(self, need: Need, book: DayBook) -> list[_Limit]:
        """The limits that apply to a request, the tightest first."""
        day_limit = self.policy.daily + book.raised
        limits = [_Limit("day", day_limit, day_limit - _taken(book))]
        if need.price.is_free:
            return limits
        if self.policy.monthly is not None:
            days = [day for day in self._store.days() if (day.year, day.month) == (book.day.year, book.day.month)]
            taken = Usd.total(_taken(other) for other in self._books(days, book))
            limits.append(_Limit("month", self.policy.monthly, self.policy.monthly - taken))
        if self.policy.conversation is not None:
            books = self._books(self._days_of_conversation(need.conversation), book)
            taken = Usd.total(_weight(entry) for entry in _of_conversation(books, need.conversation))
            limits.append(_Limit("conversation", self.policy.conversation, self.policy.conversation - taken))
        return sorted(limits, key=lambda limit: limit.left)

    def _books(self, days: Iterable[date], current: DayBook) -> list[DayBook]:
        """The books of those days and the current one, which may have no file yet."""
        return [current, *(self._store.read(day) for day in days if day != current.day)]

    def _days_of_conversation(self, conversation: str) -> list[date]:
        """The days on which it can have entries: from the one it was made on, which its id tells."""
        made = time_of(conversation)
        # Two days of slack: zones, reset hours, and a limit must rather look at too much.
        first = date.min if made is None else made.date() - timedelta(days=2)
        return [day for day in self._store.days() if day >= first]

    def _settle(self, day: date, settlement: Settlement) -> Entry:
        def decide(book: DayBook) -> list[Record]:
            entry = book.entries.get(settlement.id)
            if entry is None:
                raise LedgerUnreadable(
                    f"the ledger of {day} has no reservation {settlement.id}, so its charge can't be written",
                    hint="its file was replaced while ralex ran: restore it from a copy",
                )
            return [settlement] if entry.is_open else []

        return self._store.commit(day, decide).entries[settlement.id]

    def _release(self, request: str) -> None:
        """Free the hold of a request that never left."""
        settlement = Settlement(request, self._clock.now(), ZERO, Accuracy.EXACT, Outcome.FAILED)
        for day in self._store.days()[-2:]:
            if request in self._store.read(day).entries:
                self._settle(day, settlement)

    def _recover(self) -> list[Entry]:
        charged: list[Entry] = []
        for day in self._store.days()[-_RECOVERED_DAYS:]:
            if self._abandoned(self._store.read(day)):
                charged += self._charge_abandoned(day)
        return charged

    def _charge_abandoned(self, day: date) -> list[Entry]:
        settlements: list[Settlement] = []

        def decide(book: DayBook) -> list[Settlement]:
            settlements.extend(self._abandonment(entry) for entry in self._abandoned(book))
            return settlements

        book = self._store.commit(day, decide)
        return [book.entries[settlement.id] for settlement in settlements]

    def _abandoned(self, book: DayBook) -> list[Entry]:
        return [entry for entry in book.open_entries if not self._store.is_alive(entry.reservation.owner)]

    def _abandonment(self, entry: Entry) -> Settlement:
        hold = entry.reservation.amount
        accuracy = Accuracy.ESTIMATED if hold else Accuracy.EXACT
        return Settlement(entry.reservation.id, self._clock.now(), hold, accuracy, Outcome.ABANDONED)

    def _day_budget(self, day: date | None) -> DayBudget:
        return self._budget_of(self._store.read(self._today_on_disk() if day is None else day))

    def _budget_of(self, book: DayBook) -> DayBudget:
        return DayBudget(book.day, self.policy.daily + book.raised, book.spent, book.held)

    def _entries(self, first: date, last: date) -> list[Entry]:
        days = [day for day in self._store.days() if first <= day <= last]
        return [entry for day in days for entry in self._store.read(day).entries.values()]

    def _raise_today(self, amount: Usd, why: str) -> DayBudget:
        if amount <= ZERO:
            raise UsageError(f"the limit can be raised by more than zero, not by {amount}")
        day = self._today_on_disk()
        record = Raise(new_id(), day, self._clock.now(), amount, why)
        book = self._store.commit(day, lambda _: [record])
        self._newest = day
        return self._budget_of(book)

    def _conversation_cost(self, conversation: str) -> Figure:
        books = [self._store.read(day) for day in self._days_of_conversation(conversation)]
        entries = _of_conversation(books, conversation)
        return Figure.total(entry.cost for entry in entries if entry.cost.amount)


@dataclass(frozen=True, slots=True)
class _Limit:
    """A limit that applies to a request. `left` may be negative."""

    name: str
    amount: Usd
    left: Usd


def _hold(need: Need, limits: list[_Limit]) -> Hold:
    """What all limits allow; `limits` has the tightest first.

    Raises:
        BudgetExceeded: If the tightest does not pay for the request; it says which one that is.
    """
    tightest = limits[0]
    try:
        return hold_for(need, tightest.left)
    except BudgetExceeded as error:
        if tightest.name == "day":
            raise
        key = {"month": "monthly", "conversation": "conversation"}[tightest.name]
        left = max(tightest.left, ZERO)
        raise BudgetExceeded(
            f"{left} is left of the {tightest.name}'s limit of {tightest.amount}, "
            f"too little for this message with {need.tier.label}; nothing was sent",
            hint=f"pick a cheaper tier (F2), or raise budget.{key} in config.yaml",
        ) from error


def _taken(book: DayBook) -> Usd:
    return book.spent.amount + book.held


def _weight(entry: Entry) -> Usd:
    """What an entry takes from a limit: its charge, or its hold while it is open."""
    return entry.reservation.amount if entry.settlement is None else entry.settlement.charged


def _of_conversation(books: Iterable[DayBook], conversation: str) -> list[Entry]:
    return [
        entry for book in books for entry in book.entries.values() if entry.reservation.conversation == conversation
    ]
