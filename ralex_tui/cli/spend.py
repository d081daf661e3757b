"""`ralex spend`: what a day or a month cost, by tier and model; the same figures as in the app.

--json is one object: first, last, zone, limit, left (of a day; null for a month), the sum, `rows`
for each day, tier and model. --csv has those rows.
"""

from __future__ import annotations

import calendar
import csv
import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import money_json, show_figure, sum_json, table, write_json
from ralex_tui.domain.budget import BudgetPolicy, DayBudget
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum, by_model

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
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


@dataclass(frozen=True, slots=True)
class _Spend:
    """The entries of some days; `budget` where it is one day."""

    first: date
    last: date
    entries: list[Entry]
    budget: DayBudget | None


@click.command("spend")
@click.option("--day", metavar="DAY", help="A date such as 2026-11-01, today or yesterday; today if not given.")
@click.option("--month", metavar="MONTH", help="A month such as 2026-11.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values, a row for each tier and model.")
@click.pass_obj
def command(options: Options, day: str | None, month: str | None, as_json: bool, as_csv: bool) -> int:
    """What a day or a month cost, by tier and model, with the mark of each figure.

    The marks: exact as the provider says, computed from its tokens, estimated upwards, unknown.
    """
    if day is not None and month is not None:
        raise UsageError("a day and a month were given, and one of them decides", hint="leave one out")
    if as_json and as_csv:
        raise UsageError("--json and --csv were given, and one of them decides", hint="leave one out")
    setup = options.setup_with_notices()
    spend = _read(setup, day, month)
    if as_json:
        write_json(_json(spend, setup.policy))
    elif as_csv:
        _write_csv(spend)
    else:
        print(_text(spend, setup.policy))
    return 0


def _read(setup: bootstrap.Setup, day: str | None, month: str | None) -> _Spend:
    with bootstrap.open_ledger(setup) as ledger:
        first, last = _month(month) if month is not None else (_day(day, ledger.today()),) * 2
        budget = ledger.day_budget_sync(first) if first == last else None
        return _Spend(first, last, ledger.entries_sync(first, last), budget)


def _day(text: str | None, today: date) -> date:
    if text in (None, "today"):
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise UsageError(f"{visible_line(str(text), 40)!r} is not a day", hint="write it as 2026-11-01") from None


def _month(text: str) -> tuple[date, date]:
    found = _MONTH.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        first = date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise UsageError(f"{visible_line(text, 40)!r} is not a month", hint="write it as 2026-11") from None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _text(spend: _Spend, policy: BudgetPolicy) -> str:
    one_day = spend.first == spend.last
    lines = [f"{spend.first:%A %d %B %Y}" if one_day else f"{spend.first:%B %Y}"]
    lines[0] += f" ({visible_line(policy.zone_name)})"
    if not spend.entries:
        lines.append("nothing was spent")
    else:
        lines.append(table(_rows(spend), right=(2, 3, 4, 5)))
    held = [entry for entry in spend.entries if entry.is_open]
    if held:
        amount = Usd.total(entry.reservation.amount for entry in held)
        lines.append(f"held: {amount} for {len(held)} still on the way; it may come back")
    if spend.budget is not None:
        lines.append(f"left: {max(spend.budget.left, ZERO).show(2)} of {spend.budget.limit.show(2)}")
    return "\n".join(lines)


def _rows(spend: _Spend) -> list[list[str]]:
    rows = [["tier", "model", "answers", "input", "output", "cost", ""]]
    for (tier, model), part in by_model(spend.entries).items():
        rows.append([tier.value, visible_line(model, 60), *_cells(part)])
    rows.append(["total", "", *_cells(Sum.of(spend.entries))])
    return rows


def _cells(part: Sum) -> list[str]:
    amount, _, mark = show_figure(part.cost).partition(" ")
    return [str(part.n_answers), f"{part.n_input:,}", f"{part.n_output:,}", amount, mark]


def _day_rows(spend: _Spend) -> list[tuple[date, Tier, str, Sum]]:
    """A row for each day, tier and model that occurs."""
    days: dict[date, list[Entry]] = {}
    for entry in spend.entries:
        days.setdefault(entry.reservation.day, []).append(entry)
    return [
        (day, tier, model, part)
        for day, entries in sorted(days.items())
        for (tier, model), part in by_model(entries).items()
    ]


def _json(spend: _Spend, policy: BudgetPolicy) -> dict[str, Any]:
    budget = spend.budget
    return {
        "first": spend.first.isoformat(),
        "last": spend.last.isoformat(),
        "zone": policy.zone_name,
        **money_json("limit", budget.limit if budget else None),
        **money_json("left", budget.left if budget else None),
        **sum_json(Sum.of(spend.entries)),
        "rows": [
            {"day": day.isoformat(), "tier": tier.value, "model": model, **sum_json(part)}
            for day, tier, model, part in _day_rows(spend)
        ],
    }


def _write_csv(spend: _Spend) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for day, tier, model, part in _day_rows(spend):
        row = {"day": day.isoformat(), "tier": tier.value, "model": visible_line(model), **sum_json(part)}
        writer.writerow([_cell(row[column]) for column in _COLUMNS])


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
