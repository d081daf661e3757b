"""Every model of every tier with how it has fared: what the health screen, `ralex models` and the doctor list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ralex_tui.domain.deployments import UNTRIED, Condition, Health
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier
from ralex_tui.ports.prices import PriceSource


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """One model of one tier.

    Args:
        model: As it can be reached; where it can't, what is known of it all the same.
        is_reachable: Whether its key or its server is there.
        condition: None where it can't be reached.
    """

    tier: Tier
    model: Model
    is_reachable: bool
    health: Health
    condition: Condition | None

    @property
    def word(self) -> str:
        """How it stands, in a word or two."""
        if self.condition is not None:
            return self.condition.value
        return "not there" if self.model.is_local else "no key"

    @property
    def is_trouble(self) -> bool:
        return self.condition in (Condition.FAILING, Condition.RESTING)

    @property
    def error_percent(self) -> int | None:
        """Of the last day's requests, rounded up so that one failure shows; None where there were none."""
        return _percent(self.health.n_failures, self.health.n_requests)

    @property
    def timeout_percent(self) -> int | None:
        return _percent(self.health.n_timeouts, self.health.n_requests)


def deployment_rows(
    catalogue: Catalogue,
    health: Mapping[str, Health],
    prices: PriceSource,
    is_local: Callable[[ModelRef], bool],
    now: datetime,
) -> list[DeploymentRow]:
    """The tiers in their order; in each those that can be reached in the order they would be asked, then the others.

    Args:
        health: By the models' full ids.
        prices: For those that can't be reached.
        is_local: Whether a model runs on this computer; for those too.
    """
    rows = []
    for tier, plan in catalogue.tiers.items():
        rows += [_row(tier, model, health, now) for model in plan.models]
        there = {model.ref for model in plan.models}
        away = [_away(ref, prices, is_local) for ref in plan.candidates if ref not in there]
        rows += [DeploymentRow(tier, model, False, health.get(model.ref.id, UNTRIED), None) for model in away]
    return rows


def _row(tier: Tier, model: Model, health: Mapping[str, Health], now: datetime) -> DeploymentRow:
    known = health.get(model.ref.id, UNTRIED)
    return DeploymentRow(tier, model, True, known, known.condition(now))


def _away(ref: ModelRef, prices: PriceSource, is_local: Callable[[ModelRef], bool]) -> Model:
    return Model(ref, prices.price(ref), is_local=is_local(ref))


def _percent(part: int, whole: int) -> int | None:
    return -(-part * 100 // whole) if whole else None
