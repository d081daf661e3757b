"""Prices in the chat: one that is not known is entered by key, and one that changes is told."""

from __future__ import annotations

from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.ui.screens.form import FormScreen
from tests.prices import price
from tests.ui.conftest import Sit
from tests.ui.demo import Demo

CHEAP = ModelRef("openrouter/google/gemini-3.5-flash-lite")
LISTED = CHEAP.path


async def test_a_missing_price_is_entered_by_one_key_and_the_message_leaves(sit: Sit, demo: Demo) -> None:
    demo.forget_price(Tier.CHEAP)
    async with sit() as seat:
        await seat.send("hi")
        assert demo.engine.requests == []
        assert "Nothing was sent: its price is not known" in seat.screen_text
        assert "F3 enters the price and sends the message." in seat.screen_text
        assert seat.prompt.draft == "hi"

        await seat.press("f3")
        await seat.press(*"0.30", "enter", *"2.50", "enter")
        await seat.settled()

        entered = demo.prices.price(CHEAP)
        assert entered is not None
        assert (entered.source, entered.rates.input, entered.rates.output) == (
            "own",
            Usd.parse("0.30"),
            Usd.parse("2.50"),
        )
        assert [request.messages for request in demo.engine.requests] == [(("user", "hi"),)]
        assert seat.prompt.is_empty


async def test_free_is_said_in_so_many_words(sit: Sit, demo: Demo) -> None:
    demo.forget_price(Tier.CHEAP)
    async with sit() as seat:
        await seat.send("hi")
        await seat.press("f3", *"0", "enter", "0", "enter")
        await seat.settled()
        assert isinstance(seat.app.screen, FormScreen)
        assert "A price is more than zero" in seat.screen_text

        await seat.press("up", "backspace", *"free", "enter", "enter")
        await seat.settled()

        entered = demo.prices.price(CHEAP)
        assert entered is not None
        assert entered.is_free
        assert len(demo.engine.requests) == 1


async def test_leaving_the_form_sends_nothing(sit: Sit, demo: Demo) -> None:
    demo.forget_price(Tier.CHEAP)
    async with sit() as seat:
        await seat.send("hi")

        await seat.press("f3", "escape")
        await seat.settled()

        assert demo.engine.requests == []
        assert seat.prompt.draft == "hi"


async def test_a_price_that_rises_is_told_and_counts(sit: Sit, demo: Demo) -> None:
    demo.list_prices({LISTED: price("0.40", "2.50")})
    async with sit() as seat:
        await seat.until(lambda: "A price has risen" in seat.screen_text)

        assert "input $0.30 to $0.40" in seat.screen_text
        assert "$0.40/$2.50 per M" in seat.screen_text
        await seat.settled()
        assert demo.prices.unseen() == []


async def test_a_price_that_falls_counts_once_it_was_shown(sit: Sit, demo: Demo) -> None:
    demo.list_prices({LISTED: price("0.20", "2.50", cache_read="0.03")})
    async with sit() as seat:
        await seat.until(lambda: "A price has fallen" in seat.screen_text)
        await seat.settled()

        assert "It counts from now on." in seat.screen_text
        now = demo.prices.price(CHEAP)
        assert now is not None
        assert now.rates.input == Usd.parse("0.20")


async def test_a_steep_fall_says_how_it_is_accepted(sit: Sit, demo: Demo) -> None:
    demo.list_prices({LISTED: price("0.01", "2.50", cache_read="0.03")})
    async with sit() as seat:
        await seat.until(lambda: "A price would fall steeply" in seat.screen_text)
        await seat.settled()

        assert "The dearer one counts until you accept it" in seat.screen_text
        now = demo.prices.price(CHEAP)
        assert now is not None
        assert now.rates.input == Usd.parse("0.30")
