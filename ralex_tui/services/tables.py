"""The review's tables as plain rows, for files and for the command line: the same figures as on the screen. Pure.

No text of a message is in them. Titles, model names and whatever else came from outside are cleaned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import Grain, ModelRecord, Pace, Report, Savings
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import figures_of
from ralex_tui.services.plain import figure_json, money_json, sum_json

_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns, of which there is one at least even where no row is."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


_SUM = tuple(sum_json(Sum()))
_MARKED = ("p50", "p95")


def tables(report: Report, titles: Mapping[str, str]) -> tuple[Table, ...]:
    """Every table of the review but that of the requests.

    Args:
        titles: Of conversations, by id; those without one have an empty title.
    """
    return (
        bars_table(report),
        days_table(report),
        tiers_table(report),
        models_table(report),
        conversations_table(report, titles),
        kinds_table(report),
        compared_table(report),
    )


def bars_table(report: Report) -> Table:
    """A row for each column of the chart: hours of a day, days of a week or month, weeks of a year."""
    name = {Grain.DAY: "hours", Grain.YEAR: "weeks"}.get(report.span.grain, "bars")
    return _sums(
        name,
        ("first", "last", "hour"),
        (((bar.first.isoformat(), bar.last.isoformat(), bar.hour), bar.total) for bar in report.bars),
    )


def days_table(report: Report) -> Table:
    """A row for each day that has records or a limit of its own, with that limit."""
    days = [day for day, part in report.days.items() if part != Sum() or day in report.limits]
    rows = [
        {"day": day.isoformat(), **money_json("limit", report.limits.get(day)), **sum_json(report.days[day])}
        for day in days
    ]
    return Table("days", ("day", "limit", "limit_nano", *_SUM), tuple(rows))


def tiers_table(report: Report) -> Table:
    return _sums("tiers", ("tier",), (((tier.value,), part) for tier, part in report.tiers.items()))


def models_table(report: Report) -> Table:
    """A row for each tier and model."""
    rows = (((tier.value, _name(model)), part) for (tier, model), part in report.by_model.items())
    return _sums("models", ("tier", "model"), rows)


def conversations_table(report: Report, titles: Mapping[str, str]) -> Table:
    """Dearest first."""
    rows = (((name, _name(titles.get(name, ""))), part) for name, part in report.conversations.items())
    return _sums("conversations", ("conversation", "title"), rows)


def kinds_table(report: Report) -> Table:
    """By kind of request, which is a guess; null for requests from before it was noted."""
    return _sums("kinds", ("kind",), (((kind or None,), part) for kind, part in report.request_kinds.items()))


def compared_table(report: Report) -> Table:
    """How each model did."""
    rows = tuple(record_json(record) for record in report.models.values())
    return Table("compared", _RECORD, rows)


def requests_table(entries: Iterable[Entry], titles: Mapping[str, str]) -> Table:
    """A row for each request."""
    rows = tuple(request_json(entry, titles) for entry in entries)
    return Table("requests", _REQUEST, rows)


def record_json(record: ModelRecord) -> dict[str, Any]:
    """How a model did: seconds, tokens a second, counts."""
    first, speed = record.first_token_s, record.speed
    return {
        "model": _name(record.model),
        "n": record.n,
        "n_done": record.n_done,
        "n_failed": record.n_failed,
        "n_timeouts": record.n_timeouts,
        "n_stopped": record.n_stopped,
        **figure_json("cost", record.cost),
        **money_json("cost_each", record.cost_each),
        **{f"first_token_s_{name}": first[at] if first else None for at, name in enumerate(_MARKED)},
        **{f"tokens_a_second_{name}": speed[at] if speed else None for at, name in enumerate(_MARKED)},
        "n_again": record.n_again,
        "n_up": record.n_up,
        "n_down": record.n_down,
    }


_RECORD = (
    *("model", "n", "n_done", "n_failed", "n_timeouts", "n_stopped", "cost", "cost_nano", "accuracy"),
    *("cost_each", "cost_each_nano", "first_token_s_p50", "first_token_s_p95"),
    *("tokens_a_second_p50", "tokens_a_second_p95", "n_again", "n_up", "n_down"),
)


def request_json(entry: Entry, titles: Mapping[str, str]) -> dict[str, Any]:
    """One request, with all figures that it had, and no word of what it said."""
    made, settled, usage = entry.reservation, entry.settlement, entry.usage
    return {
        "id": made.id,
        "at": made.at.isoformat(),
        "day": made.day.isoformat(),
        "tier": made.tier.value,
        "model": _name(made.model),
        "outcome": settled.outcome.value if settled else None,
        **figure_json("cost", entry.cost),
        **money_json("held", made.amount),
        **money_json("variance", entry.variance),
        "n_input": usage.input if usage else None,
        "n_output": usage.output if usage else None,
        "n_cache_read": usage.cache_read if usage else None,
        "n_cache_write": usage.cache_write if usage else None,
        "conversation": made.conversation,
        "title": _name(titles.get(made.conversation, "")),
        "kind": made.request_kind or None,
        "is_auto": made.is_auto,
        "first_token_s": settled.first_token_s if settled else None,
        "duration_s": settled.duration_s if settled else None,
        "error": settled.error or None if settled else None,
        "thumb": entry.thumb.value,
        "is_again": entry.was(Opinion.AGAIN),
        "is_escalated": entry.was(Opinion.ESCALATED),
        "is_corrected": bool(entry.corrections),
        "figures": [figure_json("cost", figure) for figure in figures_of(entry)],
    }


# Without `figures`, which is a list.
_REQUEST = (
    *("id", "at", "day", "tier", "model", "outcome", "cost", "cost_nano", "accuracy", "held", "held_nano"),
    *("variance", "variance_nano", "n_input", "n_output", "n_cache_read", "n_cache_write", "conversation", "title"),
    *("kind", "is_auto", "first_token_s", "duration_s", "error", "thumb", "is_again", "is_escalated", "is_corrected"),
)


def savings_json(savings: Savings) -> dict[str, Any]:
    """What Auto saved; an estimate, as its `accuracy` is only that of what was paid."""
    return {
        "is_estimate": True,
        "n_picked": savings.n_picked,
        "n_counted": savings.n_counted,
        **figure_json("cost", savings.cost),
        **money_json("on_smart", savings.smart),
        **money_json("on_yolo", savings.yolo),
        **money_json("saved", savings.saved),
    }


def pace_json(pace: Pace) -> dict[str, Any]:
    """How fast the money went; what is said of the future is an estimate."""
    return {
        "is_estimate": True,
        **money_json("per_hour", pace.per_hour),
        **money_json("per_day", pace.per_day),
        **money_json("at_end", pace.at_end),
        "runs_out": pace.runs_out.isoformat() if pace.runs_out else None,
        **money_json("limit", pace.limit),
    }


def report_json(report: Report, titles: Mapping[str, str]) -> dict[str, Any]:
    """The review of a span as one object, its tables included."""
    return {
        "grain": report.span.grain.value,
        "first": report.span.first.isoformat(),
        "last": report.span.last.isoformat(),
        **sum_json(report.total),
        "savings": savings_json(report.savings),
        "pace": pace_json(report.pace),
        "n_limits_assumed": report.n_limits_assumed,
        "kinds_are_guesses": True,
        "tables": {table.name: list(table.rows) for table in tables(report, titles)},
    }


def _sums(name: str, keys: tuple[str, ...], rows: Iterable[tuple[tuple[Any, ...], Sum]]) -> Table:
    made = tuple({**dict(zip(keys, values, strict=True)), **sum_json(part)} for values, part in rows)
    return Table(name, (*keys, *_SUM), made)


def _name(text: str) -> str:
    return visible_line(text, _TITLE_LENGTH)
