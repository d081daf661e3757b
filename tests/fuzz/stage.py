"""Hostile texts on the transcript: every way in, every page painted, each piece of work timed."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from random import Random
from typing import Any, TypeVar

from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from ralex_tui.domain.addresses import parse_address
from ralex_tui.domain.conversation import Message, MessageState
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.money import Usd
from ralex_tui.domain.text import visible
from ralex_tui.ui.glyphs import ASCII, UNICODE
from ralex_tui.ui.transcript import LiveStatus, Notice, Transcript
from tests.fuzz.hostile import cut, hostile
from tests.ui.transcript_demo import AT, Demo, answer, palette, question

T = TypeVar("T")

WIDTHS = (2, 3, 5, 9, 14, 20, 33, 40, 57, 80, 80, 100, 120, 141, 200, 250)
_LOOKS = (("ralex-dark", UNICODE), ("ralex-light", UNICODE), ("terminal", ASCII))
_ROWS = 16
_MOST_PAGES = 2
_SHOWN = 400  # characters of a text, in a message
_READ_ONE_IN = 4
_PAUSE_AFTER = 25  # texts; then the app itself paints, and is clicked on
_PER_APP = 200  # texts on one app, in one theme
_PER_WIDTH = 20  # texts until the terminal gets another width
# What may stand between SGR codes: no control, no half of a surrogate pair, nothing that turns or hides text.
BAD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANK = {0x09: " ", 0x0A: " "}  # which a source may have
_SGR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be: which text, in which way in, and what."""

    seed: int | None
    way: str
    what: str

    def __str__(self) -> str:
        if self.seed is None:
            return f"{self.way}: {self.what}"
        text = hostile(self.seed)
        shown = ascii(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!a}... of {len(text):,}"
        return f"seed {self.seed}, {self.way}: {self.what[:_SHOWN]}\n    {shown}"


@dataclass(frozen=True, slots=True, order=True)
class Work:
    """A piece of work that nothing could interrupt, in seconds of CPU: other programs add nothing to them."""

    took_s: float
    seed: int
    way: str


@dataclass(slots=True)
class Findings:
    """What came of it."""

    n_texts: int = 0
    n_rows: int = 0
    n_bytes: int = 0
    crashes: list[Fault] = field(default_factory=list)
    controls: list[Fault] = field(default_factory=list)
    actions: list[Fault] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        return [*self.crashes, *self.controls, *self.actions]

    @property
    def longest(self) -> Work:
        return max(self.work, default=Work(0.0, -1, ""))

    def add(self, other: Findings) -> None:
        self.n_texts += other.n_texts
        self.n_rows += other.n_rows
        self.crashes += other.crashes
        self.controls += other.controls
        self.actions += other.actions
        self.work = sorted([*self.work, *other.work], reverse=True)[:20]


