"""What `ralex spend` knows of some days, and how it writes that for programs: as JSON, as comma-separated values."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ralex_tui.cli.output import money_json, sum_json
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.review import Report
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import DaySums
from ralex_tui.services.decided import Decided, decided
from ralex_tui.services.exports import cell, table_csv
from ralex_tui.services.tables import (
    Table,
    compared_table,
    pace_json,
    request_json,
    requests_table,
    savings_json,
    tables,
)

_COLUMNS = (
    "day",
    "tier",
    "model",
    "n_answers",
    "n_input",
    "n_output",
    "cost",
    "cost_nano",
    "accuracy",
    "held",
    "held_nano",
)

# The table that --by asks for.
_TABLES = {"tier": "tiers", "model": "models", "conversation": "conversations", "kind": "kinds", "day": "days"}


@dataclass(frozen=True, slots=True)
class Spend:
    """Some days of the ledger.

    Args:
        sums: Of each day that has records.
        books: Of the same days; none where there are too many to read for what is told of them beside their sums.
        entries: In the order they were made; None where nobody asked for them.
        titles: Of conversations, by id, where they are told.
    """

    report: Report
    sums: Sequence[tuple[date, DaySums]]
    books: Sequence[DayBook] = ()
    entries: Sequence[Entry] | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


def entries_of(books: Iterable[DayBook]) -> list[Entry]:
    """All entries of these books."""
    return [entry for book in books for entry in book.entries.values()]


def spend_json(spend: Spend, policy: BudgetPolicy) -> dict[str, Any]:
    """One object, with every table of the review."""
    report, budget = spend.report, spend.report.budget
    content = {
        "first": report.span.first.isoformat(),
        "last": report.span.last.isoformat(),
        "zone": policy.zone_name,
        **money_json("limit", budget.limit if budget else None),
        **money_json("left", budget.left if budget else None),
        **sum_json(report.total),
        "rows": [
            {"day": day.isoformat(), "tier": tier.value, "model": model, **sum_json(part)}
            for day, sums in spend.sums
            for (tier, model), part in sums.items()
        ],
        "decided": [_decided_json(each) for each in decided(spend.books, policy.zone)],
        "savings": savings_json(report.savings),
        "pace": pace_json(report.pace),
        "n_limits_assumed": report.n_limits_assumed,
        "kinds_are_guesses": True,
        "tables": {table.name: list(table.rows) for table in tables(report, spend.titles)},
    }
    if spend.entries is not None:
        content["requests"] = [request_json(entry, spend.titles) for entry in spend.entries]
    return content


def write_csv(spend: Spend, by: str | None, *, with_models: bool) -> None:
    """The requests where they were asked for, else a table, else a row for each day, tier and model."""
    if spend.entries is not None:
        sys.stdout.write(table_csv(requests_table(spend.entries, spend.titles)))
    elif with_models:
        sys.stdout.write(table_csv(compared_table(spend.report)))
    elif by is not None:
        sys.stdout.write(table_csv(_table(spend, by)))
    else:
        _write_rows(spend)


def _table(spend: Spend, by: str) -> Table:
    found = {table.name: table for table in tables(spend.report, spend.titles)}
    return found[_TABLES.get(by, "hours")]


def _write_rows(spend: Spend) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for day, sums in spend.sums:
        for (tier, model), part in sums.items():
            row = {"day": day.isoformat(), "tier": tier.value, "model": visible_line(model), **sum_json(part)}
            writer.writerow([cell(row[column]) for column in _COLUMNS])


def _decided_json(each: Decided) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "at": each.at.isoformat(),
        "who": each.who,
        "what": each.what,
        "why": each.why,
        **money_json("amount", each.amount),
        "request": each.request or None,
    }
