"""Which tier a message goes to, and why. For now Ralex V2's words, matched as whole words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.errors import NoModel, UsageError
from ralex_tui.domain.models import Catalogue, Mode, Model, Tier

# Ralex V2's lists (facts/ralex-v2.md), tried in its order: yolo, smart, cheap. 'quick' and 'now' are
# left out: in ordinary prose they say nothing about the request.
_WORDS = {
    Tier.YOLO: ("yolo", "urgent", "fast", "quickly"),
    Tier.SMART: ("refactor", "analyze", "complex", "architecture", "design", "review", "optimize"),
    Tier.CHEAP: ("fix", "typo", "simple", "small", "format", "add", "comment"),
}
_PATTERNS = {tier: re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE) for tier, words in _WORDS.items()}

# Words decide by what the request says, and that stands at its ends; a long paste is not searched.
_SEARCHED_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Route:
    """The tier and model that answer, and the reason in words.

    Args:
        is_auto: Whether Auto picked the tier.
        wanted: The tier that would have been picked with more money or more models; None if this is it.
        note: What the limit or a failure made of it, one sentence for the user; empty where nothing did.
        is_named: Whether the user named the model, so that no other may take its place.
    """

    tier: Tier
    model: Model
    reason: str
    is_auto: bool = False
    wanted: Tier | None = None
    note: str = ""
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """A tier that the words of a prompt ask for, with the reason."""

    tier: Tier
    reason: str


def pick_tier(prompt: str) -> Pick:
    """The tier that the prompt's own words ask for; cheap when none does."""
    text = (
        prompt
        if len(prompt) <= _SEARCHED_CHARS
        else prompt[: _SEARCHED_CHARS // 2] + " " + prompt[-_SEARCHED_CHARS // 2 :]
    )
    for tier in (Tier.YOLO, Tier.SMART, Tier.CHEAP):
        found = _PATTERNS[tier].search(text)
        if found:
            return Pick(tier, f"it says “{found[1].lower()}”")
    return Pick(Tier.CHEAP, "nothing in it asks for more")


def route(prompt: str, mode: Mode, catalogue: Catalogue, state: BudgetState, *, model_id: str | None = None) -> Route:
    """Choose tier and model for a message.

    A mode or model that the user chose is kept whatever the state: the reservation decides whether
    the money is there. Auto stays within the tiers that the state allows, as long as one of them has a model.

    Raises:
        UsageError: If `model_id` names no model that can be reached.
        NoModel: If the chosen tier, or with Auto every tier, has no model that can be reached.
    """
    if model_id is not None:
        found = catalogue.find(model_id)
        if found is None:
            raise UsageError(f"no model called {model_id!r} can be reached", hint="`ralex prices` lists those that can")
        return Route(*found, reason="your choice of model", is_named=True)
    if mode.tier is not None:
        model = catalogue.first(mode.tier)
        if model is None:
            raise _no_model(mode.tier, catalogue)
        return Route(mode.tier, model, reason="your choice for this message")
    return _auto_route(prompt, catalogue, state)


def _auto_route(prompt: str, catalogue: Catalogue, state: BudgetState) -> Route:
    pick = pick_tier(prompt)
    if not catalogue.has_any:
        raise _no_model(None, catalogue)
    allowed = [tier for tier in state.tiers if catalogue.first(tier) is not None]
    if not allowed:
        # Whether the money is there is the reservation's to say; without it the user is asked.
        allowed = [tier for tier in Tier if catalogue.first(tier) is not None]
    tier = pick.tier if pick.tier in allowed else _nearest(pick.tier, allowed)
    model = catalogue.first(tier)
    assert model is not None  # `allowed` holds only tiers with a model
    if tier is pick.tier:
        return Route(tier, model, pick.reason, is_auto=True)
    if pick.tier not in state.tiers and tier in state.tiers:
        return Route(tier, model, f"the day is {state.value}", is_auto=True, wanted=pick.tier)
    return Route(tier, model, f"{pick.tier.label} has no model here", is_auto=True, wanted=pick.tier)


def _nearest(wanted: Tier, allowed: list[Tier]) -> Tier:
    """The allowed tier to fall to: cheap before the others, so that stepping never costs more than asked."""
    order = {
        Tier.SMART: (Tier.CHEAP, Tier.YOLO, Tier.LOCAL),
        Tier.CHEAP: (Tier.YOLO, Tier.LOCAL, Tier.SMART),
        Tier.YOLO: (Tier.CHEAP, Tier.LOCAL, Tier.SMART),
        Tier.LOCAL: (Tier.CHEAP, Tier.YOLO, Tier.SMART),
    }
    return next(tier for tier in order[wanted] if tier in allowed)


def _no_model(tier: Tier | None, catalogue: Catalogue) -> NoModel:
    if tier is Tier.LOCAL:
        return NoModel("no local model is installed", hint="run `ralex local install`")
    if tier is not None and catalogue.has_any:
        return NoModel(
            f"no key was found for a {tier.label} model",
            hint="set OPENROUTER_API_KEY (or that of Anthropic, OpenAI or Gemini), or pick another tier (F2)",
        )
    return NoModel(
        "no key was found and no local model is installed",
        hint="run `ralex local install`, or set OPENROUTER_API_KEY and start again",
    )
