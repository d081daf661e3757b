"""`ralex spend` over days, weeks, months and years: the review's figures, with every estimate marked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.cli.spend_span import When
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import DayOpened, Outcome, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from ralex_tui.domain.review import Grain, Span
from tests.cli.conftest import Ran
from tests.samples import PRICE, reservation, settlement

Ralex = Callable[..., Ran]

# A Wednesday of the month before the one in which the tests run, so that it is over.
TODAY = datetime.now(UTC).date()
MONTH_BEFORE = TODAY.replace(day=1) - timedelta(days=1)
WEDNESDAY = MONTH_BEFORE.replace(day=15) - timedelta(days=(MONTH_BEFORE.replace(day=15).weekday() - 2) % 7)


def day_records(day: date) -> list[Record]:
    """Two answers that Auto picked, one of them estimated; a failure of the user's own."""
    at = datetime.combine(day, time(14, 5), UTC)
    opened = DayOpened(new_id(), day, at, "UTC", 0, limit=Usd.parse("4"))
    tariff = Tariff(new_id(), day, at, {Tier.SMART: ("lan/large", PRICE)})
    usage = TokenUsage(1_000, 500)
    cheap = reservation(day=day, at=at, is_auto=True, request_kind="code", tariff=tariff.id, conversation="c")
    smart = reservation(day=day, at=at, is_auto=True, request_kind="chat", tariff=tariff.id, tier=Tier.SMART)
    failed = reservation(day=day, at=at + timedelta(hours=1), model="=lan/odd")
    return [
        opened,
        tariff,
        cheap,
        settlement(cheap, "0.0005", usage=usage, first_token_s=0.5, duration_s=2.5, at=at),
        Verdict(new_id(), cheap.id, at, Opinion.UP),
        smart,
        settlement(smart, "0.003", usage=usage, accuracy=Accuracy.ESTIMATED, at=at),
        failed,
        settlement(failed, "0", outcome=Outcome.FAILED, error="AnswerTimeout", at=at),
    ]


