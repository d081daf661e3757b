"""The day review: what was odd about the day, what was decided, and how a charge is corrected."""

from __future__ import annotations

from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import ZERO, Accuracy, Figure
from ralex_tui.ui.screens.form import FormScreen
from ralex_tui.ui.screens.review import ReviewScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo
from tests.ui.money_demo import a_busy_day


async def reviewed(seat: Seat) -> None:
    await seat.press("shift+f4")
    await seat.settled()
    assert isinstance(seat.app.screen, ReviewScreen)


def charged(seat: Seat) -> str:
    """What the selected message was charged, as the side says."""
    (line,) = [line for line in seat.screen_text.splitlines() if " charged  " in line]
    return line.split()[-1]


async def test_the_review_tells_what_was_odd(sit: Sit, demo: Demo) -> None:
    a_busy_day(demo)
    async with sit(160, 48) as seat:
        await reviewed(seat)

        assert "drift openrouter +$0.0140" in seat.screen_text
        assert "Caching saved $0.0016. 1 overrun, $0.0030 over its hold." in seat.screen_text
        assert "▲ 1 request was cut off by a crash: $0.0420 was charged for its hold." in seat.screen_text


async def test_the_review_lists_what_was_decided(sit: Sit, demo: Demo) -> None:
    a_busy_day(demo)
    async with sit(80, 24) as seat:
        await reviewed(seat)
        assert "What was decided" not in seat.screen_text

        await seat.press("d")

        assert "13:42  you         raised today's limit by $1.0000" in seat.screen_text
        assert "Smart was refused at the limit: raised the limit" in seat.screen_text
        assert "it needed $0.0770, and $0.0749 was left" in seat.screen_text
        assert "openrouter counts $1.4012, the ledger $1.3872: drift" in seat.screen_text
        await seat.press("d")
        assert "What was decided" not in seat.screen_text


async def test_a_hold_that_a_crash_left_is_given_back(sit: Sit, demo: Demo) -> None:
    a_busy_day(demo)
    async with sit(160, 48) as seat:
        await reviewed(seat)
        await seat.press("u")
        assert "Its whole hold was charged." in seat.screen_text

        await seat.press("c", "enter", *"not billed", "enter")
        await seat.settled()

        today = demo.ledger.today()
        (entry,) = [each for each in await demo.ledger.entries(today, today) if each.corrections]
        (correction,) = entry.corrections
        assert entry.settlement is not None
        assert entry.settlement.outcome is Outcome.ABANDONED
        assert entry.cost == Figure(ZERO, Accuracy.EXACT)
        assert (correction.who, correction.why) == ("user", "not billed")
        assert "cut off by a crash" not in seat.screen_text
        assert "charge corrected from $0.0420 to $0.0000" in seat.screen_text


async def test_a_correction_needs_an_amount_and_a_reason(sit: Sit, demo: Demo) -> None:
    demo.day()
    async with sit(120, 40) as seat:
        await reviewed(seat)
        await seat.press("c", "backspace", "x", "enter", "enter")
        await seat.settled()
        assert "That is no amount of dollars" in seat.screen_text

        await seat.press("up", "backspace", "1", "enter", "enter")
        await seat.settled()
        assert isinstance(seat.app.screen, FormScreen)
        assert "A correction needs a reason" in seat.screen_text
        await seat.press("escape")

        today = demo.ledger.today()
        assert not any(entry.corrections for entry in await demo.ledger.entries(today, today))


async def test_a_corrected_message_shows_what_it_was(sit: Sit, demo: Demo) -> None:
    demo.day()
    async with sit(160, 48) as seat:
        await reviewed(seat)
        assert "was " not in seat.screen_text

        await seat.press("c", "backspace", *"0.1", "enter", *"as on the bill", "enter")
        await seat.settled()

        assert "Corrected by you: as on the bill" in seat.screen_text
        (was,) = [line for line in seat.screen_text.splitlines() if " was  " in line]
        assert was.rstrip().endswith("✓$0.1107")


async def test_a_paste_into_the_form_is_drawn_harmless(sit: Sit, demo: Demo) -> None:
    demo.day()
    async with sit(120, 40) as seat:
        await reviewed(seat)
        await seat.press("c", "enter")

        seat.app.screen.focused.value = "a\x1b[31mb"  # type: ignore[union-attr]
        await seat.pilot.pause()

        assert "a␛[31mb" in seat.screen_text


async def test_up_and_down_choose_among_the_messages(sit: Sit, demo: Demo) -> None:
    demo.day()
    async with sit(160, 48) as seat:
        await reviewed(seat)
        assert charged(seat) == "✓$0.1107"

        await seat.press("down")

        assert charged(seat) == "✓$0.0700"
