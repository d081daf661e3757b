"""Asks OpenRouter, or a LiteLLM proxy, what a key has spent.

OpenRouter: GET /key, `data.usage` and `data.usage_daily` with their byok_ twins (its API reference,
read on 2026-11-23; the day is UTC's). LiteLLM's proxy: GET /key/info beside /v1, `info.spend`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import httpx

from ralex_tui.adapters.endpoints import NO_KEY, Endpoint
from ralex_tui.adapters.reach import ask
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.money import Usd
from ralex_tui.domain.text import visible_line
from ralex_tui.ports.accounts import Account, AccountUsage


def accounts(known: Iterable[Endpoint]) -> list[Account]:
    """Those of the endpoints that may tell what was spent: OpenRouter's, and addresses of the user's own."""
    found: list[Account] = []
    for endpoint in known:
        if endpoint.is_local or endpoint.key is NO_KEY:
            continue
        if endpoint.kind == "openrouter":
            found.append(OpenRouterAccount(endpoint))
        elif endpoint.kind == "openai" and endpoint.api_base is not None:
            found.append(ProxyAccount(endpoint))
    return found


class OpenRouterAccount:
    """See `ports.accounts.Account`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.provider = endpoint.provider
        self._endpoint = endpoint

    async def usage(self) -> AccountUsage:
        data = _object(self._endpoint, await ask(self._endpoint, "/key"), "data")
        # What the user's own provider keys paid is in the ledger too.
        total = _amount(self._endpoint, data, "usage") + _amount(self._endpoint, data, "byok_usage", "0")
        if "usage_daily" not in data:
            return AccountUsage(total)
        today = _amount(self._endpoint, data, "usage_daily") + _amount(self._endpoint, data, "byok_usage_daily", "0")
        return AccountUsage(total, today)


class ProxyAccount:
    """See `ports.accounts.Account`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.provider = endpoint.provider
        self._endpoint = endpoint

    async def usage(self) -> AccountUsage:
        assert self._endpoint.api_base is not None
        root = self._endpoint.api_base.rstrip("/").removesuffix("/v1")
        info = _object(self._endpoint, await ask(self._endpoint, "/key/info", base=root), "info")
        return AccountUsage(_amount(self._endpoint, info, "spend"))


def _object(endpoint: Endpoint, answer: httpx.Response, name: str) -> dict[str, Any]:
    try:
        # Amounts as they are written: a float would be off from the first decimal on.
        found = json.loads(answer.text, parse_float=Decimal)[name]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_sums(endpoint) from error
    if not isinstance(found, dict):
        raise _no_sums(endpoint)
    return found


def _amount(endpoint: Endpoint, data: dict[str, Any], name: str, default: str = "nothing") -> Usd:
    value = data.get(name)
    try:
        return Usd.parse(default if value is None else value)
    except ValueError as error:
        raise _no_sums(endpoint) from error


def _no_sums(endpoint: Endpoint) -> EngineUnavailable:
    return EngineUnavailable(
        f"{visible_line(endpoint.provider, 40)} does not tell what its key has spent",
        hint="only OpenRouter and LiteLLM proxies do",
        may_be_billed=False,
    )