@pytest.fixture(autouse=True)
def _clock_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the days between the samples and now are a leap that is asked about, and today stays theirs."""
    monkeypatch.setattr(SystemClock, "is_synchronised", lambda _: True)


@pytest.fixture
def spent(home: Path) -> Path:
    """A home with two days of use."""
    ledger = TinydbLedger(home / "data" / "ledger", home / "state" / "owners")
    for day in (WEDNESDAY, WEDNESDAY + timedelta(days=1)):
        ledger.commit(day, lambda _, day=day: day_records(day))  # type: ignore[misc]  # bound as a default
    ledger.close()
    return home


def words(ran: Ran) -> list[list[str]]:
    return [line.split() for line in ran.out.splitlines()]


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("args", "n_answers"),
    [
        (("--day", str(WEDNESDAY)), 3),
        (("--week", str(WEDNESDAY)), 6),
        (("--month", f"{WEDNESDAY:%Y-%m}"), 6),
        (("--year",), 6),
        (("--from", str(WEDNESDAY - timedelta(days=40)), "--to", str(WEDNESDAY)), 3),
        (("--from", str(WEDNESDAY), "--to", str(WEDNESDAY)), 3),
        (("--from", str(WEDNESDAY)), 6),
        ((), 0),
    ],
)
def test_spend_of_any_time_has_the_sums_of_its_days(ralex: Ralex, args: tuple[str, ...], n_answers: int) -> None:
    content = ralex("spend", *args, "--json").json

    assert content["n_answers"] == n_answers
    assert content["cost_nano"] == n_answers // 3 * 3_500_000
    assert sum(row["cost_nano"] for row in content["rows"]) == content["cost_nano"]
    for name, rows in content["tables"].items():
        assert sum(row["cost_nano"] for row in rows) == content["cost_nano"], name


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("by", "row"),
    [
        ("tier", ["smart", "1", "1,000", "500", "$0.0030", "estimated"]),
        ("model", ["cheap", "=lan/odd", "1", "0", "0", "$0.0000", "exact"]),
        ("conversation", ["c", "(gone)", "3", "2,000", "1,000", "$0.0035", "estimated"]),
        ("kind", ["(not", "noted)", "1", "0", "0", "$0.0000", "exact"]),
        ("hour", ["15:00", "1", "0", "0", "$0.0000", "exact"]),
        ("day", ["Wed", str(WEDNESDAY), "$4.00", "3", "2,000", "1,000", "$0.0035", "estimated"]),
    ],
)
def test_table_has_a_row_for_what_was_asked(ralex: Ralex, by: str, row: list[str]) -> None:
    ran = ralex("spend", "--day", str(WEDNESDAY), "--by", by)

    assert row in words(ran)
    assert ["total", "3", "2,000", "1,000", "$0.0035", "estimated"] in words(ran)
    assert ("kinds are guesses" in ran.out) == (by == "kind")


@pytest.mark.usefixtures("spent")
def test_models_are_compared(ralex: Ralex) -> None:
    lines = ralex("spend", "--month", f"{WEDNESDAY:%Y-%m}", "--models").out.splitlines()

    assert lines[1].split()[:4] == ["model", "requests", "failed", "timed"]
    found = {line.split()[0]: line.split() for line in lines[2:4]}
    expected = "lan/small 4 0.0 % 0.0 % 0.50, 0.50 s 250, 250 $0.0018 estimated 0 2 0"
    assert found["lan/small"] == expected.split()
    assert found["=lan/odd"][:6] == ["=lan/odd", "2", "100.0", "%", "100.0", "%"]


@pytest.mark.usefixtures("spent")
def test_savings_say_that_they_are_estimated_and_of_how_many_picks(ralex: Ralex) -> None:
    line = next(line for line in ralex("spend", "--day", str(WEDNESDAY)).out.splitlines() if "Auto" in line)

    assert line == (
        "Auto saved about $0.0005: $0.0035 against $0.0040 on Smart alone "
        "(estimated: the same tokens at that day's prices; 2 of 2 picks counted)"
    )


@pytest.mark.usefixtures("spent")
def test_past_has_means_and_no_forecast(ralex: Ralex) -> None:
    ran = ralex("spend", "--month", f"{WEDNESDAY:%Y-%m}")

    assert "on average: $0.000" in ran.out
    assert "pace:" not in ran.out


def test_today_has_a_pace_that_says_it_is_estimated(ralex: Ralex, home: Path) -> None:
    ledger = TinydbLedger(home / "data" / "ledger", home / "state" / "owners")
    held = reservation(day=TODAY, at=datetime.now(UTC))
    ledger.commit(TODAY, lambda _: [held, settlement(held, "1.2", at=held.at)])
    ledger.close()

    line = next(line for line in ralex("spend", "--day", str(TODAY)).out.splitlines() if line.startswith("pace:"))

    assert line.startswith("pace: $1.2000 an hour in the last 3 hours; at that pace $")
    assert line.endswith("(estimated)")


@pytest.mark.usefixtures("spent")
def test_past_days_limit_is_the_recorded_one(ralex: Ralex) -> None:
    content = ralex("spend", "--day", str(WEDNESDAY), "--json").json

    assert (content["limit"], content["n_limits_assumed"]) == ("4.000000000", 0)


def test_day_of_an_older_version_says_that_its_limit_is_todays(ralex: Ralex, home: Path) -> None:
    ledger = TinydbLedger(home / "data" / "ledger", home / "state" / "owners")
    held = reservation(day=WEDNESDAY, at=datetime.combine(WEDNESDAY, time(12), UTC))
    ledger.commit(WEDNESDAY, lambda _: [held, settlement(held)])
    ledger.close()

    assert "no limit was recorded" in ralex("spend", "--day", str(WEDNESDAY)).out
    assert "no limit was recorded" in ralex("spend", "--year", "--by", "day").out


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("args", "first", "n_rows"),
    [
        (("--by", "tier"), "tier", 4),
        (("--by", "model"), "tier", 3),
        (("--by", "kind"), "kind", 3),
        (("--by", "conversation"), "conversation", 1),
        (("--by", "day"), "day", 1),
        (("--by", "hour"), "first", 24),
        (("--models",), "model", 2),
        (("--each",), "id", 3),
        ((), "day", 3),
    ],
)
def test_every_table_can_be_had_as_csv(ralex: Ralex, args: tuple[str, ...], first: str, n_rows: int) -> None:
    rows = list(csv.DictReader(io.StringIO(ralex("spend", "--day", str(WEDNESDAY), "--csv", *args).out)))

    assert (next(iter(rows[0])), len(rows)) == (first, n_rows)
    assert sum(int(row["cost_nano"]) for row in rows) == 3_500_000
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]


@pytest.mark.usefixtures("spent")
def test_requests_of_json_and_csv_are_the_same(ralex: Ralex) -> None:
    args = ("spend", "--month", f"{WEDNESDAY:%Y-%m}", "--each")

    as_json = ralex(*args, "--json").json["requests"]
    as_csv = list(csv.DictReader(io.StringIO(ralex(*args, "--csv").out)))

    assert [row["id"] for row in as_json] == [row["id"] for row in as_csv]
    assert [row["thumb"] for row in as_json] == ["up", "none", "none"] * 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--day", "today", "--week"), "a day and a week were given"),
        (("--month", "2026-11", "--from", "2026-11-01"), "a month and a range were given"),
        (("--to", "2026-11-01"), "--to was given without --from"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "2026-11-02 is after 2026-11-01"),
        (("--from", "0001-01-01"), "days are more than can be told at once"),
        (("--year", "26"), "'26' is not a year"),
        (("--year", "9999"), "'9999' is not a year"),
        (("--week", "soon"), "'soon' is not a day"),
        (("--month", "2026-13"), "'2026-13' is not a month"),
        (("--week", "--by", "hour"), "hours are told of one day"),
        (("--by", "tier", "--models"), "--by and --models were given"),
        (("--json", "--csv"), "--json and --csv were given"),
        (("--reconcile", "--year"), "--reconcile chooses its own time"),
    ],
)
def test_time_or_table_that_can_not_be_is_a_sentence(ralex: Ralex, args: tuple[str, ...], said: str) -> None:
    ran = ralex("spend", *args)

    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize(
    ("when", "grain", "first", "last"),
    [
        (When(), Grain.DAY, "2026-11-23", "2026-11-23"),
        (When(week="today"), Grain.WEEK, "2026-11-23", "2026-11-29"),
        (When(week="2026-11-01"), Grain.WEEK, "2026-10-26", "2026-11-01"),
        (When(year="today"), Grain.YEAR, "2025-12-01", "2026-11-30"),
        (When(year="2025"), Grain.YEAR, "2025-01-01", "2025-12-31"),
        (When(first="2026-11-23"), Grain.DAY, "2026-11-23", "2026-11-23"),
        (When(first="yesterday"), Grain.WEEK, "2026-11-22", "2026-11-23"),
        (When(first="2026-11-01"), Grain.MONTH, "2026-11-01", "2026-11-23"),
        (When(first="2026-09-01"), Grain.YEAR, "2026-09-01", "2026-11-23"),
    ],
)
def test_words_for_a_time_name_these_days(when: When, grain: Grain, first: str, last: str) -> None:
    found = when.span(date(2026, 11, 23))

    assert found == Span(grain, date.fromisoformat(first), date.fromisoformat(last))


def test_two_times_are_refused_whichever_they_are() -> None:
    with pytest.raises(UsageError, match="a week and a year"):
        When(week="today", year="2026").span(TODAY)
