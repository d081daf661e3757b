"""Markdown tables: one leaf a row. Columns are as wide as their widest cell, folded where the screen is narrower.

Where even folded columns find no room, each row is a record: a line for each cell, with the header beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from ralex_tui.ui.markdown.columns import BETWEEN, Table
from ralex_tui.ui.markdown.inline import Inline, inline
from ralex_tui.ui.markdown.leaves import Leaf, Piece, Prefix
from ralex_tui.ui.markdown.paragraph import link_in, slice_styled
from ralex_tui.ui.markdown.pens import ASIDE, LINE, STRONG, TEXT, Look, Row, width_of
from ralex_tui.ui.markdown.wrap import wrap

Align: TypeAlias = Literal["left", "center", "right"]

_DOT = " · "


class _Placed(NamedTuple):
    """text[start:end] of a cell, at cell `x` of the room; `column` is -1 for a label or a mark of ours."""

    x: int
    column: int
    start: int
    end: int
    label: Inline | None = None


class RowLeaf(Leaf):
    """One row of a table; the header row has a line below it."""

    def __init__(
        self,
        look: Look,
        table: Table,
        cells: Sequence[str],
        first: Prefix = (),
        rest: Prefix = (),
        *,
        is_header: bool = False,
    ) -> None:
        super().__init__(look, first, rest, margin=int(is_header))
        self.table = table
        self.cells = tuple(cells)
        self.is_header = is_header
        if is_header:
            table.header = self.cells
        self._pen = STRONG if is_header else TEXT
        self._known: tuple[int, list[Inline], list[int]] | None = None
        self._rows: list[list[_Placed]] = []
        self._widths: list[int] = []
        self._width = 0

    def row(self, n: int) -> Row:
        prefix = self._prefix(n, self._width)
        if n == self._line_row():
            return [*prefix, (self._line(max(1, self._width - width_of(prefix))), LINE)]
        row: Row = []
        x = 0
        for placed in self._rows[n]:
            if placed.x > x:
                row.append((" " * (placed.x - x), TEXT))
            text, styled, _ = self._inline()[placed.column] if placed.label is None else placed.label
            pen = self._pen if placed.label is None else ASIDE
            runs = slice_styled(text, styled, placed.start, placed.end, pen)
            row.extend(runs)
            x = placed.x + width_of(runs)
        return [*prefix, *row]

    @property
    def text(self) -> str:
        return "\t".join(cell.text for cell in self._inline())

    def pieces(self, n: int) -> list[Piece]:
        starts = self._starts()
        cell = width_of(self._prefix(n, self._width))
        return [
            Piece(cell + placed.x, starts[placed.column] + placed.start, starts[placed.column] + placed.end)
            for placed in (self._rows[n] if n < len(self._rows) else [])
            if placed.label is None
        ]

    def link_at(self, offset: int) -> str:
        starts = self._starts()
        column = max(0, bisect_right(starts, offset) - 1)
        return link_in(self._inline()[column].links, offset - starts[column]) if self.cells else ""

    def end(self) -> tuple[int, int]:
        last = max(0, self._n_rows - 1 - (self.is_header and bool(self._widths)))
        return last, cell_len("".join(text for text, _ in self.row(last)).rstrip())

    def _version(self) -> tuple[object, ...]:
        return (self.table.version, self.table.n_references)

    def _guess(self, width: int) -> int:
        return 2 if self.is_header else 1

    def _inline(self) -> list[Inline]:
        n_references = self.table.n_references
        if self._known is None or self._known[0] != n_references:
            cells = [inline(cell, self.table.env, self._pen) for cell in self.cells]
            starts = [0, *accumulate(len(cell.text) + 1 for cell in cells)][: max(1, len(cells))]
            self._known = (n_references, cells, starts)
        return self._known[1]

    def _starts(self) -> list[int]:
        """Where each cell begins in `text`."""
        self._inline()
        assert self._known is not None
        return self._known[2]

    def _lay(self, width: int) -> int:
        self._width = width
        room = self._room(width)
        self._widths = self.table.widths(room)
        if self._widths:
            self._rows = self._columns()
            return len(self._rows) + self.is_header
        self._rows = self._names(room) if self.is_header else self._record(room)
        return len(self._rows)

    def _line_row(self) -> int:
        """Which row is a line: the one below a header, the one above a record."""
        if self._widths:
            return len(self._rows) if self.is_header else -1
        return -1 if self.is_header else 0

    def _line(self, room: int) -> str:
        line = self.look.glyphs.line
        return (" " * BETWEEN).join(line * width for width in self._widths) if self._widths else line * room

    def _columns(self) -> list[list[_Placed]]:
        rows: list[list[_Placed]] = [[]]
        x = 0
        for column, (cell, width) in enumerate(zip(self._inline(), self._widths, strict=False)):
            for n, (start, end) in enumerate(wrap(cell.text, max(2, width))):
                if n == len(rows):
                    rows.append([])
                free = max(0, width - cell_len(cell.text[start:end]))
                align = self.table.aligns[column]
                before = free if align == "right" else free // 2 if align == "center" else 0
                rows[n].append(_Placed(x + before, column, start, end))
            x += width + BETWEEN
        return rows

    def _record(self, room: int) -> list[list[_Placed]]:
        """A line, then each cell below the one before, with its header at the left."""
        rows: list[list[_Placed]] = [[]]
        label_width = self.table.label_width(room)
        x = label_width + 2
        labels = self.table.labels
        for column, cell in enumerate(self._inline()):
            label = labels[column] if column < len(labels) else Inline("", [], [])
            names = wrap(label.text, max(2, label_width))
            values = wrap(cell.text, max(2, room - x))
            for n in range(max(len(names), len(values))):
                left = [_Placed(0, -1, *names[n], label)] if n < len(names) else []
                rows.append([*left, *([_Placed(x, column, *values[n])] if n < len(values) else [])])
        return rows

    def _names(self, room: int) -> list[list[_Placed]]:
        """The header's cells in running text, above the records."""
        rows: list[list[_Placed]] = [[]]
        dot = Inline(_DOT, [], [])
        x = 0
        for column, cell in enumerate(self._inline()):
            width = max(cell_len(line) for line in cell.text.split("\n"))
            if x and x + len(_DOT) + width <= room and "\n" not in cell.text:
                rows[-1].append(_Placed(x, -1, 0, len(_DOT), dot))
                x += len(_DOT)
            elif x:
                rows.append([])
                x = 0
            spans = wrap(cell.text, max(2, room - x))
            for n, (start, end) in enumerate(spans):
                if n:
                    rows.append([])
                    x = 0
                rows[-1].append(_Placed(x, column, start, end))
            x += cell_len(cell.text[slice(*spans[-1])])
        return rows
