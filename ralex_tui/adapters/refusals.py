"""What a provider or the way to it did wrong, in our own words: the same for LiteLLM and for direct mode.

The HTTP status and the server's words decide. Knows no library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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
    "reduce the length of the messages",
)
_POLICY = (
    "content policy",
    "content_policy",
    "content management policy",
    "content_filter",
    "was flagged",
    "flagged_input",  # OpenRouter's metadata, beside the reasons
    "moderation",
)
_BAD_KEY = ("api key not valid", "api_key_invalid")  # Gemini, with HTTP 400
_NO_CREDIT = ("insufficient_quota", "credit balance is too low")
_NO_ENDPOINTS = ("no endpoints found", "no allowed providers")  # OpenRouter, with HTTP 404
_OVERLOADED = ("overloaded", "over capacity", "no capacity")

# A gateway's own time limit, and Cloudflare's: the provider behind it may have worked, and bill it.
_TIMED_OUT = (408, 504, 524)
# Busy, too early, or something else was in the way: it may go well the next time. Only for 424 somebody worked.
_IN_THE_WAY = (409, 421, 423, 424, 425)
_TRY = "try again, or pick another tier (F2)"
_LONGEST = 280


class Obstacle(Enum):
    """Why no connection could be made; nothing of the request was sent then."""

    UNKNOWN = "no connection could be made"
    NAME = "its name is not known"
    REFUSED = "nothing answers there"
    CERTIFICATE = "its certificate is not trusted"
    TLS = "no secure connection could be made"
    PROXY = "the proxy did not let it through"


@dataclass(frozen=True, slots=True)
class Fault:
    """What can be told of a request that failed.

    Args:
        status: Of HTTP, or the code in an error object; None where there was neither.
        words: The server's own sentence, without keys, not yet cleaned.
        raw: All that the server said, to look for its codes.
        has_started: Whether the provider had begun to answer: then it may bill, whatever it says now.
        host: Where the request went, as far as is known.
        moved_to: The address that a redirect names; None where there is none.
        is_timeout: Whether the network gave up waiting.
        is_too_long, is_policy: Whether a library says so, whatever the words are.
        retry_after_s: Seconds after which the server wants to be asked again.
    """

    ref: ModelRef
    status: int | None = None
    words: str = ""
    raw: str = ""
    has_started: bool = False
    host: str = ""
    obstacle: Obstacle | None = None
    moved_to: str | None = None
    is_timeout: bool = False
    is_too_long: bool = False
    is_policy: bool = False
    retry_after_s: float | None = None

    @property
    def provider(self) -> str:
        return _name(self.ref.provider)

    @property
    def detail(self) -> str:
        words = visible_line(self.words, 160)
        return f": {words}" if words else ""

    def says(self, words: tuple[str, ...]) -> bool:
        raw = f"{self.raw}\n{self.words}".lower()
        return any(word in raw for word in words)


def refusal(fault: Fault) -> EngineError:
    """The error that the user sees."""
    return (
        _unsent(fault) or _text_refusal(fault) or _account_refusal(fault) or _model_refusal(fault) or _breakdown(fault)
    )


def timeout(ref: ModelRef, seconds: float | None = None, detail: str = "") -> EngineError:
    """Nothing came for too long."""
    span = f" for {seconds:g} s" if seconds is not None else " in time"
    return errors.AnswerTimeout(_clip(f"nothing came from {_name(ref.id)}{span}{detail}"), hint=_TRY)


def no_endpoint(ref: ModelRef) -> EngineError:
    """The model's provider has no key and no address."""
    return errors.EngineUnavailable(
        f"{_name(ref.id)} can't be reached: there is no key and no address for {_name(ref.provider)}",
        hint="set its key in the environment or add it under providers: in config.yaml; `ralex doctor` tells more",
        may_be_billed=False,
    )


def nothing_came(ref: ModelRef) -> EngineError:
    """The provider began an answer and ended it without a single piece of one."""
    return errors.EngineUnavailable(f"no answer came: {_name(ref.provider)} ended it before its first word", hint=_TRY)


