"""The provider: it bills what arrives, by arithmetic of its own, and forgets nothing.

It lives in the process that is never killed. A request whose message arrived is billed, even if its
sender was dead by then.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ralex_tui.selftest.plan import TARIFFS, End, Tariff, Wanted

_PER = 1_000_000

# Tokens that a provider may write, and bill, after the last that a stopped client received.
_UNSEEN = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told: tokens and a figure, as far as its request's end lets it hear of them.

    Args:
        usage: Input, output, and of these: read from the cache, written to it, reasoning.
        n_bytes: Of text that came before the end.
    """

    usage: tuple[int, int, int, int, int]
    reported: int
    n_bytes: int


@dataclass(slots=True)
class Provider:
    """The bill, in nano-dollars by request id."""

    bill: dict[str, int] = field(default_factory=dict)

    def serve(self, request_id: str, wanted: Wanted, max_tokens: int, seed: str) -> Answer:
        """Answer a request and bill it: any amount up to what its tokens may come to at most.

        Raises:
            ValueError: If a request comes twice.
        """
        if request_id in self.bill:
            raise ValueError(f"the request {request_id} came twice")
        rng = random.Random(f"{seed}/{wanted}/{max_tokens}")  # noqa: S311 - drawn from a seed, to be had again
        n_bytes = rng.randrange(4 * max_tokens)
        usage = _usage(rng, wanted, max_tokens, n_bytes)
        amount = 0 if wanted.end is End.REFUSED or wanted.tariff == TARIFFS[0] else cost(wanted.tariff, usage)
        self.bill[request_id] = amount
        return Answer(usage, amount, n_bytes)


def cost(tariff: Tariff, usage: tuple[int, int, int, int, int]) -> int:
    """What the tokens cost in nano-dollars, rounded up. Written again, so that it can disagree with ralex's own."""
    n_input, n_output, n_read, n_written, n_reasoning = usage
    is_long = tariff.long_over is not None and n_input > tariff.long_over
    rate_in = tariff.long_input if is_long else tariff.input
    rate_out = tariff.long_output if is_long else tariff.output
    total = (n_input - n_read - n_written) * rate_in + (n_output - n_reasoning) * rate_out
    total += n_read * (rate_in if tariff.cache_read is None else tariff.cache_read)
    total += n_written * (rate_in if tariff.cache_write is None else tariff.cache_write)
    total += n_reasoning * (rate_out if tariff.reasoning is None else tariff.reasoning)
    return (total + _PER - 1) // _PER + tariff.fee


def _usage(rng: random.Random, wanted: Wanted, max_tokens: int, n_bytes: int) -> tuple[int, int, int, int, int]:
    most = max_tokens if wanted.end is not End.STOPPED else min(max_tokens, n_bytes + _UNSEEN)
    # One in eight comes to exactly its worst case: the edge that a limit has to hold at.
    is_worst = rng.randrange(8) == 0
    n_input = wanted.input_bound if is_worst else rng.randrange(wanted.input_bound + 1)
    n_output = most if is_worst else rng.randrange(most + 1)
    n_written = n_input if is_worst else rng.randrange(n_input + 1)
    n_read = rng.randrange(n_input - n_written + 1)
    n_reasoning = n_output if is_worst else rng.randrange(n_output + 1)
    return n_input, n_output, n_read, n_written, n_reasoning
