"""The real review screen over a year of use, on a headless terminal: how long from a key to the frame that answers."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from pathlib import Path

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.screen import Screen

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.bootstrap import collect_garbage
from ralex_tui.domain.review import Span
from ralex_tui.paths import Paths
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from ralex_tui.ui.screens.review import ReviewScreen
from tests.ui.demo import Demo

# Each is pressed where the one before has led; None is not measured.
_KEYS = (
    ("day before", "["),
    ("next day", "]"),
    ("week", "w"),
    ("week before", "["),
    (None, "]"),
    ("month", "m"),
    ("month before", "["),
    (None, "]"),
    ("year", "a"),
    ("year before", "["),
    (None, "]"),
    (None, "m"),
    (None, "["),
    ("year to the month before, added up for the first time", "a"),
)
_NAMES = {"[": "left_square_bracket", "]": "right_square_bracket"}


async def screen_times(paths: Paths) -> dict[str, float]:
    """Seconds by what was done, in the order in which it was done."""
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as folder:
        demo = Demo(Path(folder))
        demo.ledger_store = TinydbLedger(paths.ledger, paths.state / "owners", sums=paths.state / "sums")
        demo.ledger = LedgerService(demo.ledger_store, demo.policy, demo.clock)
        demo.reports = ReportService(demo.ledger, demo.clock)
        app = demo.app()
        async with app.run_test(size=(160, 48)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            collect_garbage()
            frames = _Frames(app)
            found = {"open": await frames.after("shift+f4", None)}
            for name, key in _KEYS:
                # Twice: what is read ahead begins when what was asked for stands.
                for _ in range(2):
                    await app.workers.wait_for_complete()
                    await pilot.pause()
                seconds = await frames.after(_NAMES.get(key, key), key)
                if name is not None:
                    found[name] = seconds
            gc.unfreeze()
        demo.ledger.close()
        demo.ledger_store.close()
        return found


def _span_of(screen: Screen[object]) -> Span | None:
    view = screen._view if isinstance(screen, ReviewScreen) else None
    return view.report.span if view is not None else None


class _Frames:
    """Watches what an app paints."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._seen: list[float] = []
        self._shown = asyncio.Event()
        self._before: Span | None = None
        display = app._display

        def noting_display(screen: Screen[object], renderable: RenderableType | None) -> None:
            display(screen, renderable)
            if _span_of(app.screen) not in (None, self._before):
                self._seen.append(time.perf_counter())
                self._shown.set()

        app._display = noting_display  # type: ignore[method-assign]

    async def after(self, key: str, character: str | None) -> float:
        """Seconds from a key to the end of the frame in which all of another span stands.

        That is the last one before the screen has nothing more to lay out or paint: a change of width is two.
        """
        self._seen.clear()
        self._shown.clear()
        self._before = _span_of(self._app.screen)
        began = time.perf_counter()
        self._app.post_message(events.Key(key, character))
        # Not by looking again and again: the threads that read would have to wait for it.
        await self._shown.wait()
        await self._painted()
        return self._seen[-1] - began

    async def _painted(self) -> None:
        done = asyncio.Event()
        self._app.screen.call_after_refresh(done.set)
        await done.wait()
