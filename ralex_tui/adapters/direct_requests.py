"""A request as it goes over the wire without LiteLLM: address, headers and body of OpenAI's chat completions.

Where a provider's own form of API is another, its OpenAI-compatible one is used. Sends nothing, and imports
no HTTP library: the app asks it which models direct mode can reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ralex_tui.adapters.endpoints import NO_KEY, OPENROUTER_ADDRESS, Endpoint, find_endpoint
from ralex_tui.adapters.wire import sendable
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest

SIGNATURE = {"HTTP-Referer": "app://ralex-tui", "X-Title": "ralex-tui"}
"""What OpenRouter shows as the app."""

# Sources, read on 2026-11-23: the pages on OpenAI compatibility of Anthropic (platform.claude.com/docs,
# "OpenAI SDK compatibility") and of Google (ai.google.dev/gemini-api/docs/openai). Both take the key as a
# bearer, max_tokens and stream_options. Anthropic's keeps no prompts there and shows no thinking.
_ADDRESSES = {
    "openai": "https://api.openai.com/v1",
    "openrouter": OPENROUTER_ADDRESS,
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "ollama_chat": "http://127.0.0.1:11434",
}
# What stands between a kind's own address and the one that is compatible.
_COMPATIBLE = {"anthropic": "/v1", "gemini": "/openai", "ollama_chat": "/v1"}

# OpenAI's models that think take `max_completion_tokens` alone and no temperature but 1, by LiteLLM's
# own rule (1.106.2, llms/openai/chat/gpt_5_transformation.py and o_series_transformation.py).
_THINKING = re.compile(r"(?:^|/)o\d|gpt-[5-9](?!-chat)")
# Vendors at OpenRouter that a mark for the prompt cache is sent to, as LiteLLM has them.
_MARKED = ("claude", "gemini", "minimax", "glm", "z-ai")


@dataclass(frozen=True, slots=True)
class Order:
    """One request, ready to be sent. Its headers hold the key."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]


def can_reach(ref: ModelRef, endpoints: Iterable[Endpoint]) -> bool:
    """Whether an OpenAI-compatible address is known for the model's provider."""
    endpoint = find_endpoint(ref, endpoints)
    return endpoint is not None and address_of(endpoint) is not None


def address_of(endpoint: Endpoint) -> str | None:
    """The provider's OpenAI-compatible address, without a slash at its end; None where none is known."""
    if endpoint.kind not in _ADDRESSES:
        return None
    base, tail = base_of(endpoint).rstrip("/"), _COMPATIBLE.get(endpoint.kind, "")
    return base if base.endswith(tail) else base + tail


def base_of(endpoint: Endpoint) -> str:
    """The address of the provider's own API; empty where it is not known."""
    return endpoint.api_base or _ADDRESSES.get(endpoint.kind, "")


def is_sendable(key: str) -> bool:
    """Whether a key can stand in a header: printable ASCII without blanks."""
    return key.isascii() and key.isprintable() and " " not in key


def order_for(request: EngineRequest, endpoint: Endpoint, address: str) -> Order:
    """The request to a provider at its OpenAI-compatible `address`."""
    headers = {"content-type": "application/json", "accept": "text/event-stream", "accept-encoding": "identity"}
    if endpoint.key != NO_KEY:
        headers["authorization"] = f"Bearer {endpoint.key.reveal()}"
    if endpoint.kind == "openrouter":
        headers |= SIGNATURE
    return Order(f"{address}/chat/completions", headers, _body(request, endpoint))


def messages_of(request: EngineRequest, *, is_marked: bool) -> list[dict[str, Any]]:
    """The messages as the API wants them; the last one marked where all up to it is to be kept."""
    messages: list[dict[str, Any]] = [
        {"role": role.value, "content": sendable(text)} for role, text in request.messages
    ]
    if is_marked and messages:
        text = {"type": "text", "text": messages[-1]["content"], "cache_control": {"type": "ephemeral"}}
        messages[-1]["content"] = [text]
    return messages


def max_price_of(request: EngineRequest, endpoint: Endpoint) -> dict[str, Any]:
    """What bounds a broker's choice of a provider to the rates that the hold was made for; empty for no bound.

    So that no dearer one answers: then there is a refusal instead.
    """
    if request.max_rates is None or endpoint.kind != "openrouter":
        return {}
    prompt, completion = (float(rate.dollars) for rate in request.max_rates)
    return {"provider": {"max_price": {"prompt": prompt, "completion": completion}}}


def _body(request: EngineRequest, endpoint: Endpoint) -> dict[str, Any]:
    path = request.model.path
    is_broker = endpoint.kind == "openrouter"
    is_thinking = endpoint.kind == "openai" and _THINKING.search(path) is not None
    is_marked = request.is_cached and is_broker and any(vendor in path.lower() for vendor in _MARKED)
    body: dict[str, Any] = {
        "model": path,
        "messages": messages_of(request, is_marked=is_marked),
        "max_completion_tokens" if is_thinking else "max_tokens": request.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None and (not is_thinking or request.temperature == 1):
        body["temperature"] = request.temperature
    if is_broker:
        body |= {"usage": {"include": True}, **max_price_of(request, endpoint)}
    return body
