"""Tables as lines of Content: a name at the left, figures at the right, nothing cut but names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from ralex_tui.ui.lines import cut
from ralex_tui.ui.themes import Ink

_NAME_LEAST = 9
_NAME_MOST = 40
_GAPS = (2, 8)


@dataclass(frozen=True, slots=True)
class Col:
    """A column of figures.

    Args:
        rank: Where there is no room, the highest go first; 0 never goes.
        is_left: For what is no figure, such as a share drawn as a line.
        least: Cells that it takes at least.
    """

    heading: str
    rank: int = 0
    is_left: bool = False
    least: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a name and a figure for each column; `total` stands below them."""

    heading: Content
    cols: Sequence[Col]
    rows: Sequence[tuple[Content, Sequence[Content]]]
    total: tuple[Content, Sequence[Content]] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The lines of a table; row `first` stands in line `at`, and `n` of them are shown."""

    lines: tuple[Content, ...]
    at: int
    first: int
    n: int

    def row_at(self, line: int) -> int | None:
        """The row that stands in a line."""
        row = line - self.at
        return self.first + row if 0 <= row < self.n else None


def draw_table(
    table: Table, width: int, height: int, ink: Ink, *, chosen: int | None = None, is_airy: bool = False
) -> Drawn:
    """The table in at most `height` lines, with the chosen row among them.

    Args:
        is_airy: A blank line below the heading and above the total.
    """
    layout = _Layout(table, width)
    head = [layout.line(table.heading, [Content.styled(col.heading, ink("muted")) for col in layout.cols])]
    foot = [layout.line(table.total[0], layout.kept(table.total[1]))] if table.total else []
    if is_airy and height >= len(table.rows) + len(head) + len(foot) + 1 + bool(foot):
        head.append(Content(""))
        foot = [Content(""), *foot] if foot else []
    room = height - len(head) - len(foot)
    if room < len(table.rows) and foot and room < 3:
        foot, room = [], room + len(foot)
    n = min(len(table.rows), max(1, room))
    if n < len(table.rows) and n > 2:
        n -= 1
        foot = [Content.styled(f"and {len(table.rows) - n:,} more", ink("muted")), *foot]
    first = 0 if chosen is None else max(0, min(chosen - n // 2, len(table.rows) - n))
    rows = [layout.line(name, layout.kept(cells)) for name, cells in table.rows[first : first + n]]
    return Drawn((*head, *rows, *foot), len(head), first, n)


class _Layout:
    """The columns that fit, how wide each is, and what is between them."""

    def __init__(self, table: Table, width: int) -> None:
        rows = [*table.rows, *([table.total] if table.total else [])]
        self._numbers = list(range(len(table.cols)))
        widths = [
            max([len(col.heading), col.least, *(cells[n].cell_length for _, cells in rows)])
            for n, col in enumerate(table.cols)
        ]
        names = [table.heading.cell_length, *(name.cell_length for name, _ in rows)]
        wanted = min(_NAME_MOST, max(_NAME_LEAST, *names))
        while self._room(width, widths) < min(wanted, 20) and any(table.cols[n].rank for n in self._numbers):
            self._numbers.remove(max(self._numbers, key=lambda n: table.cols[n].rank))
        self._widths = [widths[n] for n in self._numbers]
        self.cols = [table.cols[n] for n in self._numbers]
        name = max(1, min(wanted, self._room(width, widths)))
        spare = width - name - sum(self._widths)
        self._gap = max(_GAPS[0], min(_GAPS[1], spare // max(1, len(self.cols))))
        self._name = name + max(0, min(spare - self._gap * len(self.cols), self._gap))

    def line(self, name: Content, cells: Sequence[Content]) -> Content:
        shown = cut(name, self._name)
        parts: list[Content | str] = [shown, " " * (self._name - shown.cell_length)]
        for col, width, cell in zip(self.cols, self._widths, cells, strict=True):
            blank = " " * (width - cell.cell_length)
            parts += [" " * self._gap, *((cell, blank) if col.is_left else (blank, cell))]
        return Content.assemble(*parts)

    def kept(self, cells: Sequence[Content]) -> list[Content]:
        """The cells of the columns that are shown."""
        return [cells[n] for n in self._numbers]

    def _room(self, width: int, widths: Sequence[int]) -> int:
        """What is left for the names."""
        return width - sum(widths[n] + _GAPS[0] for n in self._numbers)
