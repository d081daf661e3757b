"""The ledger's records and what became of a request. Records are only ever added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from ralex_tui.domain.budget import Scope
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, TokenUsage
from ralex_tui.domain.remarks import THUMBS, Decision, Opinion, Reconciliation, Tariff, Verdict

# A provider's figure and ours agree when they are apart by no more than one of these: LiteLLM,
# OpenRouter and we round at different places.
_AGREE_PERCENT = 1
_AGREE_USD = Usd(1_000_000)


class Outcome(StrEnum):
    """How a request ended."""

    DONE = "done"
    STOPPED = "stopped"  # by the user
    FAILED = "failed"
    ABANDONED = "abandoned"  # its process died; settled by whoever came next


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money held for one request. On disk before the request leaves.

    Args:
        day: The budget day it counts in, whatever the time when it settles.
        owner: The process that holds it; its lock file dies with it.
        amount: The worst case, possibly cut to what was left.
        max_tokens: The output that `amount` pays for; always sent along.
        price: Frozen here, whatever the price tables say later.
        answer: The id of the message that it is for; several tries may be for one. Empty in old records.
        request_kind: What was asked for, by `domain.kinds` at that time; empty in old records.
        tariff: The id of the day's `Tariff` that held then; empty where no tier had a price.
    """

    id: str
    day: date
    at: datetime
    owner: str
    conversation: str
    tier: Tier
    model: str
    amount: Usd
    input_bound: int
    max_tokens: int
    price: Price
    is_auto: bool = False
    answer: str = ""
    request_kind: str = ""
    tariff: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a reservation came to. One a reservation; a second one changes nothing.

    Args:
        computed: Tokens times the frozen price, where the tokens are known.
        reported: The provider's own figure, where it gave one.
        charged: What counts: the larger of the two, or an upward estimate.
        error: The class of what went wrong, as in `domain/errors.py`, never its words; empty for nothing, and in
            old records.
    """

    id: str
    at: datetime
    charged: Usd
    accuracy: Accuracy
    outcome: Outcome
    usage: TokenUsage | None = None
    computed: Usd | None = None
    reported: Usd | None = None
    first_token_s: float | None = None
    duration_s: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The first record of a day: the rule by which it was opened, which holds until it is over.

    Written once more on that day where the limit was changed; the rule of the first one holds, and the last limit.

    Args:
        zone: An IANA name, or an offset such as "UTC+05:30".
        why: Set where the user was asked, since the clock had leapt.
        limit: The day's limit as it was configured, for looking back; None in old records. While the day lasts,
            what is configured counts.
    """

    id: str
    day: date
    at: datetime
    zone: str
    reset_hour: int
    why: str = ""
    limit: Usd | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """The user's decision to allow more, recorded with the reason.

    Args:
        scope: A day's raise counts for that day, a month's for the month in which `day` lies.
        conversation: The one it is for, where the scope says so.
    """

    id: str
    day: date
    at: datetime
    amount: Usd
    why: str
    scope: Scope = Scope.DAY
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The user's decision to let one request past the limits, recorded with its reservation.

    A limit grows by what the request takes beyond what was left of it: by its hold first, then by
    its charge. What it does not use is not there for the next one.
    """

    id: str
    day: date
    at: datetime
    request: str
    missing: Mapping[Scope, Usd]
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Another figure for a settled charge, which stays in the ledger beside it. The last one counts.

    Args:
        of: The reservation's id.
        who: "user", or who else said so: "provider".
    """

    id: str
    of: str
    at: datetime
    charged: Usd
    accuracy: Accuracy
    who: str
    why: str
    usage: TokenUsage | None = None


Record: TypeAlias = (
    Reservation | Settlement | DayOpened | Raise | Allowance | Correction | Decision | Reconciliation | Tariff | Verdict
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A reservation with what became of it: a line of the spend."""

    reservation: Reservation
    settlement: Settlement | None = None
    corrections: tuple[Correction, ...] = ()
    tariff: Tariff | None = None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.settlement is None

    @property
    def cost(self) -> Figure:
        """What it was charged, by the last word on it; nothing while it is held."""
        if self.corrections:
            return Figure(self.corrections[-1].charged, self.corrections[-1].accuracy)
        if self.settlement is None:
            return Figure(ZERO, Accuracy.EXACT)
        return Figure(self.settlement.charged, self.settlement.accuracy)

    @property
    def weight(self) -> Usd:
        """What it takes from a limit: its charge, or its hold while it is open."""
        return self.reservation.amount if self.settlement is None else self.cost.amount

    @property
    def usage(self) -> TokenUsage | None:
        """Its tokens, by the last word on them; None where nobody told."""
        counted = [correction.usage for correction in self.corrections if correction.usage is not None]
        return counted[-1] if counted else self.settlement.usage if self.settlement else None

    @property
    def thumb(self) -> Opinion:
        """UP, DOWN, or NONE where the user said neither."""
        thumbs = [each.opinion for each in self.verdicts if each.opinion in THUMBS]
        return thumbs[-1] if thumbs else Opinion.NONE

    def was(self, opinion: Opinion) -> bool:
        """Whether the user ever said so."""
        return any(each.opinion is opinion for each in self.verdicts)

    @property
    def is_cut_off(self) -> bool:
        """Whether a crash cut it off, so that its hold was charged, and nobody has corrected that since."""
        is_abandoned = self.settlement is not None and self.settlement.outcome is Outcome.ABANDONED
        return is_abandoned and not self.corrections

    @property
    def is_overrun(self) -> bool:
        """Whether it was charged more than it held."""
        return self.settlement is not None and self.cost.amount > self.reservation.amount

    @property
    def variance(self) -> Usd | None:
        """The provider's figure less ours, where they don't agree; None where they do, or one is missing."""
        settled = self.settlement
        if settled is None or settled.computed is None or settled.reported is None:
            return None
        return None if agree(settled.computed, settled.reported) else settled.reported - settled.computed


def agree(computed: Usd, reported: Usd) -> bool:
    """Whether a provider's figure and ours are the same but for rounding."""
    gap = abs(computed.nano - reported.nano)
    return (gap <= _AGREE_USD.nano and reported.nano > 0) or gap * 100 <= computed.nano * _AGREE_PERCENT
