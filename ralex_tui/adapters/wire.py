"""The protocol between the app and its engine process: one JSON object a line, both ways.

To the host:   {"op": "configure", "engine": ..., "endpoints": [...], "limits": {...}}  {"op": "warm"}  {"op": "ping"}
               {"op": "start", "id": ..., ...}  {"op": "cancel", "id": ...}  {"op": "close"}
From the host: {"ev": "hello"}  {"ev": "ready"}  {"ev": "warmed"}  {"ev": "unusable", error}  {"ev": "pong"}
               {"ev": "taken", "id": ...}  {"ev": "event", "id": ..., event}  {"ev": "error", "id": ..., error}
               {"ev": "closed", "id": ...}

A request of which no "taken" ever comes was certainly not sent. Nothing is started before "ready".
Knows nothing of processes and pipes. Keys cross here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import orjson

from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Finished, Sent, TextDelta, ThinkingDelta, UsageReported, Way
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest

MAX_LINE = 64 * 1024 * 1024
"""The longest line that either side takes, in bytes; a whole conversation is one line."""

NAMES: Mapping[Way, str] = {Way.LITELLM: "LiteLLM", Way.DIRECT: "direct mode"}
"""What each way is called in a sentence."""

_ERRORS: dict[str, type[EngineError]] = {
    kind.__name__: kind
    for kind in (
        EngineError,
        errors.EngineUnavailable,
        errors.EngineBroken,
        errors.ModelMissing,
        errors.KeyRefused,
        errors.RateLimited,
        errors.ContextTooLong,
        errors.ContentRefused,
        errors.AnswerTimeout,
    )
}


def sendable(text: str) -> str:
    """`text` without lone surrogates, which no JSON in UTF-8 can carry; each becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # By way of UTF-16, so that two halves of a pair become the character that they are.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def line(message: dict[str, Any]) -> bytes:
    """A message as it crosses."""
    return orjson.dumps(message) + b"\n"


def parse(data: bytes) -> dict[str, Any]:
    """A line as a message.

    Raises:
        ValueError: If it is not a JSON object.
    """
    message = orjson.loads(data)
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")
    return message


def pack_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "provider": endpoint.provider,
        "kind": endpoint.kind,
        "key": endpoint.key.reveal(),
        "api_base": endpoint.api_base,
        "is_local": endpoint.is_local,
    }


def unpack_endpoint(data: dict[str, Any]) -> Endpoint:
    return Endpoint(data["provider"], data["kind"], Secret(data["key"]), data["api_base"], data["is_local"])


def pack_request(request: EngineRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "model": request.model.id,
        "messages": [(role.value, sendable(text)) for role, text in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "is_cached": request.is_cached,
        "max_rates": [rate.nano for rate in request.max_rates or ()],
        "tier": request.tier,
    }


def unpack_request(data: dict[str, Any]) -> EngineRequest:
    rates = [Usd(nano) for nano in data["max_rates"]]
    return EngineRequest(
        id=data["id"],
        model=ModelRef(data["model"]),
        messages=tuple((Role(role), text) for role, text in data["messages"]),
        max_tokens=data["max_tokens"],
        temperature=data["temperature"],
        is_cached=data["is_cached"],
        max_rates=(rates[0], rates[1]) if rates else None,
        tier=Tier(data["tier"]) if data["tier"] else None,
    )


def pack_event(event: EngineEvent) -> dict[str, Any]:
    match event:
        case Sent(way):
            return {"kind": "sent", "way": way}
        case TextDelta(text):
            return {"kind": "text", "text": sendable(text)}
        case ThinkingDelta(text):
            return {"kind": "thinking", "text": sendable(text)}
        case UsageReported(usage, cost, is_counted):
            counts = [getattr(usage, each.name) for each in fields(usage)]
            return {
                "kind": "usage",
                "counts": counts,
                # As a string: JSON numbers beyond 64 bits are refused, amounts must not be.
                "cost": None if cost is None else str(cost.nano),
                "is_counted": is_counted,
            }
        case Finished(reason):
            return {"kind": "finished", "reason": None if reason is None else sendable(reason)}


def unpack_event(data: dict[str, Any]) -> EngineEvent:
    match data["kind"]:
        case "sent":
            return Sent(Way(data["way"]))
        case "text":
            return TextDelta(data["text"])
        case "thinking":
            return ThinkingDelta(data["text"])
        case "usage":
            cost = data["cost"]
            return UsageReported(
                TokenUsage(*data["counts"]), None if cost is None else Usd(int(cost)), data["is_counted"]
            )
        case "finished":
            return Finished(data["reason"])
        case other:
            raise ValueError(f"an unknown kind of event: {other!r}")


def pack_error(error: EngineError) -> dict[str, Any]:
    kind = type(error).__name__
    return {
        "kind": kind if kind in _ERRORS else EngineError.__name__,
        "message": sendable(error.message),
        "hint": sendable(error.hint),
        "may_be_billed": error.may_be_billed,
        "retry_after_s": error.retry_after_s,
    }


def unpack_error(data: dict[str, Any]) -> EngineError:
    kind = _ERRORS.get(data["kind"], EngineError)
    return kind(
        data["message"],
        hint=data["hint"],
        may_be_billed=data["may_be_billed"],
        retry_after_s=data["retry_after_s"],
    )
