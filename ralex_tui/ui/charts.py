"""Stacked bars of spend as lines of Content. Pure: numbers in, lines out.

Full cells are painted as ground, so that no seams show; tops are drawn in eighths. Without colour a
cell is filled with the sign of the series that has most of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style

from ralex_tui.ui.chart_scale import Scale
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.lines import Run, joined
from ralex_tui.ui.themes import Ink

# A limit further above the highest bar than this would press the bars flat: it is left out.
_LIMIT_FACTOR = 3

_WIDEST_BAR = 14


@dataclass(frozen=True, slots=True)
class Series:
    """What bars are stacked of, from below: a tier, or a model.

    Args:
        sign: One cell; stands in the bars and in the legend.
        role: Its colour.
        shade: 0 for the colour itself; more is closer to the ground.
    """

    sign: str
    role: str
    label: str
    shade: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One bar, in nano-dollars.

    Args:
        parts: What each series has of it.
        held: What may be added to it; drawn on top.
        limit: What it is measured by; None where there is none.
    """

    label: str
    parts: tuple[int, ...]
    held: int = 0
    limit: int | None = None

    @property
    def total(self) -> int:
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Chart:
    """The lines, and where the bars stand in them: `n` slots of `slot` cells from `margin` on, from column `first`."""

    lines: tuple[Content, ...]
    margin: int
    slot: int
    first: int
    n: int

    def column_at(self, x: int) -> int | None:
        """The number of the column at cell `x` of a line."""
        index = (x - self.margin) // self.slot
        return self.first + index if 0 <= index < self.n else None


def reach(columns: Sequence[Column], height: int) -> int:
    """The value at the upper end of a chart: room for the bars, a row for what is held, and the limits if near."""
    highest = max((column.total for column in columns), default=0)
    top = highest
    for column in columns:
        if column.held:
            above = column.total * height // max(1, height - 1) + 1
            top = max(top, above, column.total + column.held)
    limits = [column.limit for column in columns if column.limit is not None]
    near = [limit for limit in limits if limit <= farthest_limit([highest])]
    return max([top, *(limit + 1 for limit in near)])


def farthest_limit(totals: Iterable[int]) -> int:
    """The highest limit that is still drawn above bars of these heights."""
    return max(totals, default=0) * _LIMIT_FACTOR


