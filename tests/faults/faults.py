"""What providers do wrong, and what each of it must come to: the rows of the fault matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ralex_tui.domain import errors
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import Accuracy
from tests.adapters.provider import Reply, event, usage_event

ELSEWHERE = "<another host>"
"""Stands for the address of a server that is not the provider's, in a reply's headers."""

_HTML = {"content-type": "text/html"}
_PAGE = (b"<!DOCTYPE html><html><head><title>api.example.com | 502: Bad gateway</title></head>", b"<p>cloud</p>" * 170)
# As OpenRouter's page on errors has it.
_GIVEN_UP = (
    b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","provider":"openai",'
    b'"error":{"code":"server_error","message":"Provider disconnected unexpectedly"},'
    b'"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n'
)
_HALF = "ü".encode()[:1]


class Place(Enum):
    """Where the request goes."""

    PROVIDER = "the provider"
    NOBODY = "a port that nobody listens on"
    NO_NAME = "a name that nobody has"
    SELF_SIGNED = "a server whose certificate nobody vouches for"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Args:
        error: The class that the turn must end in; None where there is an answer all the same.
        words: What its sentence must say.
        text: What has come by then, which must be kept.
        reply: How the provider answers each request. `held`: the same, but waiting just before the fault.
        billed: Tokens in and out that the provider may bill for each request that arrived.
        limits_s: The first token's limit and the one between tokens.
    """

    name: str
    error: type[RalexError] | None
    words: str = ""
    text: str = ""
    reply: Reply = field(default_factory=Reply)
    held: Reply | None = None
    place: Place = Place.PROVIDER
    billed: tuple[int, int] = (0, 0)
    accuracy: Accuracy = Accuracy.ESTIMATED
    limits_s: tuple[float, float] = (20.0, 20.0)

    @property
    def outcome(self) -> Outcome:
        return Outcome.DONE if self.error is None else Outcome.FAILED

    @property
    def is_free(self) -> bool:
        """Whether it certainly costs nothing."""
        return self.accuracy is Accuracy.EXACT


def _refused(
    status: int,
    error: type[RalexError],
    words: str,
    message: str = "no",
    *,
    headers: Mapping[str, str] | None = None,
    is_free: bool = True,
    name: str = "",
    wire: tuple[bytes, ...] | None = None,
) -> Fault:
    """A fault that is an HTTP status."""
    body: dict[str, Any] = {"message": message, "code": status}
    reply = Reply(status=status, error=body, headers=headers or {}, wire=wire)
    held = Reply(status=status, error=body, headers=headers or {}, wire=wire, hold_headers=True)
    return Fault(
        name or str(status),
        error,
        words,
        reply=reply,
        held=held,
        billed=(0, 0) if is_free else (7, 3),
        accuracy=Accuracy.EXACT if is_free else Accuracy.ESTIMATED,
    )


def _in_stream(name: str, *wire: bytes, error: type[RalexError] | None, words: str = "", **more: Any) -> Fault:
    """A fault after the first piece of an answer."""
    return Fault(
        name,
        error,
        words,
        reply=Reply(wire=wire),
        held=Reply(wire=wire, hold_after=1),
        billed=(7, 3),
        text=more.pop("text", "Hel"),
        **more,
    )


def _unreached(name: str, words: str, place: Place) -> Fault:
    """A fault for which nothing is sent at all."""
    return Fault(name, errors.EngineUnavailable, words, place=place, accuracy=Accuracy.EXACT)


