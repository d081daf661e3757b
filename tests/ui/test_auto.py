"""Auto on the screen: its pick and reason before anything is sent, one key that overrules it, and where it stays."""

from ralex_tui.domain.models import Tier
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo


def answered_by(seat: Seat) -> list[Tier | None]:
    """The tiers that answered in the conversation on the screen."""
    return [message.tier for message in seat.chat._runner.shown.path if message.tier is not None]


async def test_pick_and_reason_stand_below_the_draft_before_anything_is_sent(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("refactor this")

        assert "Auto picks ◆ Smart: it says “refactor”" in seat.screen_text
        assert demo.engine.requests == []


async def test_key_sends_the_draft_to_the_other_tier_and_the_next_one_is_autos_again(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("hello")
        assert "^r Smart" in seat.screen_text

        await seat.press("ctrl+r")
        assert "◆ Smart is your choice for this message" in seat.screen_text
        assert "^r Auto again" in seat.screen_text
        await seat.press("enter")
        await seat.settled()
        await seat.press("ctrl+n")
        await seat.send("hello")

        assert [request.tier for request in demo.engine.requests] == [Tier.SMART, Tier.CHEAP]


async def test_same_key_gives_the_draft_back_to_auto(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("hello")
        await seat.press("ctrl+r", "ctrl+r")

        assert "Auto picks ¢ Cheap" in seat.screen_text


async def test_what_auto_sends_to_smart_is_overruled_to_cheap(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("refactor this")
        await seat.press("ctrl+r", "enter")
        await seat.settled()

        assert answered_by(seat) == [Tier.CHEAP]


async def test_overruling_goes_with_the_draft_it_was_for(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("ctrl+r", "backspace", "backspace")
        await seat.pilot.pause()
        await seat.type("hello")

        assert "Auto picks ¢ Cheap" in seat.screen_text


async def test_tier_that_the_user_chose_is_not_overruled(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.press("f2")
        await seat.type("refactor this")

        assert "^r" not in seat.screen_text


async def test_conversation_that_is_on_smart_stays_there_until_the_user_says_otherwise(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("refactor this")
        await seat.type("thanks")
        assert "Auto picks ◆ Smart: this conversation is o" in seat.screen_text
        await seat.press("enter")
        await seat.settled()

        await seat.type("and a haiku")
        await seat.press("ctrl+r", "enter")
        await seat.settled()
        await seat.send("another one")

        assert answered_by(seat) == [Tier.SMART, Tier.SMART, Tier.CHEAP, Tier.CHEAP]
