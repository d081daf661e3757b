"""Our records and messages as JSON objects and back: the form they have on disk, version 1.

Fields that are None or false, and empty ones of a message, are left out. Amounts are whole nano-dollars,
times ISO 8601 with their offset. Decoding raises KeyError, TypeError or ValueError where an object is
none of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.ledger import Outcome, Raise, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage

Doc: TypeAlias = Mapping[str, Any]

VERSION = 1


def record_doc(record: Record) -> dict[str, Any]:
    """A ledger record as its document, with `kind` and `v`."""
    match record:
        case Reservation():
            fields = _reservation_doc(record)
        case Settlement():
            fields = _settlement_doc(record)
        case Raise():
            fields = {"kind": "raise", "day": record.day, "amount": record.amount.nano, "why": record.why}
    return {"v": VERSION, "id": record.id, "at": record.at.isoformat(), **_present(fields)}


def record_of(doc: Doc) -> Record:
    """The record that a document holds."""
    if doc["v"] != VERSION:
        raise ValueError(f"version {doc['v']!r} is not known here")
    match doc["kind"]:
        case "reservation":
            return _reservation_of(doc)
        case "settlement":
            return _settlement_of(doc)
        case "raise":
            return Raise(doc["id"], _date(doc["day"]), _time(doc["at"]), _usd(doc["amount"]), doc["why"])
        case kind:
            raise ValueError(f"a record of kind {kind!r} is not known here")


def message_doc(message: Message) -> dict[str, Any]:
    """A message as its document."""
    fields = {name: getattr(message, name) or None for name in _PLAIN_MESSAGE_FIELDS}
    return _present(
        {
            **fields,
            "at": message.at.isoformat(),
            "first_token_s": message.first_token_s,
            "duration_s": message.duration_s,
            "usage": None if message.usage is None else _usage_doc(message.usage),
            "cost": None if message.cost is None else figure_doc(message.cost),
        }
    )


def message_of(doc: Doc) -> Message:
    """The message that a document holds."""
    fields = {name: doc[name] for name in _PLAIN_MESSAGE_FIELDS if name in doc}
    fields |= {"text": doc.get("text", ""), "role": Role(doc["role"]), "at": _time(doc["at"])}
    fields |= {"state": MessageState(doc["state"]), "tier": _maybe(Tier, doc.get("tier"))}
    fields |= {"usage": _maybe(_usage_of, doc.get("usage")), "cost": _maybe(figure_of, doc.get("cost"))}
    return Message(**fields)


def figure_doc(figure: Figure) -> dict[str, Any]:
    return {"amount": figure.amount.nano, "accuracy": figure.accuracy}


def figure_of(doc: Doc) -> Figure:
    return Figure(_usd(doc["amount"]), Accuracy(doc["accuracy"]))


_PLAIN_MESSAGE_FIELDS = (
    *("id", "role", "text", "parent", "state", "thinking", "tier", "model", "reason"),
    *("first_token_s", "duration_s", "finish_reason", "error", "error_hint"),
)


def _reservation_doc(record: Reservation) -> dict[str, Any]:
    return {
        "kind": "reservation",
        "day": record.day,
        "owner": record.owner,
        "conversation": record.conversation,
        "tier": record.tier,
        "model": record.model,
        "amount": record.amount.nano,
        "input_bound": record.input_bound,
        "max_tokens": record.max_tokens,
        "price": _price_doc(record.price),
        "is_auto": record.is_auto,
    }


def _reservation_of(doc: Doc) -> Reservation:
    return Reservation(
        id=doc["id"],
        day=_date(doc["day"]),
        at=_time(doc["at"]),
        owner=doc["owner"],
        conversation=doc["conversation"],
        tier=Tier(doc["tier"]),
        model=doc["model"],
        amount=_usd(doc["amount"]),
        input_bound=doc["input_bound"],
        max_tokens=doc["max_tokens"],
        price=_price_of(tuple([(key, _frozen(value)) for key, value in doc["price"].items()])),
        is_auto=doc.get("is_auto", False),
    )


def _settlement_doc(record: Settlement) -> dict[str, Any]:
    return {
        "kind": "settlement",
        "charged": record.charged.nano,
        "accuracy": record.accuracy,
        "outcome": record.outcome,
        "usage": None if record.usage is None else _usage_doc(record.usage),
        "computed": None if record.computed is None else record.computed.nano,
        "reported": None if record.reported is None else record.reported.nano,
        "first_token_s": record.first_token_s,
        "duration_s": record.duration_s,
    }


def _settlement_of(doc: Doc) -> Settlement:
    return Settlement(
        id=doc["id"],
        at=_time(doc["at"]),
        charged=_usd(doc["charged"]),
        accuracy=Accuracy(doc["accuracy"]),
        outcome=Outcome(doc["outcome"]),
        usage=_maybe(_usage_of, doc.get("usage")),
        computed=_maybe(_usd, doc.get("computed")),
        reported=_maybe(_usd, doc.get("reported")),
        first_token_s=doc.get("first_token_s"),
        duration_s=doc.get("duration_s"),
    )


def _usage_doc(usage: TokenUsage) -> list[int]:
    return [usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning]


def _usage_of(counts: list[int]) -> TokenUsage:
    return TokenUsage(*counts)


def _price_doc(price: Price) -> dict[str, Any]:
    return _present(
        {
            "rates": _rates_doc(price.rates),
            "source": price.source,
            "dated": price.dated,
            "long_context": None if price.long_context is None else _rates_doc(price.long_context),
            "long_context_over": price.long_context_over,
            "request_fee": price.request_fee.nano,
        }
    )


@lru_cache(maxsize=256)  # a day has hundreds of records and a handful of prices
def _price_of(fields: tuple[tuple[str, Any], ...]) -> Price:
    doc = dict(fields)
    return Price(
        rates=_rates_of(doc["rates"]),
        source=doc["source"],
        dated=_maybe(_date, doc.get("dated")),
        long_context=_maybe(_rates_of, doc.get("long_context")),
        long_context_over=doc.get("long_context_over"),
        request_fee=_usd(doc.get("request_fee", 0)),
    )


def _rates_doc(rates: Rates) -> list[int | None]:
    """In nano-dollars for a million tokens: input, output, cache read, cache write, reasoning."""
    amounts = (rates.input, rates.output, rates.cache_read, rates.cache_write, rates.reasoning)
    return [None if amount is None else amount.nano for amount in amounts]


def _rates_of(amounts: tuple[int | None, ...]) -> Rates:
    first, second, *others = amounts
    return Rates(_usd(first), _usd(second), *(_maybe(_usd, amount) for amount in others))


def _usd(nano: int | None) -> Usd:
    # Money is worth the check: a float or a string here would be found only in a sum, or never.
    if type(nano) is not int:
        raise TypeError(f"an amount is a whole number, not {type(nano).__name__}")
    return Usd(nano)


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at


def _maybe(decode: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else decode(value)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is None or false; zeros and empty texts stay, for they say something."""
    return {name: value for name, value in fields.items() if value is not None and value is not False}
