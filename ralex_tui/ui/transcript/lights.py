"""What is lit on the rows of a conversation: the cursor's bar, what is selected, what was found."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from ralex_tui.ui.transcript.finder import Finder, Match
from ralex_tui.ui.transcript.layout import ViewRow
from ralex_tui.ui.transcript.selection import Extent

Kind: TypeAlias = Literal["selected", "match", "current"]
Bar: TypeAlias = Literal["", "message", "block"]


class RowLight(NamedTuple):
    """What is lit on one row.

    Args:
        bar: Whether the bar of the current message, or of the current block in it, stands at its left.
        spans: Cells as (first, behind the last, kind); later ones lie over earlier ones.
    """

    bar: Bar = ""
    spans: tuple[tuple[int, int, Kind], ...] = ()


DARK = RowLight()


class Lights:
    """Works out what is lit on a row; where nothing is, that costs next to nothing."""

    def __init__(self) -> None:
        self.cursor: tuple[int, range] | None = None  # entry and leaves of the current block, while it is shown
        self.selection: Extent | None = None
        self.finder: Finder | None = None

    def of(self, row: ViewRow) -> RowLight:
        """What is lit on a row that is laid out."""
        if self.cursor is None and self.selection is None and self.finder is None:
            return DARK
        return RowLight(self._bar(row), self._spans(row) if row.row >= 0 else ())

    def _bar(self, row: ViewRow) -> Bar:
        if self.cursor is None or self.cursor[0] != row.entry.number:
            return ""
        block = self.cursor[1]
        if row.leaf in block and (row.row >= 0 or row.leaf > block.start):
            return "block"
        return "message" if row.row >= 0 or row.leaf else ""

    def _spans(self, row: ViewRow) -> tuple[tuple[int, int, Kind], ...]:
        leaf = row.entry.leaves[row.leaf]
        number = row.entry.number
        spans: list[tuple[int, int, Kind]] = []
        if self.selection is not None:
            part = self.selection.part_of(number, row.leaf, max(1, len(leaf.text)))
            if part is not None and row.leaf in row.entry.body:
                spans += [(*cells, "selected") for cells in leaf.cells_of(row.row, *part)]
        if self.finder is not None and row.leaf in row.entry.body:
            current = self.finder.current
            for piece in leaf.pieces(row.row):
                for start, end in self.finder.in_text(leaf.text, piece.start, piece.end):
                    is_current = current == Match(number, row.leaf, start, end)
                    kind: Kind = "current" if is_current else "match"
                    spans += [(*cells, kind) for cells in leaf.cells_of(row.row, start, end)]
        return tuple(spans)
