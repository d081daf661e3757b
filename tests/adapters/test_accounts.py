"""What providers say a key has spent: to the last digit, or a sentence on why not."""

from __future__ import annotations

import httpx
import pytest

from ralex_tui.adapters.accounts import accounts
from ralex_tui.adapters.endpoints import endpoints
from ralex_tui.config.schema import ProviderSettings, Settings
from ralex_tui.domain.errors import EngineError, EngineUnavailable, KeyRefused
from ralex_tui.domain.money import Usd
from ralex_tui.ports.accounts import Account, AccountUsage
from tests.network import Network
from tests.network import network as network

CANARY = "sk-canary-91c07b5512aa43ce"
SETTINGS = Settings(
    providers={
        "team": ProviderSettings("openai", "https://proxy.example/v1", "TEAM_KEY"),
        "box": ProviderSettings("ollama_chat", local=True),
        "bare": ProviderSettings("openai", "http://127.0.0.1:9/v1"),
    }
)
KEYS = {"OPENROUTER_API_KEY": CANARY, "OPENAI_API_KEY": CANARY, "TEAM_KEY": CANARY}


def account(provider: str) -> Account:
    return next(found for found in accounts(endpoints(SETTINGS, KEYS)) if found.provider == provider)


def test_accounts_are_those_that_may_tell_what_was_spent() -> None:
    assert [found.provider for found in accounts(endpoints(SETTINGS, KEYS))] == ["team", "openrouter"]


async def test_openrouter_tells_the_day_and_all_with_the_users_own_keys_included(
    network: Network,
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        text = '{"data": {"usage": 25.123456789, "usage_daily": 0.3, "byok_usage": 1.000000001, "byok_usage_daily": 0}}'
        return httpx.Response(200, text=text)

    network(answer)

    usage = await account("openrouter").usage()

    assert usage == AccountUsage(Usd.parse("26.12345679"), Usd.parse("0.3"))
    assert [str(request.url) for request in asked] == ["https://openrouter.ai/api/v1/key"]
    assert asked[0].headers["authorization"] == f"Bearer {CANARY}"


async def test_a_litellm_proxy_tells_all(network: Network) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, text='{"key": "sk-hash", "info": {"spend": 0.1234567890123}}')

    network(answer)

    assert await account("team").usage() == AccountUsage(Usd.parse("0.123456790"))
    assert asked == ["https://proxy.example/key/info"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), KeyRefused),
        (httpx.Response(404), EngineUnavailable),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), EngineUnavailable),
        (httpx.Response(200, text="not json"), EngineUnavailable),
        (httpx.Response(200, text="[]"), EngineUnavailable),
        (httpx.Response(200, text='{"info": {}}'), EngineUnavailable),
        (httpx.Response(200, text='{"info": {"spend": NaN}}'), EngineUnavailable),
        (httpx.Response(200, text='{"info": {"spend": "much"}}'), EngineUnavailable),
        (httpx.Response(200, text='{"info": ' + "[" * 100_000), EngineUnavailable),
    ],
)
async def test_a_server_that_tells_no_sums_is_a_sentence(
    network: Network, answer: httpx.Response, error: type[EngineError]
) -> None:
    network(lambda _: answer)

    with pytest.raises(error) as caught:
        await account("team").usage()

    assert CANARY not in str(caught.value)
