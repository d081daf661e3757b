"""The ledger against what providers say: the same time, the same models, and a line in the ledger for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.models import Model, ModelRef
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.ports.accounts import AccountUsage
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reconcile import Reconciled, ReconcileService
from tests.samples import DAY, NOON, PRICE, SetClock, need, settlement


class ToldAccount:
    """An account that says what it is told to."""

    def __init__(self, provider: str, *said: AccountUsage | EngineUnavailable) -> None:
        self.provider = provider
        self._said = list(said)

    async def usage(self) -> AccountUsage:
        said = self._said.pop(0)
        if isinstance(said, EngineUnavailable):
            raise said
        return said


class Office:
    """A ledger and a clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.store = TinydbLedger(folder / "ledger", folder / "owners")
        policy = BudgetPolicy(daily=Usd.parse("5"), zone=UTC, zone_name="UTC")
        self.ledger = LedgerService(self.store, policy, self.clock)

    async def spend(self, name: str, provider: str, charged: str | None) -> None:
        asked = need(model=Model(ModelRef(f"{provider}/small"), PRICE))
        held = await self.ledger.reserve(name, asked, is_auto=False)
        if charged is not None:
            await self.ledger.settle(held.day, settlement(held, charged))

    async def reconcile(self, account: ToldAccount) -> Reconciled:
        (found,) = await ReconcileService(self.ledger, [account], self.clock).run()
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.ledger.close()
    made.store.close()


def usd(text: str) -> Usd:
    return Usd.parse(text)


async def test_the_providers_day_is_utcs_whatever_the_users(office: Office) -> None:
    office.clock.at = datetime(2026, 3, 13, 23, tzinfo=UTC)
    await office.spend("before midnight", "openrouter", "0.5")
    office.clock.at = NOON
    await office.spend("a", "openrouter", "0.25")
    await office.spend("b", "anthropic", "0.125")

    found = await office.reconcile(ToldAccount("openrouter", AccountUsage(usd("9"), usd("0.2503"))))

    assert found.result is not None
    assert found.result.since == datetime(2026, 3, 14, tzinfo=UTC)
    assert (found.result.theirs, found.result.ours) == (usd("0.2503"), usd("0.25"))
    assert found.agrees


async def test_drift_is_told_and_filed(office: Office) -> None:
    await office.spend("a", "openrouter", "0.25")

    found = await office.reconcile(ToldAccount("openrouter", AccountUsage(usd("9"), usd("0.40"))))

    (book,) = await office.ledger.books(DAY, DAY)
    assert list(book.reconciliations.values()) == [found.result]
    assert found.result is not None
    assert found.result.drift == usd("0.15")
    assert not found.agrees


async def test_what_is_on_its_way_is_no_drift(office: Office) -> None:
    await office.spend("a", "openrouter", "0.25")
    await office.spend("b", "openrouter", None)

    found = await office.reconcile(ToldAccount("openrouter", AccountUsage(usd("9"), usd("0.252"))))

    assert found.held == usd("0.002")
    assert found.agrees


async def test_a_provider_that_tells_its_total_only_is_compared_from_the_last_time_on(office: Office) -> None:
    account = ToldAccount("team", AccountUsage(usd("100")), AccountUsage(usd("100.75")))
    await office.spend("a", "team", "0.5")
    office.clock.move(minutes=1)

    first = await office.reconcile(account)
    office.clock.move(days=1)
    await office.spend("b", "team", "0.75")
    second = await office.reconcile(account)

    assert first.is_first
    assert second.result is not None
    assert second.result.since == NOON + timedelta(minutes=1)
    assert (second.result.theirs, second.result.ours) == (usd("0.75"), usd("0.75"))


async def test_a_total_that_was_set_back_begins_anew(office: Office) -> None:
    account = ToldAccount("team", AccountUsage(usd("100")), AccountUsage(usd("1")))
    await office.reconcile(account)
    office.clock.move(days=1)

    found = await office.reconcile(account)

    assert found.is_first
    assert found.result is not None
    assert (found.result.theirs, found.result.ours) == (ZERO, ZERO)


async def test_an_account_that_can_not_be_asked_is_told_and_not_filed(office: Office) -> None:
    found = await office.reconcile(ToldAccount("team", EngineUnavailable("team can't be reached")))

    assert found.problem is not None
    assert await office.ledger.books(DAY, DAY) == []
