"""What a message is made of on screen: flat leaves, each laid out for a width when it is first seen.

A leaf knows its own rows and nothing of those around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.cells import cell_len

from ralex_tui.ui.markdown.pens import LINE, Look, Row, Run, width_of
from ralex_tui.ui.markdown.wrap import clip, fold

Prefix = tuple[Run, ...]
_LEAST_ROOM = 12  # cells that text keeps, however deep it is nested


class Piece(NamedTuple):
    """A stretch of a leaf's text on one row: text[start:end] stands there from cell `cell` on."""

    cell: int
    start: int
    end: int


class Leaf:
    """One block. `first` and `rest` are what stands left of its first row and of the others.

    `span` is where its source stands in the message's text: whole lines, from the start of its first to
    the end of its last, without the newline. `is_more` leaves go on with the block of the one before: a
    table's rows, the pieces of a huge paragraph.

    Args:
        margin: Blank rows wanted before it, 0 or 1.
    """

    is_raised = False

    def __init__(self, look: Look, first: Prefix = (), rest: Prefix = (), margin: int = 1) -> None:
        self.look = look
        self.first = first
        self.rest = rest
        self.margin = margin
        self.gap = margin
        self.gap_row: Prefix = ()
        self.span = (0, 0)
        self.is_more = False
        self.revision = 0  # grows when rows may look otherwise than before
        self._laid: tuple[object, ...] | None = None
        self._n_rows = 0

    def lay(self, width: int) -> int:
        """Lay it out for `width` cells, if that is not done yet, and say how many rows it takes."""
        key = (width, *self._version())
        if key != self._laid:
            self._n_rows = self._lay(width)
            self._laid = key
            self.revision += 1
        return self._n_rows

    def estimate(self, width: int) -> int:
        """About how many rows it will take: quick, and exact once it is laid out."""
        if self._laid is not None and self._laid[0] == width:
            return self._n_rows
        return self._guess(max(1, width))

    def row(self, n: int) -> Row:
        """Row `n` as it was last laid out."""
        raise NotImplementedError

    def end(self) -> tuple[int, int]:
        """The row and the cell just behind its last letter, where the writing mark stands."""
        raise NotImplementedError

    # What it says, for those who select, search and copy

    @property
    def text(self) -> str:
        """What it says, without prefixes and padding; known before it is laid out, whatever the width."""
        return ""

    def pieces(self, n: int) -> list[Piece]:
        """Which stretches of `text` row `n` shows, from left to right."""
        return []

    def link_at(self, offset: int) -> str:
        """The whole address of the link that the character at `offset` of `text` belongs to; empty for none."""
        return ""

    def copied(self, source: str) -> str:
        """What copying this leaf alone gives; `source` is the message's text."""
        return source[slice(*self.span)]

    def offset_at(self, n: int, cell: int) -> int:
        """The offset in `text` of what stands at a cell of row `n`, or of what is nearest to it on that row."""
        nearest = -1
        for piece in self.pieces(n):
            cells = cell - piece.cell
            if cells <= 0:
                return piece.start if cells == 0 or nearest < 0 else nearest
            nearest = piece.start + fold(self.text[piece.start : piece.end], cells)[0][1]
            if nearest < piece.end:
                break
        return max(0, nearest)

    def cells_of(self, n: int, start: int, end: int) -> list[tuple[int, int]]:
        """The cells of row `n`, as (first, behind the last), that show text[start:end]."""
        found: list[tuple[int, int]] = []
        for piece in self.pieces(n):
            first, last = max(start, piece.start), min(end, piece.end)
            if first < last:
                cell = piece.cell + cell_len(self.text[piece.start : first])
                found.append((cell, cell + cell_len(self.text[first:last])))
        return found

    def adopt(self, older: Leaf) -> None:
        """Take over what `older`, an earlier state of the same block, has worked out already."""

    def place_of(self, row: int) -> int:
        """What of its content stands in `row`, in a measure that no width changes; see `row_of`."""
        return row

    def row_of(self, place: int) -> int:
        """The row that holds a place from `place_of`."""
        return max(0, min(place, self._n_rows - 1))

    def _version(self) -> tuple[object, ...]:
        return ()

    def _lay(self, width: int) -> int:
        raise NotImplementedError

    def _guess(self, width: int) -> int:
        return 1

    def _room(self, width: int) -> int:
        """Cells left for content beside the prefix."""
        return max(min(_LEAST_ROOM, width), width - width_of(self.rest), 2)

    def _prefix(self, n: int, width: int) -> Row:
        prefix = list(self.first if n == 0 else self.rest)
        over = width_of(prefix) - max(0, width - self._room(width))
        while over > 0 and prefix:
            text, pen = prefix.pop()
            kept = clip(text, max(0, cell_len(text) - over), "")
            over -= cell_len(text)
            if kept:
                prefix.append((kept, pen))
        return prefix


class RuleLeaf(Leaf):
    """A line across."""

    _width = 0

    def row(self, n: int) -> Row:
        prefix = self._prefix(n, self._width)
        return [*prefix, (self.look.glyphs.line * max(1, self._width - width_of(prefix)), LINE)]

    def end(self) -> tuple[int, int]:
        return 0, self._width

    def _lay(self, width: int) -> int:
        self._width = width
        return 1


class DrawnLeaf(Leaf):
    """Rows that a function draws for a width: headers and notes of ours."""

    def __init__(
        self,
        look: Look,
        draw: Callable[[int], list[Row]],
        margin: int = 1,
        version: Callable[[], tuple[object, ...]] = tuple,
    ) -> None:
        super().__init__(look, margin=margin)
        self._draw = draw
        self._version = version  # type: ignore[method-assign]
        self._rows: list[Row] = []

    def row(self, n: int) -> Row:
        return self._rows[n]

    def end(self) -> tuple[int, int]:
        return max(0, len(self._rows) - 1), width_of(self._rows[-1]) if self._rows else 0

    def _lay(self, width: int) -> int:
        self._rows = self._draw(width)
        return len(self._rows)
