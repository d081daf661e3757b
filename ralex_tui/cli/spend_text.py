"""How `ralex spend` writes the review of a day or of many for people: tables, and a line for whatever else counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo

from ralex_tui.cli.output import show_figure, table
from ralex_tui.cli.spend_data import Spend, entries_of
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.pace import WINDOW
from ralex_tui.domain.review import Grain, ModelRecord, Report, Savings, Span
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import Decided, decided, figures_of

_SUM_HEAD = ("answers", "input", "output", "cost", "")


def spend_text(spend: Spend, policy: BudgetPolicy, by: str, *, with_models: bool, with_requests: bool) -> str:
    """All of it.

    Args:
        by: What the table has a row for: "tier", "model", "conversation", "kind", "hour" or "day".
    """
    report = spend.report
    lines = [f"{_title(report.span)} ({visible_line(policy.zone_name)})"]
    if not report.by_model:
        lines.append("nothing was spent")
    elif with_models:
        lines.append(_compared(report.models.values()))
    else:
        lines += _sums(spend, by)
    total = report.total
    if total.n_held:
        lines.append(f"held: {total.held} for {total.n_held} still on the way; it may come back")
    lines += [*_odds(spend), *_saved(report.savings), *_pace(report, policy.zone)]
    if report.budget is not None:
        lines.append(f"left: {max(report.budget.left, ZERO).show(2)} of {report.budget.limit.show(2)}")
    if report.n_limits_assumed and (report.budget is not None or by == "day"):
        lines.append("no limit was recorded on some of these days: today's setting stands in")
    if with_requests and spend.entries:
        lines += ["", table(_requests(spend.entries, policy.zone), right=(5,))]
    decisions = decided(spend.books, policy.zone)
    if decisions:
        lines += ["", "decided:", *(_decision(each, policy.zone) for each in decisions)]
    return "\n".join(lines)


def _title(span: Span) -> str:
    if span.first == span.last:
        return f"{span.first:%A %d %B %Y}"
    if span == Span.of(Grain.MONTH, span.first):
        return f"{span.first:%B %Y}"
    return f"{span.first:%A %d %B %Y} to {span.last:%A %d %B %Y}"


def _sums(spend: Spend, by: str) -> list[str]:
    """The table, with a word on what in it is a guess."""
    head, rows = _ROWS[by](spend)
    n_keys = len(head)
    cells = [[*head, *_SUM_HEAD], *([*names, *_cells(part)] for names, part in rows)]
    cells.append(["total", *[""] * (n_keys - 1), *_cells(spend.report.total)])
    lines = [table(cells, right=tuple(range(n_keys, n_keys + 4)))]
    return [*lines, "kinds are guesses, made from a few words of each message"] if by == "kind" else lines


_Rows = tuple[tuple[str, ...], Iterable[tuple[Sequence[str], Sum]]]


def _by_tier(spend: Spend) -> _Rows:
    return ("tier",), (((tier.value,), part) for tier, part in spend.report.tiers.items() if _is_any(part))


def _by_model(spend: Spend) -> _Rows:
    rows = (((tier.value, _name(model)), part) for (tier, model), part in spend.report.by_model.items())
    return ("tier", "model"), rows


def _by_conversation(spend: Spend) -> _Rows:
    def title(name: str) -> str:
        return visible_line(spend.titles.get(name, "") or "(gone)", 40)

    rows = (((name, title(name)), part) for name, part in spend.report.conversations.items())
    return ("conversation", "title"), rows


def _by_kind(spend: Spend) -> _Rows:
    return ("kind",), (((kind or "(not noted)",), part) for kind, part in spend.report.request_kinds.items())


def _by_hour(spend: Spend) -> _Rows:
    return ("hour",), (((f"{bar.label}:00",), bar.total) for bar in spend.report.bars if _is_any(bar.total))


def _by_day(spend: Spend) -> _Rows:
    limits = spend.report.limits
    rows = (
        ((f"{day:%a} {day}", limits[day].show(2) if day in limits else ""), part)
        for day, part in spend.report.days.items()
        if _is_any(part)
    )
    return ("day", "limit"), rows


_ROWS: Mapping[str, Callable[[Spend], _Rows]] = {
    "tier": _by_tier,
    "model": _by_model,
    "conversation": _by_conversation,
    "kind": _by_kind,
    "hour": _by_hour,
    "day": _by_day,
}


def _compared(records: Iterable[ModelRecord]) -> str:
    """How the models did; a model of which too little is known has empty cells."""
    rows = [["model", "requests", "failed", "timed out", "first token p50, p95", "tok/s p50, p95", "an answer", ""]]
    rows[0] += ["again", "up", "down"]
    for record in records:
        first, speed = record.first_token_s, record.speed
        each, mark = "", ""
        if record.cost_each is not None:
            each, mark = str(record.cost_each), record.cost.accuracy.value
        rows.append(
            [
                _name(record.model),
                f"{record.n:,}",
                _percent(record.n_failed, record.n),
                _percent(record.n_timeouts, record.n),
                f"{first[0]:.2f}, {first[1]:.2f} s" if first else "",
                f"{speed[0]:.0f}, {speed[1]:.0f}" if speed else "",
                each,
                mark,
                *(str(count) for count in (record.n_again, record.n_up, record.n_down)),
            ]
        )
    return table(rows, right=(1, 2, 3, 4, 5, 6, 8, 9, 10))


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else ""


def _saved(savings: Savings) -> list[str]:
    """What Auto saved, if it picked anything that can be counted."""
    if not savings.n_counted:
        return []
    parts = [
        f"{amount} on {name} alone" for name, amount in (("Smart", savings.smart), ("Yolo", savings.yolo)) if amount
    ]
    saved = savings.saved
    what = "Auto's picks cost"
    if saved is not None:
        what = f"Auto saved about {saved}" if saved >= ZERO else f"Auto cost about {-saved} more than Smart alone"
    line = f"{what}: {savings.cost.amount} against {', '.join(parts)}" if parts else f"{what} {savings.cost.amount}"
    counted = f"{savings.n_counted:,} of {savings.n_picked:,} picks counted"
    return [f"{line} (estimated: the same tokens at that day's prices; {counted})"]


def _pace(report: Report, zone: tzinfo) -> list[str]:
    pace, is_day = report.pace, report.span.grain is Grain.DAY
    each = pace.per_hour if is_day else pace.per_day
    if not each or not report.total.cost.amount:
        return []
    if pace.at_end is None:
        return [f"on average: {each} {'an hour' if is_day else 'a day'}"]
    of = f"an hour in the last {WINDOW.seconds // 3600} hours" if is_day else "a day"
    ends = f"{pace.at_end.show(2)} by the end"
    if pace.runs_out is not None:
        at = pace.runs_out.astimezone(zone)
        ends += f", the limit reached {f'at {at:%H:%M}' if is_day else f'on {at:%d %B}'}"
    return [f"pace: {each} {of}; at that pace {ends} (estimated)"]


def _odds(spend: Spend) -> list[str]:
    """What caching saved, and what was not as it should be."""
    total = spend.report.total
    lines = []
    if total.saved:
        what = "saved" if total.saved > ZERO else "cost more than it saved, by"
        lines.append(f"caching {what} {max(total.saved, -total.saved)}")
    if total.n_overruns:
        holds = "its hold" if total.n_overruns == 1 else "their holds"
        lines.append(f"overruns: {total.n_overruns}, {total.overrun} over {holds}")
    if total.variance:
        more = "more" if total.variance > ZERO else "less"
        lines.append(f"the providers say {max(total.variance, -total.variance)} {more} than was computed")
    return [*lines, *_cut_off(spend)]


def _cut_off(spend: Spend) -> list[str]:
    count = spend.report.total.n_cut_off
    if not count:
        return []
    found = [entry for entry in entries_of(spend.books) if entry.is_cut_off]
    if not found:
        return [f"cut off by a crash and charged in full: {count}; `ralex spend --day DAY` names them"]
    charged = Usd.total(entry.cost.amount for entry in found)
    ids = ", ".join(entry.reservation.id for entry in found[:3])
    return [
        f"cut off by a crash and charged in full: {count}, {charged} ({ids})",
        "    if one was not billed: ralex spend --correct ID 0 --why TEXT",
    ]


def _requests(entries: Sequence[Entry], zone: tzinfo) -> list[list[str]]:
    rows = [["at", "id", "tier", "model", "outcome", "cost", ""]]
    for entry in entries:
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
                _name(reservation.model),
                "on its way" if settled is None else settled.outcome.value,
                amount,
                mark,
            ]
        )
    return rows


def _decision(each: Decided, zone: tzinfo) -> str:
    why = f" ({each.why})" if each.why else ""
    return f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}  {each.who}: {each.what}{why}"


def _cells(part: Sum) -> list[str]:
    amount, _, mark = show_figure(part.cost).partition(" ")
    return [str(part.n_answers), f"{part.n_input:,}", f"{part.n_output:,}", amount, mark]


def _is_any(part: Sum) -> bool:
    return bool(part.n_answers or part.n_held)


def _name(model: str) -> str:
    return visible_line(model, 60)
