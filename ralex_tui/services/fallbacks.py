"""Who may answer after a failure: before the first word by itself, after it at the user's key. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from ralex_tui.domain.deployments import what_it_did
from ralex_tui.domain.errors import ContextTooLong, KeyRefused
from ralex_tui.domain.models import Catalogue, Model, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.routing import Route

GO_ON = "Go on exactly where your last answer broke off; don't repeat what you wrote."
"""The question by which a partial answer is continued."""

# A usual message, by which two models' prices are compared.
_N_INPUT, _N_OUTPUT = 1_000, 500


def others(failed: Route, error: BaseException, tried: Collection[str], catalogue: Catalogue) -> Iterator[Route]:
    """The routes to turn to, the nearest first; none where the user named the model.

    A tier that the user chose is kept. Auto goes on to the other tiers, the dearest first but none dearer than
    what has failed, and to what costs nothing last.

    Args:
        tried: The ids of the models that this turn has asked.
    """
    if failed.is_named:
        return
    plan = catalogue.tiers.get(failed.tier)
    for model in plan.models if plan else ():
        if model.ref.id not in tried and _may_help(model, failed.model, error):
            yield _instead(failed, failed.tier, model, error)
    if not failed.is_auto:
        return
    firsts = [(tier, catalogue.first(tier)) for tier in Tier if tier is not failed.tier]
    most = _usual(failed.model)
    open_to = [(tier, model) for tier, model in firsts if model is not None and model.price is not None]
    for tier, model in sorted(open_to, key=lambda each: _usual(each[1]), reverse=True):
        if model.ref.id not in tried and _usual(model) <= most and _may_help(model, failed.model, error):
            yield _instead(failed, tier, model, error)


def again(failed: Route, error: BaseException) -> Route:
    """The same route once more, with a note of what happened."""
    return replace(failed, note=_joined(failed.note, f"{failed.model.ref.name} {what_it_did(error)}: asked again"))


def to_continue(
    tier: Tier | None, model_id: str | None, catalogue: Catalogue, resting: Collection[str] = ()
) -> tuple[Tier, Model] | None:
    """Who could go on where an answer broke off: another model of the tier, else of a tier near it, else itself.

    Args:
        tier, model_id: Of the answer that broke off.
        resting: The ids of models that have failed of late; they are named only where no other is there.
    """
    home = tier or Tier.CHEAP
    order = (home, *(each for each in (Tier.CHEAP, Tier.YOLO, Tier.LOCAL, Tier.SMART) if each is not home))
    plans = [catalogue.tiers[each] for each in order if each in catalogue.tiers]
    known = [(plan.tier, model) for plan in plans for model in plan.models if model.price is not None]
    elsewhere = [(each, model) for each, model in known if model.ref.id != model_id]
    awake = [(each, model) for each, model in elsewhere if model.ref.id not in resting]
    return next(iter([*awake, *elsewhere, *known]), None)


def _instead(failed: Route, tier: Tier, model: Model, error: BaseException) -> Route:
    what = f"{failed.model.ref.name} {what_it_did(error)}: {model.ref.name} answers"
    wanted = failed.wanted or (failed.tier if tier is not failed.tier else None)
    return replace(failed, tier=tier, model=model, wanted=wanted, note=_joined(failed.note, what))


def _may_help(model: Model, failed: Model, error: BaseException) -> bool:
    if isinstance(error, KeyRefused):
        return model.ref.provider != failed.ref.provider
    if isinstance(error, ContextTooLong):
        return model.context is None or failed.context is None or model.context > failed.context
    return True


def _usual(model: Model) -> Usd:
    return model.price.worst_case(_N_INPUT, _N_OUTPUT) if model.price is not None else Usd(0)


def _joined(*parts: str) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))
