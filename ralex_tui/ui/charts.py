"""Stacked bars of spend as lines of Content. Pure: numbers in, lines out.

Full cells are painted as ground, so that no seams show; tops are drawn in eighths. Without colour a
cell is filled with the glyph of the tier that has most of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.color import Color
from textual.content import Content
from textual.style import Style

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import NANO, Usd
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.themes import Ink

# From below. Local costs nothing, so it stands in the legend only.
STACK = (Tier.SMART, Tier.CHEAP, Tier.YOLO)

_NICE = (10, 20, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: its label below and nano-dollars for each tier."""

    label: str
    parts: Mapping[Tier, int]

    @property
    def total(self) -> int:
        return sum(self.parts.get(tier, 0) for tier in STACK)


@dataclass(frozen=True, slots=True)
class Scale:
    """The y axis: three labels at round sums; `top` is the value at its upper end, in nano-dollars."""

    step: int
    top: int

    @staticmethod
    def of(highest: int) -> Scale:
        """The largest round step of which three fit below the highest bar."""
        if highest <= 0:
            return Scale(NANO // 4, NANO)
        third = max(1, highest // 3)
        power = 1
        while power * 10 <= third:
            power *= 10
        step = max((nice * power // 10 for nice in _NICE if nice * power // 10 <= third), default=1)
        return Scale(max(step, 1), max(highest, 3 * step))

    def label(self, times: int) -> str:
        decimals = 2
        while decimals < 9 and self.step % (10 ** (9 - decimals)):
            decimals += 1
        return Usd(self.step * times).show(decimals)


def bar_chart(
    columns: Sequence[Column],
    width: int,
    height: int,
    ink: Ink,
    glyphs: Glyphs,
    *,
    chosen: int | None = None,
    has_color: bool = True,
) -> list[Content]:
    """The chart as `height` + 2 lines: the bars, the base line, the labels.

    Args:
        chosen: The index of the column with a ground and a bold label.
        has_color: False fills cells with the tiers' glyphs in place of their colours.
    """
    scale = Scale.of(max((column.total for column in columns), default=0))
    margin = max(len(scale.label(times)) for times in (1, 2, 3)) + 1
    columns, chosen = _window(columns, max(1, width - margin), chosen)
    slot = max(1, (width - margin) // max(1, len(columns)))
    bar = max(1, slot - 1)
    draw = _Painter(ink, glyphs, scale, height, bar, has_color)
    lines = []
    for row in reversed(range(height)):
        cells: list[Content] = [Content.styled(_axis_label(scale, row, height).ljust(margin), ink("muted"))]
        for index, column in enumerate(columns):
            cells.append(draw.cell(column, row, is_chosen=index == chosen))
            cells.append(Content(" " * (slot - bar)))
        lines.append(Content("").join(cells))
    lines.append(Content.assemble(" " * margin, (glyphs.line * (slot * len(columns)), ink("line"))))
    lines.append(Content(" " * margin) + _labels(columns, slot, ink, chosen))
    return lines


def share_bar(part: int, largest: int, cells: int, glyphs: Glyphs) -> str:
    """A part of a whole as a line; the largest is `cells` long, and nothing above zero is invisible."""
    if part <= 0 or largest <= 0:
        return ""
    return glyphs.spent * max(1, round(part * cells / largest))


class _Painter:
    def __init__(self, ink: Ink, glyphs: Glyphs, scale: Scale, height: int, bar: int, has_color: bool) -> None:
        self._ink = ink
        self._glyphs = glyphs
        self._scale = scale
        self._height = height
        self._bar = bar
        self._has_color = has_color

    def cell(self, column: Column, row: int, *, is_chosen: bool) -> Content:
        """One row of one bar, `bar` cells wide."""
        low, high = row * 8, row * 8 + 8
        inside = []  # (tier, eighths within this row), from below
        base = 0
        for tier in STACK:
            top = self._eighths(base + column.parts.get(tier, 0))
            bottom = self._eighths(base)
            base += column.parts.get(tier, 0)
            n_eighths = min(top, high) - max(bottom, low)
            if n_eighths > 0:
                inside.append((tier, n_eighths, (bottom, top)))
        ground = "raised" if is_chosen else None
        if not inside:
            return Content.styled(" " * self._bar, self._ground(ground))
        if not self._has_color:
            tier = max(inside, key=lambda part: part[1])[0]
            return Content(self._glyphs.mode(tier) * self._bar)
        return self._colored(inside, row, ground)

    def _colored(self, inside: list[tuple[Tier, int, tuple[int, int]]], row: int, ground: str | None) -> Content:
        tier, n_eighths, (bottom, top) = inside[0]
        if n_eighths >= 8:
            # A segment of a row or more bears its tier's glyph once, in its middle.
            is_middle = (bottom + top) // 16 == row
            text = (self._glyphs.mode(tier) if is_middle else " ").ljust(self._bar)
            return Content.styled(text, Style(background=self._ink(tier.value).foreground) + self._on_tier)
        upper = inside[1][0].value if len(inside) > 1 else ground
        style = self._ink(tier.value) + self._ground(upper)
        return Content.styled(self._glyphs.eighths[n_eighths] * self._bar, style)

    def _ground(self, role: str | None) -> Style:
        if role is None or (self._ink.palette.is_ansi and role == "raised"):
            return Style()
        return Style(background=self._ink(role).foreground)

    @property
    def _on_tier(self) -> Style:
        return Style(foreground=Color.parse("ansi_black")) if self._ink.palette.is_ansi else self._ink("bg")

    def _eighths(self, nano: int) -> int:
        return nano * self._height * 8 // self._scale.top


def _window(columns: Sequence[Column], n_fit: int, chosen: int | None) -> tuple[Sequence[Column], int | None]:
    """The columns that fit: on a very narrow screen the last ones, or those up to the chosen one."""
    if len(columns) <= n_fit:
        return columns, chosen
    end = len(columns) if chosen is None else max(n_fit, chosen + 1)
    return columns[end - n_fit : end], None if chosen is None else chosen - (end - n_fit)


def _axis_label(scale: Scale, row: int, height: int) -> str:
    for times in (1, 2, 3):
        if scale.step * times * height // scale.top == row:
            return scale.label(times)
    return ""


def _labels(columns: Sequence[Column], slot: int, ink: Ink, chosen: int | None) -> Content:
    """Labels below the bars: as many as fit, and always the chosen one."""
    longest = max((len(column.label) for column in columns), default=1)
    every = -(-(longest + 1) // slot)
    kept: list[tuple[int, str, bool]] = []
    for index, column in enumerate(columns):
        if index == chosen or (index % every == 0 and not _hits(index, chosen, slot, longest)):
            kept.append((index * slot, column.label, index == chosen))
    content = Content("")
    at = 0
    for start, label, is_chosen in kept:
        start = max(at, min(start, slot * len(columns) - len(label)))
        content += Content(" " * (start - at)) + Content.styled(label, ink("strong" if is_chosen else "muted"))
        at = start + len(label)
    return content


def _hits(index: int, chosen: int | None, slot: int, longest: int) -> bool:
    """Whether the label of `index` would run into that of the chosen column."""
    return chosen is not None and index != chosen and abs(index - chosen) * slot <= longest
