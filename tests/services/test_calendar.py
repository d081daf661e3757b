"""The ledger's day on real files: midnight during an answer, changed zones, clocks that leap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import BudgetExceeded, DayInDoubt
from ralex_tui.domain.ledger import DayOpened
from ralex_tui.domain.money import Usd
from ralex_tui.services.ledger import LedgerService
from tests.samples import DAY, SetClock, free_need, need, settlement

POLICY = BudgetPolicy(daily=Usd.parse("0.005"), zone=UTC, zone_name="UTC")
NEXT = DAY + timedelta(days=1)


class OddClock(SetClock):
    """A clock that someone sets: `leap` moves it without time passing."""

    def __init__(self) -> None:
        super().__init__()
        self.leapt = timedelta()
        self.has_server = False

    def leap(self, **by: float) -> None:
        self.leapt += timedelta(**by)
        self.move(**by)

    def uptime(self) -> float:
        return (self.at - self.leapt).timestamp()

    def is_synchronised(self) -> bool:
        return self.has_server


class Folder:
    """Services on one folder, each as if in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.clock = OddClock()
        self._path = path
        self._opened: list[tuple[LedgerService, TinydbLedger]] = []

    def open(self, policy: BudgetPolicy = POLICY) -> LedgerService:
        store = TinydbLedger(self._path / "ledger", self._path / "owners")
        service = LedgerService(store, policy, self.clock)
        self._opened.append((service, store))
        return service

    def close(self) -> None:
        for service, store in self._opened:
            service.close()
            store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path)
    yield made
    made.close()


async def spend_all(ledger: LedgerService, name: str) -> None:
    held = await ledger.reserve(name, need(input_bound=4_000, max_tokens=500), is_auto=False)
    await ledger.settle(held.day, settlement(held, "0.005"))


async def is_spent(ledger: LedgerService) -> bool:
    try:
        await ledger.reserve("probe", need(), is_auto=False)
    except BudgetExceeded:
        return True
    return False


async def test_a_day_is_opened_with_its_zone_and_hour(folder: Folder) -> None:
    ledger = folder.open(replace(POLICY, zone=ZoneInfo("Asia/Tokyo"), zone_name="Asia/Tokyo", reset_hour=4))
    await ledger.reserve("a", need(), is_auto=False)
    await ledger.reserve("b", need(), is_auto=False)

    (book,) = await ledger.books(DAY, DAY)

    assert isinstance(book.opened, DayOpened)
    assert (book.opened.zone, book.opened.reset_hour, book.opened.why) == ("Asia/Tokyo", 4, "")


async def test_an_answer_over_midnight_counts_on_the_day_it_was_reserved(folder: Folder) -> None:
    ledger = folder.open()
    folder.clock.at = datetime(2026, 3, 14, 23, 59, 50, tzinfo=UTC)
    held = await ledger.reserve("a", need(), is_auto=False)
    folder.clock.move(minutes=1)
    await ledger.reserve("b", need(), is_auto=False)

    await ledger.settle(held.day, settlement(held, "0.0015"))

    old, new = [await ledger.day_budget(day) for day in (DAY, NEXT)]
    assert (old.spent.amount, old.held) == (Usd.parse("0.0015"), Usd(0))
    assert (new.spent.amount, new.held) == (Usd(0), Usd.parse("0.002"))


async def test_a_clock_set_back_gives_no_money(folder: Folder) -> None:
    await spend_all(folder.open(), "a")
    folder.clock.leap(days=-1)

    ledger = folder.open()

    assert await is_spent(ledger)
    assert (await ledger.day_budget()).is_behind
    assert (await ledger.day_budget()).day == DAY


async def test_a_clock_set_forward_and_back_gives_each_day_once(folder: Folder) -> None:
    ledger = folder.open()
    await spend_all(ledger, "a")
    folder.clock.leap(hours=30)
    await spend_all(ledger, "b")
    folder.clock.leap(hours=-30)

    assert await is_spent(ledger)
    folder.clock.move(hours=30)
    assert await is_spent(ledger)
    assert len(await ledger.books(DAY, DAY + timedelta(days=9))) == 2


