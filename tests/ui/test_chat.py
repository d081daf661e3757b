"""A chat as its user meets it: messages in, answers, money and files out."""

from __future__ import annotations

from ralex_tui.adapters.scripted_engine import Hang, Use
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from tests.ui.conftest import Sit
from tests.ui.demo import Demo


async def test_enter_sends_the_message_and_the_answer_appears(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Because it ", "scans.")
    async with sit() as seat:
        await seat.send("why is it slow?")

        assert "why is it slow?" in seat.screen_text
        assert "Because it scans." in seat.screen_text
        assert seat.prompt.is_empty


async def test_the_budget_panel_moves_with_the_answer(sit: Sit, demo: Demo) -> None:
    demo.engine.script("fine", Use(TokenUsage(1_000, 800)))
    async with sit() as seat:
        assert "$5.0000" in seat.screen_text

        await seat.send("hi")

        # 1,000 x 0.30 + 800 x 2.50 dollars a million
        assert "=$0.0023" in seat.screen_text
        assert "$4.9977" in seat.screen_text


async def test_money_is_shown_as_held_while_the_answer_comes(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)
        held = (await demo.ledger.day_budget()).held

        await seat.until(lambda: seat.screen_text.count(held.show()) >= 2)

        assert "Cheap is writing, esc stops it" in seat.screen_text
        assert "esc stop" in seat.screen_text
        await seat.press("escape")
        await seat.settled()
        assert "is writing" not in seat.screen_text


async def test_esc_stops_and_keeps_what_came(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half of", Hang())
    async with sit() as seat:
        await seat.type("tell me")
        await seat.press("enter")
        await seat.until(lambda: "Half of" in seat.screen_text)

        await seat.press("escape")
        await seat.settled()

        assert "Half of" in seat.screen_text
        assert "stopped" in seat.screen_text
        assert (await demo.ledger.day_budget()).held == Usd(0)


async def test_what_is_written_during_an_answer_waits_and_is_sent_after_it(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first", Hang())
    async with sit() as seat:
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        assert "Write on. Enter queues the message." in seat.screen_text

        await seat.type("two")
        await seat.press("enter")

        assert "queued  1   two" in seat.screen_text
        assert "1 queued" in seat.screen_text
        assert len(demo.engine.requests) == 1


async def test_queued_messages_are_sent_in_order_within_one_conversation(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first")
    demo.engine.script("second")
    async with sit() as seat:
        await seat.type("one")
        seat.prompt.action_submit()
        await seat.type("two")
        seat.prompt.action_submit()
        await seat.pilot.pause()
        await seat.settled()

        assert [request.messages[-1][1] for request in demo.engine.requests] == ["one", "two"]
        assert [text for _, text in demo.engine.requests[1].messages] == ["one", "first", "two"]
        assert len(await demo.library.list()) == 1


async def test_stopping_gives_queued_messages_back_and_sends_none(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first", Hang())
    async with sit() as seat:
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        await seat.type("two")
        await seat.press("enter")
        await seat.type("three")

        await seat.press("escape")
        await seat.settled()

        assert seat.prompt.draft == "two\n\nthree"
        assert len(demo.engine.requests) == 1


async def test_the_tier_chosen_in_mid_conversation_answers_the_next_message(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("one")
        await seat.press("f2", "f2")

        await seat.send("two")

        assert [request.model.name for request in demo.engine.requests] == [
            "gemini-3.5-flash-lite",
            "claude-sonnet-5.5",
        ]
        assert len(demo.engine.requests[1].messages) == 3


async def test_the_draft_is_priced_for_every_tier_before_it_is_sent(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("refactor this, please")

        assert "Auto picks ◆ Smart: it says “refactor”" in seat.screen_text
        assert "¢ Cheap ≈$0.0009   ◆ Smart ≈$0.0035   » Yolo <$0.0001   ⌂ Local free" in seat.screen_text
        assert "13 tokens" in seat.screen_text


async def test_a_conversation_is_found_again_and_opened_by_enter(sit: Sit, demo: Demo) -> None:
    demo.shelf()
    async with sit(160, 48) as seat:
        assert "Slow query on orders" in seat.screen_text
        await seat.press("ctrl+s", "home", "enter")
        await seat.settled()

        assert "And how do I see that plan from Python?" in seat.screen_text
        assert "4 messages" in seat.screen_text
        assert seat.prompt.has_focus


async def test_a_message_goes_to_the_conversation_that_is_open(sit: Sit, demo: Demo) -> None:
    opened = demo.shelf()
    async with sit(160, 48) as seat:
        await seat.press("ctrl+s", "home", "enter")
        await seat.settled()

        await seat.send("and now?")

        conversation = await demo.library.open(opened)
        assert [message.text for message in conversation.path()][-2] == "and now?"
        assert len(demo.engine.requests[0].messages) == 5


async def test_an_answer_goes_on_while_another_conversation_is_looked_at(sit: Sit, demo: Demo) -> None:
    demo.engine.script("begun", Hang())
    async with sit(160, 48) as seat:
        await seat.type("the first one")
        await seat.press("enter")
        await seat.until(lambda: "begun" in seat.screen_text)

        await seat.press("ctrl+n")
        assert "begun" not in seat.screen_text
        await seat.press("ctrl+s", "home", "enter")

        await seat.until(lambda: "begun" in seat.screen_text)
        assert seat.screen_text.count("begun") == 1


async def test_stepping_down_for_money_is_told_once(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["3.50"])
    async with sit() as seat:
        await seat.send("refactor this")
        await seat.send("refactor that")

        assert [request.model.name for request in demo.engine.requests] == ["gemini-3.5-flash-lite"] * 2
        assert seat.screen_text.count("Stepped down: Smart to Cheap") == 1
        assert "so Auto keeps to Cheap, Yolo and Local." in seat.screen_text