def bar_chart(
    columns: Sequence[Column],
    series: Sequence[Series],
    width: int,
    height: int,
    ink: Ink,
    glyphs: Glyphs,
    *,
    chosen: int | None = None,
    has_color: bool = True,
    steps: Sequence[int] = (1, 2, 3, 4, 5, 7, 10, 13, 26),
    margin: int = 0,
    slot: int | None = None,
) -> Chart:
    """The chart as `height` + 2 lines: the bars, the base line, the labels.

    Args:
        chosen: The index of the column with a ground and a bold label.
        has_color: False fills cells with the series' signs in place of their colours.
        steps: Every how manieth label may be shown, where there is no room for all.
        margin: Cells left of the bars at least; 0 for what the labels need.
        slot: Cells of a bar and the gap after it; None for as many as fit.
    """
    scale = Scale.of(reach(columns, height))
    margin = max(margin, scale.label_width + (1 if margin else 2))
    columns, first = _window(columns, max(1, (width - margin + 1) // (slot or 1)), chosen)
    slot = slot or max(1, (width - margin + 1) // max(1, len(columns)))
    bar = min(_WIDEST_BAR, slot - max(1, slot // 4)) if slot > 1 else 1
    at = None if chosen is None else chosen - first
    painter = _Painter(columns, series, ink, glyphs, scale, height, bar, slot, has_color)
    marks = scale.labels(height)
    whole = max(1, min(width - margin, slot * len(columns)))
    lines = [
        joined([(marks.get(row, "").ljust(margin), ink("muted")), *painter.row(row, at)])
        for row in reversed(range(height))
    ]
    lines.append(Content.assemble(" " * margin, (glyphs.line * whole, ink("line"))))
    lines.append(Content(" " * margin) + _labels(columns, slot, whole, steps, ink, at))
    return Chart(tuple(line.truncate(width) for line in lines), margin, slot, first, len(columns))


def share_bar(part: int, largest: int, cells: int, glyphs: Glyphs) -> str:
    """A part of a whole as a line; the largest is `cells` long, and nothing above zero is invisible."""
    if part <= 0 or largest <= 0:
        return ""
    return glyphs.spent * max(1, min(cells, round(part * cells / largest)))


Part = tuple[int, int, int]
"""The number of a series, and the lower and upper end of its part of a bar in eighths of a row."""


class _Painter:
    """Draws the rows of the bars. What does not change from row to row is worked out once."""

    def __init__(
        self,
        columns: Sequence[Column],
        series: Sequence[Series],
        ink: Ink,
        glyphs: Glyphs,
        scale: Scale,
        height: int,
        bar: int,
        slot: int,
        has_color: bool,
    ) -> None:
        self._series = series
        self._glyphs = glyphs
        self._bar = bar
        self._gap = slot - bar
        # In ASCII there are no eighths: as without colour, cells are filled with signs.
        self._is_signs = glyphs is ASCII or not has_color
        self._is_ansi = ink.palette.is_ansi
        self._plain, self._faint, self._muted = Style(), ink("faint"), ink("muted")
        self._chosen = Style() if self._is_ansi else Style(background=ink("selected").foreground)
        self._inks = [_shaded(each, ink) if has_color else ink("text") for each in series]
        self._solid = [
            ink("bg", on=each.role) if self._is_ansi else Style(background=shade.foreground) + ink("bg")
            for each, shade in zip(series, self._inks, strict=True)
        ]
        self._parts = [_parts(column, scale, height) for column in columns]
        self._held = [
            _held_rows(column, parts, scale, height) for column, parts in zip(columns, self._parts, strict=True)
        ]
        self._limits = [None if column.limit is None else column.limit * height // scale.top for column in columns]

    def row(self, row: int, chosen: int | None) -> Iterator[Run]:
        """One row of all bars, the gaps between them included."""
        for index, parts in enumerate(self._parts):
            is_limit = self._limits[index] == row
            is_chosen = index == chosen
            if parts and row * 8 < parts[-1][2]:
                yield self._filled(parts, row, self._chosen if is_chosen else self._plain, is_limit=is_limit)
            else:
                yield self._empty(row in self._held[index], is_limit=is_limit, is_chosen=is_chosen)
            yield (self._glyphs.line * self._gap, self._faint) if is_limit else (" " * self._gap, self._plain)

    def _empty(self, is_held: bool, *, is_limit: bool, is_chosen: bool) -> Run:
        if is_held:
            return self._glyphs.held * self._bar, self._muted + self._chosen if is_chosen else self._muted
        if is_limit:
            return self._glyphs.line * self._bar, self._faint + self._chosen if is_chosen else self._faint
        return " " * self._bar, self._chosen if is_chosen else self._plain

    def _filled(self, parts: Sequence[Part], row: int, ground: Style, *, is_limit: bool) -> Run:
        low, high = row * 8, row * 8 + 8
        inside = [(min(top, high) - max(bottom, low), n, bottom, top) for n, bottom, top in parts]
        inside = [each for each in inside if each[0] > 0]
        filled = sum(each[0] for each in inside)
        _, n, bottom, top = max(inside, key=lambda each: each[0])
        if self._is_signs:
            # Filled with a sign where the bar fills most of the row; the lowest one always is.
            return (self._series[n].sign * self._bar, self._inks[n]) if filled >= 4 or row == 0 else self._blank
        if filled < 8:
            # The top of the bar: the height is right, in the colour that has most of this row.
            return self._glyphs.eighths[filled] * self._bar, self._inks[n] + ground
        if len(inside) > 1:
            lower, upper = inside[0], max(inside[1:], key=lambda each: each[0])
            style = self._inks[lower[1]] + Style(background=self._inks[upper[1]].foreground)
            return self._glyphs.eighths[lower[0]] * self._bar, style
        return self._whole(n, row, bottom, top, is_limit=is_limit)

    def _whole(self, n: int, row: int, bottom: int, top: int, *, is_limit: bool) -> Run:
        """A row that one series fills. A segment of a row or more bears its sign once, in its middle."""
        sign = self._series[n].sign
        if self._is_ansi and self._series[n].shade:
            return sign * self._bar, self._inks[n]
        if is_limit:
            return self._glyphs.line * self._bar, self._solid[n]
        first, last = -(-bottom // 8), top // 8 - 1
        return (sign if (first + last) // 2 == row else " ").center(self._bar), self._solid[n]

    @property
    def _blank(self) -> Run:
        return " " * self._bar, self._plain


def _parts(column: Column, scale: Scale, height: int) -> list[Part]:
    """The parts of a bar from below. A part under an eighth is left out; a bar that isn't zero has one at least."""
    parts: list[Part] = []
    base = 0
    for n, part in enumerate(column.parts):
        bottom, base = scale.eighths(base, height), base + part
        if (top := scale.eighths(base, height)) > bottom:
            parts.append((n, bottom, top))
    if base > 0 and not parts:
        parts.append((max(range(len(column.parts)), key=column.parts.__getitem__), 0, 1))
    return parts


def _held_rows(column: Column, parts: Sequence[Part], scale: Scale, height: int) -> range:
    """The rows of what is held, above the bar: one at least."""
    if not column.held:
        return range(0)
    first = -(-parts[-1][2] // 8) if parts else 0
    return range(first, first + max(1, round(column.held * height / scale.top)))


def _shaded(series: Series, ink: Ink) -> Style:
    style, ground = ink(series.role), ink("bg").foreground
    if not series.shade or ink.palette.is_ansi or style.foreground is None or ground is None:
        return style
    return Style(foreground=style.foreground.blend(ground, min(0.6, series.shade * 0.3)))


def _window(columns: Sequence[Column], n_fit: int, chosen: int | None) -> tuple[Sequence[Column], int]:
    """The columns that fit and the first one's number: the last ones, or those up to the chosen one."""
    if len(columns) <= n_fit:
        return columns, 0
    end = len(columns) if chosen is None else max(n_fit, chosen + 1)
    return columns[end - n_fit : end], end - n_fit


def _labels(
    columns: Sequence[Column], slot: int, whole: int, steps: Sequence[int], ink: Ink, chosen: int | None
) -> Content:
    """Labels below the bars: as many as fit with two blanks between, and always the chosen one."""
    longest = max((len(column.label) for column in columns), default=1)
    every = next((step for step in steps if step * slot >= longest + 2), max(1, -(-(longest + 2) // slot)))
    kept = [
        (index * slot, column.label, index == chosen)
        for index, column in enumerate(columns)
        if index == chosen or (index % every == 0 and not _hits(index, chosen, slot, longest))
    ]
    content, at = Content(""), 0
    for start, label, is_chosen in kept:
        start = min(start, whole - len(label))
        if start < at:
            continue
        content += Content(" " * (start - at)) + Content.styled(label, ink("strong" if is_chosen else "muted"))
        at = start + len(label) + 1
        content += Content(" ")
    return content.rstrip()


def _hits(index: int, chosen: int | None, slot: int, longest: int) -> bool:
    """Whether the label of `index` would run into that of the chosen column."""
    return chosen is not None and index != chosen and abs(index - chosen) * slot <= longest
