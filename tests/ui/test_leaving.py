"""Keys pressed twice in a burst: what they end is ended once."""

from __future__ import annotations

import pytest
from textual import events

from ralex_tui.domain.models import Mode
from ralex_tui.ui.screens.leaving import Commands
from tests.ui.conftest import Seat, Sit


async def burst(seat: Seat, key: str, times: int = 2) -> None:
    """A key so often that it arrives again before the screen could act on it."""
    for _ in range(times):
        seat.app.post_message(events.Key(key, None))
    await seat.pilot.pause()
    await seat.settled()


@pytest.mark.parametrize("key", ["f1", "f9", "shift+f4"])
async def test_esc_twice_ends_the_screen_in_front_and_nothing_else(sit: Sit, key: str) -> None:
    async with sit() as seat:
        await seat.press(key)
        await seat.settled()
        assert len(seat.app.screen_stack) == 2

        await burst(seat, "escape")

        assert len(seat.app.screen_stack) == 1
        assert seat.app.crash is None


async def test_enter_twice_in_the_palette_runs_the_command_once(sit: Sit) -> None:
    async with sit() as seat:
        await seat.press("ctrl+p")
        palette = seat.app.screen
        assert isinstance(palette, Commands)
        for letter in "next tier":
            await seat.press("space" if letter == " " else letter)
        await seat.until(lambda: "Next tier" in seat.screen_text)
        await seat.press("down")

        await burst(seat, "enter", 3)

        assert len(seat.app.screen_stack) == 1
        assert seat.chat._mode is Mode.CHEAP
        assert seat.app.crash is None