async def test_a_leap_of_days_asks_before_a_new_day_opens(folder: Folder) -> None:
    ledger = folder.open()
    await spend_all(ledger, "a")
    folder.clock.leap(days=3)

    with pytest.raises(DayInDoubt, match="more than 36 hours after the last entry"):
        await ledger.reserve("b", need(), is_auto=False)
    budget = await ledger.day_budget()
    free = await ledger.reserve("c", free_need(), is_auto=False)

    assert (budget.day, budget.doubted) == (DAY, DAY + timedelta(days=3))
    assert free.day == DAY


async def test_a_free_answer_in_a_doubted_day_does_not_open_it_for_anyone(folder: Folder) -> None:
    ledger = folder.open()
    await spend_all(ledger, "a")
    folder.clock.leap(days=3)
    later = folder.open()
    await later.reserve("b", free_need(), is_auto=False)
    folder.clock.move(hours=2)

    for each in (ledger, later, folder.open()):
        with pytest.raises(DayInDoubt):
            await each.reserve("c", need(), is_auto=False)


async def test_a_day_that_the_user_confirmed_is_open_for_everyone(folder: Folder) -> None:
    ledger = folder.open()
    await spend_all(ledger, "a")
    folder.clock.leap(days=3)

    opened = await ledger.confirm_day("the clock is right")
    held = await folder.open().reserve("b", need(), is_auto=False)

    assert opened == held.day == DAY + timedelta(days=3)
    (book,) = await ledger.books(opened, opened)
    assert book.opened is not None
    assert book.opened.why == "the clock is right"


async def test_a_quiet_weekend_is_not_asked_about_where_the_time_is_known(folder: Folder) -> None:
    watching = folder.open()
    await spend_all(watching, "a")
    folder.clock.move(days=3)
    held = await watching.reserve("b", need(), is_auto=False)
    folder.clock.move(days=3)
    folder.clock.has_server = True

    later = await folder.open().reserve("c", need(), is_auto=False)

    assert (held.day, later.day) == (DAY + timedelta(days=3), DAY + timedelta(days=6))


async def test_a_program_started_after_a_quiet_weekend_asks_where_no_server_tells_the_time(folder: Folder) -> None:
    await spend_all(folder.open(), "a")
    folder.clock.move(days=3)

    with pytest.raises(DayInDoubt):
        await folder.open().reserve("b", need(), is_auto=False)


async def test_a_new_zone_does_not_open_a_new_day_early(folder: Folder) -> None:
    ledger = folder.open()
    await spend_all(ledger, "a")

    # In Auckland it is the 15th already.
    moved = folder.open(replace(POLICY, zone=ZoneInfo("Pacific/Auckland"), zone_name="Pacific/Auckland"))

    assert await is_spent(moved)
    assert (await moved.day_budget()).ends_at == datetime(2026, 3, 15, tzinfo=UTC)
    folder.clock.move(hours=12)
    assert not await is_spent(moved)
    assert moved.today() == NEXT


async def test_a_zone_further_west_does_not_give_the_day_again(folder: Folder) -> None:
    east = folder.open(replace(POLICY, zone=ZoneInfo("Pacific/Auckland"), zone_name="Pacific/Auckland"))
    folder.clock.at = datetime(2026, 3, 14, 14, tzinfo=UTC)
    await spend_all(east, "a")

    west = folder.open(replace(POLICY, zone=ZoneInfo("America/New_York"), zone_name="America/New_York"))

    assert west.today() == NEXT
    assert await is_spent(west)
    assert not (await west.day_budget()).is_behind


async def test_a_day_without_a_record_was_never_opened(folder: Folder, tmp_path: Path) -> None:
    """What a crash leaves that came between making the day's file and writing into it."""
    ledger = folder.open()
    await ledger.reserve("a", need(), is_auto=False)
    header = (tmp_path / "ledger" / f"{DAY}.journal").read_bytes().splitlines(keepends=True)[0]
    (tmp_path / "ledger" / f"{NEXT}.journal").write_bytes(header)

    assert folder.open().today() == DAY
