"""How long a turn waits for an answer: for its first word, between two, in all. In seconds of the event loop."""

from __future__ import annotations

import asyncio

from ralex_tui.config.schema import TimeoutSettings
from ralex_tui.domain.errors import AnswerTimeout
from ralex_tui.domain.models import Model
from ralex_tui.domain.text import visible_line

# Engines keep the same limits for the first word and between two; this much later it is the engine that hangs.
_GRACE_S = 5.0


class Patience:
    """The clock of one request; starts when it is made."""

    def __init__(self, limits: TimeoutSettings, model: Model) -> None:
        self._name = visible_line(model.ref.id, 80)
        self._loop = asyncio.get_running_loop()
        self._between_s = limits.between
        self._total_s = limits.total
        self._waits_s = limits.local_first_token if model.is_local else limits.first_token
        self._ends = self._loop.time() + limits.total
        self._last = self._loop.time()

    def heard(self) -> None:
        """A word came."""
        self._waits_s = self._between_s
        self._last = self._loop.time()

    @property
    def until(self) -> float:
        """When to give up, on the event loop's clock."""
        return min(self._last + self._waits_s + _GRACE_S, self._ends)

    def error(self) -> AnswerTimeout:
        """What to say then."""
        if self._loop.time() >= self._ends:
            return AnswerTimeout(
                f"the answer of {self._name} took longer than {self._total_s:g} s",
                hint="what came is kept; timeouts.total in config.yaml allows more",
            )
        return AnswerTimeout(
            f"nothing came from {self._name} for {self._waits_s:g} s",
            hint="try again, or pick another tier (F2); timeouts: in config.yaml allows more",
        )
