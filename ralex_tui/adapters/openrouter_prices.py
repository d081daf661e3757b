"""OpenRouter's list of models with their prices: GET {base}/models, for which it wants no key and gets none.

The form is that of OpenRouter's own documents and TypeScript SDK of August 2026 (guides/overview/models,
schemas PublicPricing and PricingOverride):

    {"data": [{"id": "google/gemini-3.1-pro-preview", "pricing": {
        "prompt": "0.000002", "completion": "0.000012",       US dollars for a token, as strings
        "request": "0", "input_cache_read": "0.0000002", "input_cache_write": "...", "internal_reasoning": "...",
        "overrides": [{"min_prompt_tokens": 200000, "prompt": "0.000004", "completion": "0.000018"}]}}]}

- "-1" means that the price varies (openrouter/auto), so it is unknown. So is zero, but for the models
  whose id ends in ":free". A zero for caching or reasoning means no rate of its own.
- An override holds above `min_prompt_tokens` tokens, within a daily window (`utc_start`, `utc_end`), or
  both; what it leaves out is as at the top. We keep one long-context tier, so several are taken as the
  dearest of them, above the lowest threshold; and a window is taken as always open, as nobody knows
  when a request will be billed.
- `discount` is left aside, so are images, audio and web search, of which we send none, and
  `input_cache_write_1h`, which we never ask for.
- The prices are those of the provider that OpenRouter puts first; another one may be dearer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import httpx
import orjson

from ralex_tui.domain.errors import AnswerTimeout, EngineUnavailable
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.price_changes import dearest, dearest_rates
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.ports.prices import PriceList

SOURCE = "openrouter"
MAX_BYTES = 20_000_000

_PER_MILLION = 1_000_000
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,30})?([eE]-?[0-9]{1,2})?")
_MAX_ID = 200
_MAX_OVERRIDES = 50

# Ours, by OpenRouter's names.
_RATES = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "input_cache_read",
    "cache_write": "input_cache_write",
    "reasoning": "internal_reasoning",
}

_Pricing: TypeAlias = Mapping[str, Any]


async def fetch_prices(base: str, dated: date, *, timeout_s: float = 30.0, max_bytes: int = MAX_BYTES) -> PriceList:
    """Fetch the list; no redirect is followed.

    Args:
        base: The address of the API, such as http://127.0.0.1:8080/api/v1.
        dated: The date that each price gets.
        timeout_s: For all of it.

    Raises:
        EngineUnavailable: If there is no answer, or none with prices in it.
        AnswerTimeout: If it is not complete in time.
    """
    try:
        async with asyncio.timeout(timeout_s):
            body = await _get(f"{base.rstrip('/')}/models", timeout_s, max_bytes)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise AnswerTimeout(
            f"openrouter's prices did not come within {timeout_s:g} s", hint="check the network", may_be_billed=False
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unavailable(
            f"openrouter can't be reached for its prices ({type(error).__name__})", "check the network and the address"
        ) from error
    # In a thread: a list of 500 models takes some 20 ms to read.
    return await asyncio.to_thread(read_list, body, dated)


def read_list(body: bytes, dated: date) -> PriceList:
    """The prices of a list as it came; what is not to be understood is left out and counted.

    Raises:
        EngineUnavailable: If there is no price in it at all.
    """
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise _unavailable("openrouter answered with something that is no list of models", "check the address")
    prices: dict[str, Price] = {}
    n_left_out = 0
    for entry in entries:
        try:
            model, price = _entry(entry, dated)
        except ValueError:
            n_left_out += 1
            continue
        prices[model] = dearest(prices[model], price) if model in prices else price
    if not prices:
        raise _unavailable("openrouter's list has no price that can be used", "check the address, or try again later")
    return PriceList(prices, n_left_out)


async def _get(url: str, timeout_s: float, max_bytes: int) -> bytes:
    # In a thread: a client reads all certificates of authorities when it is made.
    client = await asyncio.to_thread(httpx.AsyncClient, timeout=timeout_s, follow_redirects=False)
    async with client, client.stream("GET", url, headers={"accept": "application/json"}) as answer:
        if answer.status_code != 200:
            raise _unavailable(f"openrouter answered with HTTP {answer.status_code}", "check the address")
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > max_bytes:
                raise _unavailable(f"openrouter sent more than {max_bytes:,} bytes of prices", "check the address")
        return bytes(body)


def _entry(entry: object, dated: date) -> tuple[str, Price]:
    """A model's id and price. Raises ValueError where there is none to be had."""
    if not isinstance(entry, dict):
        raise ValueError("no entry")
    model, pricing = entry.get("id"), entry.get("pricing")
    if not isinstance(model, str) or not 0 < len(model) <= _MAX_ID or not isinstance(pricing, dict):
        raise ValueError("no model")
    overrides = pricing.get("overrides") or []
    if not isinstance(overrides, list) or len(overrides) > _MAX_OVERRIDES:
        raise ValueError("no overrides")
    is_free = model.endswith(":free")
    plain = _rates(pricing, is_free=is_free)
    tiers: list[tuple[int, Rates]] = []
    for override in overrides:
        if not isinstance(override, dict):
            raise ValueError("no override")
        tiers.append((_threshold(override), _rates({**pricing, **override}, is_free=is_free)))
    plain = dearest_rates([plain, *(rates for over, rates in tiers if over <= 0)])
    longer = [(over, rates) for over, rates in tiers if over > 0]
    return model, Price(
        plain,
        SOURCE,
        dated,
        # With the plain ones: a tier that is also bound to a time of day does not always hold.
        long_context=dearest_rates([plain, *(rates for _, rates in longer)]) if longer else None,
        long_context_over=min((over for over, _ in longer), default=None),
        request_fee=_fee(pricing.get("request")),
    )


def _threshold(override: _Pricing) -> int:
    """The tokens of input above which an override holds; 0 where it has no such condition."""
    over = override.get("min_prompt_tokens", 0)
    if not isinstance(over, int | float) or isinstance(over, bool) or not over < 10**12:
        raise ValueError("no threshold")
    return int(over)


def _rates(pricing: _Pricing, *, is_free: bool) -> Rates:
    found = {name: _rate(pricing.get(key)) for name, key in _RATES.items()}
    rate_in, rate_out = found.pop("input"), found.pop("output")
    if rate_in is None or rate_out is None:
        raise ValueError("no rate")
    if not (rate_in and rate_out) and not (is_free and rate_in == rate_out == ZERO):
        raise ValueError("a zero that is unknown")
    return Rates(rate_in, rate_out, **{name: rate or None for name, rate in found.items()})


def _rate(value: object) -> Usd | None:
    """Dollars for a million tokens; None where it is missing or varies."""
    return None if value is None or value == "-1" else _dollars(value, _PER_MILLION)


def _fee(value: object) -> Usd:
    return ZERO if value is None else _dollars(value, 1)


def _dollars(value: object, times: int) -> Usd:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError("no amount")
    return Usd.parse(Decimal(value) * times)


def _unavailable(message: str, hint: str) -> EngineUnavailable:
    return EngineUnavailable(message, hint=hint, may_be_billed=False)
