"""Conversations of 10, 1,000 and 10,000 turns in the real chat screen: opening, paging, memory, another width."""

from __future__ import annotations

import asyncio
import gc
import statistics
import subprocess
import sys
import time

from bench.stage import Stage, answer, chat, question
from bench.table import percentile, show
from ralex_tui.domain.conversation import Message
from ralex_tui.ui.transcript import Transcript

_TURNS = (0, 10, 1_000, 10_000)
_RUNS = 5
_PAGES = 200
_ANSWER = """\
Two changes, in this order, and **both** are needed:

1. A partial index, so that only the open orders of day {n} are kept in it.
2. Ask for the columns you show; `SELECT *` reads the blob each time.

```sql
CREATE INDEX open_by_day_{n} ON orders (created_at, customer_id) WHERE status = 'open';
```

On your numbers that should land near {n} ms.
"""


def main() -> None:
    """Measure and print."""
    if "--memory" in sys.argv:
        asyncio.run(_print_memory(int(sys.argv[-1])))
        return
    rows = []
    empty: list[float] = []
    for n_turns in _TURNS:
        opened, pages, resized = asyncio.run(_measure(n_turns))
        empty = empty or opened
        ratio = f"{statistics.median(opened) / statistics.median(empty):.2f}"
        paged = f"{_ms(statistics.median(pages))}, {_ms(percentile(pages, 0.95))}, {_ms(max(pages))}" if pages else ""
        rows.append((f"{n_turns:,}", _ms(statistics.median(opened)), ratio, paged, _ms(statistics.median(resized))))
    head = ("turns", "open", "to an empty one (aim 1.3)", "a page: median, p95, most (aim 16.7 ms)")
    show("Long conversations", (*head, "200 to 80 columns: first frame (aim 50 ms)"), rows)
    memory = {n_turns: _memory_mb(n_turns) for n_turns in (_TURNS[0], _TURNS[-1])}
    memories = [(f"{n_turns:,}", f"{mb:.0f} MB") for n_turns, mb in memory.items()]
    show("Resident memory, after paging through 200 pages (aim: 100 MB above rest)", ("turns", "memory"), memories)


async def _measure(n_turns: int) -> tuple[list[float], list[float], list[float]]:
    messages = _messages(n_turns)
    opened: list[float] = []
    pages: list[float] = []
    resized: list[float] = []
    for _ in range(_RUNS):
        async with chat(200, 50) as stage:
            await _open(stage, _messages(1))  # what is loaded once is loaded now
            opened.append(await _open(stage, messages))
            if n_turns > 10:
                pages += await _page_up(stage, _PAGES // _RUNS)
            resized.append(await stage.resize(80, 50))
    return opened, pages, resized


async def _open(stage: Stage, messages: list[Message]) -> float:
    started = time.perf_counter()
    _transcript(stage).show(messages, "Type below.")
    await stage.usable()
    return time.perf_counter() - started


async def _page_up(stage: Stage, n_pages: int) -> list[float]:
    times = []
    for _ in range(n_pages):
        started = time.perf_counter()
        _transcript(stage).scroll_relative(y=-stage.view.size.height, animate=False, force=True)
        await stage.painted()
        times.append(time.perf_counter() - started)
    return times


def _memory_mb(n_turns: int) -> float:
    command = [sys.executable, "-m", "bench.long_conversation", "--memory", str(n_turns)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


async def _print_memory(n_turns: int) -> None:
    async with chat(200, 50) as stage:
        await _open(stage, _messages(n_turns))
        await _page_up(stage, _PAGES if n_turns else 0)
        gc.collect()
        print(_resident_mb())


def _resident_mb() -> float:
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def _messages(n_turns: int) -> list[Message]:
    turns = []
    for n in range(n_turns):
        turns.append(question(f"Why does query {n} take four seconds?", f"q{n}"))
        turns.append(answer(_ANSWER.format(n=n), name=f"a{n}"))
    return turns


def _transcript(stage: Stage) -> Transcript:
    assert isinstance(stage.view, Transcript)
    return stage.view


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
