"""How long the transcript takes for what freezes others: `python -m bench transcript [--quick]`.

In the real chat screen, on a headless terminal; beside it Textual's own Markdown, given up after 20 s.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Coroutine
from typing import NamedTuple

from textual.widgets import Markdown

from bench.long_answers import INPUTS
from bench.loop_work import watched_loop
from bench.stage import Stage, answer, chat, markdown
from bench.table import show
from ralex_tui.domain.conversation import MessageState
from ralex_tui.ui.transcript import Transcript

_N_PIECES = 200
_GIVE_UP_S = 20.0


class Times(NamedTuple):
    """Seconds: until usable; of all work to show every row once; longest block and all work while streamed."""

    usable: float
    once: float
    longest: float
    streamed: float


def main() -> None:
    """Measure and print; `--quick`: one run of each instead of three, and nothing beside."""
    is_quick = "--quick" in sys.argv
    asyncio.run(_measure(1 if is_quick else 3, is_quick=is_quick))


async def _measure(n_runs: int, *, is_quick: bool) -> None:
    await _ours("- a list\n\n```py\nx = 1\n```\n")  # what is loaded once is loaded now
    rows = []
    for name, (text, aim_s) in INPUTS.items():
        runs = [await _ours(text) for _ in range(n_runs)]
        ours = Times(*(statistics.median(times) for times in zip(*runs, strict=True)))
        theirs = ("", "") if is_quick else await _theirs(text)
        ratio = f"{ours.streamed / ours.once:.2f}"
        rows.append((name, _ms(ours.usable), _ms(aim_s), theirs[0], _ms(ours.longest), ratio, theirs[1]))
    head = (
        "input",
        "usable",
        "aim",
        "Textual's Markdown",
        "streamed: longest block (aim 50 ms)",
        "all its work, to showing every row once (aim 1.5)",
        "Textual's Markdown: streamed, longest block",
    )
    show(f"Long answers, whole and in {_N_PIECES} pieces", head, rows)


async def _ours(text: str) -> Times:
    async with chat() as stage:
        usable = await _timed(_show(stage, text))
    async with chat() as stage:
        with watched_loop() as blocks:
            await _show(stage, text)
            await _page_through(stage)
        once = blocks.total
    async with chat() as stage:
        transcript = _transcript(stage)
        transcript.show([], "")
        transcript.add(answer("", MessageState.PENDING))
        await stage.painted()
        with watched_loop() as blocks:
            for piece in _pieces(text):
                transcript.write("a", piece)
                await asyncio.sleep(0.005)
            transcript.finish(answer(text))
            await stage.usable()
        return Times(usable, once, blocks.longest, blocks.total)


async def _show(stage: Stage, text: str) -> None:
    _transcript(stage).show([answer(text)], "")
    await stage.usable()


async def _page_through(stage: Stage) -> None:
    """Bring every row into view once."""
    transcript = _transcript(stage)
    while transcript.scroll_y > 0:
        transcript.scroll_relative(y=-transcript.size.height, animate=False, force=True)
        await stage.painted()


async def _theirs(text: str) -> tuple[str, str]:
    """Textual's Markdown: until usable; all the work and its longest block while streamed."""
    async with markdown() as stage:
        whole = await _or_give_up(_markdown_whole(stage, text))
    async with markdown() as stage:
        with watched_loop() as blocks:
            streamed = await _or_give_up(_markdown_streamed(stage, text))
    return whole, f"{streamed}, {_ms(blocks.longest)}"


async def _or_give_up(work: Coroutine[None, None, None]) -> str:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_GIVE_UP_S):
            await work
    except TimeoutError:
        return f"over {_GIVE_UP_S:.0f} s"
    return _ms(time.perf_counter() - started)


async def _markdown_whole(stage: Stage, text: str) -> None:
    assert isinstance(stage.view, Markdown)
    await stage.view.update(text)
    await stage.usable()


async def _markdown_streamed(stage: Stage, text: str) -> None:
    assert isinstance(stage.view, Markdown)
    stream = Markdown.get_stream(stage.view)
    for piece in _pieces(text):
        await stream.write(piece)
        await asyncio.sleep(0.005)
    await stream.stop()
    await stage.usable()


def _pieces(text: str) -> list[str]:
    step = max(1, -(-len(text) // _N_PIECES))
    return [text[at : at + step] for at in range(0, len(text), step)]


def _transcript(stage: Stage) -> Transcript:
    assert isinstance(stage.view, Transcript)
    return stage.view


async def _timed(work: Coroutine[None, None, None]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


if __name__ == "__main__":
    main()
