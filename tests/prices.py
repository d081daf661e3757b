"""Prices for tests: real files, and a list that the test writes. Nothing here reaches a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from ralex_tui.adapters.own_prices import OwnPriceFile
from ralex_tui.adapters.price_cache import PriceCache
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.prices import PriceList
from ralex_tui.services.prices import PriceService


def price(into: str, out: str, source: str = "test", dated: date | None = None, **rates: str) -> Price:
    """Dollars for a million tokens in and out, and by kind for the others."""
    others = {kind: Usd.parse(amount) for kind, amount in rates.items()}
    return Price(Rates(Usd.parse(into), Usd.parse(out), **others), source, dated)


class Pinned:
    """A table of prices, by full id."""

    def __init__(self, prices: Mapping[str, Price | None]) -> None:
        self.prices = dict(prices)

    def price(self, ref: ModelRef) -> Price | None:
        return self.prices.get(ref.id)


class ScriptedList:
    """A provider's list as the test has set it; offline while there is none."""

    def __init__(self) -> None:
        self.prices: dict[str, Price] | None = None
        self.n_asked = 0

    async def __call__(self, dated: date) -> PriceList:
        self.n_asked += 1
        if self.prices is None:
            raise EngineUnavailable("openrouter can't be reached for its prices", may_be_billed=False)
        return PriceList({model: replace(price, dated=dated) for model, price in self.prices.items()}, n_left_out=1)


def local_prices(
    folder: Path,
    clock: Clock,
    pinned: Mapping[str, Price | None],
    listed: ScriptedList | None = None,
    *,
    is_wanted: bool = False,
) -> PriceService:
    """The service over files in `folder`. Nothing is fetched in the background unless `is_wanted`."""
    return PriceService(
        Pinned(pinned),
        PriceCache(folder / "prices" / "openrouter.json"),
        OwnPriceFile(folder / "prices.yaml", folder / "prices" / "own.lock"),
        listed or ScriptedList(),
        clock,
        models=[ModelRef(model) for model in pinned],
        is_wanted=lambda: is_wanted,
    )
