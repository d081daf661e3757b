"""Places in a conversation that no width changes, what lies between two of them, and what copying that gives."""

from __future__ import annotations

import re
from typing import NamedTuple

from textual.geometry import Offset
from textual.selection import Selection

from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.wrap import fold
from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.layout import Column, ViewRow

_LEAVES = 1 << 20  # places for the leaves of an entry in one number; more is taken for the end of the entry
_END = 1 << 40  # behind any entry
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_WORD = 200  # characters looked at on either side
_FEW_ROWS = 40


class Place(NamedTuple):
    """Before a character: entry, leaf, offset in the leaf's text. They compare in reading order."""

    entry: int
    leaf: int
    offset: int


class Extent(NamedTuple):
    """What stands from `start` to before `end`."""

    start: Place
    end: Place

    def joined(self, other: Extent) -> Extent:
        """From the start of the first to the end of the last of both."""
        return Extent(min(self.start, other.start), max(self.end, other.end))

    def part_of(self, entry: int, leaf: int, length: int) -> tuple[int, int] | None:
        """Which offsets of a leaf lie in it, of `length` characters; None for none."""
        here = (entry, leaf)
        if not self.start[:2] <= here <= self.end[:2]:
            return None
        start = self.start.offset if self.start[:2] == here else 0
        end = min(length, self.end.offset) if self.end[:2] == here else length
        return (start, end) if start < end else None


def to_selection(extent: Extent) -> Selection:
    """As Textual's screen keeps it: y is entry and leaf in one number, which scrolling and wrapping leave alone."""
    return Selection(*(Offset(place.offset, place.entry * _LEAVES + place.leaf) for place in extent))


def from_selection(selection: Selection) -> Extent:
    """A selection of the screen's; without a start or an end it goes as far as there is text."""
    start, end = selection
    first = Place(*divmod(start.y, _LEAVES), start.x) if start is not None else Place(0, 0, 0)
    return Extent(first, Place(*divmod(end.y, _LEAVES), end.x) if end is not None else Place(_END, 0, 0))


# What is under the pointer


def extent_at(row: ViewRow, cell: int) -> Extent:
    """The character at a cell of a row, the text's first cell being 0; beside the text, the empty place next to it."""
    entry, n = row.entry, row.leaf
    if row.row < 0:
        # Blank rows belong to what stands above: a drag that ends there takes nothing of what follows.
        before = Place(entry.number, n - 1, len(_text(entry.leaves[n - 1]))) if n else Place(entry.number, 0, 0)
        return Extent(before, before)
    leaf = entry.leaves[n]
    pieces = leaf.pieces(row.row)
    if not pieces:
        return _beside(row)
    offset = leaf.offset_at(row.row, cell)
    end = offset
    for piece in pieces:
        if piece.cell <= cell and piece.start <= offset < piece.end:
            end = offset + fold(leaf.text[offset : piece.end], 1)[0][1]
            break
    return Extent(Place(entry.number, n, offset), Place(entry.number, n, end))


def _beside(row: ViewRow) -> Extent:
    """A row without text of its own: an edge, a line, a header."""
    entry, n = row.entry, row.leaf
    leaf = entry.leaves[n]
    length = len(leaf.text)
    if not length:
        return Extent(Place(entry.number, n, 0), Place(entry.number, n, int(n in entry.body)))
    is_below = any(leaf.pieces(above) for above in range(max(0, row.row - 2), row.row))
    place = Place(entry.number, n, length if is_below else 0)
    return Extent(place, place)


def word_at(column: Column, at: Extent) -> Extent:
    """The word that a character belongs to."""
    entry, n, offset = at.start
    text = column.entries[entry].leaves[n].text
    begin = max(0, offset - _LONGEST_WORD)
    for found in _WORD.finditer(text, begin, offset + _LONGEST_WORD):
        if found.end() > offset:
            return Extent(Place(entry, n, found.start()), Place(entry, n, found.end()))
    return at


def block_extent(column: Column, entry: int, leaf: int) -> Extent:
    """The whole block that a leaf belongs to."""
    block = column.prepared(entry).block_of(leaf)
    last = column.entries[entry].leaves[block[-1]]
    return Extent(Place(entry, block.start, 0), Place(entry, block[-1], len(_text(last))))


# What copying gives


def copied(column: Column, extent: Extent) -> str:
    """The source of what lies in an extent; where a block is cut, the text that is shown of it.

    Between messages stands a blank line. What is ours, such as headers, is left out.
    """
    texts: list[str] = []
    for n in range(extent.start.entry, min(extent.end.entry + 1, len(column.entries))):
        entry = column.entries[n]
        if extent.start.entry < n < extent.end.entry:
            text = entry.text
        else:
            column.prepared(n)
            text = _copied_of(entry, extent)
        if text.strip():
            texts.append(text.strip("\n"))
    return "\n\n".join(texts)


class _Chunk(NamedTuple):
    """Leaves that are taken whole, or the text of a part of one."""

    first: int
    last: int
    part: str | None


def _copied_of(entry: Entry, extent: Extent) -> str:
    source = entry.text
    chunks = _chunks(entry, extent)
    if len(chunks) == 1 and chunks[0].part is None and chunks[0].first == chunks[0].last:
        return entry.leaves[chunks[0].first].copied(source)
    texts: list[str] = []
    stood: int | None = None
    for chunk in chunks:
        start, end = entry.leaves[chunk.first].span[0], entry.leaves[chunk.last].span[1]
        if stood is not None:
            # One newline between the lines of a list or a table, a blank line between paragraphs, as in the source.
            texts.append("\n" * max(1, min(2, source.count("\n", stood, start))))
        texts.append(source[start:end] if chunk.part is None else chunk.part)
        stood = end
    return "".join(texts)


def _chunks(entry: Entry, extent: Extent) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    first, last = (entry.number, entry.body.start), (entry.number, entry.body.stop - 1)
    edges = {extent.start[:2], extent.end[:2]}
    for n in range(max(first, extent.start[:2])[1], min(last, extent.end[:2])[1] + 1):
        if (entry.number, n) in edges:
            text = _text(entry.leaves[n])
            part = extent.part_of(entry.number, n, len(text))
            if part is None:
                continue
            if part != (0, len(text)):
                chunks.append(_Chunk(n, n, text[slice(*part)]))
                continue
        if chunks and chunks[-1].part is None:
            chunks[-1] = chunks[-1]._replace(last=n)
        else:
            chunks.append(_Chunk(n, n, None))
    return chunks


def _text(leaf: Leaf) -> str:
    """What a leaf says; where that is nothing, as in a line across, one blank, so that it can be taken."""
    return leaf.text or " "


def row_of_offset(leaf: Leaf, n_rows: int, offset: int) -> int:
    """The row of a leaf, as it was last laid out, in which the character at `offset` stands."""
    if n_rows <= _FEW_ROWS:
        # The cells of a table stand side by side, not one behind the other.
        rows = [n for n in range(n_rows) for piece in leaf.pieces(n) if piece.start <= offset < piece.end]
        return rows[0] if rows else 0
    low, high = 0, n_rows - 1
    while low < high:
        middle = (low + high) // 2
        pieces = leaf.pieces(middle)
        # A row without text is the edge above, or one below.
        end = max(piece.end for piece in pieces) if pieces else -1 if middle * 2 < n_rows else offset + 1
        low, high = (middle + 1, high) if end <= offset else (low, middle)
    return low
