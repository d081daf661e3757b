"""The questions about money: what leaves after each answer, and what the ledger then holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events

from ralex_tui.adapters.scripted_engine import Hang, Use
from ralex_tui.domain.budget import Scope
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Choice
from ralex_tui.ui.screens.doubt import DoubtScreen
from ralex_tui.ui.screens.limit import LimitScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo

QUESTION = "Can I keep the index small?"


async def asked(seat: Seat, text: str = QUESTION) -> None:
    """Send a message on Smart that the limit refuses."""
    await seat.press("f2", "f2")
    await seat.send(text)
    assert isinstance(seat.app.screen, LimitScreen)


async def answered(seat: Seat, *keys: str) -> None:
    await seat.press(*keys)
    await seat.settled()


async def book(demo: Demo) -> DayBook:
    today = demo.ledger.today()
    (found,) = await demo.ledger.books(today, today)
    return found


def sent(demo: Demo) -> list[tuple[str, str]]:
    """Model and question of every request that left."""
    return [(request.model.name, request.messages[-1][1]) for request in demo.engine.requests]


async def choices(demo: Demo) -> list[Choice]:
    return [decision.choice for decision in (await book(demo)).decisions.values()]


@pytest.fixture
def nearly_spent(demo: Demo) -> Demo:
    """$0.0010 left: too little for Smart, enough for Yolo."""
    demo.spend(Tier.SMART, ["4.9990"])
    return demo


async def test_the_question_says_what_is_missing_and_that_nothing_was_sent(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["4.9978"])
    demo.hold("0.0012")
    async with sit() as seat:
        await asked(seat)

        assert "■ This would pass today's limit" in seat.screen_text
        assert "spent =$4.9978   held ╍$0.0012   left $0.0010" in seat.screen_text
        assert "◆ Smart needs up to $0.0025 for this message," in seat.screen_text
        assert "$0.0015 more than is left. Nothing was sent." in seat.screen_text
        assert "A new day starts in 9 h 28 min." in seat.screen_text
        assert seat.prompt.draft == QUESTION
        assert sent(demo) == []


async def test_y_sends_this_one_message_on_the_tier_below(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "y")

        assert sent(nearly_spent) == [("gpt-oss-120b", QUESTION)]
        assert nearly_spent.engine.requests[0].max_tokens == 200
        assert await choices(nearly_spent) == [Choice.STEP_DOWN]
        assert seat.chat.has_class("-smart")
        assert seat.prompt.is_empty


async def test_l_sends_it_on_local_at_no_cost(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "l")

        assert sent(nearly_spent) == [("qwen3-8b", QUESTION)]
        assert await choices(nearly_spent) == [Choice.LOCAL]
        assert (await book(nearly_spent)).spent.amount == Usd.parse("4.9990")


async def test_o_lets_this_one_past_and_the_next_is_asked_about_again(sit: Sit, nearly_spent: Demo) -> None:
    nearly_spent.engine.script("so", Use(TokenUsage(1_000, 100)))
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "o")

        held = await book(nearly_spent)
        (allowance,) = held.allowances.values()
        assert sent(nearly_spent) == [("claude-sonnet-5.5", QUESTION)]
        assert await choices(nearly_spent) == [Choice.ALLOW]
        assert allowance.why == "asked at the limit, for a message to Smart"
        assert not held.raises
        await seat.send("and more")
        assert isinstance(seat.app.screen, LimitScreen)
        assert len(sent(nearly_spent)) == 1


async def test_r_raises_today_and_sends_it(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)
        assert "Raise today to $6.00" in seat.screen_text

        await answered(seat, "r")

        (raised,) = (await book(nearly_spent)).raises.values()
        assert (raised.amount, raised.scope) == (Usd.parse("1.00"), Scope.DAY)
        assert sent(nearly_spent) == [("claude-sonnet-5.5", QUESTION)]
        assert await choices(nearly_spent) == [Choice.RAISE]
        assert "left of $6.00" in seat.screen_text


async def test_esc_stops_keeps_the_draft_and_is_written_down(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "escape")

        assert sent(nearly_spent) == []
        assert seat.prompt.draft == QUESTION
        assert seat.prompt.cursor_location == seat.prompt.document.end
        assert await choices(nearly_spent) == [Choice.STOP]
        assert "Over the limit: nothing was sent" in seat.screen_text


async def test_enter_takes_what_spends_no_more_than_allowed(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "enter")

        assert await choices(nearly_spent) == [Choice.STEP_DOWN]


async def test_enter_stops_where_no_other_way_is_covered(sit: Sit, tmp_path: Path) -> None:
    demo = Demo(tmp_path / "smart", tiers=[Tier.SMART])
    demo.spend(Tier.SMART, ["4.9990"])
    async with sit(app=demo.app()) as seat:
        await asked(seat)
        assert "Send on" not in seat.screen_text

        await answered(seat, "enter")

        assert await choices(demo) == [Choice.STOP]
        assert sent(demo) == []
        await demo.close()


async def test_down_and_enter_take_the_way_below(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await answered(seat, "down", "down", "up", "enter")

        assert await choices(nearly_spent) == [Choice.LOCAL]


async def test_a_click_takes_a_way(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)
        row = next(n for n, line in enumerate(seat.screen_text.splitlines()) if "Send on ⌂ Local" in line)

        await seat.pilot.click(offset=(40, row))
        await seat.settled()

        assert await choices(nearly_spent) == [Choice.LOCAL]


async def test_what_was_typed_before_the_question_was_seen_answers_nothing(
    sit: Sit, nearly_spent: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sit() as seat:
        await seat.press("f2", "f2")
        await seat.type(QUESTION)
        push = seat.app.push_screen

        def push_and_type_on(*args: Any) -> Any:
            """Ask, and press keys at that very moment, as somebody does who goes on writing."""
            pushed = push(*args)
            for key in ("o", "r", "enter"):
                seat.app.post_message(events.Key(key, key if len(key) == 1 else None))
            return pushed

        monkeypatch.setattr(seat.app, "push_screen", push_and_type_on)

        await seat.press("enter")
        await seat.settled()

        assert isinstance(seat.app.screen, LimitScreen)
        assert not (await book(nearly_spent)).decisions
        assert sent(nearly_spent) == []


async def test_messages_queued_behind_stay_in_the_draft(sit: Sit, nearly_spent: Demo) -> None:
    nearly_spent.engine.script("first", Hang())
    async with sit() as seat:
        await seat.press("shift+f2")
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        await seat.press("f2", "f2", "f2")
        for text in ("two", "three"):
            await seat.type(text)
            await seat.press("enter")
        running = seat.chat._runner.running
        assert running is not None

        running.stop.stop()
        await seat.until(lambda: isinstance(seat.app.screen, LimitScreen))
        await seat.settled()
        assert seat.prompt.draft == "two\n\nthree"
        await answered(seat, "l")

        assert sent(nearly_spent)[1:] == [("qwen3-8b", "two")]
        assert seat.prompt.draft == "three"


async def test_auto_asks_where_there_is_no_way_down(sit: Sit, tmp_path: Path) -> None:
    demo = Demo(tmp_path / "yolo", tiers=[Tier.YOLO])
    demo.spend(Tier.SMART, ["4.99999"])
    async with sit(app=demo.app()) as seat:
        await seat.send(QUESTION)

        assert isinstance(seat.app.screen, LimitScreen)
        await answered(seat, "r")
        assert sent(demo) == [("gpt-oss-120b", QUESTION)]
        await demo.close()


async def test_the_month_is_raised_for_the_month_and_the_day_is_asked_next(sit: Sit, demo: Demo) -> None:
    demo.set_limits(monthly="4.9996")
    demo.spend(Tier.SMART, ["4.9995"])
    async with sit() as seat:
        assert "month left    $0.0001 of $4.9996" in seat.screen_text
        await asked(seat)
        assert "This would pass this month's limit" in seat.screen_text
        assert "until 1 Dec" in seat.screen_text

        await answered(seat, "r")

        assert "This would pass today's limit" in seat.screen_text
        assert sent(demo) == []
        await answered(seat, "r")
        assert [raised.scope for raised in (await book(demo)).raises.values()] == [Scope.MONTH, Scope.DAY]
        assert sent(demo) == [("claude-sonnet-5.5", QUESTION)]


async def test_a_raise_for_a_new_conversation_is_found_by_its_first_message(sit: Sit, demo: Demo) -> None:
    demo.set_limits(conversation="0.0010")
    async with sit() as seat:
        await asked(seat)
        assert "This would pass this conversation's limit" in seat.screen_text

        await answered(seat, "r")

        (raised,) = (await book(demo)).raises.values()
        (conversation,) = await demo.library.list()
        assert raised.conversation == conversation.id
        assert sent(demo) == [("claude-sonnet-5.5", QUESTION)]
        await seat.until(lambda: "limit left" in seat.screen_text)


async def test_a_decision_that_can_not_be_written_down_sends_nothing(
    sit: Sit, nearly_spent: Demo, tmp_path: Path
) -> None:
    async with sit() as seat:
        await asked(seat)
        (journal,) = (tmp_path / "ledger").glob("*.journal")
        journal.write_bytes(b"{broken\n" * 9)

        await answered(seat, "o")

        assert sent(nearly_spent) == []
        assert seat.prompt.draft == QUESTION
        assert "could not be written down; nothing was sent" in seat.screen_text


@pytest.mark.parametrize("size", [(80, 24), (40, 16), (20, 10)])
async def test_the_question_can_be_answered_on_any_screen(sit: Sit, nearly_spent: Demo, size: tuple[int, int]) -> None:
    async with sit(*size) as seat:
        await asked(seat)
        assert "This would" in seat.screen_text
        assert "Yolo" in seat.screen_text

        await seat.press("down", "down", "down", "down")
        await seat.until(lambda: "esc" in seat.screen_text)
        assert "This would" in seat.screen_text
        await answered(seat, "l")

        assert sent(nearly_spent) == [("qwen3-8b", QUESTION)]


async def test_the_keys_of_the_question_can_be_changed(sit: Sit, nearly_spent: Demo) -> None:
    settings = nearly_spent.settings
    nearly_spent.settings = replace(settings, ui=replace(settings.ui, keymap={"limit.local": "z"}))
    async with sit() as seat:
        await asked(seat)
        assert "z  Send on ⌂ Local" in seat.screen_text

        await answered(seat, "l")
        assert sent(nearly_spent) == []
        await answered(seat, "z")

        assert sent(nearly_spent) == [("qwen3-8b", QUESTION)]


# A day in doubt


@pytest.fixture
def leapt(demo: Demo) -> Demo:
    """The clock says two days later, and no time server vouches for it."""
    demo.day()
    demo.clock.is_vouched_for = False
    demo.clock.move(hours=49)
    return demo


async def test_a_leap_of_the_clock_is_asked_about_and_y_opens_the_day(sit: Sit, leapt: Demo) -> None:
    async with sit() as seat:
        assert "the clock says Wed 25 Nov" in seat.screen_text
        await seat.send(QUESTION)
        assert isinstance(seat.app.screen, DoubtScreen)
        assert "The last entry is of Mon 23 Nov 2026" in seat.screen_text
        assert sent(leapt) == []

        await answered(seat, "y")

        opened = (await book(leapt)).opened
        assert opened is not None
        assert (f"{opened.day:%d}", opened.why) == ("25", "confirmed in the app")
        assert [text for _, text in sent(leapt)] == [QUESTION]
        assert "Wed 25 Nov" in seat.screen_text


async def test_a_day_that_is_not_opened_leaves_the_draft(sit: Sit, leapt: Demo) -> None:
    async with sit() as seat:
        await seat.send(QUESTION)

        await answered(seat, "enter")

        assert leapt.ledger.today().day == 23
        assert sent(leapt) == []
        assert seat.prompt.draft == QUESTION


async def test_the_palette_offers_the_ways_too(sit: Sit, nearly_spent: Demo) -> None:
    async with sit() as seat:
        await asked(seat)

        await seat.press("ctrl+p")
        await seat.press(*"send on local")
        await seat.until(lambda: "Send on Local" in seat.screen_text)
        await seat.press("enter")
        await seat.until(lambda: bool(sent(nearly_spent)))
        await seat.settled()

        assert sent(nearly_spent) == [("qwen3-8b", QUESTION)]


async def test_the_question_is_drawn_in_ascii_alone_where_that_is_asked_for(sit: Sit, tmp_path: Path) -> None:
    demo = Demo(tmp_path / "ascii", glyphs="ascii")
    demo.spend(Tier.SMART, ["4.9990"])
    async with sit(app=demo.app()) as seat:
        await asked(seat)

        assert "X This would pass today's limit" in seat.screen_text
        assert seat.screen_text.isascii()
        await demo.close()
