"""A report's bars as columns of a chart, stacked by tier or by model, and the legend that goes with them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual.content import Content

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.review import Bar, Grain, Report
from ralex_tui.ui.charts import Column, Series, farthest_limit
from ralex_tui.ui.figures import limit_words
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside, cut
from ralex_tui.ui.review_lines import model_name, tier_words
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

STACK = (Tier.SMART, Tier.CHEAP, Tier.YOLO)
"""From below. Local costs nothing, so it stands in the legend only."""

ORDER = (*STACK, Tier.LOCAL)
"""Of tiers in the review's tables: as the bars stand."""

_MOST_MODELS = 8
_NAME = 22

_STEPS = {
    Grain.DAY: (1, 3, 6, 12),
    Grain.WEEK: (1, 2, 3),
    Grain.MONTH: (1, 2, 3, 5, 7, 10, 15),
    Grain.YEAR: (1, 2, 4, 8, 13, 26),
}


@dataclass(frozen=True, slots=True)
class Stacked:
    """Bars that can be drawn, and every how manieth label may stand below them."""

    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    steps: Sequence[int]


Key = tuple[Tier, str]


def stacked(report: Report, glyphs: Glyphs, *, is_by_model: bool = False) -> Stacked:
    """The bars by tier, or by model: the dearest ones with a letter each, the others as one."""
    if is_by_model:
        keys = model_letters(report)
        named = [_series_of(key, sign, keys) for key, sign in keys.items()]
        rest = [Series("+", "text", "others", shade=1)] if len(report.by_model) > len(keys) else []
        columns = tuple(_column(bar, _by_model(bar, keys, bool(rest)), report) for bar in report.bars)
        return Stacked((*named, *rest), columns, _STEPS[report.span.grain])
    tiers = [tier for tier in ORDER if tier is not Tier.LOCAL or report.tiers[tier].cost.amount]
    series = tuple(Series(glyphs.mode(tier), tier.value, tier.label) for tier in tiers)
    columns = tuple(
        _column(bar, tuple(bar.tiers[tier].cost.amount.nano for tier in tiers), report) for bar in report.bars
    )
    return Stacked(series, columns, _STEPS[report.span.grain])


def model_letters(report: Report) -> dict[Key, str]:
    """The dearest models that cost something, as they are stacked, with the letter of each."""
    paid = [key for key, total in report.by_model.items() if total.cost.amount]
    dearest = sorted(paid, key=lambda key: -report.by_model[key].cost.amount.nano)[:_MOST_MODELS]
    stack = sorted(dearest, key=lambda key: (ORDER.index(key[0]), -report.by_model[key].cost.amount.nano))
    return {key: "abcdefgh"[n] for n, key in enumerate(stack)}


def legend(report: Report, width: int, ink: Ink, glyphs: Glyphs, *, is_by_model: bool = False) -> Content:
    """Which sign and colour is what, as much of it as fits."""
    extra = [part for part in (_held_words(report, ink, glyphs), _limit_words(report, ink, glyphs)) if part]
    if not is_by_model:
        parts = [tier_words(tier, ink, glyphs) for tier in ORDER]
        if not report.tiers[Tier.LOCAL].cost.amount:
            parts[-1] += Content.styled(" is free", ink("muted"))
    else:
        parts = [
            Content.assemble((f"{sign} ", ink(tier.value)), plain_line(model_name(model), _NAME, ink("text")))
            for (tier, model), sign in model_letters(report).items()
        ]
        if len(report.by_model) > len(parts):
            parts.append(Content.styled("+ others", ink("muted")))
    for gap in (3, 2):
        line = beside(*extra, *parts, gap=gap)
        if line.cell_length <= width:
            return line
    return cut(beside(*parts, gap=2), width)


def has_limits(report: Report) -> bool:
    """Whether each bar has a limit of its own: where it is a day."""
    return report.span.grain in (Grain.WEEK, Grain.MONTH) and bool(report.limits)


def bar_heading(report: Report) -> str:
    """What a column of the chart is."""
    return {Grain.DAY: "By hour", Grain.WEEK: "By day", Grain.MONTH: "By day", Grain.YEAR: "By week"}[report.span.grain]


def _column(bar: Bar, parts: tuple[int, ...], report: Report) -> Column:
    limit = _limit_on(bar.first, report) if has_limits(report) else None
    return Column(_label(bar, report), parts, bar.total.held.nano, limit.nano if limit is not None else None)


def _limit_on(day: date, report: Report) -> Usd | None:
    """The day's limit; where it has no book, that of the one before, or else of the first that has."""
    if not report.limits:
        return None
    known = [each for each in report.limits if each <= day]
    return report.limits[max(known) if known else min(report.limits)]


def _label(bar: Bar, report: Report) -> str:
    return bar.label if report.span.grain is not Grain.MONTH else str(bar.first.day)


def _by_model(bar: Bar, keys: dict[Key, str], has_rest: bool) -> tuple[int, ...]:
    parts = [bar.sums[key].cost.amount.nano if key in bar.sums else 0 for key in keys]
    return (*parts, max(0, bar.total.cost.amount.nano - sum(parts))) if has_rest else tuple(parts)


def _series_of(key: Key, sign: str, keys: dict[Key, str]) -> Series:
    same_tier = [other for other in keys if other[0] is key[0]]
    return Series(sign, key[0].value, model_name(key[1]), shade=same_tier.index(key) % 3)


def _held_words(report: Report, ink: Ink, glyphs: Glyphs) -> Content:
    if not report.total.held:
        return Content("")
    return Content.styled(f"{glyphs.held} held", ink("muted"))


def _limit_words(report: Report, ink: Ink, glyphs: Glyphs) -> Content:
    """The line in the chart, where the bars are days; with raises it has steps, and the last one is named."""
    if not has_limits(report):
        return Content("")
    limit = report.limits[max(report.limits)]
    words = f"limit {limit_words(limit)}" + (" as it is set today" if report.n_limits_assumed else "")
    if limit.nano > farthest_limit(bar.total.cost.amount.nano for bar in report.bars):
        return Content.styled(f"{words} is far above", ink("muted"))
    return Content.assemble((glyphs.line, ink("faint")), (f" {words}", ink("muted")))
