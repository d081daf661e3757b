"""What records and messages are made of, as JSON values and back: the form they have on disk.

Amounts are whole nano-dollars, times ISO 8601 with their offset. Decoding raises KeyError, TypeError
or ValueError where a value is none of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage

Doc: TypeAlias = Mapping[str, Any]


def figure_doc(figure: Figure) -> dict[str, Any]:
    return {"amount": figure.amount.nano, "accuracy": figure.accuracy}


def figure_of(doc: Doc) -> Figure:
    return Figure(usd_of(doc["amount"]), Accuracy(doc["accuracy"]))


def usage_doc(usage: TokenUsage) -> list[int]:
    """Input, output, cache read, cache write, reasoning; what was written for an hour only where there is any."""
    counts = [usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning]
    return [*counts, usage.cache_write_1h] if usage.cache_write_1h else counts


def usage_of(counts: list[int]) -> TokenUsage:
    return TokenUsage(*counts)


def price_doc(price: Price) -> dict[str, Any]:
    return present(
        {
            "rates": _rates_doc(price.rates),
            "source": price.source,
            "dated": price.dated,
            "long_context": None if price.long_context is None else _rates_doc(price.long_context),
            "long_context_over": price.long_context_over,
            "request_fee": price.request_fee.nano,
        }
    )


def price_of(doc: Doc) -> Price:
    return _price_of(tuple([(key, _frozen(value)) for key, value in doc.items()]))


@lru_cache(maxsize=256)  # a day has hundreds of records and a handful of prices
def _price_of(fields: tuple[tuple[str, Any], ...]) -> Price:
    doc = dict(fields)
    return Price(
        rates=_rates_of(doc["rates"]),
        source=doc["source"],
        dated=maybe(date_of, doc.get("dated")),
        long_context=maybe(_rates_of, doc.get("long_context")),
        long_context_over=doc.get("long_context_over"),
        request_fee=usd_of(doc.get("request_fee", 0)),
    )


def _rates_doc(rates: Rates) -> list[int | None]:
    """In nano-dollars for a million tokens, in the order of `usage_doc`."""
    amounts = [rates.input, rates.output, rates.cache_read, rates.cache_write, rates.reasoning]
    if rates.cache_write_1h is not None:
        amounts.append(rates.cache_write_1h)
    return [None if amount is None else amount.nano for amount in amounts]


def _rates_of(amounts: tuple[int | None, ...]) -> Rates:
    first, second, *others = amounts
    return Rates(usd_of(first), usd_of(second), *(maybe(usd_of, amount) for amount in others))


def usd_of(nano: int | None) -> Usd:
    # Money is worth the check: a float or a string here would be found only in a sum, or never.
    if type(nano) is not int:
        raise TypeError(f"an amount is a whole number, not {type(nano).__name__}")
    return Usd(nano)


def date_of(text: str) -> date:
    return date.fromisoformat(text)


def time_of(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at


def maybe(decode: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else decode(value)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is None or false; zeros and empty texts stay, for they say something."""
    return {name: value for name, value in fields.items() if value is not None and value is not False}
