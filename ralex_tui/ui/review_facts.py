"""What the review says first: spent, what Auto saved, how sure that is, the pace, and what was odd. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import ZERO, Accuracy, Usd
from ralex_tui.domain.review import Grain
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import signed
from ralex_tui.ui.figures import held, limit_words, overrun_words
from ralex_tui.ui.gauge import alarm_role, gauge
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside, spread
from ralex_tui.ui.review_lines import answers, this_span
from ralex_tui.ui.review_savings import savings_line, short_verdict
from ralex_tui.ui.review_state import View
from ralex_tui.ui.themes import Ink

_GAUGE = 16

# Books of older versions don't say which limit held on their day.
_ASSUMED = "; the limit is the one set today"


def limit_of(view: View) -> DayBudget | None:
    """What the span is measured by: the day's limit, or the month's; None where there is none."""
    report = view.report
    if report.budget is not None:
        return report.budget
    if report.pace.limit is None:
        return None
    return DayBudget(report.span.last, report.pace.limit, report.total.cost, report.total.held)


def hero(view: View) -> tuple[str, str]:
    """The loud number and its colour."""
    budget = limit_of(view)
    role = alarm_role(budget.percent_used) if budget is not None else None
    return view.report.total.cost.amount.show(2), role or "strong"


def summary_line(view: View, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """One line for short screens: spent, limit, gauge, percent, answers; at the end what Auto saved."""
    budget, total = limit_of(view), view.report.total
    spent, role = hero(view)
    muted = ink("muted")
    first, bar, percent = Content.styled(spent, ink(role, bold=True)), Content(""), ""
    if budget is not None:
        first += Content.styled(f" of {budget.limit.show(2)}", muted)
        bar, percent = gauge(budget, _GAUGE, ink, glyphs), f"{_percent(budget)} %, "
    count = Content.styled(f"{percent}{answers(total.n_answers)}", muted)
    cut_off = Content.styled(f"{glyphs.warning} {total.n_cut_off} cut off" if total.n_cut_off else "", ink("warn"))
    saved = short_verdict(view.report.savings, ink, glyphs)
    for parts, end in (
        ((first, bar, count, cut_off), saved),
        ((first, bar, count, cut_off), Content("")),
        ((first, count), Content("")),
    ):
        line = beside(*parts, gap=2)
        if line.cell_length + end.cell_length + 1 <= width:
            return spread(line, end, width) if end else line
    return first


def fact_lines(view: View, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Lines beside the hero."""
    report, total = view.report, view.report.total
    facts = [_spent_line(view, ink)]
    if not view.is_empty:
        facts += [
            savings_line(report.savings, total.n_answers, ink, glyphs),
            beside(_certainty(total, ink, glyphs), _drifts(view.drifts, ink), gap=3),
            _pace_and_held(view, width, ink, glyphs),
        ]
    lines = [line for fact in facts if fact for line in fact.wrap(width)]
    return [*lines, *_odds(view, width, ink, glyphs)]


def abandoned(entries: Sequence[Entry]) -> list[Entry]:
    """Requests that were cut off by a crash, and that nobody has looked at since."""
    return [entry for entry in entries if entry.is_cut_off]


def nothing_spent(view: View) -> str:
    """`Nothing spent. $5.00 was yours to spend.`"""
    budget = limit_of(view)
    if budget is None:
        return "Nothing spent."
    was = "is" if view.is_day and view.day >= view.today else "was"
    return f"Nothing spent. {limit_words(budget.limit)} {was} yours to spend."


def _percent(budget: DayBudget) -> int:
    """What was spent, as whole percent of the limit, rounded down; held money is told apart."""
    return budget.spent.amount.nano * 100 // budget.limit.nano if budget.limit.nano > 0 else 100


def _spent_line(view: View, ink: Ink) -> Content:
    budget = limit_of(view)
    n = answers(view.report.total.n_answers)
    if budget is None:
        return Content.styled(f"spent in {n}", ink("muted"))
    return Content.assemble(
        ("spent of ", ink("muted")),
        (budget.limit.show(2), ink("text")),
        (f", {_percent(budget)} %, in {n}", ink("muted")),
        (_ASSUMED if view.is_day and view.report.n_limits_assumed else "", ink("muted")),
    )


