"""An Auto that tests can foresee: Ralex V2's words as rules, and a score that is the same for every text."""

from __future__ import annotations

from ralex_tui.domain.difficulty import RARITY_NAMES, Difficulty, RouterTable, Scorer, Term
from ralex_tui.domain.prompt_features import FEATURE_NAMES
from ralex_tui.domain.rules import rule_set
from ralex_tui.services.auto import AutoService


class EvenScorer(Scorer):
    """Finds every text as hard as the other, and easy enough for Cheap."""

    def __init__(self, score: float = 0.2, threshold: float = 0.5) -> None:
        nothing = (0.0,) * (len(FEATURE_NAMES) + len(RARITY_NAMES))
        super().__init__(RouterTable("even", nothing, nothing, {}, {}, (1.0, 0.0), ()))
        self.score = score
        self.n_judged = 0
        self._threshold = threshold

    def judge(self, prompt: str) -> Difficulty:
        self.n_judged += 1
        sign = 1 if self.score >= self._threshold else -1
        return Difficulty(self.score, (Term("hard words" if sign > 0 else "easy words", sign),), (0.0,))

    def threshold(self, quality: float) -> float:
        return self._threshold


def word_auto() -> AutoService:
    """Smart for "refactor", Yolo for "urgent", Cheap for the rest."""
    return AutoService(rule_set("ralex-v2"), 0.95, EvenScorer)
