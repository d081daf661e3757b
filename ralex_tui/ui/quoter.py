"""Prices drafts for the screen with what is known now; long ones in a thread, after a pause in typing."""

from __future__ import annotations

import asyncio

from ralex_tui.domain.models import Mode
from ralex_tui.services.quote import DraftQuote, History, TierQuote, quote
from ralex_tui.services.services import Services
from ralex_tui.ui.snapshot import MoneyWatch
from ralex_tui.ui.turns import Waiting

# A draft longer than this would be felt between two keys: 1 MB takes 4 ms, 4 MB four times that.
_QUICK_CHARS = 64_000
_PAUSE_S = 0.15


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

    def now(self, draft: str, mode: Mode, history: History) -> DraftQuote:
        """The price at this moment; before the ledger is read, as on a fresh day."""
        day, policy = self._watch.day, self._services.policy
        state = day.state if day else policy.state(policy.daily)
        usual = day.usual_answer if day else {}
        return quote(draft, mode, self._services.catalogue(), state, history, usual)

    async def later(self, draft: str, mode: Mode, history: History) -> DraftQuote:
        """The same off the event loop; cancel it when the draft changes again."""
        await asyncio.sleep(_PAUSE_S)
        return await asyncio.to_thread(self.now, draft, mode, history)

    def of_queued(self, waiting: Waiting) -> TierQuote | None:
        """What a queued message would cost on the tier that would answer it."""
        priced = self.now(waiting.text, waiting.mode, waiting.chat.history)
        return priced.tiers[priced.route.tier] if priced.route else None

    @property
    def context(self) -> int | None:
        """How many tokens the model holds that would answer the draft."""
        return self.current.route.model.context if self.current and self.current.route else None
