"""Deployments: how each of a tier's models has fared, which goes first, which rests, what helps after a failure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.errors import (
    AnswerTimeout,
    ContentRefused,
    ContextTooLong,
    EngineBroken,
    EngineError,
    EngineUnavailable,
    KeyRefused,
    ModelMissing,
    RateLimited,
)
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Model

# First tokens that the latency is the median of.
_REMEMBERED = 20
# What a deployment that was never measured counts as: it is tried where those that were are slower.
_UNMEASURED_S = 0.5
# Differences below this are noise; without it two equal models would take turns, and neither's cache stays warm.
_LATENCY_STEP_S = 0.25

_REST_S = 30.0
_LONGEST_REST_S = 600.0
_LONGEST_ASKED_S = 3_600.0
_REST_WITHOUT_KEY_S = 300.0

# How long a turn waits for a deployment that asked for it, where no other is there.
_LONGEST_WAIT_S = 20.0
_WAIT_S = 0.5


class Condition(StrEnum):
    """How a deployment stands."""

    UNTRIED = "not tried yet"
    HEALTHY = "healthy"
    FAILING = "failing"  # the last request failed, and it does not rest
    RESTING = "resting"  # others go first until it has rested


@dataclass(frozen=True, slots=True)
class Health:
    """How one deployment has fared.

    Args:
        n_failures: Requests that it failed; `n_timeouts` of them by silence. Stopped ones count as answered.
        n_failures_running: Those since its last answer.
        first_tokens_s: Of its last answers, oldest first.
        rests_until: None where it never rested.
    """

    n_requests: int = 0
    n_failures: int = 0
    n_timeouts: int = 0
    n_failures_running: int = 0
    first_tokens_s: tuple[float, ...] = ()
    last_at: datetime | None = None
    last_error: str = ""
    last_message: str = ""
    last_error_at: datetime | None = None
    rests_until: datetime | None = None

    @property
    def latency_s(self) -> float | None:
        """The median time to its first token, in seconds; None where it never answered."""
        return median(self.first_tokens_s) if self.first_tokens_s else None

    def is_resting(self, now: datetime) -> bool:
        return self.rests_until is not None and now < self.rests_until

    def condition(self, now: datetime) -> Condition:
        if self.is_resting(now):
            return Condition.RESTING
        if self.n_requests == 0:
            return Condition.UNTRIED
        return Condition.FAILING if self.n_failures_running else Condition.HEALTHY

    def after(self, attempt: Attempt) -> Health:
        """The same with one more request."""
        is_failure = attempt.outcome is Outcome.FAILED and is_its_fault(attempt.error)
        first = () if attempt.first_token_s is None else (attempt.first_token_s,)
        changed = replace(
            self,
            n_requests=self.n_requests + 1,
            first_tokens_s=(*self.first_tokens_s, *first)[-_REMEMBERED:],
            last_at=attempt.at,
        )
        if not is_failure:
            return replace(changed, n_failures_running=0, rests_until=None)
        until = attempt.at + timedelta(seconds=attempt.rest_s) if attempt.rest_s else None
        return replace(
            changed,
            n_failures=self.n_failures + 1,
            n_timeouts=self.n_timeouts + attempt.is_timeout,
            n_failures_running=self.n_failures_running + 1,
            last_error=attempt.error,
            last_message=attempt.message,
            last_error_at=attempt.at,
            rests_until=until or self.rests_until,
        )


UNTRIED = Health()

# Errors that say something of the request and nothing of the deployment.
_OF_THE_REQUEST = frozenset({"", ContextTooLong.__name__, ContentRefused.__name__, EngineError.__name__})


def is_its_fault(error: str) -> bool:
    """Whether an error, by its class's name, counts against the deployment."""
    return error not in _OF_THE_REQUEST and error != EngineBroken.__name__


