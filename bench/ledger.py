"""The ledger under load and with a long past: eight terminals reserving at once, a year summed, a start after a year.

`python -m bench ledger` takes about two minutes and 60 MB below the temporary folder.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.home import environment, ralex
from bench.storage import MODEL, PRICE, day_records, fill, settlement
from bench.table import ms, percentile, ratio, show, spread
from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy, Need
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.paths import Paths, find_paths
from ralex_tui.services.ledger import LedgerService
from tests.e2e.terminal import Terminal

N_TERMINALS = 8
N_TURNS = 200
N_DAYS = 365
N_CONVERSATIONS = 1_000
N_STARTS = 9

POLICY = BudgetPolicy(daily=Usd.parse("100000"), zone=UTC, zone_name="UTC")


def main() -> None:
    """Measure and print."""
    terminals()
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as empty, tempfile.TemporaryDirectory() as full:
        paths = find_paths(full)
        paths.make()
        live_a_year(paths)
        year(paths)
        starts(Path(empty), Path(full))


def terminals() -> None:
    """Eight processes on one folder: flat out, and as quickly as people and models take turns."""
    rows = []
    for name, pause_s in (("flat out", 0.0), ("a turn every 0.2 s", 0.2)):
        with tempfile.TemporaryDirectory(prefix="ralex-bench-") as folder:
            command = [sys.executable, "-m", "bench.ledger", folder, str(pause_s)]
            running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(N_TERMINALS)]
            taken = [float(line) for process in running for line in process.communicate()[0].split()]
            rows.append((name, ms(median(taken)), ms(percentile(taken, 0.99)), ms(max(taken)), str(len(taken))))
    show(f"Reserve, {N_TERMINALS} terminals on one folder", ("", "median", "p99", "most", "reservations"), rows)


async def take_turns(folder: Path, pause_s: float) -> None:
    """What one terminal does; prints the seconds of each reservation."""
    store = TinydbLedger(folder / "ledger", folder / "owners")
    service = LedgerService(store, POLICY, SystemClock())
    taken = []
    for _ in range(N_TURNS if not pause_s else N_TURNS // 4):
        began = time.perf_counter()
        held = await service.reserve(new_id(), Need(MODEL, Tier.CHEAP, "c", PRICE, 1_000, 500), is_auto=False)
        taken.append(time.perf_counter() - began)
        await service.settle(held.day, settlement(held))
        await asyncio.sleep(pause_s)
    service.close()
    store.close()
    print("\n".join(map(str, taken)))


def live_a_year(paths: Paths) -> None:
    """365 days of records up to yesterday, and a thousand conversations."""
    ledger = TinydbLedger(paths.ledger, paths.state / "owners")
    today = datetime.now(UTC).date()
    for number in range(N_DAYS, 0, -1):
        day = today - timedelta(days=number)
        ledger.commit(day, lambda _, day=day: day_records(day))  # type: ignore[misc]  # bound as a default
    ledger.close()
    conversations = TinydbConversations(paths.conversations, paths.state / "conversations.index")
    for _ in range(N_CONVERSATIONS):
        fill(conversations)


def year(paths: Paths) -> None:
    """Sum the year in a new process's place: the first time, and with the sums kept."""
    rows = []
    for name, n in (("first time", 1), ("again, from the kept sums", 5)):
        taken = [summed(paths) for _ in range(n)]
        rows.append((name, spread(taken)))
    show(f"{N_DAYS} days of 200 records summed (least, median, most)", ("", "taken"), rows)


def summed(paths: Paths) -> float:
    began = time.perf_counter()
    store = TinydbLedger(paths.ledger, paths.state / "owners", sums=paths.state / "sums")
    service = LedgerService(store, POLICY, SystemClock())
    days = service.sums_sync(date.min, date.max)
    total = sum(part.n_answers for _, sums in days for part in sums.values())
    service.close()
    if total != N_DAYS * 100:
        raise RuntimeError(f"{total} answers were summed, not {N_DAYS * 100}")
    return time.perf_counter() - began


def starts(empty: Path, full: Path) -> None:
    """From fork to the first frame, in an empty folder and in that with a year of use, in turn."""
    taken: dict[Path, list[tuple[float, float]]] = {empty: [], full: []}
    for run in range(N_STARTS + 1):
        for folder in (empty, full):
            found = _start(folder)
            if run:  # the first warms the disk cache, and makes the caches of ours
                taken[folder].append(found)
    rows = []
    for name, at in (("first paint", 0), ("first key echoed", 1)):
        bare, aged = [pair[at] for pair in taken[empty]], [pair[at] for pair in taken[full]]
        rows.append((name, spread(aged), spread(bare), f"{ratio(aged, bare):.2f}", "1.1"))
    show("Start after a year of use (least, median, most)", ("", "a year", "empty folder", "ratio", "aim"), rows)


def _start(folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with Terminal(ralex(), env=environment(folder), columns=120, rows=40) as terminal:
        while b"Type below" not in terminal.raw:
            if not terminal.pump(10):
                raise RuntimeError(f"nothing was painted; the screen was:\n{terminal.screen}")
        painted = time.perf_counter() - began
        terminal.raw.clear()
        terminal.type("Ж")
        while "Ж".encode() not in terminal.raw:
            if not terminal.pump(10):
                raise RuntimeError(f"no echo; the screen was:\n{terminal.screen}")
        return painted, time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(take_turns(Path(sys.argv[1]), float(sys.argv[2])))
