"""Money as the chat shows it: warnings, notes, other limits, caches, corrections, other terminals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.scripted_engine import ScriptedEngine, Use
from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, UsageReported
from ralex_tui.domain.models import Catalogue, Tier, TierPlan
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.providers import Habits
from ralex_tui.ports.engine import EngineRequest
from ralex_tui.ui.thresholds import Thresholds
from ralex_tui.ui.widgets.sidebar import Sidebar
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import MODELS, NOW, Demo

DAY = NOW.date()


def spent(amount: str, day: date = DAY, held: str = "0") -> DayBudget:
    return DayBudget(day, Usd.parse("5.00"), Figure(Usd.parse(amount), Accuracy.EXACT), Usd.parse(held))


# Warnings


def test_each_threshold_is_news_once_a_day() -> None:
    thresholds = Thresholds((50, 80, 96, 100))

    told = [thresholds.news(spent(amount)) for amount in ("1", "2.5", "2.6", "4.9", "4.1", "4.9", "5")]

    assert told == [None, 50, None, 96, None, None, 100]


def test_what_was_reached_before_the_start_is_no_news_and_a_new_day_begins_anew() -> None:
    thresholds = Thresholds((50, 80))

    assert thresholds.news(spent("3")) is None
    assert thresholds.news(spent("4")) == 80
    assert thresholds.news(spent("0", DAY + timedelta(days=1))) is None
    assert thresholds.news(spent("2.5", DAY + timedelta(days=1))) == 50


def test_what_is_held_warns_of_nothing_for_it_may_come_back() -> None:
    thresholds = Thresholds((50, 80))
    thresholds.news(spent("1"))

    assert thresholds.news(spent("1", held="3.9")) is None


async def test_a_threshold_that_is_passed_is_told_in_words(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["3.99"])
    demo.engine.script("so", Use(TokenUsage(1_000, 100), Usd.parse("0.02")))
    async with sit() as seat:
        assert "80 % of today is gone" not in seat.screen_text
        await seat.send("hi")

        assert "▌ ▲ 80 % of today is gone" in seat.screen_text
        assert "$0.9900 is left of $5.00. Auto keeps to Cheap, Yolo and Local." in seat.screen_text


@pytest.mark.parametrize(("amount", "word"), [("1", "healthy"), ("3.2", "low"), ("4.6", "critical"), ("5.1", "spent")])
async def test_how_little_is_left_is_a_word_on_narrow_and_wide_screens(
    sit: Sit, demo: Demo, amount: str, word: str
) -> None:
    demo.spend(Tier.SMART, [amount])
    async with sit(80, 24) as seat:
        assert (f" left, {word}" in seat.screen_text) == (word != "healthy")
        await seat.pilot.resize_terminal(120, 40)
        await seat.settled()
        assert (f"Today  {word}" in seat.screen_text) == (word != "healthy")


async def test_the_panel_tells_overruns_and_a_clock_that_was_set_back(sit: Sit, demo: Demo) -> None:
    demo.engine.script("so", Use(TokenUsage(1_000, 100), Usd.parse("0.0500")))
    async with sit() as seat:
        await seat.send("hi")
        assert "1 overrun, $0.0474 over its hold" in seat.screen_text

        demo.clock.move(days=-2)
        await seat.until(lambda: "the clock was set back: Mon" in seat.screen_text)

        assert "Mon 23 Nov" in seat.screen_text


# Notes


async def test_what_the_limit_made_of_a_message_stands_by_its_answer_also_after_opening_it_again(
    sit: Sit, demo: Demo
) -> None:
    demo.spend(Tier.SMART, ["3.10"])
    async with sit(160, 48) as seat:
        await seat.send("refactor this")
        assert "▲ $1.9000 left: Cheap in place of Smart" in seat.screen_text

        await seat.press("ctrl+n")
        assert "in place of" not in seat.screen_text
        (row,) = await demo.library.list()
        seat.chat.post_message(Sidebar.Opened(row.id))
        await seat.settled()

        assert "▲ $1.9000 left: Cheap in place of Smart" in seat.screen_text


async def test_a_note_wraps_on_a_narrow_screen(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["3.10"])
    async with sit(30, 24) as seat:
        await seat.send("refactor this")

        lines = [line.strip(" ▅▆▇█▄▃▂▁") for line in seat.screen_text.splitlines()]
        assert "▲ $1.9000 left: Cheap in" in lines
        assert "place of Smart" in lines


# Limits beside the day's


async def test_month_and_conversation_are_shown_where_they_have_a_limit(sit: Sit, demo: Demo) -> None:
    demo.set_limits(monthly="50.00", conversation="1.00")
    demo.spend(Tier.SMART, ["1.50"])
    demo.engine.script("so", Use(TokenUsage(1_000, 100), Usd.parse("0.2500")))
    async with sit() as seat:
        assert "month left    $48.5000 of $50.00" in seat.screen_text

        await seat.send("hi")

        await seat.until(lambda: "month left    $48.2500 of $50.00" in seat.screen_text)
        await seat.until(lambda: "limit left      $0.7500 of $1.00" in seat.screen_text)


# The provider's cache


async def opened(seat: Seat, demo: Demo) -> None:
    """Open the sample conversation, whose last answer came from Cheap two minutes ago."""
    seat.chat.post_message(Sidebar.Opened(demo.shelf()))
    await seat.settled()
    await seat.until(lambda: "prompt cache" in seat.screen_text)


async def test_a_warm_cache_counts_down_and_a_cold_one_says_what_it_costs(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await opened(seat, demo)
        assert "warm 3:00 left" in seat.screen_text
        await seat.type("and then?")
        assert "cold" not in seat.screen_text

        demo.clock.move(seconds=61)
        await seat.until(lambda: "warm 1:59 left" in seat.screen_text)
        demo.clock.move(minutes=2)

        # 1,200 tokens at 0.30 in place of 0.03 dollars a million
        await seat.until(lambda: "≈$0.0003 more" in seat.screen_text)
        await seat.until(lambda: "cold cache: ≈$0.0003 more" in seat.screen_text)


async def test_the_draft_is_cheaper_while_the_cache_is_warm(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await opened(seat, demo)
        await seat.type("x" * 400)
        (warm,) = [line for line in seat.screen_text.splitlines() if "Cheap ≈" in line]

        demo.clock.move(minutes=4)
        await seat.type("x")

        (cold,) = [line for line in seat.screen_text.splitlines() if "Cheap ≈" in line]
        assert warm[:40] < cold[:40]


# Corrections


class LateEngine(ScriptedEngine):
    """Writes a word, and the rest when it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = asyncio.Event()

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        yield TextDelta("Hello")
        await self.may_go_on.wait()
        yield UsageReported(TokenUsage(1_000, 100), Usd.parse("0.0123"))
        yield Finished("stop")


