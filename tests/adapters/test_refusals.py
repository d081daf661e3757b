"""Refusals in our own words: the same error for the same fault, by LiteLLM and by the direct way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest

from ralex_tui.adapters.direct_engine import DirectEngine
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.adapters.provider_words import code_in, wait_asked, words_of
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.provider import Provider, Reply

pytestmark = [
    pytest.mark.usefixtures("litellm_loaded"),
    # LiteLLM's doings, each of them; pytest undoes the filter that `load_litellm` sets.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:pydantic\."),
]

REQUEST = EngineRequest("r1", ModelRef("server/some/model"), ((Role.USER, "hi"),), 50)
AnyEngine: TypeAlias = LitellmEngine | DirectEngine
WAYS: dict[str, tuple[type[AnyEngine], str]] = {
    "litellm-openai": (LitellmEngine, "openai"),
    "litellm-openrouter": (LitellmEngine, "openrouter"),
    "direct": (DirectEngine, "openrouter"),
}


@dataclass(frozen=True)
class Case:
    """A refusal as a server sends it, and what is said of it."""

    status: int
    message: str
    kind: type[EngineError]
    says: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    is_billed: bool = False
    retry_after_s: float | None = None


def upstream(raw: str) -> dict[str, Any]:
    """What OpenRouter adds to an error of a provider behind it."""
    return {"metadata": {"raw": raw, "provider_name": "Upstream"}}


_TOO_LONG = "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens"
_DATA_POLICY = "No endpoints found matching your data policy (Free model publication)."
_LIMIT = "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000"
_DATES = {"retry-after": "Mon, 23 Nov 2026 19:00:30 GMT", "date": "Mon, 23 Nov 2026 19:00:00 GMT"}
CASES = (
    Case(400, _TOO_LONG, errors.ContextTooLong, "too long for server/some/model: This endpoint's maximum"),
    Case(400, "Provider returned error", errors.ContextTooLong, ": prompt is too long: 9 tokens",
         upstream('{"error":{"message":"prompt is too long: 9 tokens"}}')),
    Case(413, "Request Entity Too Large", errors.ContextTooLong, "too long"),
    Case(413, _LIMIT, errors.RateLimited, "too many requests", {"code": "rate_limit_exceeded"}, {"retry-after": "12"},
         retry_after_s=12),
    Case(403, 'Your input was flagged for "violence".', errors.ContentRefused, "flagged"),
    Case(403, "Forbidden", errors.ContentRefused, "refused the content",
         {"metadata": {"reasons": ["violence"], "flagged_input": "the input"}}),
    Case(403, "Forbidden", errors.KeyRefused, "refused the key: Forbidden"),
    Case(402, "This request requires more credits", errors.KeyRefused, "no credit"),
    Case(402, "in flight", errors.RateLimited, "too many requests", {}, {"retry-after": "4"}, retry_after_s=4),
    Case(404, "No endpoints found that support tool use.", errors.ModelMissing, "that does all that was asked for"),
    Case(404, _DATA_POLICY, errors.ModelMissing, "that your privacy settings there allow"),
    Case(404, "No allowed providers are available", errors.ModelMissing, "that your settings there allow"),
    Case(404, "No endpoints found for some/model.", errors.ModelMissing, "at the price known here"),
    Case(410, "gone", errors.ModelMissing, "no model some/model: gone"),
    Case(405, "", EngineError, "refused the request (HTTP 405)"),
    Case(422, "unknown field", EngineError, "refused the request: unknown field"),
    Case(429, "Provider returned error", errors.RateLimited, "requests: it is rate-limited upstream",
         upstream("it is rate-limited upstream")),
    Case(408, "it took too long", errors.AnswerTimeout, "in time: it took too long", is_billed=True),
    Case(504, "it took too long", errors.AnswerTimeout, "in time: it took too long", is_billed=True),
    Case(524, "a timeout occurred", errors.AnswerTimeout, "in time: a timeout occurred", is_billed=True),
    Case(409, "conflict", errors.EngineUnavailable, "HTTP 409: conflict"),
    Case(425, "too early", errors.EngineUnavailable, "HTTP 425: too early"),
    Case(424, "it failed behind us", errors.EngineUnavailable, "HTTP 424: it failed", is_billed=True),
    Case(502, "Provider returned error", errors.EngineUnavailable, "HTTP 502: it broke",
         upstream('{"error":{"message":"it broke"}}'), is_billed=True),
    Case(503, "model is overloaded", errors.EngineUnavailable, "is overloaded (HTTP 503)", {}, _DATES, True, 30),
    Case(529, "Overloaded", errors.EngineUnavailable, "is overloaded (HTTP 529)", is_billed=True),
)  # fmt: skip


@pytest.fixture(params=WAYS)
async def engine(request: pytest.FixtureRequest, provider: Provider) -> AsyncIterator[AnyEngine]:
    make, kind = WAYS[request.param]
    engine = make([Endpoint("server", kind, Secret("key-of-the-test-0123456789"), provider.url)])
    yield engine
    await engine.close()


async def failure(engine: AnyEngine) -> EngineError:
    with pytest.raises(EngineError) as caught:
        await anext(engine.stream(REQUEST))
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=[f"{case.status} {case.message[:20]}" for case in CASES])
async def test_refusal_is_told_alike_by_each_way(engine: AnyEngine, provider: Provider, case: Case) -> None:
    body = {"message": case.message, "code": case.status, **case.more}
    provider.script(Reply(status=case.status, error=body, headers=case.headers))

    error = await failure(engine)

    assert type(error) is case.kind
    assert case.says in error.message
    assert error.hint
    assert (error.may_be_billed, error.retry_after_s) == (case.is_billed, case.retry_after_s)
    assert len(error.message) < 300
    assert len(provider.requests) == 1


@pytest.mark.parametrize("code", ["server_error", None, 502])
async def test_error_object_of_any_form_ends_the_answer(engine: AnyEngine, provider: Provider, code: object) -> None:
    provider.script(Reply(error_after=0, error={"message": "upstream fell over", "code": code}))

    error = await failure(engine)

    assert isinstance(error, errors.EngineUnavailable)
    assert "upstream fell over" in error.message
    assert error.may_be_billed


async def test_page_of_a_gateway_becomes_its_title(engine: AnyEngine, provider: Provider) -> None:
    page = (
        b"<!DOCTYPE html>\n<html><head>\n<title>api.example.com | 520: unknown &amp; odd</title></head>" + b"<p>" * 900
    )
    provider.script(Reply(status=520, wire=(page,), headers={"content-type": "text/html"}))

    error = await failure(engine)

    assert error.message == "server failed with HTTP 520: a web page came, api.example.com | 520: unknown & odd"


async def test_key_that_no_header_can_carry_is_not_sent(engine: AnyEngine, provider: Provider) -> None:
    engine.set_endpoints([Endpoint("server", "openai", Secret("key…of-the-test-0123456789"), provider.url)])

    error = await failure(engine)

    assert isinstance(error, errors.KeyRefused)
    assert "of-the-test" not in error.message + error.hint
    assert not error.may_be_billed
    assert provider.requests == []


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ('{"error": {"message": "no"}}', "no"),
        ('[{"error": {"code": 429, "message": "used up"}}]', "used up"),
        ('{"error": "model not found"}', "model not found"),
        ('{"detail": "Not Found"}', "Not Found"),
        ('{"error": {"message": ""}}', ""),
        ('{"odd": 1}', '{"odd": 1}'),
        ("plain words", "plain words"),
        ("", ""),
        ("litellm.RateLimitError: RateLimitError: OpenAIException - slow down", "slow down"),
        ('OpenrouterException - {"error": {"message": "it\'s full"}}', "it's full"),
        ('b\'{"error": {"message": "bytes"}}\'', "bytes"),
        ('{"error": {"message": "Provider returned error", "metadata": {"raw": "{broken"}}}', "{broken"),
        ("[" * 9_000 + "{" * 9_000, "[" * 9_000 + "{" * 9_000),
        ("<html><body>no title</body></html>", "a web page came"),
    ],
)
def test_words_of_a_refusal(raw: str, words: str) -> None:
    assert words_of(raw) == words


@pytest.mark.parametrize(
    ("headers", "raw", "wait_s"),
    [
        ({"retry-after": "17"}, "", 17.0),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after": "999999999"}, "", 86_400.0),
        ({"retry-after": "-5"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "1e9"}, "", None),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:20 GMT"}, "", 20.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, "", 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:20 GMT", "date": "Mon, 23 Nov 2026 12:00:10 GMT"}, "", 10.0),
        ({"retry-after": "Mon, 99 Nov 2026 12:00:20 GMT"}, "", None),
        ({}, '{"details": [{"retryDelay": "34.5s"}]}', 34.5),
        ({}, "", None),
    ],
)
def test_wait_that_a_server_asks_for(headers: dict[str, str], raw: str, wait_s: float | None) -> None:
    assert wait_asked(headers, raw, datetime(2026, 11, 23, 12, tzinfo=UTC)) == wait_s


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 502}, 502),
        ({"code": "429"}, 429),
        ({"code": None, "type": "overloaded_error"}, 529),
        ({"code": "rate_limit_exceeded"}, 429),
        ({"code": "whatever"}, None),
        ({"code": True}, None),
        ("words", None),
    ],
)
def test_status_of_an_error_within_an_answer(error: object, status: int | None) -> None:
    assert code_in(error) == status
