"""Which models can answer now, and at what price: the configured ones, and in Local those that were found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ralex_tui.config.schema import Settings, TierSettings
from ralex_tui.domain.deployments import cost_of_a_usual_answer
from ralex_tui.domain.local import has_found_name
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.providers import Habits, habits_of
from ralex_tui.ports.prices import PriceSource
from ralex_tui.services.local import FoundModels

NOTHING_FOUND = FoundModels()


def build_catalogue(
    settings: Settings,
    *,
    is_reachable: Callable[[ModelRef], bool],
    is_local: Callable[[ModelRef], bool],
    prices: PriceSource,
    found: FoundModels = NOTHING_FOUND,
    embedded: ModelRef | None = None,
) -> Catalogue:
    """The tiers with those of their models whose key or server is there.

    Args:
        is_reachable: Whether a model's provider has its key, or needs none. No network call.
        is_local: Whether a model runs on this computer.
        found: The servers that listen on this computer; their models join Local after the configured ones.
        embedded: The model that goes after all others of Local, as anything else is better.
    """

    def model(ref: ModelRef) -> Model:
        told = found.find(ref)
        context = told.context if told else None
        return Model(ref, prices.price(ref), is_local=is_local(ref), context=context, habits=_habits(ref, settings))

    def is_there(ref: ModelRef) -> bool:
        return found.find(ref) is not None if is_found_provider(ref.provider, settings) else is_reachable(ref)

    plans = {tier: _plan(tier, plan, is_there, model) for tier, plan in settings.tiers.items()}
    local = plans.get(Tier.LOCAL)
    if local is not None:
        named = {told for each in local.models if (told := found.find(each.ref))}
        others = [model(each.ref) for each in found.in_order if each not in named]
        plans[Tier.LOCAL] = _with_others(local, others, embedded)
    return Catalogue(plans)


def is_found_provider(provider: str, settings: Settings) -> bool:
    """Whether a provider's models are there only while its server was found; an entry of `providers:` always is."""
    return provider not in settings.providers and has_found_name(provider)


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
        models.sort(key=cost_of_a_usual_answer)
    return TierPlan(tier, tuple(models), plan.models, plan.max_tokens, plan.temperature, plan.pick)


def _with_others(plan: TierPlan, others: Sequence[Model], embedded: ModelRef | None) -> TierPlan:
    """Local with models that were found; all of it is free, so that the configured order stands first."""
    models = sorted((*plan.models, *others), key=lambda model: model.ref == embedded)
    return replace(plan, models=tuple(models))
