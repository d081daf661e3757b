"""Exports: the review's own figures in files, no word of a message, no formula, nothing written over."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ralex_tui.adapters.export_folder import ExportFolder
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Entry, Outcome, Record, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Tariff
from ralex_tui.domain.review import Grain, Report, Span
from ralex_tui.services.exports import ExportService, cell, export_files, export_name, table_csv
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from ralex_tui.services.tables import Table, bars_table, report_json, request_json, tables
from tests.adapters.failing_disk import FailingDisk
from tests.samples import DAY, NOON, PRICE, SetClock, reservation, settlement

TARIFF = Tariff(new_id(), DAY, NOON, {Tier.SMART: ("lan/large", PRICE)})
HOSTILE = "=HYPERLINK(1)\x1b[31m"


def day_records() -> list[Record]:
    """An estimated answer, a failure, one on its way."""
    first = reservation(model=HOSTILE, is_auto=True, request_kind="code", tariff=TARIFF.id, conversation="c1")
    usage = TokenUsage(100, 50, cache_read=10)
    done = settlement(
        first, "0.0015", accuracy=Accuracy.ESTIMATED, usage=usage, first_token_s=0.5, duration_s=2.5, at=NOON
    )
    second = reservation(tier=Tier.SMART, conversation="c2")
    failed = Settlement(second.id, NOON, Usd(0), Accuracy.EXACT, Outcome.FAILED, error="AnswerTimeout")
    return [TARIFF, first, done, second, failed, reservation(conversation="c1")]


class Bureau:
    def __init__(self, folder: Path, policy: BudgetPolicy) -> None:
        self.folder = folder / "exports"
        self.store = TinydbLedger(folder / "ledger", folder / "owners")
        self.store.commit(DAY, lambda _: day_records())
        clock = SetClock()
        self.ledger = LedgerService(self.store, policy, clock)
        self.reports = ReportService(self.ledger, clock)
        self.exports = ExportService(self.reports, ExportFolder(self.folder))
        self.titles = {"c1": "+cmd|' /C calc'!A0\nnew line"}

    async def report(self, grain: Grain = Grain.DAY) -> Report:
        return await self.reports.report(Span.of(grain, DAY))

    async def save(self, grain: Grain = Grain.DAY) -> Path:
        return await self.exports.save(await self.report(grain), self.titles)


@pytest.fixture
async def bureau(tmp_path: Path, policy: BudgetPolicy) -> AsyncIterator[Bureau]:
    made = Bureau(tmp_path, policy)
    yield made
    made.ledger.close()
    made.store.close()


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


async def test_export_is_a_private_folder_with_a_file_for_each_table(bureau: Bureau) -> None:
    folder = await bureau.save()

    assert folder == bureau.folder / "day-2026-03-14"
    assert {file.name for file in folder.iterdir()} == {
        "review.json",
        "hours.csv",
        "days.csv",
        "tiers.csv",
        "models.csv",
        "conversations.csv",
        "kinds.csv",
        "compared.csv",
        "requests.csv",
    }
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_every_table_of_sums_adds_up_to_the_total(bureau: Bureau) -> None:
    folder = await bureau.save()
    total = json.loads((folder / "review.json").read_text())

    for name in ("hours", "days", "tiers", "models", "conversations", "kinds"):
        rows = rows_of(folder / f"{name}.csv")
        for column in ("n_answers", "n_input", "cost_nano", "held_nano", "estimated_nano", "n_held"):
            assert sum(int(row[column]) for row in rows) == total[column], (name, column)


async def test_requests_are_those_of_the_ledger_with_no_text(bureau: Bureau) -> None:
    folder = await bureau.save()

    rows = {row["outcome"]: row for row in rows_of(folder / "requests.csv")}
    assert set(rows) == {"done", "failed", ""}
    assert (rows["done"]["cost"], rows["done"]["accuracy"]) == ("0.001500000", "estimated")
    assert (rows["done"]["kind"], rows["done"]["is_auto"], rows["failed"]["error"]) == ("code", "1", "AnswerTimeout")


async def test_no_cell_is_a_formula_and_nothing_can_reach_a_terminal(bureau: Bureau) -> None:
    folder = await bureau.save()

    for file in folder.iterdir():
        text = file.read_text()
        assert "\x1b" not in text
        if file.suffix == ".csv":
            cells = [value for row in csv.reader(io.StringIO(text)) for value in row]
            assert not [value for value in cells if value.startswith(("=", "+", "@", "\t", "\r"))]
    (title,) = {row["title"] for row in rows_of(folder / "conversations.csv")} - {""}
    assert title.startswith("'+cmd")


async def test_export_is_never_written_over_another(bureau: Bureau) -> None:
    made = [await bureau.save() for _ in range(3)]

    assert [folder.name for folder in made] == ["day-2026-03-14", "day-2026-03-14-2", "day-2026-03-14-3"]
    assert len({(folder / "review.json").read_text() for folder in made}) == 1


@pytest.mark.parametrize(
    ("grain", "name", "bars"),
    [
        (Grain.DAY, "day-2026-03-14", "hours"),
        (Grain.WEEK, "week-2026-03-09", "bars"),
        (Grain.MONTH, "month-2026-03", "bars"),
        (Grain.YEAR, "year-2026-03", "weeks"),
    ],
)
async def test_export_is_named_after_its_time(bureau: Bureau, grain: Grain, name: str, bars: str) -> None:
    report = await bureau.report(grain)

    assert (export_name(report), bars_table(report).name) == (name, bars)


async def test_json_and_csv_say_the_same(bureau: Bureau) -> None:
    report = await bureau.report()
    content = json.loads(export_files(report, [], bureau.titles)["review.json"])

    for table in tables(report, bureau.titles):
        assert content["tables"][table.name] == [dict(row) for row in table.rows]
        assert all(set(table.columns) == set(row) for row in table.rows)


async def test_estimates_are_marked_and_the_unknown_is_null(bureau: Bureau) -> None:
    content = report_json(await bureau.report(), {})

    assert (content["savings"]["is_estimate"], content["pace"]["is_estimate"]) == (True, True)
    assert (content["accuracy"], content["estimated_nano"]) == ("estimated", 1_500_000)
    assert (content["savings"]["on_yolo"], content["savings"]["on_yolo_nano"]) == (None, None)
    assert content["kinds_are_guesses"] is True


async def test_full_disk_leaves_nothing_behind_and_says_so(bureau: Bureau) -> None:
    for step in range(1, 12):
        bureau.exports = ExportService(bureau.reports, ExportFolder(bureau.folder, disk=FailingDisk(step)))
        with pytest.raises(StorageError, match="exports/day-2026-03-14 can't be written"):
            await bureau.save()
        assert list(bureau.folder.iterdir()) == []


def test_request_that_is_on_its_way_has_no_outcome() -> None:
    content = request_json(Entry(reservation()), {})

    assert (content["outcome"], content["error"], content["n_input"]) == (None, None, None)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("-1.500000000", "-1.500000000"),
        ("-1+1", "'-1+1"),
        ("-", "'-"),
        ("=1", "'=1"),
        ("lan/x", "lan/x"),
        (True, 1),
        (False, 0),
        (-5, -5),
        (None, None),
    ],
)
def test_cell_is_a_number_or_a_harmless_text(value: Any, written: Any) -> None:
    assert cell(value) == written


def test_table_without_rows_has_its_headings() -> None:
    assert table_csv(Table("empty", ("a", "b"), ())) == "a,b\n"


def test_tables_columns_are_those_of_its_rows() -> None:
    row: Mapping[str, Any] = {"a": 1, "b": "x,y"}

    assert table_csv(Table("one", ("b", "a"), (row,))) == 'b,a\n"x,y",1\n'
