"""Which tier and model a message goes to, and why: the user's choice, else Auto's pick within what the day allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ralex_tui.domain.auto import Pick
from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.errors import NoModel, UsageError
from ralex_tui.domain.models import Catalogue, Mode, Model, Tier
from ralex_tui.domain.rules import Prompt


@dataclass(frozen=True, slots=True)
class Route:
    """The tier and model that answer, and the reason in words.

    Args:
        is_auto: Whether Auto picked the tier.
        wanted: The tier that would have been picked with more money or more models; None if this is it.
        note: What the limit or a failure made of it, one sentence for the user; empty where nothing did.
        is_named: Whether the user named the model, so that no other may take its place.
        score: The probability that Smart is needed, 0 to 1, where Auto picked.
    """

    tier: Tier
    model: Model
    reason: str
    is_auto: bool = False
    wanted: Tier | None = None
    note: str = ""
    is_named: bool = False
    score: float | None = None


class Picks(Protocol):
    """Auto."""

    def pick(self, prompt: Prompt, catalogue: Catalogue, floor: Tier | None = None) -> Pick:
        """The tier that it wants; `floor` is the one that the conversation is on."""
        ...


def route(
    prompt: Prompt,
    mode: Mode,
    catalogue: Catalogue,
    state: BudgetState,
    auto: Picks,
    *,
    floor: Tier | None = None,
    model_id: str | None = None,
) -> Route:
    """Choose tier and model for a message.

    A mode or model that the user chose is kept whatever the state: the reservation decides whether
    the money is there. Auto stays within the tiers that the state allows, as long as one of them has a model.

    Args:
        floor: The tier that the conversation is on.

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
    return _auto_route(auto.pick(prompt, catalogue, floor), catalogue, state)


def _auto_route(pick: Pick, catalogue: Catalogue, state: BudgetState) -> Route:
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
        return Route(tier, model, pick.reason, is_auto=True, score=pick.score)
    is_for_money = pick.tier not in state.tiers and tier in state.tiers
    reason = f"the day is {state.value}" if is_for_money else f"{pick.tier.label} has no model here"
    return Route(tier, model, reason, is_auto=True, wanted=pick.tier, score=pick.score)


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
