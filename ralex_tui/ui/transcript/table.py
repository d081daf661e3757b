"""Markdown tables: one leaf a row, columns as wide as the widest cell, cells folded where the screen is narrower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from rich.cells import cell_len

from ralex_tui.ui.transcript.inline import Env, Styled, inline
from ralex_tui.ui.transcript.leaves import Leaf, Prefix
from ralex_tui.ui.transcript.paragraph import slice_styled
from ralex_tui.ui.transcript.pens import LINE, STRONG, TEXT, Look, Pen, Row, width_of
from ralex_tui.ui.transcript.wrap import Span, clip, wrap

Align: TypeAlias = Literal["left", "center", "right"]

_BETWEEN = 3  # cells between columns
_NARROWEST = 6  # cells that a folded column keeps
_MAX_COLUMN = 400  # cells; wider is folded on any screen


class Table:
    """What the rows of one table share: alignment, and how wide each column would like to be."""

    def __init__(self, aligns: Sequence[Align], env: Env) -> None:
        self.aligns = tuple(aligns)
        self.env = env
        self.version = 0
        self._natural = [1] * len(aligns)
        self._fitted: dict[tuple[int, int], list[int]] = {}

    def note(self, cells: Sequence[str], pen: Pen) -> None:
        """Widen columns for a row's cells."""
        for column, source in enumerate(cells[: len(self._natural)]):
            # Markup only ever makes a cell narrower, but for links and images.
            if len(source) * 2 <= self._natural[column] or (
                "[" not in source and cell_len(source) <= self._natural[column]
            ):
                continue
            text, _ = inline(source, self.env, pen)
            width = min(_MAX_COLUMN, max(cell_len(line) for line in text.split("\n")))
            if width > self._natural[column]:
                self._natural[column] = width
                self.version += 1

    def widths(self, room: int) -> list[int]:
        """Cells for each column so that a row fits `room`: the widest give way first."""
        key = (room, self.version)
        if key not in self._fitted:
            self._fitted = {key: self._fit(room)}
        return self._fitted[key]

    def _fit(self, room: int) -> list[int]:
        natural = self._natural
        space = room - _BETWEEN * (len(natural) - 1)
        if sum(natural) <= space:
            return list(natural)
        least = [min(width, _NARROWEST) for width in natural]
        if sum(least) >= space:
            return least
        low, high = 1, max(natural)
        while low < high:
            cap = (low + high + 1) // 2
            fits = sum(max(few, min(width, cap)) for width, few in zip(natural, least, strict=True)) <= space
            low, high = (cap, high) if fits else (low, cap - 1)
        fitted = [max(few, min(width, low)) for width, few in zip(natural, least, strict=True)]
        left = space - sum(fitted)
        for column, width in enumerate(natural):
            if left > 0 and fitted[column] < width:
                fitted[column] += 1
                left -= 1
        return fitted


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
        self._pen = STRONG if is_header else TEXT
        self._texts: list[tuple[str, list[Styled]]] | None = None
        self._lines: list[list[Span]] = []
        self._widths: list[int] = []
        self._n_references = -1
        self._width = 0

    def row(self, n: int) -> Row:
        prefix = self._prefix(n, self._width)
        room = self._width - width_of(prefix)
        if self.is_header and n == self._n_rows - 1:
            gap = " " * _BETWEEN
            line = gap.join(self.look.glyphs.line * width for width in self._widths)
            return [*prefix, (line if len(line) <= room else line[:room], LINE)]
        cells = self._row_of_cells(n)
        return [*prefix, *(cells if width_of(cells) <= room else _clipped(cells, room))]

    def end(self) -> tuple[int, int]:
        last = 0 if self.is_header else max(0, self._n_rows - 1)
        row = self.row(last)
        text = "".join(text for text, _ in row)
        return last, cell_len(text.rstrip())

    def _version(self) -> tuple[object, ...]:
        return (self.table.version, len(self.table.env.get("references", ())))

    def _guess(self, width: int) -> int:
        return 2 if self.is_header else 1

    def _lay(self, width: int) -> int:
        self._width = width
        self._widths = self.table.widths(self._room(width))
        n_references = len(self.table.env.get("references", ()))
        if self._texts is None or n_references != self._n_references:
            self._texts = [inline(cell, self.table.env, self._pen) for cell in self.cells]
            self._n_references = n_references
        self._lines = [wrap(text, max(2, cells)) for (text, _), cells in zip(self._texts, self._widths, strict=False)]
        return max((len(lines) for lines in self._lines), default=1) + self.is_header

    def _row_of_cells(self, n: int) -> Row:
        assert self._texts is not None
        row: Row = []
        last = len(self._widths) - 1
        for column, cells in enumerate(self._widths):
            piece: Row = []
            if column < len(self._lines) and n < len(self._lines[column]):
                text, styled = self._texts[column]
                piece = slice_styled(text, styled, *self._lines[column][n], self._pen)
            free = max(0, cells - width_of(piece))
            align = self.table.aligns[column]
            before = free if align == "right" else free // 2 if align == "center" else 0
            if before:
                row.append((" " * before, TEXT))
            row.extend(piece)
            after = free - before + _BETWEEN if column < last else 0
            if after:
                row.append((" " * after, TEXT))
        return row


def _clipped(row: Row, room: int) -> Row:
    """As much of a row as fits, with `…` at its end."""
    kept: Row = []
    for text, pen in row:
        width = cell_len(text)
        if width > room - 1:
            kept.append((clip(text, max(1, room)) if width > room else clip(text, room - 1, "") + "…", pen))
            break
        kept.append((text, pen))
        room -= width
    return kept
