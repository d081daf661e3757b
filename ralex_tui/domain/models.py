"""Tiers, modes, and the models behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ralex_tui.domain.pricing import Price
from ralex_tui.domain.providers import UNKNOWN_HABITS, Habits


class Tier(StrEnum):
    """A kind of money to spend, cheapest promise first."""

    CHEAP = "cheap"
    SMART = "smart"
    YOLO = "yolo"  # speed first; nothing to do with permissions
    LOCAL = "local"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Mode(StrEnum):
    """What the user chose: a tier, or Auto to have one picked for each message."""

    AUTO = "auto"
    CHEAP = "cheap"
    SMART = "smart"
    YOLO = "yolo"
    LOCAL = "local"

    @property
    def tier(self) -> Tier | None:
        return None if self is Mode.AUTO else Tier(self.value)

    @property
    def label(self) -> str:
        return self.value.capitalize()

    def step(self, by: int) -> Mode:
        """The next mode (by=1) or the one before (by=-1), round and round."""
        modes = list(Mode)
        return modes[(modes.index(self) + by) % len(modes)]


@dataclass(frozen=True, slots=True, order=True)
class ModelRef:
    """A model's full id, provider first: "openrouter/google/gemini-3.5-flash-lite"."""

    id: str

    def __post_init__(self) -> None:
        if not self.id.strip("/") or "/" not in self.id:
            raise ValueError(f"a model is written provider/name, not {self.id!r}")

    @property
    def provider(self) -> str:
        return self.id.split("/", 1)[0]

    @property
    def path(self) -> str:
        """The id as its provider knows it: without the provider in front."""
        return self.id.split("/", 1)[1]

    @property
    def name(self) -> str:
        """The last part, for the screen."""
        return self.id.rsplit("/", 1)[1]

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be reached: its key or its server is there.

    Args:
        price: None where unknown; such a model is refused until it has one.
        context: Tokens its context holds; None where unknown.
        habits: Of its provider.
    """

    ref: ModelRef
    price: Price | None
    is_local: bool = False
    context: int | None = None
    habits: Habits = UNKNOWN_HABITS

    @property
    def is_free(self) -> bool:
        """Whether it is known to cost nothing; an unknown price is not free."""
        return self.price is not None and self.price.is_free


@dataclass(frozen=True, slots=True)
class TierPlan:
    """A tier as configured, with those of its models that can be reached, in order.

    Args:
        candidates: All models that the configuration names, whether reachable or not.
        pick: How the first is chosen among them: "order", "cost" or "latency".
    """

    tier: Tier
    models: tuple[Model, ...]
    candidates: tuple[ModelRef, ...]
    max_tokens: int
    temperature: float | None = None
    pick: str = "order"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can answer, tier by tier."""

    tiers: Mapping[Tier, TierPlan] = field(default_factory=dict)

    def plan(self, tier: Tier) -> TierPlan:
        return self.tiers[tier]

    def first(self, tier: Tier) -> Model | None:
        """The model a tier would use now; None when it has none."""
        plan = self.tiers.get(tier)
        return plan.models[0] if plan and plan.models else None

    def find(self, model_id: str) -> tuple[Tier, Model] | None:
        """A reachable model by its full id or, where only one matches, its name."""
        everything = [(tier, model) for tier, plan in self.tiers.items() for model in plan.models]
        for tier, model in everything:
            if model.ref.id == model_id:
                return tier, model
        named = [(tier, model) for tier, model in everything if model.ref.name == model_id]
        return named[0] if named and len({model.ref for _, model in named}) == 1 else None

    @property
    def has_any(self) -> bool:
        return any(plan.models for plan in self.tiers.values())

    @property
    def tariff(self) -> Mapping[Tier, tuple[str, Price]]:
        """The model that each tier would use now, with its price; tiers without a known one are left out."""
        firsts = ((tier, self.first(tier)) for tier in self.tiers)
        return {tier: (model.ref.id, model.price) for tier, model in firsts if model is not None and model.price}
