"""The ledger's records that change no figure, as JSON objects and back: decisions, opinions, what others say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeAlias

from ralex_tui.adapters.codec import Doc, date_of, price_doc, price_of, time_of, usd_of
from ralex_tui.domain.models import Tier
from ralex_tui.domain.remarks import Choice, Decision, Opinion, Reconciliation, Tariff, Verdict

Remark: TypeAlias = Decision | Reconciliation | Tariff | Verdict


def remark_doc(record: Remark) -> dict[str, Any]:
    """A remark's own fields, with its `kind`."""
    match record:
        case Decision():
            figures = {"needed": record.needed.nano, "left": record.left.nano}
            fields = {"choice": record.choice, "conversation": record.conversation, "tier": record.tier}
            return {"kind": "decision", "day": record.day, **fields, **figures}
        case Reconciliation():
            figures = {"theirs": record.theirs.nano, "ours": record.ours.nano, "total": record.total.nano}
            fields = {"provider": record.provider, "since": record.since.isoformat()}
            return {"kind": "reconciliation", "day": record.day, **fields, **figures}
        case Tariff():
            tiers = {tier.value: [model, price_doc(price)] for tier, (model, price) in record.tiers.items()}
            return {"kind": "tariff", "day": record.day, "tiers": tiers}
        case Verdict():
            return {"kind": "verdict", "of": record.of, "opinion": record.opinion}


def remark_of(doc: Doc) -> Remark:
    """The remark that a document of such a kind holds."""
    number, at = doc["id"], time_of(doc["at"])
    match doc["kind"]:
        case "decision":
            return _decision_of(doc, number, at)
        case "reconciliation":
            return _reconciliation_of(doc, number, at)
        case "tariff":
            tiers = {Tier(tier): (model, price_of(price)) for tier, (model, price) in doc["tiers"].items()}
            return Tariff(number, date_of(doc["day"]), at, tiers)
        case "verdict":
            return Verdict(number, doc["of"], at, Opinion(doc["opinion"]))
        case kind:
            raise ValueError(f"a record of kind {kind!r} is no remark")


def _decision_of(doc: Doc, number: str, at: datetime) -> Decision:
    choice, tier = Choice(doc["choice"]), Tier(doc["tier"])
    needed, left = usd_of(doc["needed"]), usd_of(doc["left"])
    return Decision(number, _day(doc), at, choice, doc["conversation"], tier, needed, left)


def _reconciliation_of(doc: Doc, number: str, at: datetime) -> Reconciliation:
    provider, since = doc["provider"], time_of(doc["since"])
    theirs, ours, total = usd_of(doc["theirs"]), usd_of(doc["ours"]), usd_of(doc["total"])
    return Reconciliation(number, _day(doc), at, provider, since, theirs, ours, total)


def _day(doc: Doc) -> date:
    return date_of(doc["day"])
