"""Which tier Auto picks, and why: the user's rules, then hard facts, then the learned score. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Catalogue, Tier
from ralex_tui.domain.rules import Prompt, Rules

if TYPE_CHECKING:
    # Its words and patterns are not needed before the first text is judged.
    from ralex_tui.domain.difficulty import Difficulty

# What a picked tier may say of itself in its reason.
_MOST_TERMS = 2

# A term weaker than this is not worth a word.
_WORTH_A_WORD = 0.05

_LACKS = ("not ", "no ", "does not ")

# The tiers that a conversation moves up between. Yolo and Local are never climbed from: they were asked for.
_RANKS = (Tier.CHEAP, Tier.SMART)


class PickedBy(StrEnum):
    """What decided."""

    RULE = "rule"
    FACT = "fact"
    SCORE = "score"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Pick:
    """The tier that Auto wants for a prompt.

    Args:
        reason: In words, for the user.
        score: The probability that the strong tier is needed, 0 to 1, whatever decided.
    """

    tier: Tier
    reason: str
    score: float
    by: PickedBy = PickedBy.SCORE


class Judge(Protocol):
    """How hard a prompt is, and from where on that is too hard for Cheap."""

    @property
    def threshold(self) -> float:
        """The score from which Smart answers."""
        ...

    def judged(self, text: str) -> Difficulty:
        """The score of a text, with its reasons; quick for one that was judged just now."""
        ...


def pick(prompt: Prompt, rules: Rules, judge: Judge, catalogue: Catalogue, floor: Tier | None = None) -> Pick:
    """Pick a tier.

    Args:
        floor: The tier that the conversation is on; Auto only moves up from it.
    """
    difficulty = judge.judged(prompt.text)
    matched = rules.match(prompt)
    if matched is not None:
        return Pick(matched.tier, matched.reason, difficulty.score, PickedBy.RULE)
    too_long = _too_long_for_cheap(prompt, catalogue)
    if too_long:
        return Pick(Tier.SMART, too_long, difficulty.score, PickedBy.FACT)
    if difficulty.score >= judge.threshold:
        return Pick(Tier.SMART, _why(difficulty, 1), difficulty.score)
    if floor is Tier.SMART:
        return Pick(Tier.SMART, "this conversation is on Smart", difficulty.score, PickedBy.STAYS)
    return Pick(Tier.CHEAP, _why(difficulty, -1), difficulty.score)


def floor_of(path: Sequence[Message]) -> Tier | None:
    """The tier that a branch is on: that of its last answer with words in it; None at its beginning."""
    for message in reversed(path):
        has_words = message.role is Role.ASSISTANT and message.text and message.state is not MessageState.FAILED
        if has_words:
            return message.tier if message.tier in _RANKS else None
    return None


def _too_long_for_cheap(prompt: Prompt, catalogue: Catalogue) -> str:
    """Why only Smart's model holds the prompt; empty where Cheap's does, or neither."""
    cheap, smart = catalogue.first(Tier.CHEAP), catalogue.first(Tier.SMART)
    if cheap is None or smart is None or cheap.context is None:
        return ""
    needed = prompt.n_tokens + catalogue.plan(Tier.CHEAP).max_tokens
    if needed <= cheap.context or (smart.context is not None and smart.context <= cheap.context):
        return ""
    return f"about {prompt.n_tokens:,} tokens are more than {cheap.ref.name} holds"


def _why(difficulty: Difficulty, sign: int) -> str:
    """The strongest terms that speak for the pick; how sure it is where none is worth a word."""
    strong = [term.name for term in difficulty.terms if term.weight * sign > _WORTH_A_WORD]
    # That a text is not this or that is a term like others, and no reason that anyone would give.
    names = [name for name in strong if not name.startswith(_LACKS)]
    if names:
        return ", ".join(names[:_MOST_TERMS])
    return "it looks hard as a whole" if sign > 0 else "nothing in it asks for more"
