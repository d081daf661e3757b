"""What LiteLLM raises, in our own words.

Knows the classes' quirks (facts measured on 1.106.2): refusals of the same kind come as different
classes by provider, so the HTTP status and the server's words decide, and the class only where
they are silent.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from ralex_tui.domain import errors
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.text import visible_line

_TOO_LONG = (
    "maximum context length",  # OpenAI; OpenRouter: "this endpoint's maximum context length is"
    "context_length_exceeded",
    "context length exceeded",
    "context window",
    "exceed_context_size",  # llama.cpp
    "exceeds the available context size",
    "prompt is too long",  # Anthropic
    "input token count",  # Gemini: "the input token count (x) exceeds the maximum"
)
_POLICY = (
    "content policy",
    "content_policy",
    "content management policy",
    "content_filter",
    "was flagged",
    "moderation",
)
_BAD_KEY = ("api key not valid", "api_key_invalid")  # Gemini, with HTTP 400
_NO_CREDIT = ("insufficient_quota", "credit balance is too low")
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
# What LiteLLM puts in front of the server's words.
_PREFIX = re.compile(r"^(?:litellm\.\w+: )*(?:\w+Error - )?")
# What the Router adds behind the server's words about fallbacks that we never set.
_ADDED = re.compile(r"\n+(?:LiteLLM: model group|model=|Received Model Group=).*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What can be told of an error, whatever its class."""

    ref: ModelRef
    names: frozenset[str]
    status: int | None
    words: str
    raw: str
    has_started: bool
    is_unconnected: bool
    is_timeout: bool
    retry_after: str

    @property
    def detail(self) -> str:
        return f": {self.words}" if self.words else ""


def translate(error: BaseException, ref: ModelRef, *, has_started: bool, redact: Callable[[str], str]) -> EngineError:
    """The error that the user sees.

    Args:
        has_started: Whether the provider had begun to answer: then it may bill, whatever it says now.
        redact: Takes keys out of the server's words.
    """
    failure = _look(error, ref, has_started, redact)
    if failure.is_unconnected:
        return errors.EngineUnavailable(
            f"{_name(ref.provider)} can't be reached: no connection could be made",
            hint="check the network and, for a server of your own, that it runs at the address in config.yaml",
            may_be_billed=False,
        )
    return _text_refusal(failure) or _request_refusal(failure) or _breakdown(failure)


def is_refusal(error: BaseException) -> bool:
    """Whether an error came in place of an answer: as an HTTP status, or for want of a connection."""
    return any(isinstance(each, httpx.HTTPStatusError | httpx.TransportError) for each in _chain(error))


def _text_refusal(failure: _Failure) -> EngineError | None:
    """An error that says no to the texts; None where it is another."""
    status, raw, billed = failure.status, failure.raw.lower(), failure.has_started
    if "ContextWindowExceededError" in failure.names or (status in (400, 413, 422) and _has(raw, _TOO_LONG)):
        return errors.ContextTooLong(
            f"the conversation is too long for {_name(failure.ref.id)}{failure.detail}",
            hint="start a new conversation (ctrl+n) or pick another tier (F2)",
            may_be_billed=billed,
        )
    if "ContentPolicyViolationError" in failure.names or (status in (400, 403) and _has(raw, _POLICY)):
        return errors.ContentRefused(
            f"{_name(failure.ref.provider)} refused the content{failure.detail}",
            hint="reword it or ask another model",
            may_be_billed=billed,
        )
    return None


def _request_refusal(failure: _Failure) -> EngineError | None:
    """An error that says no to the key, the account, the pace or the model; None where it is another."""
    status, raw, billed = failure.status, failure.raw.lower(), failure.has_started
    provider = _name(failure.ref.provider)
    if status == 402 or (status in (400, 403, 429) and _has(raw, _NO_CREDIT)):
        return errors.KeyRefused(
            f"the account at {provider} has no credit left for this request{failure.detail}",
            hint=f"add credit at {provider}, or pick another tier (F2)",
            may_be_billed=billed,
        )
    if status in (401, 403) or (status == 400 and _has(raw, _BAD_KEY)):
        return errors.KeyRefused(
            f"{provider} refused the key{failure.detail}",
            hint="check the key in its environment variable; `ralex doctor` names it",
            may_be_billed=billed,
        )
    if status == 429:
        wait = f"try again in {failure.retry_after} s" if failure.retry_after else "wait a little"
        return errors.RateLimited(
            f"{provider} has had too many requests{failure.detail}",
            hint=f"{wait}, or pick another tier (F2)",
            may_be_billed=billed,
        )
    if status == 404 and "no endpoints found" in raw:
        # OpenRouter's words where its providers want more than the request's max_price, among other reasons.
        return errors.EngineUnavailable(
            f"{provider} has no provider for {_name(failure.ref.path)} at the price known here{failure.detail}",
            hint="its price may have risen: `ralex prices --refresh`; or pick another tier (F2)",
            may_be_billed=billed,
        )
    if status == 404:
        return errors.EngineUnavailable(
            f"{provider} has no model {_name(failure.ref.path)}{failure.detail}",
            hint="check the model's id in config.yaml or pick another tier (F2)",
            may_be_billed=billed,
        )
    if status in (400, 413, 422):
        return EngineError(f"{provider} refused the request{failure.detail}", may_be_billed=billed)
    return None


