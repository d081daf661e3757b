"""The review's main part: what it cost, the chart, a table, the dearest messages, for the room there is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from textual.content import Content

from ralex_tui.domain.review import Cell, Grain
from ralex_tui.ui.chart_scale import Scale
from ralex_tui.ui.charts import Chart, bar_chart, reach
from ralex_tui.ui.digits import digit_rows
from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.heatmap import MARGIN, Heatmap, heatmap, scale_line
from ralex_tui.ui.lines import highlighted, spread
from ralex_tui.ui.review_decided import decided_lines
from ralex_tui.ui.review_facts import fact_lines, hero, nothing_spent, summary_line
from ralex_tui.ui.review_lines import answers
from ralex_tui.ui.review_messages import Messages, dearest_lines, message_page
from ralex_tui.ui.review_savings import savings_lines
from ralex_tui.ui.review_series import bar_heading, legend, stacked
from ralex_tui.ui.review_state import Page, Stop, View
from ralex_tui.ui.review_tables import ReviewTable, review_table
from ralex_tui.ui.tables import Drawn, draw_table
from ralex_tui.ui.themes import Ink

_MOST_BARS = 15
_LEAST_BARS = (5, 8)  # rows of a chart on a short screen, and on a tall one
_YEAR_BARS = 14  # rows of the weeks' chart at most
_DECIDED = 9  # lines of what was decided below the table at most
_AIRY = 96
_HERO = 70  # from this width on the large figure has room for the facts beside it


@dataclass(frozen=True, slots=True)
class Room:
    """What there is to draw on and with.

    Args:
        is_tall: Whether there is a hero and a legend, or a summary in a line.
        has_side: Whether the messages stand beside it.
    """

    width: int
    height: int
    is_tall: bool
    has_side: bool
    ink: Ink
    glyphs: Glyphs
    has_color: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """The lines, and what stands where in them: the line at which each part begins."""

    lines: tuple[Content, ...]
    chart: tuple[int, Chart] | None = None
    heat: tuple[int, Heatmap] | None = None
    table: tuple[int, Drawn] | None = None
    messages: tuple[int, Messages] | None = None
    cells: tuple[Cell, ...] = ()
    titles: tuple[str, ...] = ()


def main_page(view: View, room: Room) -> Drawing:
    """Everything but the side, in exactly the width and at most the height of the room."""
    head = [*_head(view, room), Content("")]
    left = room.height - len(head)
    if view.drilled is not None and not room.has_side:
        page = message_page(view, room.width, left, room.ink, room.glyphs)
        return Drawing((*head, *page.lines), messages=(len(head), page))
    if view.page is not Page.CHART or view.is_empty:
        lines = _other(view, room)
        return Drawing((*head, *lines[:left]))
    return _chart_and_table(view, room, head)


def _head(view: View, room: Room) -> list[Content]:
    ink, glyphs = room.ink, room.glyphs
    if not room.is_tall or room.width < _HERO:
        return [summary_line(view, room.width, ink, glyphs)]
    spent, role = hero(view)
    style = ink(role, bold=True)
    digits = [spent] if glyphs is ASCII else digit_rows(spent)
    wide = max(14, max(map(len, digits))) + 6
    facts = fact_lines(view, room.width - wide, ink, glyphs)
    n = max(len(digits), len(facts))
    digits += [""] * (n - len(digits))
    facts += [Content("")] * (n - len(facts))
    return [Content.assemble((left.ljust(wide), style), fact) for left, fact in zip(digits, facts, strict=True)]


def _other(view: View, room: Room) -> list[Content]:
    """What stands in place of the chart and the table."""
    ink, glyphs, report = room.ink, room.glyphs, view.report
    if view.page is Page.DECIDED:
        return decided_lines(view.decided, view.zone, room.width, ink)
    if view.page is Page.SAVINGS:
        return savings_lines(report.savings, report.total.n_answers, room.width, ink, glyphs)
    return [Content.styled(nothing_spent(view), ink("muted"))]


def _chart_and_table(view: View, room: Room, head: list[Content]) -> Drawing:
    ink, glyphs = room.ink, room.glyphs
    table = review_table(view, room.width, ink, glyphs)
    dearest = _below(view, room)
    decided = _decided(view, room)
    gap = 2 if room.is_tall else 1
    is_airy = room.is_tall and room.width >= _AIRY
    heading = _legend_line(view, room) if room.is_tall else []
    fixed = len(head) + len(heading) + 2 + gap + (1 + len(dearest) if dearest else 0)
    wanted = len(table.table.rows) + 1 + bool(table.table.total) + (2 * is_airy) + len(decided)
    least = _LEAST_BARS[room.is_tall]
    if view.grain is Grain.YEAR:
        return _year(view, room, [*head, *heading], table, dearest, fixed)
    n_bars = max(least, min(_MOST_BARS, room.height - fixed - wanted))
    chart = _bars(view, room, n_bars)
    lines = [*head, *heading]
    at_chart = len(lines)
    lines += [*chart.lines, *[Content("")] * gap]
    left = room.height - len(lines) - (1 + len(dearest) if dearest else 0)
    drawn = _table(view, table, room, left - len(decided), is_airy=is_airy)
    at_table = len(lines)
    lines += [*drawn.lines, *decided, *([Content(""), *dearest] if dearest else [])]
    return Drawing(
        tuple(lines[: room.height]),
        chart=(at_chart, chart),
        table=(at_table, drawn),
        cells=tuple(table.cells),
        titles=tuple(table.titles),
    )


def _year(
    view: View, room: Room, head: list[Content], table: ReviewTable, dearest: list[Content], fixed: int
) -> Drawing:
    """A heatmap of the days; below it bars of the weeks, where there is room, then the table."""
    report, ink, glyphs = view.report, room.ink, room.glyphs
    days = {day: total.cost.amount.nano for day, total in report.days.items()}
    columns = stacked(report, glyphs, is_by_model=view.is_by_model).columns
    margin = max(MARGIN, Scale.of(reach(columns, _YEAR_BARS)).label_width + 1)
    heat = heatmap(
        days,
        report.span.first,
        report.span.last,
        room.width,
        ink,
        glyphs,
        today=view.today,
        chosen=view.day,
        has_color=room.has_color,
        margin=margin,
    )
    words = _day_words(view, view.day, ink, glyphs)
    shades = scale_line(ink, glyphs, has_color=room.has_color)
    lines = [*head]
    at_heat = len(lines)
    lines += [
        *heat.lines,
        words if words.cell_length + shades.cell_length >= room.width else spread(words, shades, room.width),
    ]
    below = 1 + len(dearest) if dearest else 0
    wanted = min(len(table.table.rows), 6) + 2 + below
    n_bars = min(_YEAR_BARS, room.height - len(lines) - wanted - 4)
    at_chart, chart = None, None
    if n_bars >= _LEAST_BARS[0]:
        lines.append(Content(""))
        at_chart = len(lines)
        chart = _bars(view, room, n_bars, margin=heat.margin, slot=heat.cell)
        lines += chart.lines
    lines.append(Content(""))
    drawn = _table(view, table, room, room.height - len(lines) - below, is_airy=False)
    at_table = len(lines)
    lines += [*drawn.lines, *([Content(""), *dearest] if dearest else [])]
    return Drawing(
        tuple(lines[: room.height]),
        chart=(at_chart, chart) if at_chart is not None and chart is not None else None,
        heat=(at_heat, heat),
        table=(at_table, drawn),
        cells=tuple(table.cells),
        titles=tuple(table.titles),
    )


def _table(view: View, table: ReviewTable, room: Room, height: int, *, is_airy: bool) -> Drawn:
    has_focus = view.stop is not Stop.MESSAGES
    drawn = draw_table(
        table.table, room.width, max(2, height), room.ink, chosen=view.row if has_focus else None, is_airy=is_airy
    )
    if not has_focus or not drawn.n or view.drilled is not None:
        return drawn
    at = drawn.at + min(max(view.row - drawn.first, 0), drawn.n - 1)
    lines = list(drawn.lines)
    lines[at] = highlighted(lines[at].pad_right(max(0, room.width - lines[at].cell_length)), room.ink)
    return Drawn(tuple(lines), drawn.at, drawn.first, drawn.n)


def _bars(view: View, room: Room, height: int, *, margin: int = 0, slot: int | None = None) -> Chart:
    stack = stacked(view.report, room.glyphs, is_by_model=view.is_by_model)
    return bar_chart(
        stack.columns,
        stack.series,
        room.width,
        height,
        room.ink,
        room.glyphs,
        chosen=view.bar,
        has_color=room.has_color,
        steps=stack.steps,
        margin=margin,
        slot=slot,
    )


def _legend_line(view: View, room: Room) -> list[Content]:
    heading = Content.styled(bar_heading(view.report) if view.grain is not Grain.YEAR else "By day", room.ink("strong"))
    words = legend(
        view.report, room.width - heading.cell_length - 3, room.ink, room.glyphs, is_by_model=view.is_by_model
    )
    return [spread(heading, words, room.width), Content("")]


def _below(view: View, room: Room) -> list[Content]:
    """The dearest messages, where there is no side, and no table that needs the room."""
    if room.has_side or view.stop is not Stop.MESSAGES:
        return []
    return dearest_lines(view, room.width, room.ink, room.glyphs)


def _decided(view: View, room: Room) -> list[Content]:
    """The last that was decided, below the table where the screen is large."""
    if not view.is_day or not view.decided or not room.is_tall or not room.has_side or view.stop is not Stop.MESSAGES:
        return []
    lines = decided_lines(view.decided, view.zone, room.width, room.ink)
    if len(lines) > _DECIDED:
        lines = [*lines[: _DECIDED - 1], Content.styled("d shows all", room.ink("muted"))]
    return [Content(""), *lines]


def _day_words(view: View, day: date, ink: Ink, glyphs: Glyphs) -> Content:
    """What the chosen day of a year cost."""
    total = view.report.days.get(day)
    lead = Content.styled(f"{day:%a} {day.day} {day:%b %Y}", ink("strong"))
    if total is None or not total.n_answers:
        return lead + Content.styled("  nothing spent", ink("muted"))
    return Content.assemble(lead, "  ", money(total.cost, glyphs, ink), (f"  {answers(total.n_answers)}", ink("muted")))
