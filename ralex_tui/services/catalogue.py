"""Which of the configured models can answer now, and at what price."""

from __future__ import annotations

from collections.abc import Callable

from ralex_tui.config.schema import Settings, TierSettings
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from ralex_tui.domain.providers import Habits, habits_of
from ralex_tui.ports.prices import PriceSource


def build_catalogue(
    settings: Settings,
    *,
    is_reachable: Callable[[ModelRef], bool],
    is_local: Callable[[ModelRef], bool],
    prices: PriceSource,
) -> Catalogue:
    """The tiers with those of their models whose key or server is there.

    Args:
        is_reachable: Whether a model's provider has its key, or needs none. No network call.
        is_local: Whether a model runs on this computer.
    """

    def model(ref: ModelRef) -> Model:
        return Model(ref, prices.price(ref), is_local=is_local(ref), habits=_habits(ref, settings))

    return Catalogue({tier: _plan(tier, plan, is_reachable, model) for tier, plan in settings.tiers.items()})


def kept_fresh(build: Callable[[], Catalogue], version: Callable[[], object]) -> Callable[[], Catalogue]:
    """The catalogue as `build` makes it, made anew only where `version` is another than it was."""
    made: tuple[object, Catalogue] | None = None

    def current() -> Catalogue:
        nonlocal made
        now = version()
        if made is None or made[0] != now:
            made = now, build()
        return made[1]

    return current


def _habits(ref: ModelRef, settings: Settings) -> Habits:
    own = settings.providers.get(ref.provider)
    if own is None:
        return habits_of(ref.provider, ref.path)
    return habits_of(own.kind, ref.path, has_own_address=own.api_base is not None)


def _plan(
    tier: Tier, plan: TierSettings, is_reachable: Callable[[ModelRef], bool], model: Callable[[ModelRef], Model]
) -> TierPlan:
    models = [model(ref) for ref in plan.models if is_reachable(ref)]
    if plan.pick == "cost":
        # A stable sort: where two cost the same, or a price is unknown, the configured order stands.
        models.sort(key=_cost_of_a_usual_answer)
    return TierPlan(tier, tuple(models), plan.models, plan.max_tokens, plan.temperature)


def _cost_of_a_usual_answer(model: Model) -> tuple[bool, Usd]:
    """Models without a price come last: they can't be used until they have one."""
    if model.price is None:
        return (True, Usd(0))
    return (False, model.price.worst_case(1_000, 300))
