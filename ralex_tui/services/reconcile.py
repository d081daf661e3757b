"""The ledger against the providers' own sums: who counts more, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.ledger import Entry, agree
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.remarks import Reconciliation
from ralex_tui.ports.accounts import Account, AccountUsage
from ralex_tui.ports.clock import Clock
from ralex_tui.services.ledger import LedgerService

# How far back an earlier comparison is looked for, where a provider tells its total only.
_LOOK_BACK = timedelta(days=92)

# Entries are filed by the user's days, which may be off from UTC's by one and a half.
_SLACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One provider's comparison.

    Args:
        result: None where the provider could not be asked; `problem` then says why.
        is_first: Whether it only notes the provider's total, to compare with from now on.
        held: What is still on its way there, and so in neither sum for sure.
    """

    provider: str
    result: Reconciliation | None = None
    problem: EngineError | None = None
    is_first: bool = False
    held: Usd = ZERO

    @property
    def agrees(self) -> bool:
        """Whether the sums are the same but for rounding and for what is on its way."""
        if self.result is None:
            return False
        gap = abs(self.result.drift.nano)
        return gap <= self.held.nano or agree(self.result.ours, self.result.theirs)


class ReconcileService:
    """Asks each account and files the answer in the ledger."""

    def __init__(self, ledger: LedgerService, accounts: Sequence[Account], clock: Clock) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._clock = clock

    async def run(self) -> list[Reconciled]:
        """Compare with every provider that tells its sums; free of charge.

        Raises:
            LedgerUnreadable: If the ledger can't be read or written.
        """
        return [await self._reconcile(account) for account in self._accounts]

    async def _reconcile(self, account: Account) -> Reconciled:
        try:
            usage = await account.usage()
        except EngineError as error:
            return Reconciled(account.provider, problem=error)
        now = self._clock.now()
        last = await self._last(account.provider, now)
        since, theirs = _window(usage, last, now)
        entries = await self._entries(account.provider, since, now)
        ours = Usd.total(entry.cost.amount for entry in entries)
        result = await self._ledger.reconcile(account.provider, since, theirs, ours, usage.total)
        held = Usd.total(entry.reservation.amount for entry in entries if entry.is_open)
        return Reconciled(account.provider, result, is_first=since == now, held=held)

    async def _entries(self, provider: str, since: datetime, now: datetime) -> list[Entry]:
        entries = await self._ledger.entries((since - _SLACK).date(), (now + _SLACK).date())
        return [
            entry
            for entry in entries
            if entry.reservation.model.startswith(f"{provider}/") and entry.reservation.at >= since
        ]

    async def _last(self, provider: str, now: datetime) -> Reconciliation | None:
        books = await self._ledger.books((now - _LOOK_BACK).date(), (now + _SLACK).date())
        found = [record for book in books for record in book.reconciliations.values() if record.provider == provider]
        return max(found, key=lambda record: record.at, default=None)


def _window(usage: AccountUsage, last: Reconciliation | None, now: datetime) -> tuple[datetime, Usd]:
    """The time to compare, and what the provider counts in it."""
    if usage.today is not None:
        return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0), usage.today
    if last is None or last.total > usage.total:
        # Nothing to compare with yet, or the key's counter was set back.
        return now, ZERO
    return last.at, usage.total - last.total
