"""Asks a provider for its list of models: free, and it tells whether address and key are right."""

from __future__ import annotations

import httpx

from ralex_tui.adapters.endpoints import KIND_ADDRESSES, NO_KEY, Endpoint
from ralex_tui.domain.errors import AnswerTimeout, EngineUnavailable, KeyRefused
from ralex_tui.domain.text import visible_line

# OpenRouter lists its models to anyone; what it says of a key tells whether the key is good.
_PATHS = {"openrouter": "/key", "ollama_chat": "/api/tags"}


async def reach(endpoint: Endpoint, *, timeout_s: float = 10.0) -> str:
    """Ask once, follow no redirect; what to say of it.

    Raises:
        EngineUnavailable: If there is no answer, or none that makes sense.
        KeyRefused: If the key is refused.
        AnswerTimeout: If nothing comes in `timeout_s` seconds.
    """
    await ask(endpoint, _PATHS.get(endpoint.kind, "/models"), timeout_s=timeout_s)
    return "reached, and its key is good" if endpoint.key is not NO_KEY else "reached"


async def ask(endpoint: Endpoint, path: str, *, base: str | None = None, timeout_s: float = 10.0) -> httpx.Response:
    """GET `path` below the endpoint's address, or below `base`, with its key; the answer, if it is a good one.

    Raises:
        EngineError: As `reach`.
    """
    name = visible_line(endpoint.provider, 40)
    root = base or endpoint.api_base or KIND_ADDRESSES.get(endpoint.kind, "")
    url = root.rstrip("/") + path
    try:
        # A proxy of the environment is for the world outside; it would only learn the key of a local server.
        trusts = not endpoint.is_local
        async with httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=trusts) as client:
            answer = await client.get(url, headers=_headers(endpoint))
    except httpx.TimeoutException as error:
        raise AnswerTimeout(f"nothing came from {name} in {timeout_s:g} s", hint="check the network") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EngineUnavailable(
            f"{name} can't be reached ({type(error).__name__})", hint="check the network and the address"
        ) from error
    if answer.status_code in (401, 403):
        raise KeyRefused(f"{name} refused the key", hint="check the key in its environment variable")
    if answer.status_code != 200:
        raise EngineUnavailable(f"{name} answered with HTTP {answer.status_code}", hint="check the address")
    return answer


def _headers(endpoint: Endpoint) -> dict[str, str]:
    key = endpoint.key.reveal()
    match endpoint.kind:
        case "anthropic":
            return {"x-api-key": key, "anthropic-version": "2023-06-01"}
        case "gemini":
            return {"x-goog-api-key": key}
        case "ollama_chat":
            return {}
        case _:
            return {"authorization": f"Bearer {key}"}
