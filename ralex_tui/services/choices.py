"""What can be done when a limit refuses a message: what Auto steps down to, and what the user is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ralex_tui.domain.budget import CRITICAL_MAX_TOKENS, BudgetState, Need, Shortfall, hold_for
from ralex_tui.domain.errors import BudgetExceeded
from ralex_tui.domain.models import Catalogue, Model, Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.remarks import Choice


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to the question at a limit.

    Args:
        tier, model: Who would answer; None for raising and stopping.
        at_most: What would be held; for RAISE: by how much the limit grows.
        max_tokens: The longest answer.
        limit: For RAISE: what the limit would be then.
    """

    choice: Choice
    tier: Tier | None = None
    model: Model | None = None
    at_most: Usd = ZERO
    max_tokens: int = 0
    limit: Usd = ZERO


def options(
    shortfall: Shortfall, catalogue: Catalogue, state: BudgetState, critical_tokens: int = CRITICAL_MAX_TOKENS
) -> list[Option]:
    """The answers that are open, those that spend nothing more than allowed first, and stopping last."""
    need = shortfall.need
    found = []
    lower = next(iter(affordable(need, shortfall, catalogue, state, critical_tokens)), None)
    if lower is not None:
        found.append(Option(Choice.STEP_DOWN, lower.tier, lower.model, lower.at_most, lower.max_tokens))
    local = catalogue.first(Tier.LOCAL)
    if local is not None and local.is_free:
        found.append(Option(Choice.LOCAL, Tier.LOCAL, local, ZERO, catalogue.plan(Tier.LOCAL).max_tokens))
    found.append(Option(Choice.ALLOW, need.tier, need.model, shortfall.worst, need.max_tokens))
    by = raise_by(shortfall)
    found.append(Option(Choice.RAISE, at_most=by, limit=shortfall.limit.amount + by))
    found.append(Option(Choice.STOP))
    return found


@dataclass(frozen=True, slots=True)
class Affordable:
    """A paid tier that the money left covers."""

    tier: Tier
    model: Model
    at_most: Usd
    max_tokens: int


def affordable(
    need: Need, shortfall: Shortfall, catalogue: Catalogue, state: BudgetState, critical_tokens: int
) -> Iterable[Affordable]:
    """The paid tiers that `state` still allows and what is left covers, dearest first."""
    found = []
    for tier in state.tiers:
        model = catalogue.first(tier)
        if tier is need.tier or model is None or model.price is None or model.price.is_free:
            continue
        max_tokens = allowed_tokens(catalogue, tier, model, state, critical_tokens)
        other = replace(need, tier=tier, model=model, price=model.price, max_tokens=max_tokens)
        try:
            hold = hold_for(other, [shortfall.limit])
        except BudgetExceeded:
            continue
        if model.price.worst_case(need.input_bound, max_tokens) < shortfall.worst:
            found.append(Affordable(tier, model, hold.amount, hold.max_tokens))
    return sorted(found, key=lambda option: option.at_most, reverse=True)


def allowed_tokens(catalogue: Catalogue, tier: Tier, model: Model, state: BudgetState, critical_tokens: int) -> int:
    """The longest answer that a tier's model may give in that state."""
    most = catalogue.plan(tier).max_tokens
    return min(most, critical_tokens) if state is BudgetState.CRITICAL and not model.is_free else most


def raise_by(shortfall: Shortfall) -> Usd:
    """By how much raising the limit covers the message: a round fifth of the limit, as often as it takes."""
    limit = shortfall.limit
    step = _round_up(max(limit.amount.nano // 5, 1))
    missing = max(shortfall.missing.get(limit.scope, shortfall.worst).nano, 1)
    return Usd(-(-missing // step) * step)


def _round_up(nano: int) -> int:
    """To one digit and zeros: 1.2 dollars are 2, 0.012 are 0.02."""
    unit = int("1" + "0" * (len(str(nano)) - 1))
    return -(-nano // unit) * unit
