"""Auto: what it picks for a text, by the user's rules, the shipped score, and what was learned here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ralex_tui.domain.auto import Pick, pick
from ralex_tui.domain.models import Catalogue, Tier
from ralex_tui.domain.rules import Prompt, Rule, Rules

if TYPE_CHECKING:
    from ralex_tui.domain.difficulty import Difficulty, Scorer

# A draft is judged by the lines around it, by its price and when it is sent.
_KEPT = 4


class AutoService:
    """Picks. Safe to call for every key, from any thread.

    Args:
        quality: The share of Smart's quality to keep, 0 to 1.
        load: Reads the shipped scorer; called once, when the first text is judged.
        adjust: Puts what was learned here on top of a score; see `LearningService`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        quality: float,
        load: Callable[[], Scorer],
        adjust: Callable[[Difficulty], float] = lambda shipped: shipped.score,
    ) -> None:
        self._rules = Rules(rules)
        self._quality = quality
        self._load = load
        self._adjust = adjust
        self._scorer: Scorer | None = None
        self._shipped: OrderedDict[str, Difficulty] = OrderedDict()

    @property
    def scorer(self) -> Scorer:
        """What ships with Ralex, without what was learned."""
        if self._scorer is None:
            self._scorer = self._load()
        return self._scorer

    @property
    def threshold(self) -> float:
        """The score from which Smart answers."""
        return self.scorer.threshold(self._quality)

    def shipped(self, text: str) -> Difficulty:
        """How hard a text is by the shipped score alone."""
        known = self._shipped.get(text)
        if known is None:
            known = self._shipped[text] = self.scorer.judge(text)
            while len(self._shipped) > _KEPT:
                self._shipped.popitem(last=False)
        return known

    def judged(self, text: str) -> Difficulty:
        """How hard a text is, by all that is known."""
        shipped = self.shipped(text)
        return replace(shipped, score=self._adjust(shipped))

    def pick(self, prompt: Prompt, catalogue: Catalogue, floor: Tier | None = None) -> Pick:
        """The tier for a prompt; `floor` is the one that the conversation is on."""
        return pick(prompt, self._rules, self, catalogue, floor)
