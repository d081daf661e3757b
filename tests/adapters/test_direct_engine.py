"""DirectEngine against a provider on loopback: what it sends, to where, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from ralex_tui.adapters.direct_engine import DirectEngine
from ralex_tui.adapters.direct_requests import address_of, can_reach
from ralex_tui.adapters.endpoints import NO_KEY, Endpoint
from ralex_tui.adapters.secret import Secret
from ralex_tui.adapters.sse import SseReader
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider, Reply, event, usage_event

KEY = Secret("key-of-the-test-0123456789")
JSON = {"content-type": "application/json"}
COUNT = usage_event(prompt_tokens=7, completion_tokens=3)
USAGE = UsageReported(TokenUsage(7, 3))


def request(path: str = "some/model") -> EngineRequest:
    return EngineRequest("r1", ModelRef(f"server/{path}"), ((Role.USER, "what?"),), 50)


@pytest.fixture
async def engine(provider: Provider) -> AsyncIterator[DirectEngine]:
    engine = DirectEngine([Endpoint("server", "openai", KEY, provider.url)], first_token_s=20, inactivity_s=20)
    yield engine
    await engine.close()


async def answer(engine: DirectEngine, asked: EngineRequest) -> list[EngineEvent]:
    return [event async for event in engine.stream(asked)]


async def failure(engine: DirectEngine, asked: EngineRequest) -> tuple[list[EngineEvent], EngineError]:
    events: list[EngineEvent] = []
    try:
        async for each in engine.stream(asked):
            events.append(each)
    except EngineError as error:
        return events, error
    pytest.fail(f"it answered: {events}")


async def test_answer_is_streamed(engine: DirectEngine, provider: Provider) -> None:
    usage = {
        "prompt_tokens": 70,
        "completion_tokens": 30,
        "cost": 0.00123,
        "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 10},
    }
    provider.script(Reply(chunks=("Hel", "lo ", "wörld"), thinking=("hm",), usage=usage))

    assert await answer(engine, request()) == [
        ThinkingDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo "),
        TextDelta("wörld"),
        UsageReported(TokenUsage(70, 30, 20, 5, 10), Usd(1_230_000), is_counted=True),
        Finished("stop"),
    ]


async def test_nothing_is_invented_where_the_provider_counts_nothing(engine: DirectEngine, provider: Provider) -> None:
    provider.script(Reply(usage=None))

    assert await answer(engine, request()) == [TextDelta("Hel"), TextDelta("lo"), Finished("stop")]


async def test_end_without_a_reason_is_told_as_one(engine: DirectEngine, provider: Provider) -> None:
    provider.script(Reply(finish=None))

    assert (await answer(engine, request()))[-1] == Finished(None)


@pytest.mark.parametrize(
    "wire",
    [
        (event("Hel") + event("lo", "stop"), COUNT, b"data: [DONE]"),
        (*(bytes([byte]) for byte in event("Hel") + event("lo", "stop")), COUNT),
        (b"\xef\xbb\xbf: hi\r\n\r\n", event("Hel"), b": hi\n\n", event("lo", "stop"), COUNT),
    ],
    ids=["no blank line at the end", "byte by byte", "comments and a mark of order"],
)
async def test_stream_in_odd_pieces(engine: DirectEngine, provider: Provider, wire: tuple[bytes, ...]) -> None:
    provider.script(Reply(wire=wire))

    assert await answer(engine, request()) == [TextDelta("Hel"), TextDelta("lo"), USAGE, Finished("stop")]


async def test_only_the_first_of_several_answers_is_read(engine: DirectEngine, provider: Provider) -> None:
    choices = [{"index": at, "delta": {"content": text}} for at, text in enumerate(("mine", "other"))]
    provider.script(Reply(wire=(f"data: {json.dumps({'choices': choices})}\n\n".encode(), event("", "stop"))))

    assert await answer(engine, request()) == [TextDelta("mine"), Finished("stop")]


async def test_answer_that_is_not_streamed_is_read_as_a_whole(engine: DirectEngine, provider: Provider) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    body = {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
    provider.script(Reply(wire=(json.dumps(body).encode(),), headers=JSON))

    assert await answer(engine, request()) == [TextDelta("Hello"), USAGE, Finished("stop")]


async def test_error_in_place_of_an_answer(engine: DirectEngine, provider: Provider) -> None:
    body = {"error": {"code": 429, "message": "slow down"}}
    provider.script(Reply(wire=(json.dumps(body).encode(),), headers=JSON))

    _, error = await failure(engine, request())

    assert isinstance(error, errors.RateLimited)
    assert error.may_be_billed


@pytest.mark.parametrize(
    "piece", [b"data: [1]\n\n", b'data: "x"\n\n', b"data: {\n\n", b"data: " + b"[" * 200_000 + b"\n\n"]
)
async def test_event_that_is_no_part_of_an_answer_ends_it(
    engine: DirectEngine, provider: Provider, piece: bytes
) -> None:
    provider.script(Reply(wire=(event("Hel"), piece, event("lo", "stop"))))

    events, error = await failure(engine, request())

    assert events == [TextDelta("Hel")]
    assert error.message == "the answer broke off: server sent something that can't be read"
    assert error.may_be_billed


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": 7}}]},
        {"choices": [{"delta": {"content": [None, 7, {"text": 7}]}, "finish_reason": 7}]},
        {"usage": "much"},
        {},
    ],
)
async def test_odd_chunks_are_passed_over(engine: DirectEngine, provider: Provider, chunk: object) -> None:
    provider.script(Reply(wire=(event("Hel"), f"data: {json.dumps(chunk)}\n\n".encode(), event("lo", "stop"))))

    events = await answer(engine, request())

    assert [each for each in events if isinstance(each, TextDelta)] == [TextDelta("Hel"), TextDelta("lo")]
    assert isinstance(events[-1], Finished)


async def test_line_without_an_end_is_given_up(
    engine: DirectEngine, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ralex_tui.adapters.direct_call.SseReader", lambda: SseReader(limit=1_000))
    provider.script(Reply(wire=(event("Hel"), b"data: " + b"x" * 2_000, b"x" * 2_000), hold_after=3))

    events, error = await failure(engine, request())

    assert events == [TextDelta("Hel")]
    assert "a line without an end" in error.message
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


async def test_cost_in_a_header_counts_where_the_answer_names_none(engine: DirectEngine, provider: Provider) -> None:
    provider.script(Reply(headers={"x-litellm-response-cost": "0.5"}))

    reported = (await answer(engine, request()))[-2]

    assert isinstance(reported, UsageReported)
    assert reported.cost == Usd(500_000_000)


async def test_request_is_in_the_form_of_openai(engine: DirectEngine, provider: Provider) -> None:
    await answer(engine, replace(request(), temperature=0.3))

    (asked,) = provider.requests
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert asked.body == {
        "model": "some/model",
        "messages": [{"role": "user", "content": "what?"}],
        "max_tokens": 50,
        "temperature": 0.3,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("path", ["gpt-5-mini", "gpt-5.6-sol", "openai/gpt-6", "o3", "o4-mini"])
@pytest.mark.parametrize(("temperature", "sent"), [(0.3, None), (1.0, 1.0), (None, None)])
async def test_models_that_think_get_the_names_that_they_take(
    engine: DirectEngine, provider: Provider, path: str, temperature: float | None, sent: float | None
) -> None:
    await answer(engine, replace(request(path), temperature=temperature))

    body = provider.requests[0].body
    assert body["max_completion_tokens"] == 50
    assert "max_tokens" not in body
    assert body.get("temperature") == sent


@pytest.mark.parametrize("path", ["gpt-4o", "gpt-5-chat-latest", "qwen3", "gpt-oss-120b", "olmo-3"])
async def test_other_models_get_the_usual_names(engine: DirectEngine, provider: Provider, path: str) -> None:
    await answer(engine, replace(request(path), temperature=0.3))

    body = provider.requests[0].body
    assert (body["max_tokens"], body["temperature"]) == (50, 0.3)
    assert "max_completion_tokens" not in body


async def test_request_that_names_an_unknown_parameter_is_sent_once(engine: DirectEngine, provider: Provider) -> None:
    provider.script(Reply(status=400, error={"message": "unsupported parameter: max_tokens", "param": "max_tokens"}))

    _, error = await failure(engine, request())

    assert type(error) is EngineError
    assert len(provider.requests) == 1


async def test_openrouter_is_told_our_name_and_what_may_be_billed(engine: DirectEngine, provider: Provider) -> None:
    engine.set_endpoints([Endpoint("server", "openrouter", KEY, provider.url)])

    await answer(engine, replace(request(), max_rates=(Usd.parse("0.30"), Usd.parse("2.50"))))

    (asked,) = provider.requests
    assert (asked.headers["x-title"], asked.headers["http-referer"]) == ("ralex-tui", "app://ralex-tui")
    assert asked.body["usage"] == {"include": True}
    assert asked.body["provider"] == {"max_price": {"prompt": 0.3, "completion": 2.5}}


@pytest.mark.parametrize(
    ("kind", "path", "is_marked"),
    [
        ("openrouter", "anthropic/claude-sonnet-5.5", True),
        ("openrouter", "openai/gpt-6", False),
        ("anthropic", "claude-sonnet-5-5", False),
        ("openai", "claude-sonnet-5-5", False),
    ],
)
async def test_marks_for_the_cache_go_to_those_who_know_them(
    engine: DirectEngine, provider: Provider, kind: str, path: str, is_marked: bool
) -> None:
    engine.set_endpoints([Endpoint("server", kind, KEY, provider.url)])

    await answer(engine, replace(request(path), is_cached=True))

    assert ("cache_control" in json.dumps(provider.requests[0].body)) is is_marked


async def test_server_without_a_key_is_sent_none(engine: DirectEngine, provider: Provider) -> None:
    engine.set_endpoints([Endpoint("server", "openai", NO_KEY, provider.url)])

    await answer(engine, request())

    assert "authorization" not in provider.requests[0].headers


@pytest.mark.parametrize(
    ("kind", "base", "address"),
    [
        ("openai", None, "https://api.openai.com/v1"),
        ("openai", "http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("openrouter", None, "https://openrouter.ai/api/v1"),
        ("anthropic", None, "https://api.anthropic.com/v1"),
        ("anthropic", "https://gateway.example/v1", "https://gateway.example/v1"),
        ("gemini", None, "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("ollama_chat", None, "http://127.0.0.1:11434/v1"),
        ("ollama_chat", "http://10.0.0.2:11434", "http://10.0.0.2:11434/v1"),
        ("bedrock", None, None),
        ("bedrock", "https://gateway.example", None),
    ],
)
def test_address_of_each_kind(kind: str, base: str | None, address: str | None) -> None:
    endpoint = Endpoint("server", kind, KEY, base)

    assert address_of(endpoint) == address
    assert can_reach(ModelRef("server/m"), [endpoint]) is (address is not None)
    assert not can_reach(ModelRef("another/m"), [endpoint])


async def test_model_without_an_address_is_not_asked(engine: DirectEngine, provider: Provider) -> None:
    _, error = await failure(engine, EngineRequest("r1", ModelRef("nowhere/m"), ((Role.USER, "hi"),), 5))

    assert not error.may_be_billed
    assert not engine.can_reach(ModelRef("nowhere/m"))
    assert engine.can_reach(ModelRef("server/m"))
    assert provider.requests == []


async def test_proxy_of_the_environment_is_not_asked_for_loopback(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    engine = DirectEngine([Endpoint("server", "openai", KEY, provider.url)])

    assert (await answer(engine, request()))[-1] == Finished("stop")
    await engine.close()


async def test_proxy_of_an_unknown_kind_is_told_as_such(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:9")
    engine = DirectEngine([Endpoint("server", "openai", KEY, provider.url)])

    _, error = await failure(engine, request())

    assert "PROXY" in error.hint
    assert not error.may_be_billed


@pytest.mark.parametrize("reply", [Reply(hold_headers=True), Reply(hold_after=0)])
async def test_first_token_limit(provider: Provider, reply: Reply) -> None:
    engine = DirectEngine([Endpoint("server", "openai", KEY, provider.url)], first_token_s=0.2)
    provider.script(reply)

    _, error = await failure(engine, request())

    assert isinstance(error, errors.AnswerTimeout)
    assert "0.2 s" in error.message
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


async def test_local_models_get_more_time_for_the_first_token(provider: Provider) -> None:
    local = Endpoint("server", "openai", KEY, provider.url, is_local=True)
    engine = DirectEngine([local], first_token_s=0.01, local_first_token_s=20)

    assert (await answer(engine, request()))[-1] == Finished("stop")
    await engine.close()


async def test_body_of_a_refusal_that_never_comes_is_not_waited_for(
    engine: DirectEngine, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ralex_tui.adapters.direct_call._REFUSAL_S", 0.1)
    provider.script(Reply(status=401, headers={"content-length": "999"}, wire=(b'{"error": {"mess',)))

    _, error = await failure(engine, request())

    assert isinstance(error, errors.KeyRefused)


async def test_closing_the_stream_closes_the_connection(engine: DirectEngine, provider: Provider) -> None:
    provider.script(Reply(hold_after=1))

    async with aclosing(engine.stream(request())) as events:
        assert await anext(events) == TextDelta("Hel")

    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


@pytest.mark.parametrize("reply", [Reply(hold_headers=True), Reply(hold_after=0)])
async def test_cancelling_closes_the_connection(engine: DirectEngine, provider: Provider, reply: Reply) -> None:
    provider.script(reply)
    task = asyncio.create_task(answer(engine, request()))
    await provider.arrived.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


async def test_engine_answers_again_after_it_was_closed(engine: DirectEngine) -> None:
    await engine.close()
    await engine.close()

    assert (await answer(engine, request()))[-1] == Finished("stop")


def test_direct_mode_loads_neither_litellm_nor_openai() -> None:
    seen = "import sys, ralex_tui.adapters.direct_engine; print({'litellm', 'openai', 'aiohttp'} & set(sys.modules))"

    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"


def test_what_direct_mode_can_reach_is_known_without_an_http_library() -> None:
    seen = "import sys, ralex_tui.adapters.direct_requests; print({'httpx', 'litellm'} & set(sys.modules))"

    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"
