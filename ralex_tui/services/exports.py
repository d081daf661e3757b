"""Takes the review out of the program: each table as comma-separated values, and all of it as JSON."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.review import Grain, Report
from ralex_tui.ports.exports import ExportStore
from ralex_tui.services.reports import ReportService
from ralex_tui.services.tables import Table, report_json, request_json, requests_table, tables

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportService:
    """Writes a review into the data folder's exports/."""

    def __init__(self, reports: ReportService, store: ExportStore) -> None:
        self._reports = reports
        self._store = store

    async def save(self, report: Report, titles: Mapping[str, str]) -> Path:
        """Write a span's review: `review.json`, and a CSV file for each table and for the requests.

        Args:
            titles: Of conversations, by id.

        Returns:
            The folder that was made.

        Raises:
            LedgerUnreadable: If the requests can't be read.
            StorageError: If it can't be written.
        """
        entries = await self._reports.entries(report.span)
        return await asyncio.to_thread(self._save, report, entries, titles)

    def _save(self, report: Report, entries: Sequence[Entry], titles: Mapping[str, str]) -> Path:
        return self._store.save(export_name(report), export_files(report, entries, titles))


def export_name(report: Report) -> str:
    """The folder's name: "day-2026-11-23", "week-2026-11-23", "month-2026-11", "year-2026-11" by its last month."""
    span = report.span
    if span.grain in (Grain.MONTH, Grain.YEAR):
        return f"{span.grain.value}-{span.last:%Y-%m}"
    return f"{span.grain.value}-{span.first.isoformat()}"


def export_files(report: Report, entries: Sequence[Entry], titles: Mapping[str, str]) -> dict[str, str]:
    """The files of an export by name. No text of a message is in them."""
    content = {**report_json(report, titles), "requests": [request_json(entry, titles) for entry in entries]}
    # Indented, and so written piece by piece: in one piece a year's would let no other thread run for half a second.
    written = {"review.json": json.dumps(content, indent=1) + "\n"}
    for table in (*tables(report, titles), requests_table(entries, titles)):
        written[f"{table.name}.csv"] = table_csv(table)
    return written


def table_csv(table: Table) -> str:
    """A table with a line of headings; no cell is one that a spreadsheet takes for a formula."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([cell(row[column]) for column in table.columns])
    return lines.getvalue()


def cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; yes and no as 1 and 0, so that they can be counted."""
    if isinstance(value, bool):
        return int(value)
    # Amounts may be negative, and are numbers to a spreadsheet too.
    is_formula = isinstance(value, str) and value.startswith(_FORMULA) and not _is_amount(value)
    return f"'{value}" if is_formula else value


def _is_amount(text: str) -> bool:
    return text[:1] == "-" and text[1:].replace(".", "", 1).isdecimal()
