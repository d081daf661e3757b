"""Values that tests of money and storage begin with: one of each kind, its fields to be overridden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ralex_tui.domain.budget import Need
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Raise, Reservation, Settlement
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import Price, Rates, free_price

DAY = date(2026, 3, 14)
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

# 0.001 for a thousand tokens in, 0.002 for a thousand out.
PRICE = Price(Rates(Usd.parse("1"), Usd.parse("2")), source="test", dated=DAY)
MODEL = Model(ModelRef("lan/small"), PRICE)
LOCAL = Model(ModelRef("local/tiny"), free_price("local"), is_local=True)


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def uptime(self) -> float:
        return self.at.timestamp()

    def is_synchronised(self) -> bool:
        return True

    def move(self, **by: float) -> None:
        """Move by hours, days, ..., as `timedelta` names them."""
        self.at += timedelta(**by)


def reservation(**fields: Any) -> Reservation:
    """Two tenths of a cent held on DAY."""
    sample = Reservation(
        id=new_id(),
        day=DAY,
        at=NOON,
        owner=new_id(),
        conversation="c",
        tier=Tier.CHEAP,
        model="lan/small",
        amount=Usd.parse("0.002"),
        input_bound=1_000,
        max_tokens=500,
        price=PRICE,
    )
    return replace(sample, **fields)


def settlement(held: Reservation | str, charged: str = "0.001", **fields: Any) -> Settlement:
    """A computed charge."""
    name = held if isinstance(held, str) else held.id
    return replace(Settlement(name, NOON, Usd.parse(charged), Accuracy.COMPUTED, Outcome.DONE), **fields)


def raise_of(amount: str, **fields: Any) -> Raise:
    """More money for DAY."""
    return replace(Raise(new_id(), DAY, NOON, Usd.parse(amount), "a test"), **fields)


def need(**fields: Any) -> Need:
    """A request of which the worst case is 0.002: 1,000 tokens in and 500 out."""
    return replace(Need(MODEL, Tier.CHEAP, "c", PRICE, 1_000, 500), **fields)


def free_need(**fields: Any) -> Need:
    """A request to the local model."""
    return replace(Need(LOCAL, Tier.LOCAL, "c", free_price("local"), 1_000, 500), **fields)
