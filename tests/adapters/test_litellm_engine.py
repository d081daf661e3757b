"""LitellmEngine against a provider on loopback: real HTTP, both of LiteLLM's ways (OpenAI's client and its own)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider, Reply

pytestmark = [
    pytest.mark.usefixtures("litellm_loaded"),
    # LiteLLM's doings, each of them; pytest undoes the filter that `load_litellm` sets.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
]

KEY = Secret("key-of-the-test-0123456789")
KINDS = ["openai", "openrouter"]


def request(kind: str = "openai", text: str = "hi", temperature: float | None = None) -> EngineRequest:
    return EngineRequest("r1", ModelRef(f"{kind}-server/some/model"), ((Role.USER, text),), 50, temperature)


def endpoints(provider_url: str) -> list[Endpoint]:
    return [Endpoint(f"{kind}-server", kind, KEY, provider_url) for kind in KINDS]


@pytest.fixture
async def engine(provider: Provider) -> AsyncIterator[LitellmEngine]:
    engine = LitellmEngine(endpoints(provider.url), first_token_s=20, inactivity_s=20)
    yield engine
    await engine.close()


async def answer(engine: LitellmEngine, asked: EngineRequest) -> list[EngineEvent]:
    return [event async for event in engine.stream(asked)]


async def failure(engine: LitellmEngine, asked: EngineRequest) -> tuple[list[EngineEvent], EngineError]:
    events: list[EngineEvent] = []
    try:
        async for event in engine.stream(asked):
            events.append(event)
    except EngineError as error:
        return events, error
    pytest.fail(f"it answered: {events}")


@pytest.mark.parametrize("kind", KINDS)
async def test_engine_streams_text_thinking_usage_and_cost(
    engine: LitellmEngine, provider: Provider, kind: str
) -> None:
    usage = {
        "prompt_tokens": 70,
        "completion_tokens": 30,
        "cost": 0.00123,
        "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 10},
    }
    provider.script(Reply(chunks=("Hel", "lo ", "wörld"), thinking=("hm",), usage=usage))

    events = await answer(engine, request(kind))

    assert events == [
        ThinkingDelta("hm"),
        TextDelta("Hel"),
        TextDelta("lo "),
        TextDelta("wörld"),
        UsageReported(TokenUsage(70, 30, 20, 5, 10), Usd(1_230_000), is_counted=True),
        Finished("stop"),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_request_carries_model_key_and_max_tokens(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    await answer(engine, request(kind, "what?"))

    asked = provider.requests[0]
    assert len(provider.requests) == 1
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert asked.body["model"] == "some/model"
    assert asked.body["messages"] == [{"role": "user", "content": "what?"}]
    assert asked.body["max_tokens"] == 50
    assert asked.body["stream_options"] == {"include_usage": True}
    assert "temperature" not in asked.body


async def test_temperature_is_sent_when_given(engine: LitellmEngine, provider: Provider) -> None:
    await answer(engine, request(temperature=0.3))

    assert provider.requests[0].body["temperature"] == 0.3


async def test_openrouter_is_told_our_name(engine: LitellmEngine, provider: Provider) -> None:
    await answer(engine, request("openrouter"))

    assert provider.requests[0].headers["x-title"] == "ralex-tui"
    assert "litellm" not in provider.requests[0].headers["http-referer"]


async def test_inherited_keys_and_addresses_are_not_used(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-somebody-elses")
    engine = LitellmEngine(endpoints(provider.url))

    await answer(engine, request())

    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY.reveal()}"


async def test_surrogates_do_not_break_a_request_or_an_answer(engine: LitellmEngine, provider: Provider) -> None:
    provider.script(Reply(chunks=("a\ud83d", "\ude00b", "\U0001f600")))

    events = await answer(engine, request(text="lone \ud800 half"))

    assert provider.requests[0].body["messages"][0]["content"] == "lone \ufffd half"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "a\ufffd\ufffdb\U0001f600"


@pytest.mark.parametrize("kind", KINDS)
async def test_usage_made_up_by_litellm_is_not_counted(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    provider.script(Reply(usage=None))

    *_, usage, finished = await answer(engine, request(kind))

    assert isinstance(usage, UsageReported)
    assert not usage.is_counted
    assert usage.cost is None
    assert finished == Finished("stop")


@pytest.mark.parametrize("kind", KINDS)
async def test_stream_without_finish_reason_is_not_taken_for_whole(
    engine: LitellmEngine, provider: Provider, kind: str
) -> None:
    provider.script(Reply(finish=None))

    *_, usage, finished = await answer(engine, request(kind))

    assert finished == Finished(None)
    assert isinstance(usage, UsageReported)
    assert not usage.is_counted


async def test_length_is_reported_as_the_reason(engine: LitellmEngine, provider: Provider) -> None:
    provider.script(Reply(finish="length"))

    assert (await answer(engine, request()))[-1] == Finished("length")


@pytest.mark.parametrize(
    ("usage", "cost", "is_counted"),
    [
        ({"prompt_tokens": 0, "completion_tokens": 0}, None, False),
        ({"prompt_tokens": 9, "completion_tokens": 0}, None, False),
        ({"prompt_tokens": 9, "completion_tokens": 2, "cost": 0}, Usd(0), True),
        ({"prompt_tokens": 9, "completion_tokens": 2, "cost": -5}, None, True),
        ({"prompt_tokens": 9, "completion_tokens": 2, "cost": 1e-10}, Usd(1), True),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 2,
                "cost": 0.001,
                "is_byok": True,
                "cost_details": {"upstream_inference_cost": 0.02},
            },
            Usd(21_000_000),
            True,
        ),
    ],
)
async def test_doubtful_counts_and_costs(
    engine: LitellmEngine, provider: Provider, usage: dict[str, object], cost: Usd | None, is_counted: bool
) -> None:
    provider.script(Reply(usage=usage))

    reported = (await answer(engine, request("openrouter")))[-2]

    assert isinstance(reported, UsageReported)
    assert (reported.cost, reported.is_counted) == (cost, is_counted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "body", "expected", "words", "is_billed"),
    [
        (400, {"message": "This endpoint's maximum context length is 10"}, errors.ContextTooLong, "too long", False),
        (400, {"message": "prompt is too long: 9 tokens"}, errors.ContextTooLong, "too long", False),
        (400, {"message": "exceeds the available context size"}, errors.ContextTooLong, "too long", False),
        (400, {"message": "rejected by our content policy"}, errors.ContentRefused, "refused the content", False),
        (403, {"message": "your input was flagged"}, errors.ContentRefused, "flagged", False),
        (400, {"message": "what is this"}, EngineError, "what is this", False),
        (401, {"message": "no such user"}, errors.KeyRefused, "refused the key", False),
        (403, {"message": "not for you"}, errors.KeyRefused, "refused the key", False),
        (402, {"message": "add more"}, errors.KeyRefused, "no credit", False),
        (429, {"message": "x", "code": "insufficient_quota"}, errors.KeyRefused, "no credit", False),
        (429, {"message": "slow down"}, errors.RateLimited, "too many requests", False),
        (404, {"message": "nope"}, errors.ModelMissing, "no model some/model", False),
        (500, {"message": "oops"}, errors.EngineUnavailable, "HTTP 500: oops", True),
        (503, {"message": "later"}, errors.EngineUnavailable, "HTTP 503: later", True),
    ],
)
async def test_refusals_in_our_own_words(
    engine: LitellmEngine,
    provider: Provider,
    kind: str,
    status: int,
    body: dict[str, str],
    expected: type[EngineError],
    words: str,
    is_billed: bool,
) -> None:
    if kind == "openai" and "insufficient_quota" in body.values():
        body = {"message": f"{body['code']}: no quota"}  # OpenAI's client shows the message alone
    provider.script(Reply(status=status, error=body))

    events, error = await failure(engine, request(kind))

    assert type(error) is expected
    assert words in error.message
    assert "litellm" not in error.message.lower()
    assert error.may_be_billed is is_billed
    assert events == []
    assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_rate_limit_says_how_long_to_wait(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    provider.script(Reply(status=429, error={"message": "slow"}, headers={"retry-after": "17"}))

    _, error = await failure(engine, request(kind))

    assert "17 s" in error.hint


@pytest.mark.parametrize("kind", KINDS)
async def test_foreign_words_are_cleaned_and_keys_taken_out(
    engine: LitellmEngine, provider: Provider, kind: str
) -> None:
    said = f"\x1b]52;c;aGk=\x07 bad key {KEY.reveal()} or sk-abcdef0123456789\nline two"
    provider.script(Reply(status=401, error={"message": said}))

    _, error = await failure(engine, request(kind))

    assert KEY.reveal() not in error.message
    assert "abcdef0123456789" not in error.message
    assert error.message.isprintable()
    assert "\u241b]52" in error.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1"])
async def test_unconnected_request_is_not_billed(engine: LitellmEngine, kind: str, url: str) -> None:
    engine.set_endpoints(endpoints(url))

    _, error = await failure(engine, request(kind))

    assert isinstance(error, errors.EngineUnavailable)
    assert "can't be reached" in error.message
    assert not error.may_be_billed


@pytest.mark.parametrize("kind", KINDS)
async def test_connection_lost_before_the_headers_may_be_billed(
    engine: LitellmEngine, provider: Provider, kind: str
) -> None:
    provider.script(Reply(drop_headers=True))

    _, error = await failure(engine, request(kind))

    assert isinstance(error, errors.EngineUnavailable)
    assert error.may_be_billed


@pytest.mark.parametrize("kind", KINDS)
async def test_connection_lost_within_the_answer_keeps_what_came(
    engine: LitellmEngine, provider: Provider, kind: str
) -> None:
    provider.script(Reply(drop_after=1))

    events, error = await failure(engine, request(kind))

    assert events == [TextDelta("Hel")]
    assert isinstance(error, errors.EngineUnavailable)
    assert "broke off" in error.message
    assert error.may_be_billed
    assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("error_after", "code", "expected"),
    [(1, 502, errors.EngineUnavailable), (0, 429, errors.RateLimited), (0, 400, EngineError)],
)
async def test_error_within_the_stream_may_be_billed(
    engine: LitellmEngine, provider: Provider, kind: str, error_after: int, code: int, expected: type[EngineError]
) -> None:
    provider.script(Reply(error_after=error_after, error={"message": "upstream fell over", "code": code}))

    events, error = await failure(engine, request(kind))

    assert len(events) == error_after
    assert type(error) is expected
    assert "upstream fell over" in error.message
    assert error.may_be_billed
    assert len(provider.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reply", [Reply(hold_headers=True), Reply(hold_after=0)])
async def test_first_token_limit(provider: Provider, kind: str, reply: Reply) -> None:
    engine = LitellmEngine(endpoints(provider.url), first_token_s=0.2)
    provider.script(reply)

    _, error = await failure(engine, request(kind))

    assert isinstance(error, errors.AnswerTimeout)
    assert "0.2 s" in error.message
    assert error.may_be_billed
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


@pytest.mark.parametrize("kind", KINDS)
async def test_inactivity_limit_within_the_answer(provider: Provider, kind: str) -> None:
    engine = LitellmEngine(endpoints(provider.url), inactivity_s=0.3)
    provider.script(Reply(hold_after=1))

    events, error = await failure(engine, request(kind))

    assert events == [TextDelta("Hel")]
    assert isinstance(error, errors.AnswerTimeout)
    assert error.may_be_billed


async def test_local_models_get_more_time_for_the_first_token(provider: Provider) -> None:
    local = Endpoint("openai-server", "openai", KEY, provider.url, is_local=True)
    engine = LitellmEngine([local], first_token_s=0.01, local_first_token_s=20)

    assert (await answer(engine, request()))[-1] == Finished("stop")


@pytest.mark.parametrize("kind", KINDS)
async def test_closing_the_stream_closes_the_connection(engine: LitellmEngine, provider: Provider, kind: str) -> None:
    provider.script(Reply(hold_after=1))

    async with aclosing(engine.stream(request(kind))) as events:
        assert await anext(events) == TextDelta("Hel")

    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reply", [Reply(hold_headers=True), Reply(hold_after=0)])
async def test_cancelling_closes_the_connection(
    engine: LitellmEngine, provider: Provider, kind: str, reply: Reply
) -> None:
    provider.script(reply)
    task = asyncio.create_task(answer(engine, request(kind)))
    await provider.arrived.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(provider.requests[0].gone.wait(), 5)


async def test_model_without_endpoint_is_not_asked(engine: LitellmEngine, provider: Provider) -> None:
    asked = EngineRequest("r1", ModelRef("nowhere/model"), ((Role.USER, "hi"),), 5)

    _, error = await failure(engine, asked)

    assert isinstance(error, errors.EngineUnavailable)
    assert not error.may_be_billed
    assert provider.requests == []


async def test_new_endpoints_hold_for_models_already_used(engine: LitellmEngine, provider: Provider) -> None:
    await answer(engine, request())
    moved = Endpoint("openai-server", "openai", Secret("another-key-987654321"), provider.url)

    engine.set_endpoints([moved])
    await answer(engine, request())

    keys = [asked.headers["authorization"] for asked in provider.requests]
    assert keys == [f"Bearer {KEY.reveal()}", "Bearer another-key-987654321"]


@pytest.mark.parametrize("kind", KINDS)
async def test_limit_between_tokens_does_not_end_the_wait_for_the_first(provider: Provider, kind: str) -> None:
    engine = LitellmEngine(endpoints(provider.url), first_token_s=20, inactivity_s=0.2)
    provider.script(Reply(hold_headers=True))
    task = asyncio.create_task(answer(engine, request(kind)))
    await provider.arrived.wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(provider.requests[0].gone.wait(), 0.5)
    provider.release.set()

    assert (await task)[-1] == Finished("stop")


async def test_each_deployment_of_a_tier_is_asked_by_itself(engine: LitellmEngine, provider: Provider) -> None:
    asked = [(Tier.CHEAP, "a"), (Tier.CHEAP, "b"), (Tier.SMART, "b"), (None, "a"), (Tier.CHEAP, "a")]

    for tier, name in asked:
        await answer(engine, replace(request(), model=ModelRef(f"openai-server/{name}"), tier=tier))

    assert [each.body["model"] for each in provider.requests] == ["a", "b", "b", "a", "a"]


async def test_tiers_are_the_routers_groups(
    engine: LitellmEngine, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from litellm import Router  # its import takes 3 s, in the fixture that has it silenced

    lists: list[list[tuple[str, str]]] = []
    was = Router.set_model_list

    def set_model_list(self: Router, model_list: list[dict[str, Any]]) -> None:
        lists.append([(each["model_name"], each["model_info"]["id"]) for each in model_list])
        was(self, model_list)

    monkeypatch.setattr(Router, "set_model_list", set_model_list)
    for kind in ("openai", "openrouter", "openai"):
        await answer(engine, replace(request(kind), tier=Tier.CHEAP))

    one, other = (("cheap", f"cheap:{kind}-server/some/model") for kind in ("openai", "openrouter"))
    assert lists == [[one], [one, other]]


async def test_bug_of_litellms_own_is_no_fault_of_the_provider(
    engine: LitellmEngine, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from litellm.llms.openrouter.chat.transformation import OpenrouterConfig  # as above

    def transform_request(*_: object, **__: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'get'")

    monkeypatch.setattr(OpenrouterConfig, "transform_request", transform_request)

    _, error = await failure(engine, request("openrouter"))

    assert isinstance(error, errors.EngineBroken)
    assert error.message == "LiteLLM failed by itself (AttributeError)"
    assert provider.requests == []


@pytest.mark.parametrize("raised", [ImportError("no"), RuntimeError("odd"), KeyError("odd")])
async def test_litellm_that_can_not_be_imported_is_told_as_such(
    engine: LitellmEngine, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def load(*_: object) -> None:
        raise raised

    monkeypatch.setattr("ralex_tui.adapters.litellm_engine.load_litellm", load)

    _, error = await failure(engine, request())

    assert isinstance(error, errors.EngineBroken)
    assert not error.may_be_billed


async def test_warm_up_asks_nobody(engine: LitellmEngine, provider: Provider) -> None:
    await engine.warm_up()
    await engine.warm_up()

    assert provider.requests == []


async def test_engine_prints_nothing(
    engine: LitellmEngine, provider: Provider, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.script(Reply(status=500, error={"message": "x"}), Reply(drop_after=1), Reply())
    await engine.warm_up()
    await failure(engine, request("openrouter"))
    await failure(engine, request("openrouter"))
    await answer(engine, request())

    assert capfd.readouterr() == ("", "")
