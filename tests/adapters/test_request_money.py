"""What a request says of money: marks on a prompt that is to be kept, and the rates that it may be billed at."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import ModelMissing
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider, Reply
from tests.adapters.recording import recordings

pytestmark = [
    pytest.mark.usefixtures("litellm_loaded"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
]

MARK = {"type": "ephemeral"}
TALK = ((Role.USER, "one"), (Role.ASSISTANT, "two"), (Role.USER, "three"))
# LiteLLM hands the mark on for the vendors that know it.
MODELS = {"anthropic": "claude-sonnet-5-5", "openrouter": "anthropic/claude-sonnet-5.5"}
RECORDED = {each.kind: each for each in recordings() if each.is_whole and each.subject.startswith("plain")}


@pytest.mark.parametrize("kind", ["anthropic", "openrouter"])
@pytest.mark.parametrize("is_cached", [True, False])
async def test_the_last_message_bears_the_mark(provider: Provider, kind: str, is_cached: bool) -> None:
    recording = RECORDED[kind]
    provider.script(recording.reply)
    engine = LitellmEngine(
        [Endpoint("server", kind, Secret("key-of-the-test-0123456789"), provider.root + recording.base)]
    )
    request = EngineRequest("r1", ModelRef(f"server/{MODELS[kind]}"), TALK, 100)

    async for _ in engine.stream(replace(request, is_cached=is_cached)):
        pass
    await engine.close()

    *before, last = provider.requests[0].body["messages"]
    assert "cache_control" not in json.dumps(before)
    assert ("cache_control" in json.dumps(last)) is is_cached
    if is_cached:
        assert last["content"] == [{"type": "text", "text": "three", "cache_control": MARK}]


@pytest.mark.parametrize(
    ("kind", "bound"), [("openrouter", {"prompt": 0.3, "completion": 2.5}), ("anthropic", None), ("openai", None)]
)
async def test_a_broker_is_told_the_dearest_rates_that_the_hold_pays_for(
    provider: Provider, kind: str, bound: object
) -> None:
    recording = RECORDED[kind]
    provider.script(recording.reply)
    endpoint = Endpoint("server", kind, Secret("key-of-the-test-0123456789"), provider.root + recording.base)
    engine = LitellmEngine([endpoint])
    rates = (Usd.parse("0.30"), Usd.parse("2.50"))

    async for _ in engine.stream(
        EngineRequest("r1", ModelRef(f"server/{recording.model}"), TALK, 100, max_rates=rates)
    ):
        pass
    await engine.close()

    assert provider.requests[0].body.get("provider", {}).get("max_price") == bound


async def test_a_broker_without_a_provider_at_that_price_is_told_as_such(provider: Provider) -> None:
    provider.script(Reply(status=404, error={"message": "No endpoints found matching your max price.", "code": 404}))
    endpoint = Endpoint("openrouter", "openrouter", Secret("key-of-the-test-0123456789"), provider.url)
    engine = LitellmEngine([endpoint])

    with pytest.raises(ModelMissing, match="at the price known here") as caught:
        async for _ in engine.stream(EngineRequest("r1", ModelRef("openrouter/a/b"), TALK, 100)):
            pass
    await engine.close()

    assert "ralex prices --refresh" in caught.value.hint
    assert not caught.value.may_be_billed


def test_a_cached_answer_was_cheaper_by_what_it_read() -> None:
    """By the rates of the recordings: what was read from the cache, written to it, and neither."""
    saved = {
        each.name: each.price.saved_by_cache(each.usage)
        for each in recordings()
        if each.usage is not None and each.usage.cache_read and not each.usage.cache_write
    }

    assert saved
    assert all(amount.nano > 0 for amount in saved.values())
    plain = TokenUsage(1_000, 10)
    assert all(each.price.saved_by_cache(plain).nano == 0 for each in recordings())