def _breakdown(failure: _Failure) -> EngineError:
    """An error on the way or at the server: it may be billed nevertheless."""
    provider = _name(failure.ref.provider)
    if failure.is_timeout:
        return timeout(failure.ref)
    if failure.status is not None and failure.status >= 500:
        return errors.EngineUnavailable(
            f"{provider} failed with HTTP {failure.status}{failure.detail}",
            hint="try again, or pick another tier (F2)",
        )
    what = "the answer broke off" if failure.has_started else "no answer came"
    return errors.EngineUnavailable(
        f"{what}: the connection to {provider} was lost{failure.detail}",
        hint="try again, or pick another tier (F2)",
    )


def timeout(ref: ModelRef, seconds: float | None = None) -> EngineError:
    """Nothing came for too long."""
    span = f" for {seconds:g} s" if seconds is not None else " in time"
    return errors.AnswerTimeout(f"nothing came from {_name(ref.id)}{span}", hint="try again, or pick another tier (F2)")


def no_endpoint(ref: ModelRef) -> EngineError:
    """The model's provider has no key and no address."""
    return errors.EngineUnavailable(
        f"{_name(ref.id)} can't be reached: there is no key and no address for {_name(ref.provider)}",
        hint="set its key in the environment or add it under providers: in config.yaml; `ralex doctor` tells more",
        may_be_billed=False,
    )


def _look(error: BaseException, ref: ModelRef, has_started: bool, redact: Callable[[str], str]) -> _Failure:
    chain = list(_chain(error))
    raw = _ADDED.sub("", str(error))
    is_connection = any(isinstance(each, httpx.TransportError) for each in chain)
    kinds = [kind for each in chain for kind in type(each).__mro__]
    names = frozenset(kind.__name__ for kind in kinds)
    full_names = {f"{kind.__module__.partition('.')[0]}.{kind.__name__}" for kind in kinds}
    is_timeout = "Timeout" in names or any(isinstance(each, httpx.TimeoutException | TimeoutError) for each in chain)
    return _Failure(
        ref=ref,
        names=names,
        # LiteLLM invents a 500 or a 408 for what never was an HTTP answer.
        status=None if is_connection else _status(chain, has_started),
        words=visible_line(redact(_words(raw))),
        raw=raw,
        has_started=has_started,
        is_unconnected=not has_started and not _NEVER_CONNECTED.isdisjoint(full_names),
        is_timeout=is_timeout,
        retry_after=_retry_after(chain),
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _status(chain: list[BaseException], has_started: bool) -> int | None:
    if has_started:
        # An error object inside a stream: OpenAI's client keeps its code in the body only,
        # and LiteLLM's class then says 500.
        for each in chain:
            body = getattr(each, "body", None)
            code = body.get("code") if isinstance(body, dict) else None
            if isinstance(code, int):
                return code
    status = getattr(chain[0], "status_code", None)
    if has_started and "APIConnectionError" in (type(each).__name__ for each in chain):
        return None
    return status if isinstance(status, int) else None


def _retry_after(chain: list[BaseException]) -> str:
    for each in chain:
        headers = getattr(getattr(each, "response", None), "headers", None)
        value = headers.get("retry-after", "") if headers is not None else ""
        if isinstance(value, str) and value.isdecimal() and len(value) <= 5:
            return value
    return ""


def _words(raw: str) -> str:
    """The server's own words: without LiteLLM's class names in front and the JSON around them."""
    text = _unquoted(_PREFIX.sub("", raw.split("Exception - ", 1)[-1]).strip())
    start = text.find("{")
    if start >= 0:
        try:
            body = json.loads(text[start:])
        except ValueError:
            return text
        inner = body.get("error", body) if isinstance(body, dict) else body
        message = inner.get("message") if isinstance(inner, dict) else inner
        if isinstance(message, str):
            return message
    return text.removeprefix("Message: ").split(", Metadata: {}", 1)[0]


def _unquoted(text: str) -> str:
    """A text that stands as Python writes bytes, which is how LiteLLM hands on some servers' bodies."""
    if not text.startswith(("b'", 'b"')):
        return text
    try:
        body = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else text


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _name(text: str) -> str:
    return visible_line(text, 80)
