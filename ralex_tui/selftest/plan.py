"""What is tried, drawn from a seed: requests with their prices, texts, and the day on which all of it happens.

Both sides draw the same: a spender what it asks for, the provider what that comes to.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price

FIRST_DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday at noon, long before a month's end."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price as the provider has it: nano-dollars for a million tokens, `fee` for a request.

    Args:
        long_over: Input tokens beyond which `long_input` and `long_output` hold for all of a request.
    """

    input: int
    output: int
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    long_over: int | None = None
    long_input: int = 0
    long_output: int = 0
    fee: int = 0


TARIFFS = (
    Tariff(0, 0),
    Tariff(300_000_000, 2_500_000_000),
    Tariff(100_000_000, 400_000_001, cache_read=10_000_000, cache_write=125_000_000),
    Tariff(2_000_000_000, 10_000_000_000, reasoning=12_000_000_000, fee=35_000),
    Tariff(1_250_000_000, 5_000_000_000, long_over=1_500, long_input=2_500_000_000, long_output=7_500_000_000),
)
"""The first is free."""


def price_of(tariff: Tariff) -> Price:
    """The same as ralex is told."""
    if tariff == TARIFFS[0]:
        return free_price("selftest")
    cached = [None if rate is None else Usd(rate) for rate in (tariff.cache_read, tariff.cache_write, tariff.reasoning)]
    return Price(
        Rates(Usd(tariff.input), Usd(tariff.output), *cached),
        source="selftest",
        long_context=Rates(Usd(tariff.long_input), Usd(tariff.long_output)) if tariff.long_over else None,
        long_context_over=tariff.long_over,
        request_fee=Usd(tariff.fee),
    )


class End(StrEnum):
    """How a request comes to its end."""

    COUNTED = "counted"  # the provider tells the tokens
    REPORTED = "reported"  # and its own figure
    STOPPED = "stopped"  # the user goes before either
    REFUSED = "refused"  # it certainly costs nothing


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as a spender asks for it."""

    tariff: Tariff
    input_bound: int
    max_tokens: int
    end: End


def wanted(seed: str, number: int) -> Wanted:
    """The request of that number."""
    rng = random.Random(f"{seed}/asks/{number}")  # noqa: S311 - drawn from a seed, so that a run can be had again
    ends = (End.COUNTED, End.REPORTED, End.STOPPED, End.REFUSED)
    return Wanted(
        tariff=rng.choices(TARIFFS, (1, 4, 4, 4, 4))[0],
        input_bound=rng.randrange(200, 3_000),
        max_tokens=rng.randrange(64, 1_500),
        end=rng.choices(ends, (60, 37, 1, 2))[0],
    )


def text_of(message_id: str, version: int) -> str:
    """What a message says once it was written for the `version`th time, from 1."""
    rng = random.Random(f"{message_id}/{version}")  # noqa: S311 - as above
    words = ("limit", "größer", "\u202eleft", "7\x1b[2J", "日本語", "\U0001f9fe", '"quoted"', "line\nbreak", "\x00", "")
    return " ".join(rng.choices(words, k=rng.randrange(3, 60 * version)))


class StandingClock:
    """A clock that stands at noon of the day numbered `day`, from 0."""

    def __init__(self, day: int = 0) -> None:
        self._at = FIRST_DAY + timedelta(days=day)

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._at.timestamp()

    def uptime(self) -> float:
        return self._at.timestamp()

    def is_synchronised(self) -> bool:
        return True
