"""How long the transcript takes: `python -m bench.transcript [--quick]`.

For each input: the first frame of the finished answer, and the longest block of work while it streams
in 200 pieces. Then a long conversation, opened, paged and resized. Times are medians of three runs.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from textual.app import App, ComposeResult

from ralex_tui.config.palette import read_palette
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Tier
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.themes import Ink, textual_theme
from ralex_tui.ui.transcript import Transcript

AT = datetime(2026, 11, 23, 14, 21, tzinfo=UTC)
PALETTE = Path(__file__).parent.parent / "themes" / "ralex-dark.yaml"
N_PIECES = 200
N_RUNS = 3


def items(n: int) -> str:
    return "".join(f"- item {k} with **some** text and `code` in it\n" for k in range(n))


def rows(n: int) -> str:
    return "| id | name | note |\n|---|---|---|\n" + "".join(f"| {k} | name {k} | a note on it |\n" for k in range(n))


def code(n: int) -> str:
    return "```python\n" + "".join(f"def f{k}(x: int) -> str:  # {k}\n" for k in range(n)) + "```\n"


def paragraph(n: int) -> str:
    return "The quick brown fox *jumps* over the `lazy` dog. " * (n // 49)


def headings(n: int) -> str:
    return "".join(f"## Heading {k}\n\n" for k in range(n))


INPUTS: dict[str, Callable[[], str]] = {
    "300 items": lambda: items(300),
    "5,000 items": lambda: items(5_000),
    "500 rows": lambda: rows(500),
    "3,000 rows": lambda: rows(3_000),
    "2,000 lines of code": lambda: code(2_000),
    "20,000 lines of code": lambda: code(20_000),
    "1 MB paragraph": lambda: paragraph(1_000_000),
    "3,000 headings": lambda: headings(3_000),
}


class Bench(App[None]):
    """One transcript, filling the screen."""

    def __init__(self) -> None:
        super().__init__()
        palette = read_palette(PALETTE)
        self.transcript = Transcript(Ink(palette), UNICODE)
        self.register_theme(textual_theme(palette))
        self.theme = palette.name

    def compose(self) -> ComposeResult:
        yield self.transcript


def answer(text: str, state: MessageState = MessageState.DONE, id: str = "a") -> Message:  # noqa: A002
    return Message(id=id, role=Role.ASSISTANT, text=text, at=AT, state=state, tier=Tier.SMART, model="x/bench")


def paint(transcript: Transcript) -> None:
    """What the compositor does with a full repaint."""
    transcript._styles_cache.clear()
    transcript.render_lines(transcript.size.region)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that it took."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


async def first_frame(text: str) -> float:
    app = Bench()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        def work() -> None:
            app.transcript.show([answer(text)], "")
            paint(app.transcript)

        return timed(work)


async def streamed(text: str) -> tuple[float, float]:
    """The longest piece of work and all of it, in milliseconds, with a repaint after each piece."""
    app = Bench()
    async with app.run_test(size=(120, 40)) as pilot:
        transcript = app.transcript
        transcript.show([], "")
        transcript.add(answer("", MessageState.PENDING))
        await pilot.pause()
        step = max(1, len(text) // N_PIECES)
        times = []
        for at in range(0, len(text), step):

            def work(at: int = at) -> None:
                transcript.write("a", text[at : at + step])
                transcript._beat()
                paint(transcript)

            times.append(timed(work))
            await asyncio.sleep(0)
        times.append(timed(lambda: transcript.finish(answer(text))))
        return max(times), sum(times)


async def conversation(n_turns: int) -> dict[str, float]:
    """Opening, paging and resizing a long conversation."""
    turn = "Some answer with **bold** text, a list:\n\n- one\n- two\n\n```py\nprint('x')\n```\n\nAnd an end to it all. "
    messages = [answer(turn * 3, id=str(n)) for n in range(n_turns)]
    app = Bench()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        transcript = app.transcript

        def show() -> None:
            transcript.show(messages, "")
            paint(transcript)

        result = {"open": timed(show)}
        pages = []
        for _ in range(50):
            y = transcript.scroll_y - transcript.size.height

            def page(y: float = y) -> None:
                transcript.scroll_to(y=y, animate=False, force=True)
                paint(transcript)

            pages.append(timed(page))
        result["page up"], result["page up, worst"] = statistics.median(pages), max(pages)
        transcript.scroll_to_end()
        start = time.perf_counter()
        await pilot.resize_terminal(80, 50)
        result["resize"] = (time.perf_counter() - start) * 1000
        return result


def main() -> None:
    """Measure and print; `--quick`: one run of each instead of three."""
    print("\n### Transcript\n\n```")
    asyncio.run(measure("--quick" in sys.argv))
    print("```")


async def measure(is_quick: bool) -> None:
    print(f"{'input':<24}{'first frame':>14}{'longest block':>16}{'streamed in all':>18}   (ms)")
    await first_frame(items(3))  # what is loaded once is loaded now
    await first_frame(code(3))
    for name, make in INPUTS.items():
        text = make()
        n_runs = 1 if is_quick else N_RUNS
        frames = [await first_frame(text) for _ in range(n_runs)]
        streams = [await streamed(text) for _ in range(n_runs)]
        longest, whole = (statistics.median(times) for times in zip(*streams, strict=True))
        print(f"{name:<24}{statistics.median(frames):>14.0f}{longest:>16.0f}{whole:>18.0f}")
    for n_turns in (10, 1_000, 10_000):
        times = await conversation(n_turns)
        print(f"{n_turns:>6,} turns: " + ", ".join(f"{what} {ms:.0f} ms" for what, ms in times.items()))


if __name__ == "__main__":
    main()
