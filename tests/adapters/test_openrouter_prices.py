"""OpenRouter's list of prices, over real HTTP on loopback: as documented, malformed, too big, too slow, elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from ralex_tui.adapters.openrouter_prices import fetch_prices, read_list
from ralex_tui.domain.errors import AnswerTimeout, EngineError, EngineUnavailable
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from tests.adapters.provider import Provider, Reply, running_provider

DAY = date(2026, 11, 23)
CANARY = "sk-canary-5f2c9e7b41d84d0a"


def body(*entries: Any) -> bytes:
    return json.dumps({"data": entries}).encode()


def entry(model: str = "google/gemini-3.5-flash-lite", **pricing: Any) -> dict[str, Any]:
    """An entry as the documents have it; `pricing` over 0.30 and 2.50 dollars for a million tokens."""
    plain = {"prompt": "0.0000003", "completion": "0.0000025", "request": "0", "image": "0.001", "web_search": "0.01"}
    return {"id": model, "name": "A model", "context_length": 1_000_000, "pricing": {**plain, **pricing}}


def one(**pricing: Any) -> Price:
    """The price of the only entry."""
    (price,) = read_list(body(entry(**pricing)), DAY).prices.values()
    return price


def usd(text: str) -> Usd:
    return Usd.parse(text)


PLAIN = Rates(usd("0.30"), usd("2.50"))


async def test_list_is_fetched_without_a_key_and_read_to_the_last_digit(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", CANARY)
    rates = {"input_cache_read": "0.00000003", "input_cache_write": "0.000000375", "internal_reasoning": "0.000003"}
    content = body(entry(**rates, request="0.0005"), entry("x-ai/grok-4.5", prompt="0.000002", completion="0.000006"))
    provider.script(Reply(wire=(content[:70], content[70:])))

    found = await fetch_prices(provider.url, DAY)

    assert found.n_left_out == 0
    assert found.prices == {
        "google/gemini-3.5-flash-lite": Price(
            Rates(usd("0.30"), usd("2.50"), usd("0.03"), usd("0.375"), usd("3")),
            "openrouter",
            DAY,
            request_fee=usd("0.0005"),
        ),
        "x-ai/grok-4.5": Price(Rates(usd("2"), usd("6")), "openrouter", DAY),
    }
    (asked,) = provider.requests
    assert asked.path == "/v1/models"
    assert CANARY not in str(asked.headers)


def test_zero_for_a_kind_of_token_means_that_it_has_no_rate_of_its_own() -> None:
    price = one(input_cache_read="0", input_cache_write="0.0", internal_reasoning="-1")

    assert price.rates == PLAIN


@pytest.mark.parametrize(
    "pricing",
    [
        {"prompt": "0", "completion": "0"},
        {"prompt": "0"},
        {"completion": "0.000"},
        {"prompt": "-1", "completion": "-1"},
        {"prompt": None},
        {"prompt": ""},
        {"prompt": "free"},
        {"prompt": 0.0000003},
        {"prompt": "NaN"},
        {"prompt": "1e999999999"},
        {"prompt": "9" * 5_000},
        {"prompt": "123456789"},
        {"prompt": ["0.1"]},
        {"completion": "-0.000001"},
        {"input_cache_read": "cheap"},
        {"request": "-1"},
        {"overrides": "none"},
        {"overrides": ["cheap"]},
        {"overrides": [{"min_prompt_tokens": "200000", "prompt": "0.000001"}]},
        {"overrides": [{"min_prompt_tokens": 200_000, "prompt": "0"}]},
        {"overrides": [{"min_prompt_tokens": 1}] * 51},
    ],
)
def test_price_that_is_zero_or_not_to_be_understood_is_left_out_and_counted(pricing: Mapping[str, Any]) -> None:
    found = read_list(body(entry(**pricing), entry("x-ai/grok-4.5")), DAY)

    assert list(found.prices) == ["x-ai/grok-4.5"]
    assert found.n_left_out == 1


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, {"id": "a/b"}, {"id": "", "pricing": {}}, {"pricing": {}}])
def test_entry_that_is_none_is_left_out_and_counted(broken: Any) -> None:
    assert read_list(body(broken, entry()), DAY).n_left_out == 1


@pytest.mark.parametrize("zero", ["0", "0.0", "0e-9"])
def test_model_is_free_where_its_name_and_both_rates_say_so(zero: str) -> None:
    found = read_list(body(entry("z-ai/glm-5.2:free", prompt=zero, completion=zero), entry("z-ai/glm-5.2")), DAY)

    assert found.prices["z-ai/glm-5.2:free"].is_free
    assert not found.prices["z-ai/glm-5.2"].is_free


@pytest.mark.parametrize("pricing", [{"prompt": "0"}, {"completion": "0"}, {"prompt": "0", "completion": "-1"}])
def test_model_called_free_with_a_rate_is_left_out(pricing: Mapping[str, Any]) -> None:
    assert read_list(body(entry("a/b:free", **pricing), entry()), DAY).n_left_out == 1


def test_model_called_free_that_takes_a_fee_is_not_free() -> None:
    found = read_list(body(entry("a/b:free", prompt="0", completion="0", request="0.01")), DAY)

    assert not found.prices["a/b:free"].is_free


def test_override_above_a_threshold_is_the_long_context_with_the_rest_as_at_the_top() -> None:
    price = one(
        input_cache_read="0.00000003", overrides=[{"min_prompt_tokens": 200_000.0, "prompt": "0.0000006", "audio": "1"}]
    )

    assert price.rates == Rates(usd("0.30"), usd("2.50"), usd("0.03"))
    assert (price.long_context, price.long_context_over) == (Rates(usd("0.60"), usd("2.50"), usd("0.03")), 200_000)


def test_several_thresholds_count_from_the_lowest_at_the_dearest() -> None:
    price = one(
        overrides=[
            {"min_prompt_tokens": 256_000, "prompt": "0.0000012"},
            {"min_prompt_tokens": 128_000, "prompt": "0.0000006", "completion": "0.000005"},
        ]
    )

    assert (price.long_context, price.long_context_over) == (Rates(usd("1.20"), usd("5")), 128_000)


def test_dearer_hours_count_all_day_and_cheaper_ones_never() -> None:
    peak = {"utc_start": 1630, "utc_end": 30, "prompt": "0.0000006"}
    night = {"utc_start": 100, "utc_end": 400, "completion": "0.000001"}

    price = one(overrides=[peak, night])

    assert price.rates == Rates(usd("0.60"), usd("2.50"))
    assert price.long_context is None


def test_long_context_that_is_cheaper_in_some_hours_is_never_counted_below_the_plain_rates() -> None:
    price = one(overrides=[{"min_prompt_tokens": 1_000, "utc_start": 100, "utc_end": 400, "prompt": "0.0000001"}])

    assert price.long_context == PLAIN


def test_model_that_is_listed_twice_has_the_dearer_price() -> None:
    found = read_list(body(entry(prompt="0.000001"), entry()), DAY)

    assert found.prices["google/gemini-3.5-flash-lite"].rates.input == usd("1")


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"data": {}}', b'{"data": []}', b'{"data": [1]}', b"\xff", b"[" * 9_000]
)
async def test_answer_without_a_price_is_an_error_in_one_sentence(provider: Provider, content: bytes) -> None:
    provider.script(Reply(wire=(content,) if content else ()))

    with pytest.raises(EngineUnavailable, match="openrouter") as caught:
        await fetch_prices(provider.url, DAY)

    assert "\n" not in caught.value.message
    assert not caught.value.may_be_billed


async def test_answer_that_is_too_big_is_not_read_to_its_end(provider: Provider) -> None:
    provider.script(Reply(wire=(b"x" * 2_000, b"y" * 2_000), hold_after=1))

    with pytest.raises(EngineUnavailable, match="more than 1,000 bytes"):
        await fetch_prices(provider.url, DAY, max_bytes=1_000)


async def test_redirect_is_not_followed(provider: Provider) -> None:
    async with running_provider(Reply(wire=(body(entry()),))) as elsewhere:
        provider.script(Reply(status=302, headers={"location": f"{elsewhere.url}/models"}))

        with pytest.raises(EngineUnavailable, match="HTTP 302"):
            await fetch_prices(provider.url, DAY)

        assert elsewhere.requests == []


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_other_answers_are_told_by_their_number_alone(provider: Provider, status: int) -> None:
    provider.script(Reply(status=status, error={"message": f"{CANARY}\x1b[31m"}))

    with pytest.raises(EngineUnavailable, match=f"HTTP {status}") as caught:
        await fetch_prices(provider.url, DAY)

    assert CANARY not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "reply", [Reply(hold_headers=True), Reply(wire=(b'{"data": [', b"]}"), hold_after=1)], ids=["headers", "body"]
)
async def test_answer_that_hangs_ends_in_time(provider: Provider, reply: Reply) -> None:
    provider.script(reply)

    with pytest.raises(AnswerTimeout, match=r"within 0\.2 s"):
        await fetch_prices(provider.url, DAY, timeout_s=0.2)


@pytest.mark.parametrize("reply", [Reply(drop_headers=True), Reply(wire=(b'{"data": ', b"[]}"), drop_after=1)])
async def test_connection_that_breaks_is_an_error_in_one_sentence(provider: Provider, reply: Reply) -> None:
    provider.script(reply)

    with pytest.raises(EngineError, match="can't be reached"):
        await fetch_prices(provider.url, DAY)


@pytest.mark.parametrize("base", ["http://127.0.0.1:1/v1", "nonsense", "http://"])
async def test_address_where_nobody_answers_is_an_error_in_one_sentence(base: str) -> None:
    with pytest.raises(EngineUnavailable, match="can't be reached"):
        await fetch_prices(base, DAY)
