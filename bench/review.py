"""The review after a year of 200 requests a day: its reports, the tallies that are kept for them, and the real screen.

`python -m bench review` takes about two minutes and 120 MB below the temporary folder.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date
from typing import Any, TypeVar

from bench.review_screen import screen_times
from bench.table import ms, ratio, show, spread
from bench.year import DAILY, N_A_DAY, N_DAYS, live_a_year
from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.bootstrap import collect_garbage
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Raise
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.review import Cell, Grain, Span
from ralex_tui.domain.usage import by_model
from ralex_tui.paths import Paths, find_paths
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from tests.ui.demo import NOW

N_RUNS = 7
FIRST_AIM_S = 0.3
CHANGE_AIM_S = 0.05

POLICY = BudgetPolicy(daily=DAILY, zone=UTC, zone_name="UTC")

T = TypeVar("T")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as home:
        paths = find_paths(home)
        paths.make()
        live_a_year(paths, NOW.date())
        first = [_in_a_process(home, "first") for _ in range(N_RUNS)]
        built = _in_a_process(home, "build")
        kept = [_in_a_process(home, "kept") for _ in range(N_RUNS)]
        size = sum(file.stat().st_size for file in (paths.state / "sums").glob("*.json"))
        _show_reports(first, built, kept)
        _show_kept(paths, built, kept, size)
        screens = [asyncio.run(screen_times(paths)) for _ in range(N_RUNS)]
        rows = [(name, spread([each[name] for each in screens]), aim(name)) for name in screens[0]]
        show("The review's screen, 160x48, from the key to the frame (least, median, most)", ("", "taken", "aim"), rows)


def aim(name: str) -> str:
    return ms(FIRST_AIM_S if name.startswith("open") else CHANGE_AIM_S)


def _show_reports(first: list[dict[str, float]], built: dict[str, float], kept: list[dict[str, float]]) -> None:
    rows = [
        ("today, the first in a fresh process, nothing kept", spread([run["today"] for run in first]), ms(FIRST_AIM_S)),
        *((name, spread([run[name] for run in kept]), ms(CHANGE_AIM_S)) for name in _CHANGES),
        (_DEAREST, spread([run[_DEAREST] for run in kept]), ""),
    ]
    show(f"Reports of {N_DAYS} days of {N_A_DAY} requests (least, median, most)", ("", "taken", "aim"), rows)
    books = [built["books"]]
    ratios = [(name, f"{ratio([run[name] for run in kept], books):.3f}") for name in ("month", "year")]
    show(f"To reading and adding up a year's books, {books[0]:.1f} s", ("", "ratio"), ratios)


def _show_kept(paths: Paths, built: dict[str, float], kept: list[dict[str, float]], size: int) -> None:
    ledger = sum(file.stat().st_size for file in paths.ledger.glob("*.journal"))
    show(
        "The tallies that are kept",
        ("", ""),
        [
            ("made the first time, in the background", f"{built['prepare']:.1f} s"),
            ("the longest that another call waited for the ledger meanwhile", ms(built["waited"])),
            ("the longest that the event loop stood still meanwhile", ms(built["lag"])),
            ("read by a later process, month and year reported", spread([run["prepare"] for run in kept])),
            ("the longest that its event loop stood still", spread([run["lag"] for run in kept])),
            ("on disk", f"{size / 1e6:.1f} MB, the ledger {ledger / 1e6:.0f} MB"),
            ("in memory, the year at hand", f"{max(run['memory'] for run in kept) / 1e6:.0f} MB"),
        ],
    )


_CHANGES = (
    "day before",
    "week",
    "week before",
    "month",
    "month before",
    "year",
    "year, after a new record",
    "year before",
)
_DEAREST = "the 20 dearest requests of Smart in the year"


def _in_a_process(home: str, what: str) -> dict[str, float]:
    """Seconds, and bytes, of what a process of its own measures."""
    command = [sys.executable, "-m", "bench.review", what, home]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


@asynccontextmanager
async def reports_of(home: str) -> AsyncIterator[tuple[ReportService, LedgerService]]:
    """The services over the year, with its tallies kept."""
    paths = find_paths(home)
    store = TinydbLedger(paths.ledger, paths.state / "owners", sums=paths.state / "sums")
    ledger = LedgerService(store, POLICY, SystemClock())
    yield ReportService(ledger, SystemClock()), ledger
    ledger.close()
    store.close()


async def taken(call: Awaitable[T]) -> float:
    began = time.perf_counter()
    await call
    return time.perf_counter() - began


async def first(home: str) -> dict[str, float]:
    """Today's report, before anything else was read."""
    async with reports_of(home) as (reports, _):
        return {"today": await taken(reports.report(Span.of(Grain.DAY, NOW.date())))}


async def build(home: str) -> dict[str, float]:
    """Make all tallies, while others use the ledger; then add up the books themselves."""
    async with reports_of(home) as (reports, ledger):
        await ledger.look()
        collect_garbage()
        found = await _watched(reports.prepare(NOW.date()), ledger)
        began = time.perf_counter()
        by_model(await ledger.entries(date.min, date.max))
        return {**found, "books": time.perf_counter() - began}


async def kept(home: str) -> dict[str, float]:
    """The spans that are changed to, with the tallies of an earlier process."""
    import tracemalloc

    day = NOW.date()
    async with reports_of(home) as (reports, ledger):
        await reports.report(Span.of(Grain.DAY, day))
        collect_garbage()
        found = await _watched(reports.prepare(day), ledger)
        spans = {grain.value: Span.of(grain, day) for grain in Grain}
        spans |= {f"{name} before": span.before() for name, span in spans.items()}
        for name, span in spans.items():
            found[name] = await taken(reports.report(span))
        _write_on(find_paths(home), day)
        found["year, after a new record"] = await taken(reports.report(spans["year"]))
        cell = Cell(tier=Tier.SMART)
        found[_DEAREST] = await taken(reports.entries(spans["year"], cell, 20))
    tracemalloc.start()
    async with reports_of(home) as (reports, _):
        await reports.prepare(day)
        found["memory"] = tracemalloc.get_traced_memory()[0]
    return found


def _write_on(paths: Paths, day: date) -> None:
    """Another process writes a record, so that the day's tally has to be made anew."""
    other = TinydbLedger(paths.ledger, paths.state / "owners")
    other.commit(day, lambda _: [Raise(new_id(), day, NOW, Usd(1), "a benchmark")])
    other.close()


async def _watched(call: Awaitable[Any], ledger: LedgerService) -> dict[str, float]:
    """How long it takes; how long the event loop, and a call to the ledger, waited at most meanwhile."""
    waits, lags, is_done = [0.0], [0.0], False

    async def watch(waited: Callable[[], Awaitable[object]], found: list[float], expected_s: float) -> None:
        while not is_done:
            found.append(await taken(waited()) - expected_s)

    async def other_call() -> None:
        await asyncio.sleep(0.01)
        await ledger.day_budget()

    watching = asyncio.gather(watch(other_call, waits, 0.01), watch(lambda: asyncio.sleep(0.005), lags, 0.005))
    seconds = await taken(call)
    is_done = True
    await watching
    return {"prepare": seconds, "waited": max(waits), "lag": max(lags)}


if __name__ == "__main__":
    measured = {"first": first, "build": build, "kept": kept}[sys.argv[1]]
    print(json.dumps(asyncio.run(measured(sys.argv[2]))))
