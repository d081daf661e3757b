"""The ledger's records as JSON and back: every field of the newer ones, and what older versions wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ralex_tui.adapters.ledger_codec import record_doc, record_of
from ralex_tui.domain.ledger import DayOpened, Outcome, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from tests.samples import DAY, NOON, reservation, settlement

LONG = Price(Rates(Usd(1), Usd(2), Usd(3), Usd(4), Usd(5)), "openrouter", DAY, Rates(Usd(6), Usd(7)), 9, Usd(8))

HELD = reservation(id="r", owner="o")
END = settlement(HELD)


def on_disk(record: Record) -> dict[str, Any]:
    doc: dict[str, Any] = json.loads(json.dumps(record_doc(record), default=str))
    return doc


@pytest.mark.parametrize(
    "record",
    [
        HELD,
        reservation(answer="a", request_kind="code", tariff="t"),
        END,
        settlement(HELD, outcome=Outcome.FAILED, error="AnswerTimeout"),
        DayOpened("d", DAY, NOON, "UTC", 5, "the clock is right"),
        DayOpened("d", DAY, NOON, "Europe/Berlin", 0, limit=Usd(0)),
        Tariff("t", DAY, NOON, {}),
        Tariff("t", DAY, NOON, {Tier.SMART: ("lan/large", LONG), Tier.LOCAL: ("local/tiny", free_price("local"))}),
        *(Verdict("v", "r", NOON, opinion) for opinion in Opinion),
    ],
)
def test_record_comes_back_from_disk(record: Record) -> None:
    assert record_of(on_disk(record)) == record


def test_reservation_of_an_older_version_has_no_answer_kind_or_tariff() -> None:
    doc = on_disk(reservation(id="r", answer="a", request_kind="code", tariff="t"))
    for name in ("answer", "request_kind", "tariff"):
        del doc[name]

    old = record_of(doc)

    assert isinstance(old, Reservation)
    assert (old.answer, old.request_kind, old.tariff) == ("", "", "")


def test_day_and_end_of_an_older_version_know_no_limit_and_no_error() -> None:
    day = record_of(
        {"v": 1, "id": "d", "at": NOON.isoformat(), "kind": "day", "day": "2026-03-14", "zone": "UTC"}
        | {"reset_hour": 0, "why": ""}
    )
    end = record_of(
        {"v": 1, "id": "r", "at": NOON.isoformat(), "kind": "settlement", "charged": 1, "accuracy": "exact"}
        | {"outcome": "failed"}
    )

    assert isinstance(day, DayOpened)
    assert isinstance(end, Settlement)
    assert (day.limit, end.error) == (None, "")


@pytest.mark.parametrize("record", [HELD, END, DayOpened("d", DAY, NOON, "UTC", 0)])
def test_record_without_what_is_new_has_the_form_that_older_versions_read(record: Record) -> None:
    assert not {"answer", "request_kind", "tariff", "error", "limit"} & set(on_disk(record))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"kind": "verdict", "of": "r", "opinion": "splendid"},
        {"kind": "tariff", "day": "2026-03-14", "tiers": {"grand": ["a/b", {}]}},
        {"kind": "tariff", "day": "2026-03-14", "tiers": {"smart": ["a/b", {"rates": [1.5, 2], "source": "x"}]}},
        {"kind": "day", "day": "2026-03-14", "zone": "UTC", "reset_hour": 0, "why": "", "limit": 1.5},
    ],
)
def test_record_that_makes_no_sense_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        record_of({"v": 1, "id": "x", "at": NOON.isoformat(), **spoilt})
