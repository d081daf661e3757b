"""Usages and prices as they are on disk and as they cross to the app: all figures come back, old forms are read."""

from __future__ import annotations

import json

import pytest

from ralex_tui.adapters.codec import price_doc, price_of, usage_doc, usage_of
from ralex_tui.adapters.wire import pack_event, unpack_event
from ralex_tui.domain.events import UsageReported
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage

FIVE = TokenUsage(50, 40, 30, 20, 10)
SIX = TokenUsage(50, 40, 30, 20, 10, cache_write_1h=5)
PLAIN = Price(Rates(Usd(2), Usd(10)), source="own")
HOURLY = Price(Rates(Usd(2), Usd(10), Usd(1), Usd(3), Usd(12), Usd(4)), source="own", long_context=PLAIN.rates)


@pytest.mark.parametrize("usage", [TokenUsage(0, 0), FIVE, SIX])
def test_usage_comes_back_from_disk(usage: TokenUsage) -> None:
    assert usage_of(json.loads(json.dumps(usage_doc(usage)))) == usage


def test_usage_without_hours_has_the_form_that_older_versions_read() -> None:
    assert usage_doc(FIVE) == [50, 40, 30, 20, 10]


@pytest.mark.parametrize("price", [PLAIN, HOURLY])
def test_price_comes_back_from_disk(price: Price) -> None:
    assert price_of(json.loads(json.dumps(price_doc(price)))) == price


def test_price_without_hours_has_the_form_that_older_versions_read() -> None:
    assert price_doc(PLAIN)["rates"] == [2, 10, None, None, None]


@pytest.mark.parametrize("usage", [FIVE, SIX])
def test_usage_crosses_to_the_app(usage: TokenUsage) -> None:
    event = UsageReported(usage, Usd(7), is_counted=True)

    assert unpack_event(json.loads(json.dumps(pack_event(event)))) == event
