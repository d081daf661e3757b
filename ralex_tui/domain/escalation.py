"""Which tier is above which: whom to ask when an answer was not good enough."""

from __future__ import annotations

from collections.abc import Mapping

from ralex_tui.domain.models import Catalogue, Tier

# Nearest first. Yolo promises speed, so what is above it is what promises quality.
_ABOVE: Mapping[Tier, tuple[Tier, ...]] = {
    Tier.LOCAL: (Tier.CHEAP, Tier.SMART),
    Tier.CHEAP: (Tier.SMART,),
    Tier.YOLO: (Tier.SMART,),
    Tier.SMART: (),
}


def is_above(tier: Tier, other: Tier) -> bool:
    """Whether `tier` is a step up from `other`."""
    return tier in _ABOVE[other]


def tier_above(tier: Tier, catalogue: Catalogue) -> Tier | None:
    """The next tier up that has a model; None where there is none."""
    return next((each for each in _ABOVE[tier] if catalogue.first(each) is not None), None)
