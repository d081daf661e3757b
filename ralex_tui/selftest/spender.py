"""A process that spends: reserves, sends, settles, through the same services and store as the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy, Need
from ralex_tui.domain.charging import Evidence, charge
from ralex_tui.domain.errors import BudgetExceeded, StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Reservation, Settlement
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.selftest.crew import Wire
from ralex_tui.selftest.plan import End, StandingClock, Wanted, price_of, wanted
from ralex_tui.services.ledger import LedgerService

_OUTCOMES = {
    End.COUNTED: Outcome.DONE,
    End.REPORTED: Outcome.DONE,
    End.STOPPED: Outcome.STOPPED,
    End.REFUSED: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Spending:
    """What a spender does with its life: recover what others left, then send the requests numbered from `first`.

    Args:
        seed: Of its requests.
        day: On which it stands; see `StandingClock`.
    """

    folder: Path
    policy: BudgetPolicy
    seed: str
    first: int = 0
    last: int = 0
    day: int = 0
    conversation: str = "selftest"
    disk: Disk = REAL_DISK

    def __call__(self, wire: Wire) -> None:
        """Tells `owner`; then of each request `sent` and `settled`, `free` or `refused`; `unwritten` if the disk fails.

        `sent` is told when the reservation was acknowledged: it is the request leaving.
        """
        store = TinydbLedger(self.folder / "ledger", self.folder / "owners", disk=self.disk)
        ledger = LedgerService(store, self.policy, StandingClock(self.day))
        wire.tell("owner", store.owner)
        try:
            asyncio.run(self._spend(ledger, wire))
        except StorageError as error:
            wire.tell("unwritten", error.message)
        ledger.close()
        store.close()

    async def _spend(self, ledger: LedgerService, wire: Wire) -> None:
        for entry in await ledger.recover():
            wire.tell("recovered", entry.reservation.id, entry.cost.amount.nano)
        for number in range(self.first, self.last):
            await self._request(ledger, wire, number)

    async def _request(self, ledger: LedgerService, wire: Wire, number: int) -> None:
        want = wanted(self.seed, number)
        try:
            held = await ledger.reserve(new_id(), self._need(want), is_auto=False)
        except BudgetExceeded:
            wire.tell("refused", number)
            return
        if held.price.is_free:
            # It costs nothing, so that it may go, and be forgotten, where the disk is full.
            await ledger.settle(held.day, _settlement(held, want, ["0"] * 7))
            wire.tell("free", number)
            return
        wire.tell("sent", number, held.id, held.amount.nano, held.max_tokens)
        entry = await ledger.settle(held.day, _settlement(held, want, wire.hear()))
        wire.tell("settled", number, held.id, entry.cost.amount.nano)

    def _need(self, want: Wanted) -> Need:
        price = price_of(want.tariff)
        model = Model(ModelRef("selftest/model"), price)
        return Need(model, Tier.CHEAP, self.conversation, price, want.input_bound, want.max_tokens)


def _settlement(held: Reservation, want: Wanted, answer: list[str]) -> Settlement:
    reported, n_bytes, *tokens = map(int, answer)
    is_told = want.end in (End.COUNTED, End.REPORTED)
    evidence = Evidence(
        usage=TokenUsage(*tokens) if is_told else None,
        reported=Usd(reported) if want.end is End.REPORTED else None,
        n_output_bytes=n_bytes,
        may_be_billed=want.end is not End.REFUSED,
    )
    due = charge(held, evidence)
    return Settlement(
        id=held.id,
        at=held.at,
        charged=due.amount,
        accuracy=due.accuracy,
        outcome=_OUTCOMES[want.end],
        usage=due.usage,
        computed=due.computed,
        reported=due.reported,
    )
