"""How `ralex spend` writes a day or a month: as text, as JSON, as comma-separated values."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from ralex_tui.cli.output import figure_json, money_json, show_figure, sum_json, table
from ralex_tui.domain.budget import BudgetPolicy, DayBudget
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum, by_model
from ralex_tui.services.decided import Decided, decided, figures_of

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
class Spend:
    """The entries and books of some days; `budget` where it is one day."""

    first: date
    last: date
    entries: Sequence[Entry]
    budget: DayBudget | None
    books: Sequence[DayBook]


def spend_text(spend: Spend, policy: BudgetPolicy, *, with_requests: bool) -> str:
    """For people."""
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
    lines += _odds(spend)
    if spend.budget is not None:
        lines.append(f"left: {max(spend.budget.left, ZERO).show(2)} of {spend.budget.limit.show(2)}")
    if with_requests and spend.entries:
        lines += ["", table(_requests(spend, policy.zone), right=(5,))]
    decisions = decided(spend.books, policy.zone)
    if decisions:
        lines += ["", "decided:", *(_decision(each, policy.zone) for each in decisions)]
    return "\n".join(lines)


def _odds(spend: Spend) -> list[str]:
    """What caching saved, and what was not as it should be."""
    total = Sum.of(spend.entries)
    lines = []
    if total.saved:
        what = "saved" if total.saved > ZERO else "cost more than it saved, by"
        lines.append(f"caching {what} {max(total.saved, -total.saved)}")
    if spend.budget is not None and spend.budget.n_overruns:
        holds = "its hold" if spend.budget.n_overruns == 1 else "their holds"
        lines.append(f"overruns: {spend.budget.n_overruns}, {spend.budget.overrun} over {holds}")
    if total.variance:
        more = "more" if total.variance > ZERO else "less"
        lines.append(f"the providers say {max(total.variance, -total.variance)} {more} than was computed")
    cut_off = [entry for entry in spend.entries if _is_cut_off(entry)]
    if cut_off:
        charged = Usd.total(entry.cost.amount for entry in cut_off)
        ids = ", ".join(entry.reservation.id for entry in cut_off[:3])
        lines.append(f"cut off by a crash and charged in full: {len(cut_off)}, {charged} ({ids})")
        lines.append("    if one was not billed: ralex spend --correct ID 0 --why TEXT")
    return lines


def _is_cut_off(entry: Entry) -> bool:
    settled = entry.settlement
    return settled is not None and settled.outcome is Outcome.ABANDONED and not entry.corrections


def _requests(spend: Spend, zone: tzinfo) -> list[list[str]]:
    rows = [["at", "id", "tier", "model", "outcome", "cost", ""]]
    for entry in spend.entries:
        reservation, settled = entry.reservation, entry.settlement
        amount, _, mark = show_figure(entry.cost).partition(" ")
        if settled is None:
            amount, mark = str(reservation.amount), "held"
        elif entry.corrections:
            mark = f"{mark}, corrected from {' and '.join(str(each.amount) for each in figures_of(entry)[:-1])}"
        rows.append(
            [
                f"{reservation.at.astimezone(zone):%Y-%m-%d %H:%M}",
                reservation.id,
                reservation.tier.value,
                visible_line(reservation.model, 60),
                "on its way" if settled is None else settled.outcome.value,
                amount,
                mark,
            ]
        )
    return rows


def _decision(each: Decided, zone: tzinfo) -> str:
    why = f" ({each.why})" if each.why else ""
    return f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}  {each.who}: {each.what}{why}"


def _rows(spend: Spend) -> list[list[str]]:
    rows = [["tier", "model", "answers", "input", "output", "cost", ""]]
    for (tier, model), part in by_model(spend.entries).items():
        rows.append([tier.value, visible_line(model, 60), *_cells(part)])
    rows.append(["total", "", *_cells(Sum.of(spend.entries))])
    return rows


def _cells(part: Sum) -> list[str]:
    amount, _, mark = show_figure(part.cost).partition(" ")
    return [str(part.n_answers), f"{part.n_input:,}", f"{part.n_output:,}", amount, mark]


def _day_rows(spend: Spend) -> list[tuple[date, Tier, str, Sum]]:
    """A row for each day, tier and model that occurs."""
    days: dict[date, list[Entry]] = {}
    for entry in spend.entries:
        days.setdefault(entry.reservation.day, []).append(entry)
    return [
        (day, tier, model, part)
        for day, entries in sorted(days.items())
        for (tier, model), part in by_model(entries).items()
    ]


def spend_json(spend: Spend, policy: BudgetPolicy, *, with_requests: bool) -> dict[str, Any]:
    """For programs."""
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
        "decided": [_decided_json(each) for each in decided(spend.books, policy.zone)],
        **({"requests": [request_json(entry) for entry in spend.entries]} if with_requests else {}),
    }


def request_json(entry: Entry) -> dict[str, Any]:
    """One request, with all figures that it had."""
    reservation, usage = entry.reservation, entry.usage
    return {
        "id": reservation.id,
        "at": reservation.at.isoformat(),
        "tier": reservation.tier.value,
        "model": reservation.model,
        "outcome": entry.settlement.outcome.value if entry.settlement else None,
        **figure_json("cost", entry.cost),
        **money_json("held", reservation.amount),
        **money_json("variance", entry.variance),
        "n_input": usage.input if usage else None,
        "n_output": usage.output if usage else None,
        "figures": [figure_json("cost", figure) for figure in figures_of(entry)],
    }


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


def write_csv(spend: Spend) -> None:
    """A row for each day, tier and model."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for day, tier, model, part in _day_rows(spend):
        row = {"day": day.isoformat(), "tier": tier.value, "model": visible_line(model), **sum_json(part)}
        writer.writerow([cell(row[column]) for column in _COLUMNS])


def cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
