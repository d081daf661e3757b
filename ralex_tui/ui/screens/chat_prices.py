"""What the chat asks and tells about prices: one that is not known, and those that have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ralex_tui.domain.errors import PriceUnknown, RalexError, UsageError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.ui import notices
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.figures import rate_words
from ralex_tui.ui.screens.chat_review import ChatReview
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.turns import Waiting

# The list itself is fetched once a day at most; this is how often the app looks whether it is time.
_LOOK_S = 3_600.0

_FREE = "free"


class ChatPrices(ChatReview):
    """Takes prices from the user, and shows those that others have changed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The model without a price, and the message that it keeps back.
        self._unpriced: tuple[ModelRef, Waiting] | None = None

    def on_mount(self) -> None:
        # Textual calls the one of each base class by itself.
        self.set_interval(_LOOK_S, self._look_for_prices)
        # After the first paint, which waits for nothing that it does not show.
        self.call_after_refresh(self._look_for_prices)

    def turn_refused(self, waiting: list[Waiting], error: RalexError) -> None:
        """Offer to enter the price where that is what is missing."""
        if not isinstance(error, PriceUnknown) or not error.model:
            super().turn_refused(waiting, error)
            return
        self._unpriced = ModelRef(error.model), waiting[0]
        self._give_back([each.text for each in waiting])
        keys = keys_of(BY_ID["prices.enter"], self._services.settings.ui.keymap)
        at = self._services.clock.now()
        self._transcript.notice(notices.price_unknown(error, keys[0] if keys else "/price", at))

    def action_enter_price(self) -> None:
        """Ask for the price of the model that was refused for want of one, else of the one that would answer."""
        # Imported here: its fields are not needed before they are asked for.
        from ralex_tui.ui.screens.form import Field, Form, FormScreen

        model = self._quoter.model
        if self._unpriced is None and model is None:
            self._toast(UsageError("no model would answer now, so there is none to price", hint="pick a tier (F2)"))
            return
        ref = self._unpriced[0] if self._unpriced is not None else model.ref if model is not None else None
        assert ref is not None  # one of the two is there
        rates = model.price.rates if model is not None and model.ref == ref and model.price is not None else None

        async def enter(values: Mapping[str, str]) -> Price:
            return await self._enter_price(ref, values)

        ink = self._parts.ink
        form = Form(
            "What does it cost?",
            [
                plain_line(ref.id, 200, ink("text")),
                plain_line("As the provider's page says. Your price wins over all others.", 200, ink("muted")),
            ],
            [
                Field(
                    "input",
                    "dollars for a million tokens of input, or free",
                    rate_words(rates.input) if rates else "",
                    "0.30",
                ),
                Field(
                    "output",
                    "dollars for a million tokens of output",
                    rate_words(rates.output) if rates else "",
                    "2.50",
                ),
            ],
            enter,
            "keeps it",
        )
        self.app.push_screen(FormScreen(form, ink, self._parts.glyphs), self._price_entered)

    async def _enter_price(self, ref: ModelRef, values: Mapping[str, str]) -> Price:
        into, out = values["input"].strip(), values["output"].strip()
        if _FREE in (into.lower(), out.lower()):
            return await self._services.prices.enter(ref, ZERO, ZERO, free=True)
        return await self._services.prices.enter(ref, _rate(into), _rate(out))

    def _price_entered(self, price: Price | None) -> None:
        """Send what the missing price kept back."""
        unpriced = self._unpriced
        if price is None:
            return
        self._unpriced = None
        self._requote()
        if unpriced is not None:
            self._send_again(unpriced[1])

    def _look_for_prices(self) -> None:
        self._start(self._refresh_prices(), "prices")

    async def _refresh_prices(self) -> None:
        """Show what has changed; what is shown counts."""
        prices, at = self._services.prices, self._services.clock.now()
        try:
            changes = await prices.refresh_if_stale()
            for change in changes:
                self._transcript.notice(notices.price_changed(change, at))
            await prices.mark_shown(changes)
        except RalexError as error:
            self._tell(error, "The prices could not be kept up to date")
            return
        if changes:
            self._requote()


def _rate(text: str) -> Usd:
    """A rate that was typed in.

    Raises:
        UsageError: If it is none.
    """
    try:
        return Usd.parse(text.removeprefix("$"))
    except ValueError:
        raise UsageError("that is no amount of dollars", hint="write it as 0.30, or free in the first field") from None
