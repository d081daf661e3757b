"""Refusals and breakdowns in the forms of Anthropic, Gemini and Ollama: what is said, and what may be billed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, TextDelta
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider, Reply, running_provider

pytestmark = [
    pytest.mark.usefixtures("litellm_loaded"),
    # LiteLLM's doings, each of them; pytest undoes the filter that `load_litellm` sets.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
]

KINDS = ["anthropic", "gemini", "ollama_chat"]
ALL_KINDS = [*KINDS, "openai", "openrouter"]
FIRST_PIECES = {
    "anthropic": (
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant",'
        b'"model":"m","content":[],"usage":{"input_tokens":5,"output_tokens":1}}}\n\n',
        b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
        b'"content_block":{"type":"text","text":""}}\n\n',
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"Hel"}}\n\n',
    ),
    "gemini": (b'data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}]}\n\n',),
    "ollama_chat": (
        b'{"model":"m","created_at":"2026-11-23T08:52:19Z","message":{"role":"assistant","content":"Hel"},'
        b'"done":false}\n',
    ),
}


def request(kind: str) -> EngineRequest:
    return EngineRequest("r1", ModelRef(f"{kind}-server/m"), ((Role.USER, "hi"),), 50)


def endpoints(url: str) -> list[Endpoint]:
    return [Endpoint(f"{kind}-server", kind, Secret("key-of-the-test-0123456789"), url) for kind in ALL_KINDS]


@pytest.fixture
async def engine(provider: Provider) -> AsyncIterator[LitellmEngine]:
    engine = LitellmEngine(endpoints(provider.root), first_token_s=20, inactivity_s=20)
    yield engine
    await engine.close()


async def failure(engine: LitellmEngine, kind: str) -> tuple[list[EngineEvent], EngineError]:
    events: list[EngineEvent] = []
    try:
        async for event in engine.stream(request(kind)):
            events.append(event)
    except EngineError as error:
        return events, error
    pytest.fail(f"it answered: {events}")


def anthropic(kind: str, message: str) -> object:
    return {"type": "error", "error": {"type": kind, "message": message}}


def gemini(code: int, status: str, message: str) -> object:
    return {"error": {"code": code, "message": message, "status": status}}


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected", "words"),
    [
        ("anthropic", 401, anthropic("authentication_error", "bad key"), errors.KeyRefused, "refused the key: bad key"),
        ("anthropic", 429, anthropic("rate_limit_error", "slow"), errors.RateLimited, "too many requests: slow"),
        ("anthropic", 404, anthropic("not_found_error", "model: m"), errors.ModelMissing, "no model m"),
        ("anthropic", 400, anthropic("x", "prompt is too long: 9"), errors.ContextTooLong, "too long for"),
        ("anthropic", 400, anthropic("x", "Your credit balance is too low"), errors.KeyRefused, "no credit"),
        ("gemini", 400, gemini(400, "INVALID_ARGUMENT", "API key not valid."), errors.KeyRefused, "refused the key"),
        ("gemini", 429, gemini(429, "RESOURCE_EXHAUSTED", "used up"), errors.RateLimited, "requests: used up"),
        ("gemini", 404, gemini(404, "NOT_FOUND", "models/m is not found"), errors.ModelMissing, "no model m"),
        ("gemini", 400, gemini(400, "X", "The input token count (9) exceeds"), errors.ContextTooLong, "too long for"),
        ("ollama_chat", 404, {"error": "model 'm' not found"}, errors.ModelMissing, "no model m: model 'm'"),
    ],
)
async def test_refused_request_is_not_billed(
    engine: LitellmEngine,
    provider: Provider,
    kind: str,
    status: int,
    body: object,
    expected: type[EngineError],
    words: str,
) -> None:
    provider.script(Reply(status=status, wire=(json.dumps(body).encode(),)))

    events, error = await failure(engine, kind)

    assert type(error) is expected
    assert words in error.message
    assert not {"litellm", "b'", "{"} & set(error.message.lower().replace(":", " ").split())
    assert not error.may_be_billed
    assert events == []
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("anthropic", 529, anthropic("overloaded_error", "overloaded")),
        ("gemini", 503, gemini(503, "UNAVAILABLE", "overloaded")),
        ("ollama_chat", 500, {"error": "overloaded"}),
    ],
)
async def test_breakdown_may_be_billed(
    engine: LitellmEngine, provider: Provider, kind: str, status: int, body: object
) -> None:
    provider.script(Reply(status=status, wire=(json.dumps(body).encode(),)))

    _, error = await failure(engine, kind)

    assert isinstance(error, errors.EngineUnavailable)
    assert error.message.endswith(": overloaded")
    assert error.may_be_billed


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ("anthropic", b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n'),
        ("gemini", b'data: {"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}\n\n'),
        ("ollama_chat", b'{"error":"x"}\n'),
    ],
)
async def test_error_in_place_of_the_first_chunk_may_be_billed(
    engine: LitellmEngine, provider: Provider, kind: str, piece: bytes
) -> None:
    provider.script(Reply(wire=(piece,)))

    _, error = await failure(engine, kind)

    assert error.may_be_billed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
async def test_unconnected_request_is_not_billed(engine: LitellmEngine, kind: str, url: str) -> None:
    engine.set_endpoints(endpoints(url))

    _, error = await failure(engine, kind)

    assert "can't be reached" in error.message
    assert not error.may_be_billed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reply", [Reply(drop_headers=True), Reply(wire=(), drop_after=0)])
async def test_connection_lost_before_the_first_chunk_may_be_billed(
    engine: LitellmEngine, provider: Provider, kind: str, reply: Reply
) -> None:
    provider.script(reply)

    _, error = await failure(engine, kind)

    assert isinstance(error, errors.EngineUnavailable)
    assert "no answer came" in error.message
    assert error.may_be_billed


@pytest.mark.parametrize("kind", KINDS)
async def test_closing_the_stream_closes_the_connection(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    provider.script(Reply(wire=FIRST_PIECES[kind], hold_after=len(FIRST_PIECES[kind])))

    async with aclosing(engine.stream(request(kind))) as events:
        assert await anext(events) == TextDelta("Hel")

    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_begun", [False, True])
async def test_cancelling_closes_the_connection(
    engine: LitellmEngine, provider: Provider, kind: str, is_begun: bool
) -> None:
    begun = Reply(wire=FIRST_PIECES[kind], hold_after=len(FIRST_PIECES[kind]))
    provider.script(begun if is_begun else Reply(hold_headers=True))
    task = asyncio.create_task(failure(engine, kind))
    await provider.arrived.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_told_and_not_followed(
    engine: LitellmEngine, provider: Provider, kind: str, status: int
) -> None:
    async with running_provider() as elsewhere:
        there = elsewhere.url.replace("127.0.0.1", "localhost")
        provider.script(Reply(status=status, headers={"location": there}))

        _, error = await failure(engine, kind)

        assert elsewhere.requests == []
    assert len(provider.requests) == 1
    assert isinstance(error, errors.EngineUnavailable)
    assert error.message.endswith("wants to send the request on to another host, localhost; nothing was sent there")
    assert "api_base" in error.hint
    assert not error.may_be_billed


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("is_reset", [False, True])
async def test_request_whose_connection_was_lost_is_sent_once(
    engine: LitellmEngine, provider: Provider, kind: str, is_reset: bool
) -> None:
    provider.script(Reply(drop_headers=True, is_reset=is_reset))

    _, error = await failure(engine, kind)

    assert error.may_be_billed
    assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", ALL_KINDS)
async def test_wait_that_is_asked_for_is_told(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    provider.script(Reply(status=429, error={"message": "slow down"}, headers={"retry-after": "17"}))

    _, error = await failure(engine, kind)

    assert isinstance(error, errors.RateLimited)
    assert error.retry_after_s == 17


async def test_warm_up_of_each_kind_asks_nobody(engine: LitellmEngine, provider: Provider) -> None:
    await engine.warm_up()

    assert provider.requests == []
