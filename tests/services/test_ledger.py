"""The promise: over any number of processes, under crashes, never over the limit and no request missing."""

from __future__ import annotations

import asyncio
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable, UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.services.ledger import LedgerService
from tests.samples import DAY, NOON, SetClock, free_need, need, settlement

# The sample request's worst case is 0.002; this pays for two and a half of them.
POLICY = BudgetPolicy(daily=Usd.parse("0.005"), zone=UTC)
WORST = Usd.parse("0.002")


class Desk:
    """Services on one folder, each with a store of its own, as if each were a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SetClock()
        self._opened: list[tuple[LedgerService, TinydbLedger]] = []

    def open(self, policy: BudgetPolicy = POLICY) -> LedgerService:
        store = TinydbLedger(self.folder / "ledger", self.folder / "owners")
        service = LedgerService(store, policy, self.clock)
        self._opened.append((service, store))
        return service

    def end(self, service: LedgerService) -> None:
        """As the process's death does: its holds stay, its owner's lock goes."""
        for known, store in self._opened:
            if known is service:
                service.close()
                store.close()

    def end_all(self) -> None:
        for service, _ in self._opened:
            self.end(service)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.end_all()


@pytest.fixture
def ledger(desk: Desk) -> LedgerService:
    return desk.open()


async def test_reserve_holds_the_worst_case_and_freezes_the_price(ledger: LedgerService) -> None:
    asked = need()

    held = await ledger.reserve("a", asked, is_auto=True)

    budget = await ledger.day_budget()
    assert (held.amount, held.max_tokens, held.price, held.is_auto) == (WORST, 500, asked.price, True)
    assert (budget.held, budget.spent.amount, budget.left) == (WORST, Usd(0), Usd.parse("0.003"))


async def test_reserve_cuts_the_answer_to_what_is_left(ledger: LedgerService) -> None:
    for name in ("a", "b"):
        await ledger.reserve(name, need(), is_auto=False)

    held = await ledger.reserve("c", need(input_bound=500), is_auto=False)

    assert held.max_tokens == 250
    assert (await ledger.day_budget()).left == Usd(0)


async def test_reserve_over_the_limit_is_refused_and_leaves_nothing(ledger: LedgerService) -> None:
    for name in ("a", "b"):
        await ledger.reserve(name, need(), is_auto=False)

    with pytest.raises(BudgetExceeded, match="nothing was sent") as refused:
        await ledger.reserve("c", need(), is_auto=False)

    assert len(await ledger.entries(DAY, DAY)) == 2
    assert "new day" in refused.value.hint


async def test_reserve_of_a_free_model_holds_nothing_even_when_the_day_is_spent(ledger: LedgerService) -> None:
    held = await ledger.reserve("a", need(), is_auto=False)
    await ledger.settle(held.day, settlement(held, "1.00"))

    free = await ledger.reserve("b", free_need(), is_auto=False)

    assert (free.amount, free.max_tokens) == (Usd(0), 500)
    assert [entry.reservation.tier for entry in await ledger.entries(DAY, DAY)] == [Tier.CHEAP, Tier.LOCAL]


async def test_reserve_of_one_id_twice_is_a_bug(ledger: LedgerService) -> None:
    await ledger.reserve("a", need(), is_auto=False)

    with pytest.raises(ValueError, match="reserved already"):
        await ledger.reserve("a", need(), is_auto=False)


async def test_settle_charges_and_frees_the_hold(ledger: LedgerService) -> None:
    held = await ledger.reserve("a", need(), is_auto=False)

    entry = await ledger.settle(held.day, settlement(held, "0.0005"))

    budget = await ledger.day_budget()
    assert entry.cost == Figure(Usd.parse("0.0005"), Accuracy.COMPUTED)
    assert (budget.held, budget.spent.amount) == (Usd(0), Usd.parse("0.0005"))


async def test_second_settlement_changes_nothing(desk: Desk, ledger: LedgerService) -> None:
    held = await ledger.reserve("a", need(), is_auto=False)
    await ledger.settle(held.day, settlement(held, "0.0005"))
    before = ledger.fingerprint()

    entry = await desk.open().settle(held.day, settlement(held, "0.0009"))

    assert entry.cost.amount == Usd.parse("0.0005")
    assert ledger.fingerprint() == before


async def test_overrun_is_recorded_in_full(ledger: LedgerService) -> None:
    held = await ledger.reserve("a", need(), is_auto=False)

    entry = await ledger.settle(held.day, settlement(held, "0.009"))

    assert entry.is_overrun
    assert (await ledger.day_budget()).left == Usd.parse("-0.004")


async def test_settlement_without_a_reservation_is_never_silent(ledger: LedgerService) -> None:
    with pytest.raises(LedgerUnreadable, match="no reservation x"):
        await ledger.settle(DAY, settlement("x"))


async def test_settlement_counts_on_the_day_of_its_reservation(desk: Desk, ledger: LedgerService) -> None:
    held = await ledger.reserve("a", need(), is_auto=False)
    desk.clock.move(days=1)

    await ledger.settle(held.day, settlement(held, "0.001"))

    assert (await ledger.day_budget(DAY)).spent.amount == Usd.parse("0.001")
    assert (await ledger.day_budget()).spent.amount == Usd(0)


async def test_raise_counts_for_today_alone(desk: Desk, ledger: LedgerService) -> None:
    budget = await ledger.raise_limit(Usd.parse("0.5"), "a deadline")
    desk.clock.move(days=1)

    assert budget.limit == Usd.parse("0.505")
    assert (await ledger.day_budget(DAY)).limit == Usd.parse("0.505")
    assert (await ledger.day_budget()).limit == Usd.parse("0.005")


@pytest.mark.parametrize("amount", ["0", "-1"])
async def test_raise_by_nothing_is_refused(ledger: LedgerService, amount: str) -> None:
    with pytest.raises(UsageError, match="more than zero"):
        await ledger.raise_limit(Usd.parse(amount), "no reason")


async def test_month_limit_counts_all_days_of_the_month_and_only_those(desk: Desk) -> None:
    ledger = desk.open(replace(POLICY, monthly=Usd.parse("0.005")))
    for name in ("a", "b"):
        await ledger.reserve(name, need(), is_auto=False)
        desk.clock.move(days=1)

    with pytest.raises(BudgetExceeded, match=r"left of the month's limit of \$0\.0050") as refused:
        await ledger.reserve("c", need(), is_auto=False)
    desk.clock.at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    held = await ledger.reserve("d", need(), is_auto=False)

    assert "budget.monthly" in refused.value.hint
    assert held.amount == WORST


async def test_month_limit_cuts_the_answer_where_it_is_the_tightest(desk: Desk) -> None:
    ledger = desk.open(replace(POLICY, monthly=Usd.parse("0.0035")))
    await ledger.reserve("a", need(), is_auto=False)
    desk.clock.move(days=1)

    held = await ledger.reserve("b", need(), is_auto=False)

    assert held.max_tokens == 250


async def test_conversation_limit_counts_that_conversation_over_all_days(desk: Desk) -> None:
    ledger = desk.open(replace(POLICY, conversation=Usd.parse("0.003")))
    one, other = new_id(NOON), new_id(NOON)
    held = await ledger.reserve("a", need(conversation=one), is_auto=False)
    await ledger.settle(held.day, settlement(held, "0.0025"))
    desk.clock.move(days=9)

    with pytest.raises(BudgetExceeded, match="left of the conversation's limit") as refused:
        await ledger.reserve("b", need(conversation=one), is_auto=False)
    await ledger.reserve("c", need(conversation=other), is_auto=False)

    assert "budget.conversation" in refused.value.hint
    assert (await ledger.conversation_cost(one)).amount == Usd.parse("0.0025")
    assert (await ledger.conversation_cost(other)).amount == Usd(0)


async def test_today_stays_on_the_newest_day_when_the_clock_is_set_back(desk: Desk, ledger: LedgerService) -> None:
    await ledger.reserve("a", need(), is_auto=False)
    desk.clock.move(days=-3)
    other = desk.open()

    held = await other.reserve("b", need(), is_auto=False)

    assert held.day == ledger.today() == other.today() == DAY
    assert ledger.is_clock_behind


async def test_today_is_the_date_in_the_zone_of_the_limit(desk: Desk) -> None:
    ledger = desk.open(replace(POLICY, zone=ZoneInfo("Pacific/Auckland"), reset_hour=4))

    desk.clock.at = datetime(2026, 3, 14, 14, 59, tzinfo=UTC)
    before = ledger.today()
    desk.clock.move(minutes=1)

    assert (before, ledger.today()) == (DAY, DAY + timedelta(days=1))
    assert not ledger.is_clock_behind


async def test_fingerprint_changes_when_another_process_spends(desk: Desk, ledger: LedgerService) -> None:
    await ledger.reserve("a", need(), is_auto=False)
    before = ledger.fingerprint()

    await desk.open().reserve("b", need(), is_auto=False)

    assert ledger.fingerprint() != before


async def test_recover_charges_what_the_dead_left_open_and_nothing_of_the_living(desk: Desk) -> None:
    living, dying, next_ = desk.open(), desk.open(), desk.open()
    await living.reserve("a", need(), is_auto=False)
    await dying.reserve("b", need(), is_auto=False)
    await dying.reserve("c", free_need(), is_auto=False)
    desk.end(dying)

    charged = await next_.recover()

    ends = [(e.reservation.id, e.cost, e.settlement.outcome) for e in charged if e.settlement is not None]
    assert ends == [
        ("b", Figure(WORST, Accuracy.ESTIMATED), Outcome.ABANDONED),
        ("c", Figure(Usd(0), Accuracy.EXACT), Outcome.ABANDONED),
    ]
    assert (await next_.day_budget()).held == WORST
    assert await next_.recover() == []


async def test_recover_looks_at_earlier_days_too(desk: Desk) -> None:
    dying = desk.open()
    await dying.reserve("a", need(), is_auto=False)
    desk.end(dying)
    desk.clock.move(days=30)

    charged = await desk.open().recover()

    assert [entry.reservation.day for entry in charged] == [DAY]


async def test_two_that_recover_at_once_charge_once(desk: Desk) -> None:
    dying = desk.open()
    await dying.reserve("a", need(), is_auto=False)
    desk.end(dying)

    found = await asyncio.gather(*(desk.open().recover() for _ in range(4)))

    assert sum(map(len, found)) == 1
    assert (await desk.open().day_budget()).spent.amount == WORST


async def test_sync_twins_say_the_same(ledger: LedgerService) -> None:
    await ledger.reserve("a", need(), is_auto=False)

    assert ledger.day_budget_sync() == await ledger.day_budget()
    assert ledger.entries_sync(DAY, DAY) == await ledger.entries(DAY, DAY)


class SlowStore(TinydbLedger):
    """A store that says when a commit begins, and goes on when it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "ledger", folder / "owners")
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()

    def commit(self, day: object, decide: Callable[[DayBook], Sequence[Record]]) -> DayBook:
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return super().commit(day, decide)  # type: ignore[arg-type]  # a date, as it came


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowStore]:
    store = SlowStore(tmp_path)
    yield store
    store.close()


