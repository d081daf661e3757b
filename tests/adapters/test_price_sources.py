"""Prices from the configuration and from LiteLLM's table."""

import subprocess
import sys
from datetime import date

from ralex_tui.adapters.price_sources import Prices
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates

OWN = Price(Rates(Usd.parse("0.10"), Usd.parse("0.40")), source="own", dated=date(2026, 11, 1))


def prices(configured: dict[str, Price] | None = None) -> Prices:
    return Prices(configured or {}, lambda ref: ref.provider == "local")


def test_a_configured_price_comes_before_any_table() -> None:
    ref = ModelRef("anthropic/claude-sonnet-4-5")

    assert prices({ref.id: OWN}).price(ref) == OWN


def test_a_local_model_is_free_in_so_many_words() -> None:
    price = prices().price(ModelRef("local/tiny"))

    assert price is not None
    assert price.is_free


def test_the_table_of_litellm_serves_a_model_without_a_configured_price() -> None:
    price = prices().price(ModelRef("anthropic/claude-sonnet-4-5"))

    assert price is not None
    assert (price.rates.input, price.rates.output) == (Usd.parse("3"), Usd.parse("15"))
    assert price.source.startswith("litellm 1.106")


def test_the_table_knows_the_dearer_rates_of_a_long_context() -> None:
    price = prices().price(ModelRef("gemini/gemini-2.5-pro"))

    assert price is not None
    assert price.long_context_over == 200_000
    assert price.long_context is not None
    assert price.long_context.input > price.rates.input


def test_a_cloud_model_that_no_source_knows_has_no_price() -> None:
    assert prices().price(ModelRef("openrouter/anthropic/claude-sonnet-9.9")) is None


def test_reading_the_table_imports_no_litellm() -> None:
    code = """
import sys
from ralex_tui.adapters.price_sources import Prices
from ralex_tui.domain.models import ModelRef
assert Prices({}, lambda ref: False).price(ModelRef("anthropic/claude-sonnet-4-5")) is not None
assert "litellm" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