def _certainty(total: Sum, ink: Ink, glyphs: Glyphs) -> Content:
    """How much of the money is exact, computed, estimated, in percent of the money."""
    by_mark = {
        Accuracy.EXACT: (total.exact, "confirmed"),
        Accuracy.COMPUTED: (total.computed, "computed"),
        Accuracy.ESTIMATED: (total.estimated, "estimated"),
    }
    if not total.cost.amount:
        return Content.styled("Nothing was charged.", ink("muted"))
    shares = _percents([amount.nano for amount, _ in by_mark.values()])
    parts = [
        Content.assemble((f"{glyphs.mark(mark)} ", ink("text")), (f"{share} % {word}", ink("muted")))
        for (mark, (amount, word)), share in zip(by_mark.items(), shares, strict=True)
        if amount
    ]
    return Content("   ").join(parts)


def _percents(parts: Sequence[int]) -> list[int]:
    """Whole percents that add up to 100: what rounding down leaves goes to the largest remainders."""
    whole = max(1, sum(parts))
    shares = [part * 100 // whole for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda n: -(parts[n] * 100 % whole))
    for n in by_rest[: 100 - sum(shares)]:
        shares[n] += 1
    return shares


def _drifts(drifts: Mapping[str, Usd], ink: Ink) -> Content:
    parts = [
        Content.assemble((f"drift {visible_line(provider, 40)} ", ink("muted")), (signed(drift), ink("text")))
        for provider, drift in drifts.items()
    ]
    return beside(*parts, gap=3)


def _pace_and_held(view: View, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    pace, amount = _pace(view, ink, glyphs), view.report.total.held
    if not amount:
        return pace
    ways = [
        beside(pace, held(amount, glyphs, ink) + Content.styled(words, ink("muted")), gap=3)
        for words in (" is held for requests on their way", " is held")
    ]
    return next((way for way in ways if way.cell_length <= width), ways[0])


def _pace(view: View, ink: Ink, glyphs: Glyphs) -> Content:
    """How fast the money goes, and where that leads; estimates all."""
    pace, span = view.report.pace, view.report.span
    about = glyphs.estimated
    if view.is_day:
        if pace.per_hour is None:
            return Content("")
        lead = f"At {about}{pace.per_hour.show(2)} an hour "
        if pace.runs_out is not None:
            end = f"the limit is reached at {pace.runs_out.astimezone(view.zone):%H:%M}."
            return Content.assemble((lead, ink("muted")), (end, ink("text")))
        return Content.styled(f"{lead}the limit is not reached today.", ink("muted"))
    if pace.per_day is None:
        return Content("")
    mark = about if pace.at_end is not None else glyphs.mark(view.report.total.cost.accuracy)
    parts = [Content.styled(f"{mark}{pace.per_day.show(2)} a day", ink("muted"))]
    if pace.at_end is not None:
        parts[0] += Content.styled(", ", ink("muted"))
        come = "come" if span.grain is Grain.YEAR else "comes"
        words = f"at this pace {this_span(span)} {come} to {about}{pace.at_end.show(2)}"
        parts.append(Content.styled(words, ink("text")))
    if pace.runs_out is not None:
        when = pace.runs_out.astimezone(view.zone)
        word = "month's " if span.grain is Grain.MONTH else ""
        parts.append(Content.styled(f"; the {word}limit is reached on {when:%a} {when.day} {when:%b}", ink("text")))
    return Content("").join(parts) + Content.styled(".", ink("muted"))


def _odds(view: View, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """What caching saved, holds that were too small, figures that don't agree, and what a crash has cut off."""
    total = view.report.total
    facts = []
    if total.saved > ZERO:
        facts.append(f"Caching saved {total.saved}.")
    elif total.saved:
        facts.append(f"Caching cost {-total.saved} more than it saved.")
    if total.n_overruns:
        facts.append(f"{overrun_words(total.n_overruns, total.overrun)}.")
    if total.variance:
        more = f"{total.variance} more" if total.variance > ZERO else f"{-total.variance} less"
        facts.append(f"The providers say {more} than we computed.")
    lines = Content.styled(" ".join(facts), ink("muted")).wrap(width) if facts else []
    cut_off = abandoned(view.entries) if view.is_day else []
    if cut_off:
        lines += Content.styled(f"{glyphs.warning} {_abandoned_words(cut_off)}", ink("warn")).wrap(width)
    elif total.n_cut_off:
        words = f"{total.n_cut_off:,} cut off by a crash, charged for what they held; the days tell which."
        lines += Content.styled(f"{glyphs.warning} {words}", ink("warn")).wrap(width)
    return lines


def _abandoned_words(entries: Sequence[Entry]) -> str:
    """`1 request was cut off by a crash: $0.0420 was charged for its hold. u goes there.`"""
    total = Sum.of(entries).cost.amount
    if len(entries) == 1:
        return f"1 request was cut off by a crash: {total} was charged for its hold. u goes there."
    return f"{len(entries):,} requests were cut off by a crash: {total} was charged for their holds. u goes there."
