"""What the day review says first: spent, how sure that is, what is held, and what was odd. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import signed
from ralex_tui.services.reports import DayReport
from ralex_tui.ui.figures import held, overrun_words
from ralex_tui.ui.gauge import gauge
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside
from ralex_tui.ui.themes import Ink


def summary_line(report: DayReport, ink: Ink, glyphs: Glyphs) -> Content:
    """One line for narrow screens: spent, limit, gauge, percent, answers."""
    budget = report.budget
    percent = budget.percent_used
    n_cut_off = len(abandoned(report.entries))
    return Content.assemble(
        (budget.spent.amount.show(2), ink("strong")),
        (f" of {budget.limit.show(2)}  ", ink("muted")),
        gauge(budget, 16, ink, glyphs),
        (f"  {percent} %, {_answers(report.total.n_answers)}", ink("muted")),
        (f"  {glyphs.warning} {n_cut_off} cut off" if n_cut_off else "", ink("warn")),
    )


def summary_lines(report: DayReport, drifts: Mapping[str, Usd], width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Lines beside the hero: what was spent, how sure that is, what is still held, and what was odd.

    Args:
        drifts: By how much each provider counts more than the ledger, where it was asked.
    """
    budget = report.budget
    first = Content.assemble(
        ("spent of ", ink("muted")),
        (budget.limit.show(2), ink("text")),
        (f", {budget.percent_used} %, in {_answers(report.total.n_answers)}", ink("muted")),
    )
    third = Content.styled("Nothing is held.", ink("muted"))
    if budget.held:
        third = Content.assemble(held(budget.held, glyphs, ink), (" is held for requests on their way", ink("muted")))
    sure = beside(_certainty(report.entries, ink, glyphs), _drifts(drifts, ink), gap=3)
    lines = [line for each in (first, sure, third) for line in each.wrap(width)]
    return [*lines, *_odds(report, width, ink, glyphs)]


def _drifts(drifts: Mapping[str, Usd], ink: Ink) -> Content:
    parts = [
        Content.assemble((f"drift {visible_line(provider, 40)} ", ink("muted")), (signed(drift), ink("text")))
        for provider, drift in drifts.items()
    ]
    return beside(*parts, gap=3)


def _odds(report: DayReport, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """What caching saved, holds that were too small, figures that don't agree, and what a crash has cut off."""
    total = report.total
    facts = []
    if total.saved.nano > 0:
        facts.append(f"Caching saved {total.saved}.")
    elif total.saved:
        facts.append(f"Caching cost {-total.saved} more than it saved.")
    if total.n_overruns:
        facts.append(f"{overrun_words(report.budget.n_overruns, report.budget.overrun)}.")
    if total.variance:
        more = f"{total.variance} more" if total.variance.nano > 0 else f"{-total.variance} less"
        facts.append(f"The providers say {more} than we computed.")
    lines = Content.styled(" ".join(facts), ink("muted")).wrap(width) if facts else []
    cut_off = abandoned(report.entries)
    if cut_off:
        lines += Content.styled(f"{glyphs.warning} {abandoned_words(cut_off)}", ink("warn")).wrap(width)
    return lines


def abandoned(entries: Sequence[Entry]) -> list[Entry]:
    """Requests that were cut off by a crash, and that nobody has looked at since."""
    return [
        entry
        for entry in entries
        if entry.settlement is not None and entry.settlement.outcome is Outcome.ABANDONED and not entry.corrections
    ]


def abandoned_words(entries: Sequence[Entry]) -> str:
    """`1 request was cut off by a crash: $0.0420 was charged for its hold. u goes there.`"""
    total = Sum.of(entries).cost.amount
    if len(entries) == 1:
        return f"1 request was cut off by a crash: {total} was charged for its hold. u goes there."
    return f"{len(entries):,} requests were cut off by a crash: {total} was charged for their holds. u goes there."


def _certainty(entries: Sequence[Entry], ink: Ink, glyphs: Glyphs) -> Content:
    """How much of the money is exact, computed, estimated, in percent of the money."""
    by_mark = dict.fromkeys(Accuracy, 0)
    for entry in entries:
        by_mark[entry.cost.accuracy] += entry.cost.amount.nano
    whole = sum(by_mark.values())
    if not whole:
        return Content.styled("Nothing was charged.", ink("muted"))
    words = {Accuracy.EXACT: "confirmed", Accuracy.COMPUTED: "computed", Accuracy.ESTIMATED: "estimated"}
    parts = [
        Content.assemble(
            (f"{glyphs.mark(mark)} ", ink("text")), (f"{by_mark[mark] * 100 // whole} % {word}", ink("muted"))
        )
        for mark, word in words.items()
        if by_mark[mark]
    ]
    return Content("   ").join(parts)


def _answers(count: int) -> str:
    return f"{count:,} answer" if count == 1 else f"{count:,} answers"
