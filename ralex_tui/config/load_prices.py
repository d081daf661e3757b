"""The `prices:` section and prices.yaml: dollars for a million tokens, each with its source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ralex_tui.config.fields import Section
from ralex_tui.config.merge import merge
from ralex_tui.config.strict_yaml import Document
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.price_changes import OWN
from ralex_tui.domain.pricing import Price, Rates

_RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")


def read_prices(section: Section) -> Mapping[str, Price]:
    """The prices by model id.

    Raises:
        ConfigError: If a price is not whole, or not an amount of dollars.
    """
    return {section.model(model, model).id: _price(section.section(model)) for model in section.keys}


def own_prices(document: Document) -> Mapping[str, Price]:
    """The prices of prices.yaml, which holds what the `prices:` section of config.yaml would.

    They are the user's own, whatever source an entry names, so they win over everything fetched.

    Raises:
        ConfigError: As `read_prices`.
    """
    content, place = merge(document, None)
    prices = read_prices(Section(content, (), place))
    return {model: replace(price, source=OWN) for model, price in prices.items()}


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
        source=section.text("source", limit=60) or OWN,
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
        cache_write_1h=section.money("cache_write_1h", can_be_zero=True),
    )


def _required(section: Section, key: str) -> Usd:
    rate = section.money(key, can_be_zero=True)
    if rate is None:
        raise section.error(key, "it is missing", hint='write dollars for a million tokens, and "0" if it is free')
    return rate
