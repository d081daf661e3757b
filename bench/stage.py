"""The real chat screen on a headless terminal, and an app of Textual's own Markdown, to show texts in and time them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import RenderableType
from textual import events
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Markdown

from ralex_tui.bootstrap import collect_garbage
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Tier
from ralex_tui.ui.transcript import Transcript
from tests.ui.demo import Demo

AT = datetime(2026, 11, 23, 14, 21, tzinfo=UTC)


def answer(text: str, state: MessageState = MessageState.DONE, name: str = "a") -> Message:
    return Message(id=name, role=Role.ASSISTANT, text=text, at=AT, state=state, tier=Tier.SMART, model="x/bench")


def question(text: str, name: str) -> Message:
    return Message(id=name, role=Role.USER, text=text, at=AT)


class Stage:
    """An app that runs: `view` shows the texts."""

    def __init__(self, app: App[None], view: Widget) -> None:
        self.app = app
        self.view = view

    async def painted(self) -> None:
        """Until what was changed up to now is painted."""
        done = asyncio.Event()
        self.view.refresh()
        self.app.screen.call_after_refresh(done.set)
        await done.wait()

    async def key(self) -> None:
        """Until a key has gone all the way to the widget with the focus."""
        before = _typed(self.app)
        self.app.post_message(events.Key("x", "x"))
        await _until(lambda: _typed(self.app) != before)

    async def resize(self, columns: int, rows: int) -> float:
        """Seconds until the first frame with the view in its new size is painted."""
        size, before = Size(columns, rows), self.view.size
        frames: list[tuple[float, Size]] = []
        display = self.app._display

        def noting_display(screen: Screen[object], renderable: RenderableType | None) -> None:
            display(screen, renderable)
            frames.append((time.perf_counter(), self.view.size))

        self.app._display = noting_display  # type: ignore[method-assign]
        started = time.perf_counter()
        self.app._driver._size = size  # type: ignore[union-attr]
        self.app.post_message(events.Resize(size, size))
        await _until(lambda: self.app.screen.size == size and self.view.size != before)
        await self.painted()
        self.app._display = display  # type: ignore[method-assign]
        return next(at for at, shown in frames if shown == self.view.size) - started

    async def usable(self) -> None:
        """Until the first frame stands and a key is accepted."""
        await self.painted()
        await self.key()


async def _until(is_so: Callable[[], bool]) -> None:
    # An event to wait for would be set some messages later than what it tells of.
    while not is_so():  # noqa: ASYNC110
        await asyncio.sleep(0)


def _typed(app: App[None]) -> int:
    focused = app.focused
    return len(focused.value if isinstance(focused, Input) else str(getattr(focused, "text", "")))


@contextlib.asynccontextmanager
async def chat(columns: int = 120, rows: int = 40) -> AsyncIterator[Stage]:
    """The whole chat screen, empty."""
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as folder:
        app = Demo(Path(folder)).app()
        async with app.run_test(size=(columns, rows)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            collect_garbage()
            try:
                yield Stage(app, app.screen.query_one(Transcript))
            finally:
                gc.unfreeze()


class MarkdownApp(App[None]):
    """An Input, and Markdown in a pane that follows its end."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="pane"):
            yield Markdown()
        yield Input()

    def on_mount(self) -> None:
        self.query_one("#pane").anchor()
        self.query_one(Input).focus()


@contextlib.asynccontextmanager
async def markdown(columns: int = 120, rows: int = 40) -> AsyncIterator[Stage]:
    """Textual's Markdown, empty."""
    app = MarkdownApp()
    async with app.run_test(size=(columns, rows)) as pilot:
        await pilot.pause()
        yield Stage(app, app.query_one(Markdown))


__all__ = ["AT", "Stage", "answer", "chat", "markdown", "question"]
