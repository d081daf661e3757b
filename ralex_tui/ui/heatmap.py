"""A year of days as a heatmap: a column a week, a row a weekday, in shades of the spend. Pure.

The shades are of the text's colour, since amber and red are for alarms; without colour, and in the
terminal's own colours, the density of the glyphs says the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from textual.content import Content
from textual.style import Style

from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.lines import Run, joined
from ralex_tui.ui.themes import Ink

MARGIN = 4
"""Cells at the left at least, for the names of weekdays."""

_SHADES = (0.0, 0.22, 0.42, 0.66, 1.0)
_DENSE = ("·", "░", "▒", "▓", "█")
_DENSE_ASCII = (".", ":", "+", "x", "#")
_NAMED = (0, 2, 4)  # Mon, Wed, Fri


@dataclass(frozen=True, slots=True)
class Heatmap:
    """The lines: the months, then seven rows; `cell` cells a week, from the week of the Monday `first` on."""

    lines: tuple[Content, ...]
    first: date
    cell: int
    margin: int

    def day_at(self, x: int, y: int) -> date | None:
        """The day at a cell of the lines; may lie just outside the year."""
        if not 1 <= y <= 7 or x < self.margin:
            return None
        return self.first + timedelta(weeks=(x - self.margin) // self.cell, days=y - 1)


def heatmap(
    days: Mapping[date, int],
    first: date,
    last: date,
    width: int,
    ink: Ink,
    glyphs: Glyphs,
    *,
    today: date,
    chosen: date | None = None,
    has_color: bool = True,
    margin: int = MARGIN,
) -> Heatmap:
    """The days from `first` to `last`, both included.

    Args:
        days: Nano-dollars; days that are missing cost nothing.
        today: The last day that can have cost something; those after it stay empty.
        margin: Cells at the left, where there is room for them beside two cells a week.
    """
    monday = first - timedelta(days=first.weekday())
    n_weeks = (last - monday).days // 7 + 1
    cell = 2 if MARGIN + 2 * n_weeks <= width else 1
    if margin + cell * n_weeks > width:
        margin = MARGIN
    room = min(n_weeks, max(1, (width - margin) // cell))
    monday += timedelta(weeks=n_weeks - room)
    levels = _levels(days)
    painter = _Painter(ink, glyphs, cell, has_color)
    lines = [_months(monday, max(first, monday), last, room, cell, margin, ink)]
    for weekday in range(7):
        name = f"{monday + timedelta(days=weekday):%a}" if weekday in _NAMED else ""
        runs: list[Run] = [(name.ljust(margin), ink("muted"))]
        for week in range(room):
            day = monday + timedelta(weeks=week, days=weekday)
            if day < first or day > last or day > today:
                runs.append((" " * cell, Style()))
            else:
                runs.append(painter.day(_level(days.get(day, 0), levels), is_chosen=day == chosen))
        lines.append(joined(runs))
    return Heatmap(tuple(lines), monday, cell, margin)


def scale_line(ink: Ink, glyphs: Glyphs, *, has_color: bool) -> Content:
    """What the shades mean: `less · ░ ▒ ▓ █ more`."""
    painter = _Painter(ink, glyphs, 2, has_color)
    parts: list[Run] = [("less ", ink("muted"))]
    for level in range(len(_SHADES)):
        parts += [painter.day(level, is_chosen=False), (" ", Style())]
    return Content.assemble(*parts, ("more", ink("muted")))


class _Painter:
    def __init__(self, ink: Ink, glyphs: Glyphs, cell: int, has_color: bool) -> None:
        self._cell = cell
        dense = _DENSE_ASCII if glyphs is ASCII else _DENSE
        is_shaded = has_color and not ink.palette.is_ansi
        self._runs: list[Run] = [(dense[0].ljust(cell), ink("faint"))]
        for level, share in enumerate(_SHADES[1:], start=1):
            self._runs.append((" " * cell, _shade(ink, share)) if is_shaded else (dense[level] * cell, ink("text")))
        mark = Style(bold=True, reverse=True)
        if is_shaded:
            mark = Style(background=ink("auto").foreground) + ink("bg", bold=True)
        self._chosen: Run = (("><" if glyphs is ASCII else "›‹")[:cell], mark)

    def day(self, level: int, *, is_chosen: bool) -> Run:
        return self._chosen if is_chosen else self._runs[level]


def _shade(ink: Ink, share: float) -> Style:
    ground, text = ink("raised").foreground, ink("text").foreground
    assert ground is not None
    assert text is not None
    return Style(background=ground.blend(text, share))


def _levels(days: Mapping[date, int]) -> tuple[int, ...]:
    """The upper ends of the first three shades: quarters of the dear days' spend, which one huge day can't flatten."""
    spent = sorted(nano for nano in days.values() if nano > 0)
    if not spent:
        return (0, 0, 0)
    high = spent[min(len(spent) - 1, len(spent) * 95 // 100)]
    return (high // 4, high // 2, high * 3 // 4)


def _level(nano: int, levels: tuple[int, ...]) -> int:
    if nano <= 0:
        return 0
    return 1 + bisect_left(levels, nano)


def _months(monday: date, first: date, last: date, n_weeks: int, cell: int, margin: int, ink: Ink) -> Content:
    """The names of the months above the week in which each begins."""
    line = [" "] * (n_weeks * cell)
    free = 0
    for week in range(n_weeks):
        days = (monday + timedelta(weeks=week, days=day) for day in range(7))
        begins = next((day for day in days if first <= day <= last and (day.day == 1 or day == first)), None)
        at = week * cell
        if begins is None or at < free or at + 3 > len(line):
            continue
        line[at : at + 3] = f"{begins:%b}"
        free = at + 4
    return Content.assemble(" " * margin, ("".join(line).rstrip(), ink("muted")))
