"""The bookkeeper: every decision about money, made under the ledger's lock. Blocks; see `LedgerService`.

How several limits and several processes stay safe: a commit to any day's book excludes every other
commit to the ledger (see `LedgerStore.commit`), so what `decide` reads of other days can't change
before its own record is on disk. Day, month and conversation are decided in that one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from ralex_tui.domain.budget import BudgetPolicy, DayBudget, Hold, Limit, Need, Scope, Shortfall, hold_for
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.days import Today
from ralex_tui.domain.errors import BudgetExceeded, DayInDoubt, LedgerUnreadable, UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import (
    Allowance,
    Correction,
    DayOpened,
    Entry,
    Outcome,
    Raise,
    Record,
    Reservation,
    Settlement,
)
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Choice, Decision, Opinion, Reconciliation, Tariff, Verdict
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import LedgerStore
from ralex_tui.services.calendar import Calendar
from ralex_tui.services.limits import budget_of
from ralex_tui.services.limits import limits as limits_of
from ralex_tui.services.remarks import request_of, tariff_of

# Days with records that recovery looks through: every start does it, so an older open hold can only be
# that of a process which lived through this many days of use.
_RECOVERED_DAYS = 7


class Bookkeeper:
    """Reads and writes the books. For one thread; what the methods do is told where `LedgerService` offers them."""

    def __init__(self, store: LedgerStore, policy: BudgetPolicy, clock: Clock) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._calendar = Calendar(store, clock)
        # Free requests that went while the ledger could not be written.
        self._unwritten: dict[str, Reservation] = {}

    @property
    def is_read(self) -> bool:
        """Whether the ledger was looked into, so that `today` can tell."""
        return self._calendar.is_read

    def look(self) -> None:
        """Look which day is the newest in the ledger."""
        self._calendar.read(self.policy.days)

    def today(self) -> Today:
        """Today, by what was last read of the ledger."""
        return self._calendar.today(self.policy.days)

    def _today_on_disk(self) -> Today:
        """Today, with what other processes opened meanwhile."""
        self._calendar.read(self.policy.days)
        return self._calendar.today(self.policy.days)

    def reserve(self, request: str, need: Need, is_auto: bool, allowed_because: str) -> Reservation:
        try:
            today = self._today_on_disk()
            if today.doubted is not None and not need.price.is_free:
                raise _in_doubt(today)
            return self._hold(today.day, request, need, is_auto, allowed_because)
        except LedgerUnreadable:
            if not need.price.is_free:
                raise
            day = self.policy.day_of(self._clock.now())
            free = self._unwritten[request] = self._reservation(day, request, need, hold_for(need, ()), is_auto)
            return free

    def _hold(self, day: date, request: str, need: Need, is_auto: bool, allowed_because: str) -> Reservation:
        made: list[Reservation] = []

        def decide(book: DayBook) -> list[Record]:
            if request in book.entries:
                raise ValueError(f"{request} is reserved already")
            records = self._opening(book)
            try:
                hold = hold_for(need, [] if need.price.is_free else self._limits_of(book, need.conversation))
            except BudgetExceeded as refused:
                if not allowed_because or refused.shortfall is None:
                    raise
                hold = Hold(refused.shortfall.worst, need.max_tokens)
                missing = refused.shortfall.missing
                records.append(Allowance(new_id(), day, self._clock.now(), request, missing, allowed_because))
            tariff = tariff_of(book, need.tariff, self._clock.now())
            if tariff is not None and tariff.id not in book.tariffs:
                records.append(tariff)
            made.append(self._reservation(day, request, need, hold, is_auto, tariff))
            return [*records, *made]

        self._commit(day, decide)
        return made[0]

    def _reservation(
        self, day: date, request: str, need: Need, hold: Hold, is_auto: bool, tariff: Tariff | None = None
    ) -> Reservation:
        return Reservation(
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
            answer=need.answer,
            request_kind=need.request_kind,
            tariff=tariff.id if tariff is not None else "",
        )

    def _opening(self, book: DayBook, why: str = "") -> list[Record]:
        """The record that opens a day, where it has none yet, or that tells its changed limit."""
        if book.limit == self.policy.daily or (book.opened is None and book.entries):
            return []
        rule, limit = self.policy.days, self.policy.daily
        return [DayOpened(new_id(), book.day, self._clock.now(), rule.zone_name, rule.reset_hour, why, limit)]

    def _commit(self, day: date, decide: Callable[[DayBook], Sequence[Record]]) -> DayBook:
        book = self._store.commit(day, decide)
        self._calendar.saw(book, self.policy.days)
        return book

    def _limits_of(self, book: DayBook, conversation: str) -> list[Limit]:
        return limits_of(self._store, self.policy, book, conversation)

    def limits(self, conversation: str) -> list[Limit]:
        return self._limits_of(self._store.read(self._today_on_disk().day), conversation)

    def settle(self, day: date, settlement: Settlement) -> Entry:
        unwritten = self._unwritten.pop(settlement.id, None)
        if unwritten is not None:
            return Entry(unwritten, settlement)

        def decide(book: DayBook) -> list[Record]:
            entry = book.entries.get(settlement.id)
            if entry is None:
                raise LedgerUnreadable(
                    f"the ledger of {day} has no reservation {settlement.id}, so its charge can't be written",
                    hint="its file was replaced while ralex ran: restore it from a copy",
                )
            if entry.settlement is None:
                return [settlement]
            if entry.is_cut_off:
                return [_late(settlement, new_id())]
            return []

        return self._commit(day, decide).entries[settlement.id]

    def release(self, request: str) -> None:
        """Free the hold of a request that never left."""
        settlement = Settlement(request, self._clock.now(), ZERO, Accuracy.EXACT, Outcome.FAILED)
        self._unwritten.pop(request, None)
        for day in self._store.days()[-2:]:
            if request in self._store.read(day).entries:
                self.settle(day, settlement)

    def correct(self, day: date, request: str, charged: Figure, who: str, why: str, usage: TokenUsage | None) -> Entry:
        if not why.strip():
            raise UsageError("a correction needs a reason", hint="say why in a few words: it is kept")

        def decide(book: DayBook) -> list[Record]:
            entry = book.entries.get(request)
            if entry is None:
                raise UsageError(f"there is no request {request} on {day}", hint="`ralex spend` lists the day's")
            records: list[Record] = []
            if entry.is_open:
                if self._store.is_alive(entry.reservation.owner):
                    raise UsageError(f"the request {request} is still on its way", hint="stop it first")
                records.append(self._abandonment(entry))
            at = self._clock.now()
            return [*records, Correction(new_id(), request, at, charged.amount, charged.accuracy, who, why, usage)]

        return self._commit(day, decide).entries[request]

    def judge(self, answer: str, at: datetime, opinion: Opinion) -> Entry:
        day, request = request_of(self._store, self.policy.day_of(at), answer)
        self._commit(day, lambda book: [Verdict(new_id(), request, self._clock.now(), opinion)])
        return self._store.read(day).entries[request]

    def recover(self) -> list[Entry]:
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

        book = self._commit(day, decide)
        return [book.entries[settlement.id] for settlement in settlements]

    def _abandoned(self, book: DayBook) -> list[Entry]:
        return [entry for entry in book.open_entries if not self._store.is_alive(entry.reservation.owner)]

    def _abandonment(self, entry: Entry) -> Settlement:
        hold = entry.reservation.amount
        accuracy = Accuracy.ESTIMATED if hold else Accuracy.EXACT
        return Settlement(entry.reservation.id, self._clock.now(), hold, accuracy, Outcome.ABANDONED)

    def day_budget(self, day: date | None) -> DayBudget:
        today = self._today_on_disk()
        return self._budget_of(self._store.read(today.day if day is None else day))

    def _budget_of(self, book: DayBook) -> DayBudget:
        today = self._calendar.today(self.policy.days)
        return budget_of(book, self.policy, today, self._calendar.ends(self.policy.days, book.day))

    def raise_limit(self, amount: Usd, why: str, scope: Scope, conversation: str) -> DayBudget:
        if amount <= ZERO:
            raise UsageError(f"the limit can be raised by more than zero, not by {amount}")
        book = self._say(lambda day, at: Raise(new_id(), day, at, amount, why, scope, conversation))
        return self._budget_of(book)

    def decide(self, choice: Choice, shortfall: Shortfall) -> None:
        need, figures = shortfall.need, (shortfall.needed, shortfall.limit.left)
        self._say(lambda day, at: Decision(new_id(), day, at, choice, need.conversation, need.tier, *figures))

    def reconcile(self, provider: str, since: datetime, theirs: Usd, ours: Usd, total: Usd) -> Reconciliation:
        said: list[Reconciliation] = []

        def reconciliation(day: date, at: datetime) -> Reconciliation:
            said.append(Reconciliation(new_id(), day, at, provider, since, theirs, ours, total))
            return said[0]

        self._say(reconciliation)
        return said[0]

    def _say(self, record: Callable[[date, datetime], Record]) -> DayBook:
        """Add a record to today's book."""
        day = self._today_on_disk().day
        made = record(day, self._clock.now())
        return self._commit(day, lambda book: [*self._opening(book), made])

    def confirm_day(self, why: str) -> date:
        today = self._today_on_disk()
        day = today.doubted or today.day
        self._commit(day, lambda book: self._opening(book, why))
        return day


def _late(settlement: Settlement, id: str) -> Correction:  # noqa: A002
    why = "the answer came after its process was taken for dead"
    charged, accuracy, usage = settlement.charged, settlement.accuracy, settlement.usage
    return Correction(id, settlement.id, settlement.at, charged, accuracy, "provider", why, usage)


def _in_doubt(today: Today) -> DayInDoubt:
    return DayInDoubt(
        f"the clock says {today.doubted}, more than 36 hours after the last entry, which is of {today.day}; "
        "nothing was sent",
        hint="if the clock is right, open the new day: `ralex spend --open-day`",
    )
