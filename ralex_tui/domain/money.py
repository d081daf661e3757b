"""Money as whole nano-dollars, and how sure a figure is. Never a float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from enum import StrEnum

NANO = 1_000_000_000
_MAX_DOLLARS = Decimal(1_000_000_000)


class Accuracy(StrEnum):
    """How sure a figure is; `rank` grows as it gets weaker."""

    EXACT = "exact"  # the provider said so
    COMPUTED = "computed"  # the provider's tokens times a known price
    ESTIMATED = "estimated"  # an upward estimate of ours
    UNKNOWN = "unknown"  # no figure at all; never shown as zero

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @staticmethod
    def weakest(marks: Iterable[Accuracy]) -> Accuracy:
        """The mark a sum bears: that of its weakest part; a sum of nothing is exact."""
        return max(marks, key=_RANKS.__getitem__, default=Accuracy.EXACT)


# A table: a year of records asks for 70,000 ranks, and listing the enum each time took half of reading it.
_RANKS = {mark: rank for rank, mark in enumerate(Accuracy)}


@dataclass(frozen=True, slots=True, order=True)
class Usd:
    """An amount of US dollars in whole nano-dollars (1e-9 USD); may be negative."""

    nano: int

    @staticmethod
    def parse(text: str | int | Decimal) -> Usd:
        """Read dollars from a decimal string such as "5.00", rounded up to a nano-dollar.

        Raises:
            ValueError: If it is not a finite decimal number, is a float, or is beyond a billion dollars.
        """
        if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
            raise ValueError(f"an amount is a decimal string, not {type(text).__name__}")
        try:
            value = Decimal(text.strip().replace("_", "x") if isinstance(text, str) else text)
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount of dollars") from None
        if not value.is_finite() or abs(value) > _MAX_DOLLARS:
            raise ValueError(f"{text!r} is not an amount of dollars")
        return Usd(int((value * NANO).to_integral_value(rounding=ROUND_CEILING)))

    @property
    def dollars(self) -> str:
        """The exact amount with all nine decimals, "0.001230000"; what JSON carries."""
        sign = "-" if self.nano < 0 else ""
        whole, rest = divmod(abs(self.nano), NANO)
        return f"{sign}{whole}.{rest:09d}"

    def show(self, decimals: int = 4) -> str:
        """The amount for people: "$0.0014", or "<$0.0001" when smaller than the column shows."""
        if decimals < 0 or decimals > 9:
            raise ValueError("0 to 9 decimals")
        unit = 10 ** (9 - decimals)
        magnitude = abs(self.nano)
        sign = "-" if self.nano < 0 else ""
        if 0 < magnitude < unit:
            smallest = Usd(unit).show(decimals)
            return f"{sign}<{smallest}"
        whole, rest = divmod((magnitude + unit // 2) // unit, 10**decimals)
        digits = f"{whole:,}.{rest:0{decimals}d}" if decimals else f"{whole:,}"
        return f"{sign}${digits}"

    def __str__(self) -> str:
        return self.show()

    def __add__(self, other: Usd) -> Usd:
        return Usd(self.nano + other.nano)

    def __sub__(self, other: Usd) -> Usd:
        return Usd(self.nano - other.nano)

    def __neg__(self) -> Usd:
        return Usd(-self.nano)

    def __bool__(self) -> bool:
        return self.nano != 0

    @staticmethod
    def total(amounts: Iterable[Usd]) -> Usd:
        """The sum; of nothing, zero."""
        return Usd(sum(amount.nano for amount in amounts))


ZERO = Usd(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount together with how sure it is: the only shape in which a cost is shown."""

    amount: Usd
    accuracy: Accuracy

    @staticmethod
    def total(parts: Iterable[Figure]) -> Figure:
        """The sum, with the weakest mark of its parts."""
        parts = list(parts)
        return Figure(Usd.total(part.amount for part in parts), Accuracy.weakest(part.accuracy for part in parts))


NOTHING = Figure(ZERO, Accuracy.EXACT)