async def test_reserve_cancelled_on_its_way_leaves_no_hold(slow: SlowStore) -> None:
    ledger = LedgerService(slow, POLICY, SetClock())
    task = asyncio.create_task(ledger.reserve("a", need(), is_auto=False))
    await asyncio.to_thread(slow.has_begun.wait, 10)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.may_go_on.set()

    budget = await ledger.day_budget()
    assert (budget.held, budget.spent.amount) == (Usd(0), Usd(0))
    assert [entry.is_open for entry in await ledger.entries(DAY, DAY)] == [False]
    ledger.close()


async def test_settle_cancelled_on_its_way_is_written_all_the_same(slow: SlowStore) -> None:
    slow.may_go_on.set()
    ledger = LedgerService(slow, POLICY, SetClock())
    held = await ledger.reserve("a", need(), is_auto=False)
    slow.may_go_on.clear()
    slow.has_begun.clear()
    task = asyncio.create_task(ledger.settle(held.day, settlement(held)))
    await asyncio.to_thread(slow.has_begun.wait, 10)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.may_go_on.set()

    assert (await ledger.day_budget()).spent.amount == Usd.parse("0.001")
    ledger.close()


SPENDER = """
import asyncio, random, sys
from datetime import UTC
from pathlib import Path
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import BudgetExceeded
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.money import Usd
from ralex_tui.services.ledger import LedgerService
from tests.samples import SetClock, need, settlement

async def spend(folder, seed, n_requests, limit):
    rng = random.Random(seed)
    store = TinydbLedger(folder / "ledger", folder / "owners")
    ledger = LedgerService(store, BudgetPolicy(daily=Usd.parse(limit), zone=UTC), SetClock())
    print("ready", flush=True)
    for _ in range(n_requests):
        try:
            held = await ledger.reserve(new_id(), need(), is_auto=False)
        except BudgetExceeded:
            continue
        nano = rng.randrange(held.amount.nano + 1)
        # The provider's own bill: printed when the request has left, before it is settled.
        print(held.id, nano, flush=True)
        await ledger.settle(held.day, settlement(held, f"{nano / 10**9:.9f}"))
    ledger.close()
    store.close()

asyncio.run(spend(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
"""


