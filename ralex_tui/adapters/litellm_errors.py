"""What LiteLLM raises, as a fault that `refusals` puts into words.

Knows the classes' quirks (facts measured on 1.106.2): refusals of the same kind come as different
classes by provider, so the HTTP status and the server's words decide, and the class only where
they are silent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from ralex_tui.adapters.obstacles import certificate_words, chain_of, host_in, obstacle_of, other_place
from ralex_tui.adapters.provider_words import code_in, wait_asked, without_additions, words_of
from ralex_tui.adapters.refusals import Fault, refusal, unreadable
from ralex_tui.domain.errors import EngineBroken, EngineError
from ralex_tui.domain.models import ModelRef

# Nothing of the request can have arrived where one of these ended it. httpx.ConnectError is not
# among them: LiteLLM's transport raises it for any OSError, a reset after sending included.
_NEVER_CONNECTED = frozenset(
    {
        "aiohttp.ClientConnectorError",
        "aiohttp.ConnectionTimeoutError",
        "httpcore.ConnectError",
        "httpcore.ConnectTimeout",
        "builtins.ConnectionRefusedError",
        "socket.gaierror",
    }
)
# Bugs, of LiteLLM's or of what it stands on: no provider says such a thing.
_BUGS = (AttributeError, TypeError, NameError, ImportError, IndexError, AssertionError, NotImplementedError)


def translate(
    error: BaseException, ref: ModelRef, *, has_started: bool, address: str, redact: Callable[[str], str]
) -> EngineError:
    """The error that the user sees.

    Args:
        has_started: Whether the provider had begun to answer: then it may bill, whatever it says now.
        address: Where the request went; empty where it is not known.
        redact: Takes keys out of the server's words.
    """
    chain = list(chain_of(error))
    if (bug := _bug(chain)) is not None:
        return EngineBroken(
            f"LiteLLM failed by itself ({type(bug).__name__})", hint="try again; `ralex doctor` tells more"
        )
    if _is_unreadable(chain):
        return unreadable(ref)
    return refusal(_fault(chain, ref, has_started, address, redact))


def is_refusal(error: BaseException) -> bool:
    """Whether an error came in place of an answer: as an HTTP status, or for want of a connection."""
    return any(isinstance(each, httpx.HTTPStatusError | httpx.TransportError) for each in chain_of(error))


def _fault(
    chain: list[BaseException], ref: ModelRef, has_started: bool, address: str, redact: Callable[[str], str]
) -> Fault:
    is_connection = any(isinstance(each, httpx.TransportError) for each in chain)
    kinds = [kind for each in chain for kind in type(each).__mro__]
    names = {kind.__name__ for kind in kinds}
    full_names = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in kinds}
    is_unconnected = not has_started and not _NEVER_CONNECTED.isdisjoint(full_names)
    body = _body(chain)
    raw = redact(body or without_additions(str(chain[0])))
    # LiteLLM invents a 500 or a 408 for what never was an HTTP answer.
    status = None if is_connection else _status(chain, has_started)
    headers = _headers(chain)
    is_moved = status is not None and 300 <= status < 400
    return Fault(
        ref,
        status=status,
        # Once more: within JSON a key may be spelled with escapes, and be itself only when it is read.
        words=redact(certificate_words(chain[0]) if is_connection else words_of(raw)),
        raw=raw,
        has_started=has_started,
        host=host_in(address),
        obstacle=obstacle_of(chain[0]) if is_unconnected else None,
        moved_to=other_place(address, headers.get("location", "")) if is_moved else None,
        is_timeout="Timeout" in names or any(isinstance(each, httpx.TimeoutException | TimeoutError) for each in chain),
        is_too_long="ContextWindowExceededError" in names,
        is_policy="ContentPolicyViolationError" in names,
        retry_after_s=wait_asked(headers, raw),
    )


def _bug(chain: list[BaseException]) -> BaseException | None:
    """The bug that an error of LiteLLM's was made of; None where a provider or the network is behind it."""
    if is_refusal(chain[0]) or any(_real_status(each) is not None for each in chain):
        return None
    return next((each for each in chain if isinstance(each, _BUGS)), None)


def _is_unreadable(chain: list[BaseException]) -> bool:
    """Whether the answer's own bytes ended it: no UTF-8, or no JSON."""
    if is_refusal(chain[0]) or any(_real_status(each) is not None for each in chain):
        return False
    return any(isinstance(each, UnicodeDecodeError | json.JSONDecodeError) for each in chain)


def _status(chain: list[BaseException], has_started: bool) -> int | None:
    if has_started:
        # An error object inside a stream: OpenAI's client keeps its code in the body only,
        # and LiteLLM's class then says 500.
        for each in chain:
            if (code := code_in(getattr(each, "body", None))) is not None:
                return code
    real = next((status for each in reversed(chain) if (status := _real_status(each)) is not None), None)
    if real is not None:
        return real
    status = getattr(chain[0], "status_code", None)
    if has_started and "APIConnectionError" in (type(each).__name__ for each in chain):
        return None
    return status if isinstance(status, int) else None


def _real_status(error: BaseException) -> int | None:
    """The status of an answer that came over HTTP; LiteLLM's own classes make theirs up."""
    if not isinstance(error, httpx.HTTPStatusError) and type(error).__module__.partition(".")[0] != "openai":
        return None
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _body(chain: list[BaseException]) -> str:
    """The refusal as it came, where OpenAI's client keeps it: its own sentence and LiteLLM's leave out half of it."""
    for each in reversed(chain):
        body = getattr(each, "body", None)
        if isinstance(body, dict) and body and type(each).__module__.partition(".")[0] == "openai":
            return json.dumps({"error": body})
    return ""


def _headers(chain: list[BaseException]) -> Mapping[str, str]:
    """Those of the answer that refused; LiteLLM's own classes have some of their own making, or none."""
    for each in reversed(chain):
        headers: Any = getattr(getattr(each, "response", None), "headers", None)
        if isinstance(headers, httpx.Headers) and len(headers):
            return headers
    return httpx.Headers()
