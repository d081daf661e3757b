"""What tests of the screen share: a desk of services in a folder of its own, and a pilot that waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from textual.pilot import Pilot

from ralex_tui.ui.app import RalexApp
from ralex_tui.ui.screens.chat import ChatScreen
from ralex_tui.ui.widgets.prompt import Prompt
from tests.ui.demo import Demo


class Seat:
    """A running app, from the user's side."""

    def __init__(self, pilot: Pilot[None], demo: Demo) -> None:
        self.pilot = pilot
        self.demo = demo

    @property
    def app(self) -> RalexApp:
        app = self.pilot.app
        assert isinstance(app, RalexApp)
        return app

    @property
    def chat(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def prompt(self) -> Prompt:
        return self.chat.query_one(Prompt)

    @property
    def screen_text(self) -> str:
        """What is on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()  # the one place where all layers meet
        return "\n".join(line.text for line in lines)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        self.prompt.add(text)
        await self.pilot.pause()

    async def send(self, text: str) -> None:
        """Type a message, press enter, and wait for the answer's end."""
        await self.type(text)
        await self.press("enter")
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is on its way and all is drawn."""
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the app run until something is so; a test's time limit ends a wait in vain."""
        for _ in range(500):
            if is_so():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came to be so; the screen says:\n{self.screen_text}")


Sit: TypeAlias = Callable[..., AbstractAsyncContextManager[Seat]]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """Services over a fresh folder: four tiers, five dollars a day, a clock that stands."""
    return Demo(tmp_path)


@pytest.fixture
def sit(demo: Demo) -> Sit:
    """Start the app: `async with sit(columns, rows) as seat`."""

    @asynccontextmanager
    async def start(columns: int = 120, rows: int = 40, *notices: str, **options: Any) -> AsyncGenerator[Seat]:
        app = options.pop("app", None) or demo.app(*notices)
        async with app.run_test(size=(columns, rows), notifications=True, **options) as pilot:
            seat = Seat(pilot, demo)
            await seat.settled()
            yield seat

    return start