def spender(folder: Path, seed: int, n_requests: int, limit: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SPENDER, str(folder), str(seed), str(n_requests), limit]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def bill(output: str) -> dict[str, int]:
    """What the provider billed, by request; a line cut by a kill was not sent."""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {line[0]: int(line[1]) for line in lines if len(line) == 2}


def test_four_processes_never_pass_the_limit_and_miss_no_request(desk: Desk) -> None:
    running = [spender(desk.folder, seed, 50, "0.1") for seed in range(4)]
    billed = {name: nano for process in running for name, nano in bill(process.communicate()[0]).items()}
    ledger = desk.open(replace(POLICY, daily=Usd.parse("0.1")))

    entries = {entry.reservation.id: entry for entry in ledger.entries_sync(DAY, DAY)}
    budget = ledger.day_budget_sync(DAY)

    assert [process.returncode for process in running] == [0] * 4
    assert {name: entry.cost.amount.nano for name, entry in entries.items()} == billed
    assert sum(billed.values()) == budget.spent.amount.nano <= Usd.parse("0.1").nano
    assert budget.held == Usd(0)
    # They wanted twice as much as there was, so that nearly all must have been used.
    assert budget.spent.amount >= Usd.parse("0.098")


def test_killed_processes_never_pass_the_limit_and_miss_no_request(desk: Desk) -> None:
    rng = random.Random(11)
    billed: dict[str, int] = {}
    for round_ in range(10):
        running = [spender(desk.folder, round_ * 2 + number, 1_000, "0.2") for number in range(2)]
        billed |= killed_bills(running, rng)
    ledger = desk.open(replace(POLICY, daily=Usd.parse("0.2")))

    ledger_charged = asyncio.run(ledger.recover())
    entries = {entry.reservation.id: entry for entry in ledger.entries_sync(DAY, DAY)}
    budget = ledger.day_budget_sync(DAY)

    assert billed
    assert budget.held == Usd(0)
    assert sum(billed.values()) <= budget.spent.amount.nano <= Usd.parse("0.2").nano
    assert all(entries[name].cost.amount.nano >= nano for name, nano in billed.items())
    abandoned = {entry.reservation.id for entry in ledger_charged}
    assert all(entries[name].cost.amount.nano == nano for name, nano in billed.items() if name not in abandoned)


def killed_bills(running: list[subprocess.Popen[str]], rng: random.Random) -> dict[str, int]:
    """Kill each at some moment after it began to spend, and add up what they were billed."""
    billed: dict[str, int] = {}
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        select.select([], [], [], rng.random() * 0.03)
        process.send_signal(signal.SIGKILL)
    for process in running:
        with process:
            assert process.stdout is not None
            billed |= bill(process.stdout.read())
    return billed