def unreadable(ref: ModelRef, what: str = "something that can't be read") -> EngineError:
    """The provider sent `what`, and no answer can be made of it."""
    return errors.EngineUnavailable(f"the answer broke off: {_name(ref.provider)} sent {what}", hint=_TRY)


def gave_up(ref: ModelRef) -> EngineError:
    """The provider ended its answer, and named an error as the reason."""
    return errors.EngineUnavailable(f"the answer broke off: {_name(ref.provider)} reported an error", hint=_TRY)


def bad_key(ref: ModelRef) -> EngineError:
    """The key has characters that no header can carry, so nothing was sent."""
    return errors.KeyRefused(
        f"the key for {_name(ref.provider)} has characters that no key has: it was not sent",
        hint="look for blanks, quotes and dots in its environment variable; `ralex doctor` names it",
        may_be_billed=False,
    )


def _unsent(fault: Fault) -> EngineError | None:
    """An error that kept the request from being taken at all; None where it is another."""
    if fault.obstacle is not None:
        at = f" at {_name(fault.host)}" if fault.host else ""
        why = f"{fault.obstacle.value}{fault.detail if fault.obstacle is Obstacle.CERTIFICATE else ''}"
        return errors.EngineUnavailable(
            _clip(f"{fault.provider} can't be reached{at}: {why}"),
            hint=_HINTS.get(fault.obstacle, _HINTS[Obstacle.UNKNOWN]),
            may_be_billed=False,
        )
    if fault.moved_to is not None:
        where = f"another host, {_name(fault.moved_to)}" if fault.moved_to else "another place"
        return errors.EngineUnavailable(
            _clip(f"{fault.provider} wants to send the request on to {where}; nothing was sent there"),
            hint="if you trust that address, set it as api_base under providers: in config.yaml",
            may_be_billed=False,
        )
    return None


_HINTS = {
    Obstacle.UNKNOWN: "check the network and, for a server of your own, that it runs at the address in config.yaml",
    Obstacle.NAME: "check the network, and the address under providers: in config.yaml",
    Obstacle.REFUSED: "check the network and, for a server of your own, that it runs at the address in config.yaml",
    Obstacle.CERTIFICATE: "check the address; the authority of a certificate of your own goes into SSL_CERT_FILE",
    Obstacle.TLS: "check whether the address in config.yaml should begin with http:// or https://",
    Obstacle.PROXY: "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY in the environment",
}


def _text_refusal(fault: Fault) -> EngineError | None:
    """An error that says no to the texts; None where it is another."""
    is_rate = fault.says(("tokens per minute", "rate_limit"))
    if fault.is_too_long or (fault.status in (400, 413, 422) and fault.says(_TOO_LONG)) or fault.status == 413:
        if is_rate and fault.status == 413:
            return _rate_limit(fault)  # Groq's way to say that one request is more than a minute's tokens
        return errors.ContextTooLong(
            _clip(f"the conversation is too long for {_name(fault.ref.id)}{fault.detail}"),
            hint="start a new conversation (ctrl+n) or pick another tier (F2)",
            may_be_billed=fault.has_started,
        )
    if fault.is_policy or (fault.status in (400, 403) and fault.says(_POLICY)):
        return errors.ContentRefused(
            _clip(f"{fault.provider} refused the content{fault.detail}"),
            hint="reword it or ask another model",
            may_be_billed=fault.has_started,
        )
    return None


def _account_refusal(fault: Fault) -> EngineError | None:
    """An error that says no to the key, the account or the pace; None where it is another."""
    status = fault.status
    if status == 402 and fault.retry_after_s is not None:
        return _rate_limit(fault)  # OpenRouter: what is on its way now would use up the credit
    if status == 402 or (status in (400, 403, 429) and fault.says(_NO_CREDIT)):
        return errors.KeyRefused(
            _clip(f"the account at {fault.provider} has no credit left for this request{fault.detail}"),
            hint=f"add credit at {fault.provider}, or pick another tier (F2)",
            may_be_billed=fault.has_started,
        )
    if status in (401, 403) or (status == 400 and fault.says(_BAD_KEY)):
        return errors.KeyRefused(
            _clip(f"{fault.provider} refused the key{fault.detail}"),
            hint="check the key in its environment variable; `ralex doctor` names it",
            may_be_billed=fault.has_started,
        )
    return _rate_limit(fault) if status == 429 else None