async def test_a_stopped_answer_that_is_heard_out_gets_its_true_figure(sit: Sit, demo: Demo) -> None:
    model = replace(MODELS[Tier.CHEAP], habits=Habits(bills_whole=True))
    tiers = {**demo.catalogue.tiers, Tier.CHEAP: TierPlan(Tier.CHEAP, (model,), (model.ref,), 1_000)}
    demo.catalogue = Catalogue(tiers)
    demo.engine = engine = LateEngine()
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Hello" in seat.screen_text)
        await seat.press("escape")
        await seat.settled()
        assert "Charged by an upward estimate." in seat.screen_text
        assert "✓$0.0123" not in seat.screen_text

        engine.may_go_on.set()

        # In the header, the panel's sum, its tier, the conversation and the last answer.
        await seat.until(lambda: seat.screen_text.count("✓$0.0123") == 5)
        assert "Charged by an upward estimate." not in seat.screen_text


# Two terminals


async def test_another_terminals_spend_shows_within_a_second(sit: Sit, demo: Demo, tmp_path: Path) -> None:
    other = Demo(tmp_path)
    async with sit() as seat:
        other.spend(Tier.SMART, ["1.2500"])
        written = time.monotonic()

        await seat.until(lambda: "$3.7500" in seat.screen_text)

        assert time.monotonic() - written < 1.0
    await other.close()


async def test_looking_for_the_spend_of_others_costs_next_to_nothing(sit: Sit, demo: Demo) -> None:
    demo.day()
    async with sit() as seat:
        watch = seat.chat._watch
        started = time.process_time()

        changed = [watch.has_changed() for _ in range(1_000)]

        # On the slow side of what was measured (0.01 ms each), so that only a change of kind is caught.
        assert time.process_time() - started < 0.5
        assert not any(changed)
