"""Prices: the user's and the pinned ones first, then LiteLLM's bundled table, read without importing LiteLLM."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import orjson

from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price

_MAP_FILE = "model_prices_and_context_window_backup.json"
_PER_MILLION = 1_000_000

# Where LiteLLM's ids leave out the provider that ours carry.
_UNPREFIXED = frozenset(("anthropic", "openai"))


class Prices:
    """The price of a model, from the first source that knows it.

    Args:
        configured: From config.yaml, by model id: the user's own and the pinned ones.
        is_local: Models for which it is true cost nothing.
    """

    def __init__(self, configured: Mapping[str, Price], is_local: Callable[[ModelRef], bool]) -> None:
        self._configured = configured
        self._is_local = is_local

    def price(self, ref: ModelRef) -> Price | None:
        """The price, or None where no source has one above zero."""
        if ref.id in self._configured:
            return self._configured[ref.id]
        if self._is_local(ref):
            return free_price("local")
        return _from_litellm(ref)


def _from_litellm(ref: ModelRef) -> Price | None:
    table = _litellm_table()
    entry = table.get(ref.id) or (table.get(ref.path) if ref.provider in _UNPREFIXED else None)
    if not isinstance(entry, dict):
        return None
    rate_in, rate_out = _rate(entry, "input_cost_per_token"), _rate(entry, "output_cost_per_token")
    # LiteLLM writes 0.0 for what it has no price for (facts: 1.106.2 does so for whole families), so
    # a zero on a cloud model is unknown, not free.
    if not rate_in or not rate_out:
        return None
    rates = Rates(
        rate_in,
        rate_out,
        cache_read=_rate(entry, "cache_read_input_token_cost"),
        cache_write=_rate(entry, "cache_creation_input_token_cost"),
        reasoning=_rate(entry, "output_cost_per_reasoning_token"),
    )
    long_context, over = _long_context(entry, rates)
    return Price(rates, source=f"litellm {_litellm_version()}", long_context=long_context, long_context_over=over)


def _long_context(entry: Mapping[str, object], rates: Rates) -> tuple[Rates | None, int | None]:
    """Rates of the first tier that the table writes as `input_cost_per_token_above_200k_tokens` and the like."""
    thresholds = sorted(
        int(key.removeprefix("input_cost_per_token_above_").removesuffix("k_tokens"))
        for key in entry
        if key.startswith("input_cost_per_token_above_") and key.endswith("k_tokens")
    )
    if not thresholds:
        return None, None
    suffix = f"_above_{thresholds[0]}k_tokens"
    return (
        Rates(
            _rate(entry, f"input_cost_per_token{suffix}") or rates.input,
            _rate(entry, f"output_cost_per_token{suffix}") or rates.output,
            cache_read=_rate(entry, f"cache_read_input_token_cost{suffix}") or rates.cache_read,
            cache_write=_rate(entry, f"cache_creation_input_token_cost{suffix}") or rates.cache_write,
        ),
        thresholds[0] * 1_000,
    )


def _rate(entry: Mapping[str, object], key: str) -> Usd | None:
    """Dollars for a million tokens; the table has dollars for one, as JSON numbers."""
    value = entry.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        return None
    # repr() of a float is its shortest decimal: the number as the table's author wrote it.
    return Usd.parse(Decimal(repr(value)) * _PER_MILLION)


@cache
def _litellm_table() -> Mapping[str, object]:
    """The whole table: 3 MB, about 15 ms; only read when a model without a configured price is looked up."""
    folder = _litellm_folder()
    if folder is None:
        return {}
    try:
        table = orjson.loads((folder / _MAP_FILE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return table if isinstance(table, dict) else {}


def _litellm_folder() -> Path | None:
    spec = importlib.util.find_spec("litellm")  # finds it without importing it: 70 microseconds
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else None


@cache
def _litellm_version() -> str:
    from importlib.metadata import version

    return version("litellm")
