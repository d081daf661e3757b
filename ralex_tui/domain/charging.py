"""What a finished, stopped or failed request is charged, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from ralex_tui.domain.ledger import Reservation
from ralex_tui.domain.money import ZERO, Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage

# How much less than our own figure a reported one may be and still count: rounding, and no more.
_ROUNDING_PERCENT = 1

# Tokens that a provider may have made after the last one that reached us.
_UNSEEN_OUTPUT = 64


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a request when it ends.

    Args:
        usage: Tokens, if anyone told; `is_counted` says whether it was the provider.
        reported: The provider's own figure of the cost.
        n_output_bytes: UTF-8 bytes of all text and thinking that came.
        may_be_billed: False only if the request certainly cost nothing.
        is_bounded: Whether what was seen of the output bounds what is billed; false where a provider thinks
            unseen, or goes on writing after a stop: then only the hold does.
    """

    usage: TokenUsage | None = None
    is_counted: bool = True
    reported: Usd | None = None
    n_output_bytes: int = 0
    may_be_billed: bool = True
    is_bounded: bool = True


@dataclass(frozen=True, slots=True)
class Charge:
    """The figure that counts, beside the two it was made from."""

    amount: Usd
    accuracy: Accuracy
    usage: TokenUsage | None = None
    computed: Usd | None = None
    reported: Usd | None = None


def charge(reservation: Reservation, evidence: Evidence) -> Charge:
    """The provider's figure where it agrees with ours, else the larger; without either, an upward estimate.

    A charge above the hold is possible (an overrun) and is never cut.
    """
    price = reservation.price
    usage = evidence.usage
    computed = price.cost(usage) if usage is not None else None
    if price.is_free and not evidence.reported:
        return Charge(ZERO, Accuracy.EXACT, usage, ZERO, evidence.reported)
    if evidence.reported is not None:
        if computed is None or evidence.reported >= computed or _is_rounding(computed, evidence.reported):
            return Charge(evidence.reported, Accuracy.EXACT, usage, computed, evidence.reported)
        return Charge(computed, Accuracy.COMPUTED, usage, computed, evidence.reported)
    if computed is not None and evidence.is_counted:
        return Charge(computed, Accuracy.COMPUTED, usage, computed)
    if not evidence.may_be_billed:
        return Charge(ZERO, Accuracy.EXACT)
    estimate = upper_estimate(reservation, evidence.n_output_bytes) if evidence.is_bounded else reservation.amount
    return Charge(max(estimate, computed or ZERO), Accuracy.ESTIMATED, usage, computed)


def upper_estimate(reservation: Reservation, n_output_bytes: int) -> Usd:
    """The most that the input and the output seen so far can cost; never above the hold.

    No byte-level tokenizer makes more tokens than there are bytes.
    """
    n_output = min(reservation.max_tokens, n_output_bytes + _UNSEEN_OUTPUT)
    return min(reservation.amount, reservation.price.worst_case(reservation.input_bound, n_output))


def _is_rounding(computed: Usd, reported: Usd) -> bool:
    return (computed.nano - reported.nano) * 100 <= computed.nano * _ROUNDING_PERCENT
