"""What Auto learns from: one opinion each, in numbers, without a word of a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ralex_tui.domain.models import Tier


@dataclass(frozen=True, slots=True)
class Label:
    """One opinion as Auto learns from it. No word of the prompt is in it.

    Args:
        answer: The id of the message; a later opinion on it takes the place of this one.
        score: The shipped score of its prompt then; `version` is the scorer's.
        features: Of its prompt, by `domain.prompt_features`.
        is_needed: Whether the strong tier was needed.
        source: What the user did: "up", "down" or "escalated".
    """

    id: str
    at: datetime
    answer: str
    tier: Tier
    score: float
    features: tuple[float, ...]
    version: str
    is_needed: bool
    source: str
