"""A year of use as the review finds it: 73,000 requests of four tiers, with kinds, tariffs, thumbs and failures."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.kinds import Kind
from ralex_tui.domain.ledger import DayOpened, Outcome, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage, free_price
from ralex_tui.domain.records import TIMEOUT
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from ralex_tui.paths import Paths

N_DAYS = 365
N_A_DAY = 200
DAILY = Usd.parse("5.00")

# Requests of one conversation before the next is begun; some go on for days.
_N_IN_ONE = 12

_MODELS: dict[Tier, tuple[tuple[str, Price], ...]] = {
    Tier.SMART: (
        ("anthropic/claude-sonnet-5.5", Price(Rates(Usd.parse("2"), Usd.parse("10"), Usd.parse("0.2")), "bench")),
        ("openai/gpt-5.6-terra", Price(Rates(Usd.parse("2.5"), Usd.parse("12"), Usd.parse("0.25")), "bench")),
    ),
    Tier.CHEAP: (
        ("openrouter/google/gemini-3.5-flash-lite", Price(Rates(Usd.parse("0.3"), Usd.parse("2.5")), "bench")),
        ("anthropic/claude-haiku-5.5", Price(Rates(Usd.parse("0.8"), Usd.parse("4")), "bench")),
    ),
    Tier.YOLO: (("openrouter/openai/gpt-oss-120b", Price(Rates(Usd.parse("0.04"), Usd.parse("0.17")), "bench")),),
    Tier.LOCAL: (("local/qwen3-8b", free_price("local")),),
}
_TIERS = (Tier.CHEAP, Tier.CHEAP, Tier.CHEAP, Tier.SMART, Tier.SMART, Tier.YOLO, Tier.LOCAL)


def live_a_year(paths: Paths, today: date) -> list[str]:
    """Write it, today included; returns the conversations' ids."""
    draw = random.Random(6)
    ledger = TinydbLedger(paths.ledger, paths.state / "owners")
    conversations = [new_id()]
    for number in range(N_DAYS - 1, -1, -1):
        day = today - timedelta(days=number)
        records = day_records(day, draw, conversations)
        ledger.commit(day, _writes(records))
    ledger.close()
    return conversations


def day_records(day: date, draw: random.Random, conversations: list[str]) -> list[Record]:
    """A day of `N_A_DAY` requests, most of them during the day; adds to `conversations`."""
    opened = datetime.combine(day, time(0, 1), UTC)
    tariff = Tariff(new_id(), day, opened, {tier: models[0] for tier, models in _MODELS.items()})
    records: list[Record] = [DayOpened(new_id(), day, opened, "UTC", 0, limit=DAILY), tariff]
    steps = list(accumulate(draw.choices((0, 1, 3, 8), k=N_A_DAY)))
    for step in steps:
        if draw.random() < 1 / _N_IN_ONE:
            conversations.append(new_id())
        at = opened + timedelta(minutes=1_400 * step / (steps[-1] + 1))
        records += _request(day, at, draw, conversations[-1], tariff.id)
    return records


def _request(day: date, at: datetime, draw: random.Random, conversation: str, tariff: str) -> list[Record]:
    tier = draw.choice(_TIERS)
    model, price = draw.choice(_MODELS[tier])
    usage = TokenUsage(draw.randint(200, 9_000), draw.randint(40, 900), cache_read=draw.choice((0, 0, 150)))
    held = Reservation(
        new_id(),
        day,
        at,
        "0123456789abcdefghjk",
        conversation,
        tier,
        model,
        price.worst_case(10_000, 1_000),
        10_000,
        1_000,
        price,
        is_auto=draw.random() < 0.8,
        answer=new_id(),
        request_kind=draw.choice(list(Kind)).value,
        tariff=tariff,
    )
    records: list[Record] = [held, _end(held, usage, draw)]
    if draw.random() < 0.05:
        records.append(Verdict(new_id(), held.id, at, draw.choice(list(Opinion))))
    return records


def _end(held: Reservation, usage: TokenUsage, draw: random.Random) -> Settlement:
    first_s, cost = draw.uniform(0.2, 3.0), held.price.cost(usage)
    took_s = first_s + usage.output / draw.uniform(20, 200)
    at = held.at + timedelta(seconds=took_s)
    if draw.random() < 0.03:
        return Settlement(held.id, at, Usd(0), Accuracy.EXACT, Outcome.FAILED, duration_s=60.0, error=TIMEOUT)
    mark = draw.choice((Accuracy.EXACT, Accuracy.COMPUTED))
    return Settlement(held.id, at, cost, mark, Outcome.DONE, usage, cost, None, first_s, took_s)


def _writes(records: list[Record]) -> Callable[[object], list[Record]]:
    return lambda _: records
