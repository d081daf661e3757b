"""Every error that a user may see, with what to do about it.

RalexError
├── UsageError              the call or the input is wrong        (exit code 2)
├── ConfigError             config.yaml or a theme is wrong       (exit code 2)
├── BudgetError                                                   (exit code 3)
│   ├── BudgetExceeded      the day's money does not cover it
│   ├── DayInDoubt          the clock leapt: the new day has to be confirmed
│   └── PriceUnknown        a paid model without a price
├── EngineError             a model did not answer as it should   (exit code 4)
│   ├── EngineUnavailable   no answer can be had from it at all
│   │   └── EngineBroken    what carries the requests failed, not the provider
│   ├── ModelMissing        the provider has no such model
│   ├── NoModel             a tier has no model that can be reached
│   ├── KeyRefused          the provider refused the key
│   ├── RateLimited         too many requests
│   ├── ContextTooLong      the conversation does not fit the model
│   ├── ContentRefused      the provider's policy refused it
│   └── AnswerTimeout       nothing came in time; it may be billed
└── StorageError            a file can't be read, locked, written (exit code 1)
    └── LedgerUnreadable    so no paid request may leave
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ralex_tui.domain.budget import Shortfall


class RalexError(Exception):
    """Something a user can understand and do something about.

    Args:
        message: What happened, to what; one sentence, lower case, no full stop.
        hint: What to do; may be empty where nothing helps.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RalexError):
    """The call or the input is wrong."""

    exit_code = 2


class ConfigError(RalexError):
    """config.yaml or a theme file can't be used as it is."""

    exit_code = 2


class BudgetError(RalexError):
    """A request was refused before it left, for money's sake."""

    exit_code = 3


class BudgetExceeded(BudgetError):
    """What is left of a limit does not cover the request. Nothing was reserved.

    Args:
        shortfall: Which limit, and by how much; None where the error came from elsewhere.
    """

    def __init__(self, message: str, *, hint: str = "", shortfall: Shortfall | None = None) -> None:
        super().__init__(message, hint=hint)
        self.shortfall = shortfall


class DayInDoubt(BudgetError):
    """The clock leapt far ahead, and the user has not said that the new day is real."""


class PriceUnknown(BudgetError):
    """A paid model has no price, so its worst case can't be reserved.

    Args:
        model: Its full id.
    """

    def __init__(self, message: str, *, hint: str = "", model: str = "") -> None:
        super().__init__(message, hint=hint)
        self.model = model


class EngineError(RalexError):
    """A model did not answer as it should.

    Args:
        may_be_billed: Whether the provider may have charged for the request all the same.
        retry_after_s: Seconds to wait before the next try, where the provider named them.
    """

    exit_code = 4

    def __init__(
        self, message: str, *, hint: str = "", may_be_billed: bool = True, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.may_be_billed = may_be_billed
        self.retry_after_s = retry_after_s


class EngineUnavailable(EngineError):
    """No connection, a dead process, a missing package: no answer can be had."""


class EngineBroken(EngineUnavailable):
    """What carries requests failed by itself: LiteLLM can't be imported, hangs, died, or raised what no provider says.

    Another way to the same provider may work: direct mode.
    """


class ModelMissing(EngineError):
    """The provider has no such model, or none at the price that was held for it."""


class NoModel(EngineError):
    """A tier has no model that can be reached."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, may_be_billed=False)


class KeyRefused(EngineError):
    """The provider refused the key, or the account behind it has no credit."""


class RateLimited(EngineError):
    """The provider has had too many requests."""


class ContextTooLong(EngineError):
    """The conversation does not fit into the model's context."""


class ContentRefused(EngineError):
    """The provider's content policy refused the request or the answer."""


class AnswerTimeout(EngineError):
    """Nothing came in time; the provider may bill it nevertheless."""


class StorageError(RalexError):
    """A file of ours can't be read, locked or written."""


class LedgerUnreadable(StorageError):
    """The ledger can't be trusted, so no paid request may leave. Reading goes on."""
