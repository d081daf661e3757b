"""Prices drafts for the screen with what is known now; long ones in a thread, after a pause in typing."""

from __future__ import annotations

import asyncio

from ralex_tui.domain.models import Mode, Model, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.services.quote import DraftQuote, TierQuote, quote
from ralex_tui.services.services import Services
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.snapshot import MoneyWatch
from ralex_tui.ui.turns import Waiting

# A draft longer than this would be felt between two keys: 1 MB takes 4 ms, 4 MB four times that.
_QUICK_CHARS = 64_000
_PAUSE_S = 0.15

# A cold cache is spoken of where it costs more than this, or a twentieth of the message.
_WORTH_A_WORD = Usd(1_000_000)


class Quoter:
    """What a draft costs. `current` is the last price of the draft in the prompt."""

    def __init__(self, services: Services, watch: MoneyWatch) -> None:
        self._services = services
        self._watch = watch
        self.current: DraftQuote | None = None

    @staticmethod
    def is_quick(draft: str) -> bool:
        """Whether `now` may be called for every key."""
        return len(draft) <= _QUICK_CHARS

    def now(self, draft: str, mode: Mode, chat: Chat) -> DraftQuote:
        """The price at this moment; before the ledger is read, as on a fresh day."""
        day, policy = self._watch.day, self._services.policy
        state = day.state if day else policy.state(policy.daily)
        usual = day.usual_answer if day else {}
        catalogue, at = self._services.catalogue(), self._services.clock.now()
        warm = {
            model.ref.id: cache.n_tokens
            for model in map(catalogue.first, Tier)
            if model is not None and (cache := chat.cache_of(model)) is not None and cache.is_warm(at)
        }
        return quote(draft, mode, catalogue, state, chat.history, usual, self._services.auto, warm=warm)

    async def later(self, draft: str, mode: Mode, chat: Chat) -> DraftQuote:
        """The same off the event loop; cancel it when the draft changes again."""
        await asyncio.sleep(_PAUSE_S)
        return await asyncio.to_thread(self.now, draft, mode, chat)

    def of_queued(self, waiting: Waiting) -> TierQuote | None:
        """What a queued message would cost on the tier that would answer it."""
        priced = self.now(waiting.text, waiting.mode, waiting.chat)
        return priced.tiers[priced.route.tier] if priced.route else None

    @property
    def model(self) -> Model | None:
        """The model that would answer the draft."""
        return self.current.route.model if self.current and self.current.route else None

    def lost(self, chat: Chat) -> Usd | None:
        """What the next message costs more since the prompt cache has gone cold; None where it is not worth a word."""
        model, at = self.model, self._services.clock.now()
        cache = chat.cache_of(model) if model is not None else None
        if cache is None or cache.is_warm(at) or self.current is None or self.current.route is None:
            return None
        about = self.current.tiers[self.current.route.tier].about
        is_much = cache.worth > _WORTH_A_WORD or (about is not None and cache.worth.nano * 20 > about.nano)
        return cache.worth if cache.worth and is_much else None