_STATUSES = (
    _refused(401, errors.KeyRefused, "refused the key"),
    _refused(402, errors.KeyRefused, "no credit"),
    _refused(403, errors.KeyRefused, "refused the key"),
    _refused(404, errors.ModelMissing, "has no model"),
    _refused(408, errors.AnswerTimeout, "nothing came", is_free=False),
    _refused(413, errors.ContextTooLong, "too long"),
    _refused(429, errors.RateLimited, "too many requests", name="429 with retry-after", headers={"retry-after": "3"}),
    _refused(429, errors.RateLimited, "too many requests", name="429 without retry-after"),
    _refused(500, errors.EngineUnavailable, "HTTP 500", is_free=False),
    _refused(502, errors.EngineUnavailable, "HTTP 502", is_free=False),
    _refused(
        502, errors.EngineUnavailable, "a web page", is_free=False, name="502 as a page", headers=_HTML, wire=_PAGE
    ),
    _refused(503, errors.EngineUnavailable, "HTTP 503", is_free=False),
    _refused(529, errors.EngineUnavailable, "overloaded", "Overloaded", is_free=False),
    _refused(
        307,
        errors.EngineUnavailable,
        "another host",
        name="redirect to another host",
        headers={"location": f"{ELSEWHERE}/v1/chat/completions"},
    ),
)
_UNREACHED = (
    _unreached("refused", "nothing answers there", Place.NOBODY),
    _unreached("dns", "its name is not known", Place.NO_NAME),
    _unreached("tls", "its certificate is not trusted", Place.SELF_SIGNED),
)
_HANGS = (
    Fault(
        "hang before headers",
        errors.AnswerTimeout,
        "for 0.4 s",
        reply=Reply(hold_headers=True),
        billed=(7, 3),
        limits_s=(0.4, 20),
    ),
    Fault(
        "hang in the stream",
        errors.AnswerTimeout,
        "for 0.4 s",
        "Hel",
        Reply(hold_after=1),
        billed=(7, 3),
        limits_s=(20, 0.4),
    ),
    Fault(
        "one byte a moment",
        errors.AnswerTimeout,
        "for 0.4 s",
        "Hel",
        Reply(drip_after=1),
        billed=(7, 3),
        limits_s=(20, 0.4),
    ),
)
_DROPS = (
    Fault(
        "reset before headers",
        errors.EngineUnavailable,
        "no answer came",
        reply=Reply(drop_headers=True, is_reset=True),
        held=Reply(drop_headers=True, is_reset=True, hold_headers=True),
        billed=(7, 3),
    ),
    Fault(
        "drop before headers",
        errors.EngineUnavailable,
        "no answer came",
        reply=Reply(drop_headers=True),
        held=Reply(drop_headers=True, hold_headers=True),
        billed=(7, 3),
    ),
    Fault(
        "drop in the stream",
        errors.EngineUnavailable,
        "broke off",
        "Hel",
        reply=Reply(drop_after=1),
        held=Reply(drop_after=1, hold_after=1),
        billed=(7, 3),
    ),
)
_BAD_ANSWERS = (
    _in_stream(
        "half a character at the end", event("Hel"), b'data: {"choices":[{"delta":{"content":"' + _HALF,
        error=errors.EngineUnavailable, words="broke off",
    ),
    _in_stream(
        "error object beside a choice", event("Hel"), _GIVEN_UP, b"data: [DONE]\n\n",
        error=errors.EngineUnavailable, words="disconnected",
    ),
    _in_stream(
        "an answer about the end of answers", event("Hel"), event("lo [DONE] all"), event("", "stop"),
        usage_event(prompt_tokens=7, completion_tokens=3), b"data: [DONE]\n\n",
        error=None, text="Hello [DONE] all", accuracy=Accuracy.COMPUTED,
    ),
    _in_stream(
        "a hundred equal pieces", event("Hel"), *[event("====")] * 120, event("", "stop"),
        usage_event(prompt_tokens=7, completion_tokens=121), b"data: [DONE]\n\n",
        error=None, text="Hel" + "====" * 120, accuracy=Accuracy.COMPUTED,
    ),
    Fault("end before the first word", errors.EngineUnavailable, "no answer came", reply=Reply(wire=()), billed=(7, 3)),
    _in_stream(
        "broken json", event("Hel"), b'data: {"choices":[{"del\n\n', event("lo", "stop"), b"data: [DONE]\n\n",
        error=errors.EngineUnavailable, words="broke off",
    ),
    Fault("no usage", None, "", "Hello", Reply(usage=None), Reply(usage=None, hold_after=1), billed=(7, 3)),
    _in_stream(
        "usage twice", event("Hel"), event("lo", "stop"), usage_event(prompt_tokens=7, completion_tokens=2),
        usage_event(prompt_tokens=7, completion_tokens=3), b"data: [DONE]\n\n",
        error=None, text="Hello", accuracy=Accuracy.COMPUTED,
    ),
    _in_stream(
        "a 2 MB line", event("Hel"), event("x" * 2_000_000), event("", "stop"),
        usage_event(prompt_tokens=7, completion_tokens=900), b"data: [DONE]\n\n",
        error=None, text="Hel" + "x" * 2_000_000, accuracy=Accuracy.COMPUTED,
    ),
    Fault(
        "error object in the stream", errors.EngineUnavailable, "upstream fell over", "Hel",
        Reply(error_after=1, error={"message": "upstream fell over", "code": 502}),
        Reply(error_after=1, error={"message": "upstream fell over", "code": 502}, hold_after=1), billed=(7, 3),
    ),
    Fault(
        "clean end without finish_reason", None, "", "Hello", Reply(finish=None), Reply(finish=None, hold_after=1),
        billed=(7, 3),
    ),
)  # fmt: skip

FAULTS = (*_STATUSES, *_UNREACHED, *_HANGS, *_DROPS, *_BAD_ANSWERS)
