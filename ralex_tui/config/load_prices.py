"""The `prices:` section: dollars for a million tokens, each with its source and date."""

from __future__ import annotations

from collections.abc import Mapping

from ralex_tui.config.fields import Section
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.pricing import Price, Rates

_RATES = ("input", "output", "cache_read", "cache_write", "reasoning")


def read_prices(section: Section) -> Mapping[str, Price]:
    """The prices by model id.

    Raises:
        ConfigError: If a price is not whole, or not an amount of dollars.
    """
    return {section.model(model, model).id: _price(section.section(model)) for model in section.keys}


def _price(section: Section) -> Price:
    section.refuse_others((*_RATES, "request", "long_context", "date", "source"))
    long_context = section.section("long_context") if section.has("long_context") else None
    over = None
    if long_context is not None:
        long_context.refuse_others(("over", *_RATES))
        over = long_context.integer("over", 1, 100_000_000)
        if over is None:
            raise section.error("long_context", "over is missing: the input tokens above which it holds")
    return Price(
        rates=_rates(section),
        source=section.text("source", limit=60) or "own",
        dated=section.day("date"),
        long_context=_rates(long_context) if long_context is not None else None,
        long_context_over=over,
        request_fee=section.money("request", can_be_zero=True) or ZERO,
    )


def _rates(section: Section) -> Rates:
    return Rates(
        input=_required(section, "input"),
        output=_required(section, "output"),
        cache_read=section.money("cache_read", can_be_zero=True),
        cache_write=section.money("cache_write", can_be_zero=True),
        reasoning=section.money("reasoning", can_be_zero=True),
    )


def _required(section: Section, key: str) -> Usd:
    rate = section.money(key, can_be_zero=True)
    if rate is None:
        raise section.error(key, "it is missing", hint='write dollars for a million tokens, and "0" if it is free')
    return rate
