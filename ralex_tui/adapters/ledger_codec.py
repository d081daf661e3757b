"""Ledger records as JSON objects and back, version 1. Fields that are None or false are left out."""

from __future__ import annotations

from typing import Any, TypeAlias

from ralex_tui.adapters.codec import (
    Doc,
    date_of,
    maybe,
    present,
    price_doc,
    price_of,
    time_of,
    usage_doc,
    usage_of,
    usd_of,
)
from ralex_tui.adapters.ledger_remarks import remark_doc, remark_of
from ralex_tui.domain.budget import Scope
from ralex_tui.domain.ledger import Allowance, Correction, DayOpened, Outcome, Raise, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy
from ralex_tui.domain.remarks import Decision, Reconciliation, Tariff, Verdict

VERSION = 1


def record_doc(record: Record) -> dict[str, Any]:
    """A ledger record as its document, with `kind` and `v`."""
    match record:
        case Reservation():
            fields = _reservation_doc(record)
        case Settlement():
            fields = _settlement_doc(record)
        case Decision() | Reconciliation() | Tariff() | Verdict():
            fields = remark_doc(record)
        case _:
            fields = _word_doc(record)
    return {"v": VERSION, "id": record.id, "at": record.at.isoformat(), **present(fields)}


def record_of(doc: Doc) -> Record:
    """The record that a document holds."""
    if doc["v"] != VERSION:
        raise ValueError(f"version {doc['v']!r} is not known here")
    match doc["kind"]:
        case "reservation":
            return _reservation_of(doc)
        case "settlement":
            return _settlement_of(doc)
        case "decision" | "reconciliation" | "tariff" | "verdict":
            return remark_of(doc)
        case _:
            return _word_of(doc)


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
        "price": price_doc(record.price),
        "is_auto": record.is_auto,
        "answer": record.answer or None,
        "request_kind": record.request_kind or None,
        "tariff": record.tariff or None,
    }


def _reservation_of(doc: Doc) -> Reservation:
    return Reservation(
        id=doc["id"],
        day=date_of(doc["day"]),
        at=time_of(doc["at"]),
        owner=doc["owner"],
        conversation=doc["conversation"],
        tier=Tier(doc["tier"]),
        model=doc["model"],
        amount=usd_of(doc["amount"]),
        input_bound=doc["input_bound"],
        max_tokens=doc["max_tokens"],
        price=price_of(doc["price"]),
        is_auto=doc.get("is_auto", False),
        answer=doc.get("answer", ""),
        request_kind=doc.get("request_kind", ""),
        tariff=doc.get("tariff", ""),
    )


def _settlement_doc(record: Settlement) -> dict[str, Any]:
    return {
        "kind": "settlement",
        "charged": record.charged.nano,
        "accuracy": record.accuracy,
        "outcome": record.outcome,
        "usage": None if record.usage is None else usage_doc(record.usage),
        "computed": None if record.computed is None else record.computed.nano,
        "reported": None if record.reported is None else record.reported.nano,
        "first_token_s": record.first_token_s,
        "duration_s": record.duration_s,
        "error": record.error or None,
    }


def _settlement_of(doc: Doc) -> Settlement:
    return Settlement(
        id=doc["id"],
        at=time_of(doc["at"]),
        charged=usd_of(doc["charged"]),
        accuracy=Accuracy(doc["accuracy"]),
        outcome=Outcome(doc["outcome"]),
        usage=maybe(usage_of, doc.get("usage")),
        computed=maybe(usd_of, doc.get("computed")),
        reported=maybe(usd_of, doc.get("reported")),
        first_token_s=doc.get("first_token_s"),
        duration_s=doc.get("duration_s"),
        error=doc.get("error", ""),
    )


_Word: TypeAlias = DayOpened | Raise | Allowance | Correction


def _word_doc(record: _Word) -> dict[str, Any]:
    """What is said about requests, days and limits, and changes what is left."""
    match record:
        case DayOpened():
            fields = {"zone": record.zone, "reset_hour": record.reset_hour, "why": record.why}
            limit = None if record.limit is None else record.limit.nano
            return {"kind": "day", "day": record.day, **fields, "limit": limit}
        case Raise():
            fields = {"amount": record.amount.nano, "why": record.why, "scope": record.scope}
            return {"kind": "raise", "day": record.day, **fields, "conversation": record.conversation or None}
        case Allowance():
            missing = {scope.value: amount.nano for scope, amount in record.missing.items()}
            fields = {"request": record.request, "missing": missing, "why": record.why}
            return {"kind": "allowance", "day": record.day, **fields}
        case Correction():
            usage = maybe(usage_doc, record.usage)
            fields = {"charged": record.charged.nano, "accuracy": record.accuracy, "usage": usage}
            return {"kind": "correction", "of": record.of, **fields, "who": record.who, "why": record.why}


def _word_of(doc: Doc) -> _Word:
    number, at = doc["id"], time_of(doc["at"])
    match doc["kind"]:
        case "day":
            zone, reset_hour, limit = doc["zone"], int(doc["reset_hour"]), maybe(usd_of, doc.get("limit"))
            return DayOpened(number, date_of(doc["day"]), at, zone, reset_hour, doc["why"], limit)
        case "raise":
            # Version 1 began without a scope: all raises were for the day.
            scope, conversation = Scope(doc.get("scope", "day")), doc.get("conversation", "")
            return Raise(number, date_of(doc["day"]), at, usd_of(doc["amount"]), doc["why"], scope, conversation)
        case "allowance":
            missing = {Scope(scope): usd_of(nano) for scope, nano in doc["missing"].items()}
            return Allowance(number, date_of(doc["day"]), at, doc["request"], missing, doc["why"])
        case "correction":
            charged, accuracy, usage = usd_of(doc["charged"]), Accuracy(doc["accuracy"]), doc.get("usage")
            who, why = doc["who"], doc["why"]
            return Correction(number, doc["of"], at, charged, accuracy, who, why, maybe(usage_of, usage))
        case kind:
            raise ValueError(f"a record of kind {kind!r} is not known here")