class WatchedDemo(Demo):
    """A transcript that counts whatever a text might have started."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.done: list[str] = []

    async def run_action(self, action: Any, *args: Any, **options: Any) -> bool:
        self.done.append(f"action {action!r}")
        return await super().run_action(action, *args, **options)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        self.done.append(f"open {url!r}")


class Stage:
    """One app, on which texts are shown one after the other."""

    def __init__(self, app: WatchedDemo, findings: Findings) -> None:
        self._app = app
        self._findings = findings
        self._seed = -1
        self.way = ""

    @property
    def _transcript(self) -> Transcript:
        return self._app.transcript

    async def play(self, seed: int, pilot: Pilot[None]) -> None:
        """A text in every way in."""
        random = Random(seed)
        text = hostile(seed)
        self._seed = seed
        self._findings.n_texts += 1
        self._whole(text)
        if seed % _READ_ONE_IN == 0:
            self._read(text)
        self._streamed(text, random)
        self._told(text)
        if seed % _PAUSE_AFTER == 0:
            await self._click(random, pilot)
        if self._app.done:
            self._findings.actions.append(Fault(seed, "", "; ".join(self._app.done)))
            self._app.done.clear()

    def _whole(self, text: str) -> None:
        failed = answer(
            text, "a", state=MessageState.FAILED, model=text, error=text, hint=text, first_token_s=1.0, reasoning=9
        )
        self.way = "whole"
        self._timed(lambda: self._transcript.show([question(text), failed], ""))
        self._pages()

    def _read(self, text: str) -> None:
        """Go through its blocks, take their sources, find a piece of it."""
        self.way, transcript = "read", self._transcript
        self._timed(transcript.enter)
        self._timed(lambda: transcript.move("first"), "moving")
        for select in (True, False):
            self._timed(lambda: transcript.move("next_block"), "moving")
            if select:
                transcript.toggle_selecting()
        for source in (transcript.source_of_block, transcript.source_of_message, transcript.source_of_selection):
            if bad := BAD.search(self._timed(source, "copying").translate(_BLANK)):
                self._findings.controls.append(Fault(self._seed, self.way, f"{bad[0]!a} in a source"))
        for link in transcript.links():
            with suppress(UsageError):
                parse_address(link.address)
        self._paint()
        transcript.begin_find()
        middle = len(text) // 2
        self._timed(lambda: transcript.find(visible(text[middle : middle + 5])), "finding")
        self._timed(lambda: transcript.find_step(1), "finding")
        self._paint()
        transcript.leave()

    def _streamed(self, text: str, random: Random) -> None:
        self.way, transcript = "streamed", self._transcript
        live = answer(id="a", state=MessageState.PENDING, model=text, cost=None, duration_s=None)
        transcript.show([question("?")], "")
        transcript.add(live)
        transcript.set_status("a", LiveStatus("writing", 1.0, 9.0, Usd(1)))
        thinks = random.random() < 0.3
        for piece in cut(random, text):
            if thinks:
                transcript.write_thinking("a", piece)
            transcript.write("a", piece)
            self._timed(transcript.scroll_to_end)
            self._paint()
        self._timed(lambda: transcript.finish(_ended(live, text)), "its end")
        self._pages()

    def _told(self, text: str) -> None:
        self.way, transcript = "notice", self._transcript
        transcript.show([], "")
        self._timed(lambda: transcript.notice(Notice("warning", text, text, text, AT)))
        self._pages()

    def _pages(self) -> None:
        """Paint the last page, then from the first one on."""
        self._paint()
        transcript = self._transcript
        top = 0
        for _ in range(_MOST_PAGES):
            move = partial(transcript.scroll_to, y=top, animate=False, immediate=True, force=True)
            self._timed(move, "paging")
            self._paint()
            if transcript.is_following:
                return
            top += transcript.size.height

    def _paint(self) -> None:
        transcript = self._transcript
        size = transcript.outer_size
        strips: list[Strip] = []

        def paint() -> list[str]:
            strips.extend(transcript.render_lines(Region(0, 0, size.width, size.height)))
            return [strip.render(self._app.console) for strip in strips]

        for strip, drawn in zip(strips, self._timed(paint, "painting"), strict=True):
            self._look(strip, drawn, size.width)

    def _look(self, strip: Strip, drawn: str, width: int) -> None:
        self._findings.n_rows += 1
        bad = BAD.search(_SGR.sub("", drawn)) or BAD.search(strip.text)
        if bad is not None:
            self._findings.controls.append(Fault(self._seed, self.way, f"{bad.group()!a} in {drawn!a}"))
        for segment in strip:
            style = segment.style
            if style is not None and (style.link or any(name.startswith("@") for name in style.meta)):
                self._findings.actions.append(Fault(self._seed, self.way, f"{style.link} {style.meta} in {drawn!a}"))
        if strip.cell_length != width:
            self._findings.crashes.append(Fault(self._seed, self.way, f"a row of {strip.cell_length} cells"))

    async def _click(self, random: Random, pilot: Pilot[None]) -> None:
        """Somewhere on the text, which may be a link, and whatever it was made of runs nothing."""
        await pilot.pause()
        size = self._app.size
        place = random.randrange(size.width), random.randrange(size.height)
        if self._app.get_widget_at(*place)[0] is self._transcript:
            await pilot.click(offset=place)

    def _timed(self, work: Callable[[], T], doing: str = "") -> T:
        way = f"{self.way}, {doing}" if doing else self.way
        start = time.thread_time()
        result = work()
        took = time.thread_time() - start
        kept = self._findings.work
        if len(kept) < 20 or took > kept[-1].took_s:
            kept.append(Work(took, self._seed, way))
            kept.sort(reverse=True)
            del kept[20:]
        return result


def _ended(message: Message, text: str) -> Message:
    return answer(text, message.id, state=MessageState.DONE, model=message.model or "")


async def play(seeds: Iterable[int]) -> Findings:
    """All these texts; each on the app and at the width that its seed says, so that it can be played again."""
    findings = Findings()
    for number, group in groupby(seeds, lambda seed: seed // _PER_APP):
        waiting = list(group)
        while waiting:
            await _play_on_one_app(number, waiting, findings)
    return findings


async def _play_on_one_app(number: int, waiting: list[int], findings: Findings) -> None:
    """Play until all are played, or one has broken the app."""
    theme, glyphs = _LOOKS[number % len(_LOOKS)]
    colours = palette(theme)
    app = WatchedDemo(colours, glyphs, is_native=colours.is_ansi)
    stage = Stage(app, findings)
    seed, width = waiting[0], 80
    # A full collection takes longer than all else; the app keeps it out of the way, and so does this.
    gc.collect()
    gc.disable()
    try:
        async with app.run_test(size=(width, _ROWS), notifications=True) as pilot:
            while waiting:
                seed = waiting.pop(0)
                wanted = Random(seed // _PER_WIDTH).choice(WIDTHS)
                if wanted != width:
                    width = wanted
                    await pilot.resize_terminal(width, _ROWS)
                await stage.play(seed, pilot)
    except Exception as error:  # noqa: BLE001 - whatever a text breaks is what is looked for
        findings.crashes.append(Fault(seed, stage.way, f"{type(error).__name__}: {error}"))
    finally:
        gc.enable()


def run(seeds: Iterable[int]) -> Findings:
    """`play` on an event loop of its own."""
    return asyncio.run(play(seeds))
