"""Scenes of money on the sample day: the question at a limit, a day in doubt, warnings, corrections.

`python -m tests.ui.money_demo SCENE WIDTHxHEIGHT THEME [KEY ...]` writes an SVG of one to standard output.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from ralex_tui.adapters.scripted_engine import Use
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Raise, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Choice, Decision, Reconciliation
from ralex_tui.ui.widgets.prompt import Prompt
from ralex_tui.ui.widgets.sidebar import Sidebar
from tests.ui.demo import NOW, Demo
from tests.ui.health_sample import a_bad_morning

DRAFT = "Can I keep the index small if most orders stay open for weeks?"

Act = Callable[[Pilot[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """What is on disk before the app starts, and what the user does then."""

    prepare: Callable[[Demo], None]
    act: Act


def nearly_spent(demo: Demo) -> None:
    """A day with too little left for Smart."""
    demo.spend(Tier.CHEAP, ["0.0034"] * 71)
    demo.spend(Tier.SMART, [*["0.1000"] * 45, "0.1314"], Accuracy.ESTIMATED)
    demo.spend(Tier.YOLO, ["0.0010"] * 30)
    demo.spend(Tier.LOCAL, ["0"] * 9, Accuracy.EXACT)
    demo.hold("0.0950")


def a_month_nearly_spent(demo: Demo) -> None:
    demo.set_limits(monthly="4.9990", conversation="0.0400")
    nearly_spent(demo)
    demo.set_limits(daily="6.00")


def a_leap_of_the_clock(demo: Demo) -> None:
    demo.day()
    demo.clock.is_vouched_for = False
    demo.clock.move(hours=49)


def a_busy_day(demo: Demo) -> None:
    """A day with one of everything that the review tells."""
    demo.day()
    demo.hold("0.0420", owner="0" * 20)
    late = demo.hold("0.0100")
    at = NOW - timedelta(minutes=50)
    usage = TokenUsage(9_000, 800, cache_read=6_000)
    over = Settlement(late, at, Usd.parse("0.0130"), Accuracy.EXACT, Outcome.DONE, usage, Usd.parse("0.0110"))
    demo.write(
        replace(over, reported=Usd.parse("0.0130")),
        Raise(new_id(), NOW.date(), at, Usd.parse("1.00"), "asked at the limit, for a message to Smart"),
        Decision(
            new_id(),
            NOW.date(),
            at,
            Choice.RAISE,
            "sample",
            Tier.SMART,
            Usd.parse("0.0770"),
            Usd.parse("0.0749"),
        ),
        Reconciliation(
            new_id(),
            NOW.date(),
            at,
            "openrouter",
            NOW - timedelta(hours=14),
            Usd.parse("1.4012"),
            Usd.parse("1.3872"),
            Usd.parse("81.2500"),
        ),
    )


def no_price_for_smart(demo: Demo) -> None:
    demo.day()
    demo.forget_price(Tier.SMART)


def a_cold_cache(demo: Demo) -> None:
    demo.day()
    demo.clock.move(minutes=7)


async def ask_smart(pilot: Pilot[Any]) -> None:
    """Send the draft on Smart."""
    await press(pilot, "f2", "f2")
    await draft(pilot)
    await press(pilot, "enter")


async def health(pilot: Pilot[Any]) -> None:
    await press(pilot, "f9")


async def draft(pilot: Pilot[Any]) -> None:
    pilot.app.screen.query_one(Prompt).add(DRAFT)
    await pilot.pause()


async def review(pilot: Pilot[Any]) -> None:
    await press(pilot, "shift+f4")


async def decided(pilot: Pilot[Any]) -> None:
    await press(pilot, "shift+f4", "d")


async def correct(pilot: Pilot[Any]) -> None:
    await press(pilot, "shift+f4", "u", "c", "enter", "enter")
    still(pilot)


async def ask_and_price(pilot: Pilot[Any]) -> None:
    await ask_smart(pilot)
    await press(pilot, "f3")
    still(pilot)


def still(pilot: Pilot[Any]) -> None:
    """Let no cursor blink."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing is on its way and all is drawn."""
    for _ in range(2):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def ask_a_dear_thing(pilot: Pilot[Any]) -> None:
    """Pass a threshold, then let Auto step down."""
    pilot.app.screen.query_one(Prompt).add("review this query")
    await press(pilot, "enter")
    pilot.app.screen.query_one(Prompt).add("refactor the module")
    await press(pilot, "enter")


def a_day_at_79(demo: Demo) -> None:
    demo.spend(Tier.SMART, ["3.9400"], Accuracy.ESTIMATED)
    demo.spend(Tier.CHEAP, ["0.0030"] * 9)
    demo.engine.script("A query plan is read from the inside out.", Use(TokenUsage(1_200, 40), Usd.parse("0.0600")))


SCENES = {
    "limit": Scene(nearly_spent, ask_smart),
    "month": Scene(a_month_nearly_spent, ask_smart),
    "doubt": Scene(a_leap_of_the_clock, ask_smart),
    "warned": Scene(a_day_at_79, ask_a_dear_thing),
    "cold": Scene(a_cold_cache, draft),
    "review": Scene(a_busy_day, review),
    "decided": Scene(a_busy_day, decided),
    "correct": Scene(a_busy_day, correct),
    "price": Scene(no_price_for_smart, ask_and_price),
    "health": Scene(a_bad_morning, health),
}


def opened(conversation: str, act: Act) -> Act:
    """Open a conversation, then act; nothing blinks and nothing moves any more."""

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        pilot.app.screen.query_one(Prompt).cursor_blink = False
        pilot.app.screen.post_message(Sidebar.Opened(conversation))
        await pilot.pause()
        await settled(pilot)
        await act(pilot)
        await settled(pilot)

    return before


async def picture(scene: Scene, size: tuple[int, int], theme: str, keys: list[str], glyphs: str = "unicode") -> str:
    """An SVG of a scene after `keys`."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), theme=theme, glyphs=glyphs)
        scene.prepare(demo)
        shelf = demo.shelf()
        app = demo.app()
        async with app.run_test(size=size, notifications=True) as pilot:
            await opened(shelf, scene.act)(pilot)
            for key in keys:
                await press(pilot, key)
            return app.export_screenshot()


if __name__ == "__main__":
    columns, rows = (int(part) for part in sys.argv[2].split("x"))
    sys.stdout.write(asyncio.run(picture(SCENES[sys.argv[1]], (columns, rows), sys.argv[3], sys.argv[4:])))