def _rate_limit(fault: Fault) -> EngineError:
    wait_s = fault.retry_after_s
    wait = f"try again in {wait_s:.0f} s" if wait_s else "wait a little"
    return errors.RateLimited(
        _clip(f"{fault.provider} has had too many requests{fault.detail}"),
        hint=f"{wait}, or pick another tier (F2)",
        may_be_billed=fault.has_started,
        retry_after_s=wait_s,
    )


def _model_refusal(fault: Fault) -> EngineError | None:
    """An error that says no to the model or the form of the request; None where it is another."""
    status, model = fault.status, _name(fault.ref.path)
    if status == 404 and fault.says(_NO_ENDPOINTS):
        what, hint = _why_no_endpoint(fault)
        return errors.ModelMissing(
            _clip(f"{fault.provider} has no provider for {model} {what}{fault.detail}"),
            hint=hint,
            may_be_billed=fault.has_started,
        )
    if status in (404, 410):
        return errors.ModelMissing(
            _clip(f"{fault.provider} has no model {model}{fault.detail}"),
            hint="check the model's id in config.yaml or pick another tier (F2)",
            may_be_billed=fault.has_started,
        )
    if status in _TIMED_OUT or status is None or status in _IN_THE_WAY or not 400 <= status < 500:
        return None
    return EngineError(
        _clip(f"{fault.provider} refused the request{fault.detail or f' (HTTP {status})'}"),
        hint="another tier (F2) may take it",
        may_be_billed=fault.has_started,
    )


def _why_no_endpoint(fault: Fault) -> tuple[str, str]:
    """In what OpenRouter found no provider for a model, and what to do about it."""
    if fault.says(("data policy", "privacy", "guardrail")):
        return "that your privacy settings there allow", "change them at the provider, or pick another tier (F2)"
    if fault.says(("that support", "that can handle")):
        return "that does all that was asked for", "pick another tier (F2)"
    if fault.says(("no allowed providers",)):
        return "that your settings there allow", "change them at the provider, or pick another tier (F2)"
    # Its words where its providers want more than the request's max_price, among other reasons.
    return "at the price known here", "its price may have risen: `ralex prices --refresh`; or pick another tier (F2)"


def _breakdown(fault: Fault) -> EngineError:
    """An error on the way or at the server: it may be billed nevertheless."""
    status = fault.status
    if status in _TIMED_OUT:
        return timeout(fault.ref, detail=fault.detail)
    if status is None and fault.is_timeout:
        return timeout(fault.ref)
    if status is not None and (status >= 500 or status in _IN_THE_WAY):
        is_busy = status == 529 or (status == 503 and fault.says(_OVERLOADED))
        what = f"is overloaded (HTTP {status})" if is_busy else f"failed with HTTP {status}"
        wait = f"try again in {fault.retry_after_s:.0f} s, or pick another tier (F2)" if fault.retry_after_s else _TRY
        return errors.EngineUnavailable(
            _clip(f"{fault.provider} {what}{fault.detail}"),
            hint=wait,
            may_be_billed=fault.has_started or status not in _IN_THE_WAY or status == 424,
            retry_after_s=fault.retry_after_s,
        )
    what = "the answer broke off" if fault.has_started else "no answer came"
    told = f"{fault.provider} reported an error" if fault.has_started and fault.words else ""
    return errors.EngineUnavailable(
        _clip(f"{what}: {told or f'the connection to {fault.provider} was lost'}{fault.detail}"), hint=_TRY
    )


def _clip(message: str) -> str:
    return visible_line(message, _LONGEST)


def _name(text: str) -> str:
    return visible_line(text, 60)