def rest_s(error: BaseException, health: Health) -> float:
    """For how many seconds a deployment should rest after `error`; 0 for not at all.

    Args:
        health: As it was before.
    """
    if isinstance(error, KeyRefused | ModelMissing):
        return _REST_WITHOUT_KEY_S
    if not isinstance(error, EngineError) or not is_its_fault(type(error).__name__):
        return 0.0
    if error.retry_after_s is not None:
        return min(error.retry_after_s, _LONGEST_ASKED_S)
    rest: float = _REST_S * 2**health.n_failures_running
    return min(rest, _LONGEST_REST_S)


def cost_of_a_usual_answer(model: Model) -> tuple[bool, int]:
    """A key to sort by; in nano-dollars. Models without a price come last: they can't be used until they have one."""
    return (model.price is None, model.price.worst_case(1_000, 300).nano if model.price else 0)


def ranked(models: Iterable[Model], pick: str, health: Mapping[str, Health], now: datetime) -> list[Model]:
    """A tier's models, the one to ask first at the front: by the tier's nature, those that rest last.

    Args:
        models: In the configured order, which decides between equals.
        pick: "order", "cost" or "latency".
        health: By the model's full id.
    """

    def key(model: Model) -> tuple[bool, float, bool, float]:
        known = health.get(model.ref.id, UNTRIED)
        # Among those that rest, the one that has soonest rested.
        rests = known.is_resting(now)
        until = known.rests_until.timestamp() if rests and known.rests_until else 0.0
        return (rests, until, *_by_nature(model, pick, known))

    return sorted(models, key=key)


def _by_nature(model: Model, pick: str, known: Health) -> tuple[bool, float]:
    match pick:
        case "cost":
            return cost_of_a_usual_answer(model)
        case "latency":
            latency_s = known.latency_s
            return (False, (_UNMEASURED_S if latency_s is None else latency_s) // _LATENCY_STEP_S)
        case _:
            return (False, 0.0)


_BRIEF = (
    (RateLimited, "has had too many requests"),
    (KeyRefused, "refused the key"),
    (ModelMissing, "is not there"),
    (ContextTooLong, "can't hold this much"),
    (ContentRefused, "refused the content"),
    (AnswerTimeout, "said nothing in time"),
    (EngineBroken, "could not be asked through LiteLLM"),
)


def what_it_did(error: BaseException) -> str:
    """What a deployment did that made another one answer, as the end of a sentence."""
    if type(error) is EngineUnavailable and not error.may_be_billed:
        return "can't be reached"
    return next((words for kind, words in _BRIEF if isinstance(error, kind)), "failed")


class Remedy(StrEnum):
    """What a turn does after a failure before the first word."""

    RETRY = "retry"  # ask the same deployment once more
    OTHER = "other"  # ask another one
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Next:
    """What helps after a failure, and after which wait."""

    remedy: Remedy
    wait_s: float = 0.0


def after_failure(error: BaseException, failed: Sequence[str], *, has_other: bool) -> Next:
    """What a turn does next.

    Args:
        error: What the last request ended in, before any word came.
        failed: The ids of the models asked so far in this turn, in order; the last one has just failed.
        has_other: Whether there is one that was not asked yet.
    """
    n_asked = failed.count(failed[-1])
    if isinstance(error, EngineBroken):
        # The same deployment by another way; twice, if that one breaks too.
        return Next(Remedy.RETRY) if n_asked <= 2 else Next(Remedy.OTHER if has_other else Remedy.NONE)
    if isinstance(error, KeyRefused | ModelMissing | ContentRefused | ContextTooLong):
        return Next(Remedy.OTHER if has_other else Remedy.NONE)
    if not isinstance(error, RateLimited | AnswerTimeout | EngineUnavailable):
        return Next(Remedy.NONE)
    if has_other:
        return Next(Remedy.OTHER)
    # Silence has taken its time already, and may have been billed: the user decides about more of it.
    if n_asked > 1 or isinstance(error, AnswerTimeout):
        return Next(Remedy.NONE)
    wait_s = _WAIT_S if error.retry_after_s is None else error.retry_after_s
    if isinstance(error, RateLimited) and error.retry_after_s is None:
        wait_s = 2.0
    return Next(Remedy.RETRY, wait_s) if wait_s <= _LONGEST_WAIT_S else Next(Remedy.NONE)
