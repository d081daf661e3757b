"""A prompt that is to be kept is marked on the wire, in the form of each API; another is sent as it always was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider
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
