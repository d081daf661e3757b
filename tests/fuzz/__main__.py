"""Hostile texts through the transcript, on all cores: `python -m tests.fuzz [N [FIRST]]` prints what came of them.

What takes more than 100 ms of CPU is a fault; it is played three times more, alone, since what is slow by
itself stays slow. Only 50 KB of one mark, which may be ten thousand blocks, have the half second that issue 4
gives to 5,000 list items.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.fuzz import stage, terminal
from tests.fuzz.hostile import LONG_RUNS
from tests.fuzz.stage import Findings, Work

LONGEST_S = 0.1
LONGEST_OF_RUNS_S = 0.5
_SLICE = 400  # texts that a process plays at once
_TERMINAL_ONE_IN = 20  # texts that go through a real pseudo-terminal besides
_MOST_SHOWN = 10


def slow_ones(found: Findings, limit_s: float) -> list[Work]:
    """The texts that take too long each time."""
    slow: dict[int, Work] = {}
    for work in found.work:
        if work.took_s > limit_s and work.seed not in slow:
            again = min(stage.run([work.seed]).longest for _ in range(3))
            if again.took_s > limit_s:
                slow[work.seed] = again
    return list(slow.values())


def main(n_texts: int, first: int) -> int:
    started = time.monotonic()
    found = Findings()
    slices = [range(at, min(at + _SLICE, first + n_texts)) for at in range(first, first + n_texts, _SLICE)]
    with ProcessPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        in_terminal = pool.submit(terminal.show, range(first, first + n_texts, _TERMINAL_ONE_IN))
        for n, done in enumerate(as_completed([pool.submit(stage.run, seeds) for seeds in slices]), start=1):
            found.add(done.result())
            if n % 10 == 0:
                print(f"  {found.n_texts:,} texts, {len(found.faults)} faults", flush=True)
        shown = in_terminal.result()
    runs = stage.run(LONG_RUNS)
    slow = slow_ones(found, LONGEST_S) + slow_ones(runs, LONGEST_OF_RUNS_S)
    for line in _report(found, shown, runs, slow, time.monotonic() - started):
        print(line)
    return 1 if found.faults or shown.faults or runs.faults or slow else 0


def _report(found: Findings, shown: Findings, runs: Findings, slow: list[Work], took_s: float) -> Iterator[str]:
    yield f"{found.n_texts:,} hostile texts, {found.n_rows:,} rows painted, in {took_s:,.0f} s"
    yield f"crashes: {len(found.crashes)}; rows with a control: {len(found.controls)}; actions: {len(found.actions)}"
    yield f"through a pseudo-terminal: {shown.n_texts:,} texts, {shown.n_bytes:,} bytes, {len(shown.faults)} faults"
    yield f"longest piece of work: {_words(found.longest)}"
    yield f"50 KB of one mark, {runs.n_texts} of them: {len(runs.faults)} faults; longest {_words(runs.longest)}"
    yield f"too long each time: {len(slow)}"
    for work in slow[:_MOST_SHOWN]:
        yield str(stage.Fault(work.seed, work.way, f"{work.took_s * 1000:.0f} ms"))
    for fault in [*found.faults, *shown.faults, *runs.faults][:_MOST_SHOWN]:
        yield str(fault)


def _words(work: Work) -> str:
    return f"{work.took_s * 1000:.0f} ms (seed {work.seed}, {work.way})"


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*numbers, *(100_000, 0)[len(numbers) :]))
