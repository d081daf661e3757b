"""Reserve, settle, recover, correct; what was spent. The only way to money."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from ralex_tui.domain.budget import BudgetPolicy, DayBudget, Limit, Need, Scope, Shortfall
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.days import Today
from ralex_tui.domain.ledger import Entry, Reservation, Settlement
from ralex_tui.domain.money import Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Choice, Opinion, Reconciliation
from ralex_tui.domain.usage import DaySums
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import LedgerStore
from ralex_tui.services.bookkeeper import Bookkeeper
from ralex_tui.services.one_thread import OneThread
from ralex_tui.services.reader import DayReading, Reader

if TYPE_CHECKING:
    from ralex_tui.domain.tally import Tally


class LedgerService:
    """The ledger with its limits. Blocking work is done in one thread of its own.

    The `_sync` twins are for callers without an event loop; they wait for the same thread.
    """

    def __init__(self, store: LedgerStore, policy: BudgetPolicy, clock: Clock) -> None:
        self._keeper = Bookkeeper(store, policy, clock)
        self._reader = Reader(store, self._keeper, clock)
        self._store = store
        self._thread = OneThread("ledger")

    @property
    def policy(self) -> BudgetPolicy:
        """The limits as configured."""
        return self._keeper.policy

    @policy.setter
    def policy(self, policy: BudgetPolicy) -> None:
        self._keeper.policy = policy

    @property
    def is_ready(self) -> bool:
        """Whether `today` and `fingerprint` answer without reading a book."""
        return self._keeper.is_read

    async def look(self) -> None:
        """Look which day is the newest in the ledger, off the event loop; `is_ready` afterwards.

        Raises:
            LedgerUnreadable: If it can't be read.
        """
        await self._thread.run(self._keeper.look)

    def today(self) -> date:
        """The day that counts now: by the clock, or the newest ever written where the clock can't be believed.

        The first call reads that day's book, unless `is_ready`; later ones nothing.

        Raises:
            LedgerUnreadable: If it can't be read.
        """
        return self._today().day

    @property
    def is_clock_behind(self) -> bool:
        """Whether the clock was set back behind a day that has records, so that `today` is not its day."""
        return self._today().is_behind

    async def reserve(
        self,
        id: str,  # noqa: A002 - the port's word
        need: Need,
        *,
        is_auto: bool,
        allowed_because: str = "",
    ) -> Reservation:
        """Hold the worst case of a request, on disk; only then may it leave. A free one holds zero.

        A caller cancelled meanwhile leaves no hold behind. Free requests go on without a record where
        the ledger can't be written.

        Args:
            allowed_because: The user's reason to let this one past the limits; what was missing is recorded.

        Raises:
            BudgetExceeded: If the day, the month or the conversation does not pay for it. Nothing is held.
            DayInDoubt: If the clock leapt far ahead and nobody has confirmed the new day.
            LedgerUnreadable: If the ledger can't be read, locked or written. Nothing may leave.
        """
        try:
            return await self._thread.run(self._keeper.reserve, id, need, is_auto, allowed_because)
        except asyncio.CancelledError:
            self._thread.post(self._keeper.release, id)
            raise

    async def settle(self, day: date, settlement: Settlement) -> Entry:
        """Charge a reservation of `day`, once; where it is settled already, nothing changes.

        Where another process took this one for dead and charged the hold, the true figure is
        added as a correction.

        Returns:
            The entry as it stands, with the settlement that counts.

        Raises:
            LedgerUnreadable: If it can't be written, or the day has no such reservation.
        """
        return await self._thread.run(self._keeper.settle, day, settlement)

    async def correct(
        self,
        day: date,
        id: str,  # noqa: A002
        charged: Figure,
        *,
        who: str,
        why: str,
        usage: TokenUsage | None = None,
    ) -> Entry:
        """Put another figure beside a settled charge, which stays; the last one counts.

        Args:
            who: "user" or "provider".

        Raises:
            UsageError: If the day has no such request, it is still on its way, or no reason is given.
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._keeper.correct, day, id, charged, who, why, usage)

    async def judge(self, answer: str, at: datetime, opinion: Opinion) -> Entry:
        """Record what the user thought of an answer, made at `at`; of thumbs the last one counts.

        Raises:
            UsageError: If the ledger knows no request of that answer.
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._keeper.judge, answer, at, opinion)

    async def recover(self) -> list[Entry]:
        """Charge in full, marked estimated, what dead processes left open on the last days.

        Returns:
            What was charged now, oldest first, for the user to be told.
        """
        return await self._thread.run(self._keeper.recover)

    async def day_budget(self, day: date | None = None) -> DayBudget:
        """A day's limit, spent and held; today's if none is named."""
        return await self._thread.run(self._keeper.day_budget, day)

    def day_budget_sync(self, day: date | None = None) -> DayBudget:
        return self._thread.wait(self._keeper.day_budget, day)

    async def limits(self, conversation: str = "") -> list[Limit]:
        """All limits that are set, as they stand now for that conversation."""
        return await self._thread.run(self._keeper.limits, conversation)

    async def entries(self, first: date, last: date) -> list[Entry]:
        """All entries of the days from `first` to `last`, both included, in the order they were made."""
        # Day by day, so that a year of them lets others come to the ledger in between.
        days = await self._thread.run(self._reader.days)
        found = [await self._thread.run(self._reader.entries_of, day) for day in days if first <= day <= last]
        return [entry for entries in found for entry in entries]

    def entries_sync(self, first: date, last: date) -> list[Entry]:
        return self._thread.wait(self._reader.entries, first, last)

    async def sums(self, first: date, last: date) -> list[tuple[date, DaySums]]:
        """What the days from `first` to `last` came to, those with records, oldest first; quick for a year."""
        return await self._thread.run(self._reader.sums, first, last)

    def sums_sync(self, first: date, last: date) -> list[tuple[date, DaySums]]:
        return self._thread.wait(self._reader.sums, first, last)

    async def read_day(self, day: date) -> DayReading:
        """A day's entries, tally and budget, all of one moment."""
        return await self._thread.run(self._reader.day, day)

    async def tallies(self, first: date, last: date) -> tuple[Mapping[date, Tally], bool]:
        """The tallies of the days from `first` to `last`, those with records, oldest first; quick once they are kept.

        Where many have to be made from the books it stops after a tenth of a second, so that others come in
        between; the second value tells whether all are there.
        """
        return await self._thread.run(self._reader.tallies, first, last)

    async def days(self) -> list[date]:
        """All days with records, oldest first."""
        return await self._thread.run(self._reader.days)

    async def books(self, first: date, last: date) -> list[DayBook]:
        """The books of those days that have one: all that was recorded, not to be changed."""
        days = await self._thread.run(self._reader.days)
        return [await self._thread.run(self._reader.book, day) for day in days if first <= day <= last]

    async def raise_limit(
        self, amount: Usd, why: str, *, scope: Scope = Scope.DAY, conversation: str = ""
    ) -> DayBudget:
        """Allow `amount` more for today, this month or one conversation, recorded with the reason.

        Raises:
            UsageError: If the amount is not more than zero.
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._keeper.raise_limit, amount, why, scope, conversation)

    async def decide(self, choice: Choice, shortfall: Shortfall) -> None:
        """Record what the user answered when a limit refused a message.

        Raises:
            LedgerUnreadable: If it can't be written.
        """
        await self._thread.run(self._keeper.decide, choice, shortfall)

    async def confirm_day(self, why: str) -> date:
        """Open the day that the clock names, on the user's word; what `DayInDoubt` asks for.

        Raises:
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._keeper.confirm_day, why)

    async def reconcile(self, provider: str, since: datetime, theirs: Usd, ours: Usd, total: Usd) -> Reconciliation:
        """Record a provider's own sum beside ours; `total` is its sum for the key since that was made.

        Raises:
            LedgerUnreadable: If it can't be written.
        """
        return await self._thread.run(self._keeper.reconcile, provider, since, theirs, ours, total)

    async def conversation_cost(self, id: str) -> Figure:  # noqa: A002
        """What a conversation's answers were charged, over all days."""
        return await self._thread.run(self._reader.conversation_cost, id)

    def fingerprint(self) -> object:
        """Something that changes, by whichever process, when today's book does; compare with ==. One `stat`."""
        day = self.today()
        return day, self._store.fingerprint(day)

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _today(self) -> Today:
        if not self._keeper.is_read:
            self._thread.wait(self._keeper.look)
        return self._keeper.today()
