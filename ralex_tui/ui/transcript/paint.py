"""Rows of the view as strips for the terminal, kept once painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip

from ralex_tui.ui.transcript.entry import AnswerEntry, Entry
from ralex_tui.ui.transcript.header import Frame
from ralex_tui.ui.transcript.layout import ViewRow
from ralex_tui.ui.transcript.leaves import Leaf
from ralex_tui.ui.transcript.pens import TEXT, Pen, Pens, Row, width_of

_MOST_STRIPS = 1_000  # painted rows kept, some 2 KB each

Key: TypeAlias = tuple[Leaf, int, int, int]  # leaf, row, its revision, the writing mark's cell or -1


class Painter:
    """Paints rows with a theme, and remembers them until the theme or the width changes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._pens = Pens(frame.ink)
        self._strips: dict[Key, Strip] = {}
        self._marks: dict[tuple[Entry, int, int], int] = {}
        self._left = 0
        self._width = 0

    @property
    def base(self) -> RichStyle:
        """The style of blank ground."""
        return self._pens[TEXT]

    def start_again(self, left: int) -> None:
        """Forget what was painted: the theme may be another. `left` cells stand before the text."""
        self._pens = Pens(self._frame.ink)
        self._strips.clear()
        self._left = left

    def fit(self, width: int) -> None:
        """Paint rows of `width` cells from now on."""
        if width != self._width:
            self._strips.clear()
            self._width = width

    def find_marks(self, view: Sequence[ViewRow | None]) -> None:
        """Find the cells of writing marks, of which there is one for each answer on its way."""
        self._marks = {}
        # Only a leaf in view is laid out for sure, and only the last one bears a mark.
        last = {row.entry for row in view if row is not None and row.leaf == len(row.entry.leaves) - 1}
        for entry in last:
            if (cursor := entry.cursor()) is not None:
                leaf, line, cell = cursor
                self._marks[entry, leaf, line] = cell

    def key(self, row: ViewRow) -> Key:
        """What a row's looks depend on."""
        leaf = row.entry.leaves[row.leaf]
        return leaf, row.row, leaf.revision, self._marks.get((row.entry, row.leaf, row.row), -1)

    def strip(self, row: ViewRow) -> Strip:
        """A row, painted now or before."""
        key = self.key(row)
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            segments = [Segment(" " * self._left, self.base)] if self._left else []
            segments += [Segment(text, self._pens[pen]) for text, pen in self._runs(row) if text]
            strip = self._strips[key] = Strip(segments).adjust_cell_length(self._width, self.base)
        return strip

    def _runs(self, row: ViewRow) -> Row:
        leaf = row.entry.leaves[row.leaf]
        if row.row < 0:
            return list(leaf.gap_row) if row.leaf else []
        runs = leaf.row(row.row)
        cell = self._marks.get((row.entry, row.leaf, row.row))
        if cell is None:
            return runs
        assert isinstance(row.entry, AnswerEntry)
        tier = row.entry.message.tier
        return _with_mark(runs, cell, (self._frame.look.glyphs.writing, Pen(tier.value if tier else "strong")))


def _with_mark(runs: Row, cell: int, mark: tuple[str, Pen]) -> Row:
    """The row with the writing mark at a cell, in place of what stands there."""
    if width_of(runs) <= cell:
        return [*runs, mark]
    marked: Row = []
    at = 0
    for text, pen in runs:
        end = at + len(text)
        # Behind the last letter stands padding only, one cell a character.
        if at <= cell < end and text.isspace():
            cut = cell - at
            ground = pen.ground if isinstance(pen, Pen) else ""
            marked += [(text[:cut], pen), (mark[0], mark[1]._replace(ground=ground)), (text[cut + 1 :], pen)]
        else:
            marked.append((text, pen))
        at += cell_len(text)
    return marked
