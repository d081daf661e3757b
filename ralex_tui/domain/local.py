"""Servers on this computer that models can be asked from, as they were found."""

from __future__ import annotations

from dataclasses import dataclass

from ralex_tui.domain.models import ModelRef

FOUND_PROVIDERS = ("ollama", "lmstudio", "llamacpp", "vllm", "koboldcpp")
"""What models of found servers are called by: `ollama/qwen3:8b`. The second of a kind gets its port: `vllm-8080`."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that a server lists and that can chat.

    Args:
        ref: The server's provider name, and the model as its server calls it.
        is_loaded: Whether it answers without being loaded first; false where the server does not tell.
        context: Tokens its context holds; None where not told.
    """

    ref: ModelRef
    is_loaded: bool = False
    context: int | None = None


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server on this computer.

    Args:
        provider: The first part of its models' ids: one of `FOUND_PROVIDERS`, or an entry of `providers:`.
        software: What it is, for people; its own word where it is known to be true.
        address: Where it listens, for people: "127.0.0.1:11434".
        api_base: Where OpenAI's API begins.
        models: Those that can chat, the loaded ones first.
        n_left_out: Models that it lists and that can't be used: for other work, too many, or oddly named.
        trouble: Why its models can't be used; empty where they can.
        is_configured: Whether it is an entry of `providers:`.
    """

    provider: str
    software: str
    address: str
    api_base: str
    models: tuple[FoundModel, ...] = ()
    n_left_out: int = 0
    trouble: str = ""
    is_configured: bool = False


def has_found_name(provider: str) -> bool:
    """Whether a provider is called as found servers are."""
    name, _, port = provider.partition("-")
    return name in FOUND_PROVIDERS and (not port or port.isdigit())
