"""Charts as lines of text: bars, their scale and labels, the year's heatmap, tables. Pure functions, no app."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.color import Color
from textual.content import Content

from ralex_tui.ui.chart_scale import Scale
from ralex_tui.ui.charts import Chart, Column, Series, bar_chart, reach, share_bar
from ralex_tui.ui.glyphs import ASCII, UNICODE, Glyphs
from ralex_tui.ui.heatmap import MARGIN, heatmap
from ralex_tui.ui.tables import Col, Table, draw_table
from ralex_tui.ui.themes import Ink
from tests.palettes import palette

DOLLAR = 1_000_000_000
THEMES = ("ralex-dark", "ralex-light", "terminal", "high-contrast")
INK = Ink(palette("ralex-dark"))
SERIES = (Series("◆", "smart", "Smart"), Series("¢", "cheap", "Cheap"), Series("»", "yolo", "Yolo"))
ASCII_SERIES = (Series("S", "smart", "Smart"), Series("c", "cheap", "Cheap"), Series(">", "yolo", "Yolo"))

parts = st.tuples(*[st.integers(0, 20 * DOLLAR)] * 3)
columns = st.lists(
    st.builds(
        Column,
        st.sampled_from(["00", "14", "Mon 23", "Nov 23"]),
        parts,
        st.integers(0, DOLLAR),
        st.none() | st.integers(1, 30 * DOLLAR),
    ),
    min_size=1,
    max_size=54,
)


def hours(*totals: float) -> list[Column]:
    return [Column(f"{hour:02d}", (int(total * DOLLAR), 0, 0)) for hour, total in enumerate(totals)]


def drawn(
    bars: list[Column], width: int = 80, height: int = 8, *, has_color: bool = False, glyphs: Glyphs = UNICODE
) -> Chart:
    series = ASCII_SERIES if glyphs is ASCII else SERIES
    return bar_chart(bars, series, width, height, INK, glyphs, has_color=has_color)


def cells_of(chart: Chart, index: int) -> list[str]:
    """A column of the chart from below, one cell a row."""
    x = chart.margin + (index - chart.first) * chart.slot
    return [line.plain.ljust(x + 1)[x] for line in reversed(chart.lines[:-2])]


def height_of(chart: Chart, index: int) -> int:
    return sum(cell not in " ─╍" for cell in cells_of(chart, index))


# The scale


@given(st.integers(1, 10**15))
def test_a_scale_has_three_round_labels_below_the_highest_bar(highest: int) -> None:
    scale = Scale.of(highest)

    assert 3 * scale.step <= scale.top
    assert scale.top >= highest
    assert str(scale.step).rstrip("0") in ("1", "15", "2", "25", "3", "4", "5", "6", "8")


@given(st.integers(DOLLAR // 1_000, 1_000 * DOLLAR), st.integers(5, 20))
def test_the_three_labels_stand_in_rows_of_their_own(highest: int, height: int) -> None:
    labels = Scale.of(highest).labels(height)

    assert len(labels) == 3
    assert all(0 <= row < height for row in labels)


def test_a_bar_of_a_labelled_sum_ends_where_its_label_stands() -> None:
    chart = drawn(hours(0.25, 0.50, 0.75), height=9)

    for index, label in enumerate(("$0.25", "$0.50", "$0.75")):
        (row,) = [n for n, line in enumerate(reversed(chart.lines[:-2])) if line.plain.startswith(label)]
        assert height_of(chart, index) - 1 == row


# The bars


def test_a_chart_of_nothing_still_has_its_line() -> None:
    chart = drawn(hours(0, 0), height=4)

    assert len(chart.lines) == 6
    assert "─" in chart.lines[4].plain


def test_the_highest_bar_reaches_the_top_and_an_empty_one_is_not_there() -> None:
    chart = drawn(hours(1, 0), height=4)

    assert height_of(chart, 0) == 4
    assert height_of(chart, 1) == 0


def test_smart_stands_below_cheap() -> None:
    chart = drawn([Column("00", (DOLLAR // 2, DOLLAR // 2, 0))], height=4)

    assert cells_of(chart, 0) == ["◆", "◆", "¢", "¢"]


@given(columns, st.integers(40, 250), st.integers(4, 20), st.booleans(), st.sampled_from(THEMES), st.data())
@settings(max_examples=150, deadline=None)
def test_a_chart_never_exceeds_its_width_and_height(
    bars: list[Column], width: int, height: int, has_color: bool, theme: str, data: st.DataObject
) -> None:
    chosen = data.draw(st.none() | st.integers(0, len(bars) - 1))

    chart = bar_chart(bars, SERIES, width, height, Ink(palette(theme)), UNICODE, chosen=chosen, has_color=has_color)

    assert len(chart.lines) == height + 2
    assert all(line.cell_length <= width for line in chart.lines)


@given(st.lists(parts, min_size=2, max_size=31), st.integers(4, 20))
@settings(deadline=None)
def test_a_dearer_bar_is_never_lower(totals: list[tuple[int, int, int]], height: int) -> None:
    bars = [Column(f"{n:02d}", part) for n, part in enumerate(totals)]
    chart = drawn(bars, 200, height)

    by_cost = sorted(range(len(bars)), key=lambda index: bars[index].total)

    assert all(height_of(chart, low) <= height_of(chart, high) for low, high in pairwise(by_cost))


@given(parts, st.integers(4, 20))
@settings(deadline=None)
def test_the_eighths_of_the_parts_add_up_to_the_whole_bar(part: tuple[int, int, int], height: int) -> None:
    scale = Scale.of(max(1, sum(part)))
    ends = [0]
    for each in part:
        ends.append(ends[-1] + each)

    eighths = [scale.eighths(end, height) for end in ends]

    assert sum(high - low for low, high in pairwise(eighths)) == scale.eighths(sum(part), height)


def test_the_least_spend_shows_an_eighth() -> None:
    chart = drawn(hours(10, 0.0001), height=8, has_color=True)

    assert cells_of(chart, 1)[0] == "▁"
    assert cells_of(drawn(hours(10, 0.0001), height=8), 1)[0] == "◆"


def test_a_bar_in_colour_is_as_high_as_it_is_without() -> None:
    bars = hours(1, 0.5)

    coloured, plain = drawn(bars, has_color=True), drawn(bars)

    ground = Color.parse(INK.palette["smart"])
    lines = coloured.lines[:-2]
    grounds = [any(span.style.background == ground for span in line.spans) for line in lines]  # type: ignore[union-attr]
    assert grounds.count(True) == height_of(plain, 0) == 8


def test_a_segment_bears_its_sign_once() -> None:
    chart = drawn([Column("00", (DOLLAR, DOLLAR, 0))], height=12, has_color=True)

    assert "".join(line.plain for line in chart.lines).count("◆") == 1
    assert "".join(line.plain for line in chart.lines).count("¢") == 1


def test_what_is_held_stands_on_top() -> None:
    chart = drawn([Column("00", (DOLLAR, 0, 0), held=DOLLAR // 100)], height=8)

    assert cells_of(chart, 0) == ["◆"] * 7 + ["╍"]


def test_a_limit_is_a_line_at_its_height_and_a_far_one_is_left_out() -> None:
    near = drawn([Column("Mon", (DOLLAR, 0, 0), limit=2 * DOLLAR), Column("Tue", (0, 0, 0), limit=2 * DOLLAR)])
    far = drawn([Column("Mon", (DOLLAR, 0, 0), limit=50 * DOLLAR)])

    assert cells_of(near, 1)[-1] == "─"
    assert height_of(near, 0) == 4
    assert not any("─" in line.plain for line in far.lines[:-2])
    assert reach([Column("Mon", (DOLLAR, 0, 0), limit=50 * DOLLAR)], 8) == DOLLAR


def test_a_bar_beyond_the_limit_is_crossed_by_its_line() -> None:
    chart = drawn([Column("Mon", (4 * DOLLAR, 0, 0), limit=2 * DOLLAR)], height=8, has_color=True)

    assert cells_of(chart, 0)[4] == "─"


# The labels


@pytest.mark.parametrize("chosen", [None, 0, 7, 14, 23])
@pytest.mark.parametrize("width", range(40, 250, 7))
def test_labels_never_touch_and_the_chosen_one_is_there(width: int, chosen: int | None) -> None:
    chart = bar_chart(hours(*[1.0] * 24), SERIES, width, 6, INK, UNICODE, chosen=chosen, steps=(1, 3, 6, 12))

    labels = chart.lines[-1].plain.split()
    assert all(label.isdigit() and len(label) == 2 for label in labels)
    assert chosen is None or f"{chosen:02d}" in labels


def test_a_narrow_day_names_every_third_hour_and_a_wide_one_all() -> None:
    steps = (1, 3, 6, 12)
    narrow = bar_chart(hours(*[0.3] * 24), SERIES, 78, 6, INK, UNICODE, chosen=14, steps=steps)
    wide = bar_chart(hours(*[0.3] * 24), SERIES, 106, 6, INK, UNICODE, steps=steps)

    assert narrow.lines[-1].plain.split() == ["00", "03", "06", "09", "12", "14", "15", "18", "21"]
    assert len(wide.lines[-1].plain.split()) == 24


@given(st.integers(40, 250), st.integers(1, 54))
@settings(deadline=None)
def test_a_click_on_a_bar_finds_it(width: int, n: int) -> None:
    chart = drawn(hours(*[1.0] * n), width, 4)

    for index in range(chart.first, chart.first + chart.n):
        assert chart.column_at(chart.margin + (index - chart.first) * chart.slot) == index
    assert chart.column_at(chart.margin - 1) is None


def test_ascii_has_no_other_sign() -> None:
    chart = drawn([Column("Mon", (DOLLAR, DOLLAR // 2, 0), DOLLAR // 3, 2 * DOLLAR)], glyphs=ASCII)

    assert "".join(line.plain for line in chart.lines).isascii()


def test_a_share_is_never_longer_than_its_cells_nor_invisible() -> None:
    assert share_bar(10, 10, 11, UNICODE) == "━" * 11
    assert share_bar(1, 10_000, 11, UNICODE) == "━"
    assert share_bar(0, 10, 11, UNICODE) == ""


# The heatmap

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 30)


def year(spent: dict[date, int], width: int = 130, **options: object) -> tuple[list[str], object]:
    settled: dict[str, object] = {"today": date(2026, 11, 23), "has_color": False, **options}
    drawn_map = heatmap(spent, FIRST, LAST, width, INK, UNICODE, **settled)  # type: ignore[arg-type]
    return [line.plain for line in drawn_map.lines], drawn_map


@given(st.integers(40, 250), st.booleans(), st.sampled_from(THEMES))
@settings(max_examples=60, deadline=None)
def test_a_heatmap_keeps_to_its_width(width: int, has_color: bool, theme: str) -> None:
    spent = {FIRST + timedelta(days=n): n * DOLLAR for n in range(300)}

    drawn_map = heatmap(
        spent, FIRST, LAST, width, Ink(palette(theme)), UNICODE, today=LAST, chosen=LAST, has_color=has_color
    )

    assert len(drawn_map.lines) == 8
    assert all(line.cell_length <= width for line in drawn_map.lines)


def test_a_heatmap_names_months_and_weekdays() -> None:
    rows, _ = year({})

    assert rows[0].split() == ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
    assert [row[:3].strip() for row in rows[1:]] == ["Mon", "", "Wed", "", "Fri", "", ""]


def test_a_dearer_day_is_denser_and_the_future_is_empty() -> None:
    monday = date(2026, 11, 16)
    rows, drawn_map = year({monday: DOLLAR // 10, date(2026, 11, 17): DOLLAR, date(2026, 11, 20): 4 * DOLLAR})
    x = MARGIN + (monday - drawn_map.first).days // 7 * drawn_map.cell  # type: ignore[attr-defined]

    week = [row.ljust(x + 3)[x] for row in rows[1:]]
    after = [row.ljust(x + 5)[x + 2] for row in rows[1:]]

    assert week == ["░", "░", "·", "·", "█", "·", "·"]
    assert after == ["·", " ", " ", " ", " ", " ", " "]


def test_a_click_on_a_day_finds_it() -> None:
    _, drawn_map = year({})

    assert drawn_map.day_at(MARGIN + 2 * 50 + 1, 3) == date(2026, 11, 18)  # type: ignore[attr-defined]
    assert drawn_map.day_at(MARGIN - 1, 3) is None  # type: ignore[attr-defined]
    assert drawn_map.day_at(MARGIN, 0) is None  # type: ignore[attr-defined]


# Tables


def table(n_rows: int, name: str = "claude-sonnet-5.5") -> Table:
    cols = [Col("answers", 3), Col("in", 2), Col("cost"), Col("share", 1, is_left=True, least=11)]
    row = [Content("31"), Content("402.1k"), Content("✓$2.1904"), Content("━" * 11)]
    return Table(Content("By model"), cols, [(Content(f"{name} {n}"), row) for n in range(n_rows)])


@pytest.mark.parametrize("width", range(24, 250, 9))
def test_a_table_cuts_names_and_no_figure(width: int) -> None:
    lines = draw_table(table(3, "a conversation with a title as long as they can be"), width, 20, INK).lines

    assert all(line.cell_length <= width for line in lines)
    assert all("$2.1904" in line.plain for line in lines[1:])
    assert len({line.plain.index("$2.1904") for line in lines[1:]}) == 1


def test_a_table_drops_the_columns_that_say_least_first() -> None:
    heading = draw_table(table(2), 40, 20, INK).lines[0].plain

    assert "answers" not in heading
    assert "cost" in heading


def test_a_long_table_keeps_the_chosen_row_and_says_how_many_there_are() -> None:
    shown = draw_table(table(40), 80, 8, INK, chosen=33)

    assert len(shown.lines) == 8
    assert shown.first <= 33 < shown.first + shown.n
    assert shown.row_at(shown.at) == shown.first
    assert shown.lines[-1].plain == f"and {40 - shown.n} more"
