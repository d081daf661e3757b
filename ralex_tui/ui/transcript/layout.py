"""The column of entries, and which of their rows stand where. Lays out what is looked at, and guesses the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.heights import Heights


class ViewRow(NamedTuple):
    """A row on screen: of leaf `leaf` of an entry. `row` is negative for the blank rows before it."""

    entry: Entry
    leaf: int
    row: int


class Anchor(NamedTuple):
    """A place that survives another width: an entry, a leaf in it, and a place in the leaf."""

    entry: int
    leaf: int
    place: int
    row: int  # negative for a blank row before the leaf


class Column:
    """Entries one below the other. Rows count from the first row of the first entry."""

    def __init__(self, width: int = 80) -> None:
        self.width = width
        self.entries: list[Entry] = []
        self._heights = Heights()

    @property
    def total(self) -> int:
        """Rows of all entries: exact for those laid out, guessed for the others."""
        return self._heights.total

    def fill(self, entries: Iterable[Entry]) -> None:
        """Replace all entries."""
        self.entries = []
        self._heights = Heights()
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        above = self.entries[-1] if self.entries else None
        is_close = above is None or above.is_raised or entry.is_raised
        entry.gap = 0 if is_close else 1
        self.entries.append(entry)
        self._heights.append(entry.guess(self.width))

    def set_width(self, width: int) -> None:
        """Start again for another width: all is guessed until it is looked at."""
        self.width = width
        self._heights = Heights(entry.guess(width) for entry in self.entries)

    def update(self, n: int) -> None:
        """Entry `n` has changed."""
        entry = self.entries[n]
        entry.prepare(self.width)
        self._heights.set(n, entry.height)

    def lay_down(self, y: int, n_rows: int) -> tuple[list[ViewRow], int]:
        """The rows from `y` on, laid out; and the row that `y` has become by laying them out."""
        if not self.entries:
            return [], 0
        n, within = self._heights.find(max(0, y))
        entry = self._prepared(n)
        leaf, within = entry.heights.find(min(within, max(0, entry.height - 1)))
        within = min(within, max(0, self._lay(n, leaf) - 1))
        top = self._heights.before(n) + entry.heights.before(leaf) + within
        rows: list[ViewRow] = []
        while True:
            while leaf < len(entry.leaves) and len(rows) < n_rows:
                height, gap = self._lay(n, leaf), entry.gap_of(leaf)
                stop = min(height, within + n_rows - len(rows))
                rows.extend(ViewRow(entry, leaf, row - gap) for row in range(within, stop))
                leaf, within = leaf + 1, 0
            n += 1
            if len(rows) >= n_rows or n >= len(self.entries):
                return rows, top
            entry, leaf = self._prepared(n), 0

    def lay_up(self, y: int, n_rows: int) -> int:
        """Lay out the `n_rows` rows above `y`; returns by how much `y` has moved."""
        if not self.entries:
            return 0
        before = self.total
        if y >= before:
            n = len(self.entries) - 1
            leaf = len(self._prepared(n).leaves)
        else:
            n, within = self._heights.find(y)
            leaf, within = self._prepared(n).heights.find(within)
            n_rows -= within
        while n_rows > 0:
            leaf -= 1
            while leaf < 0:
                n -= 1
                if n < 0:
                    return self.total - before
                leaf = len(self._prepared(n).leaves) - 1
            n_rows -= self._lay(n, leaf)
        return self.total - before

    def anchor(self, y: int) -> Anchor | None:
        """What stands in row `y`."""
        rows, _ = self.lay_down(y, 1)
        if not rows:
            return None
        entry, leaf, row = rows[0]
        place = entry.leaves[leaf].place_of(max(0, row))
        return Anchor(self.entries.index(entry), leaf, place, row)

    def row_of(self, anchor: Anchor) -> int:
        """Where an anchor stands now."""
        entry = self._prepared(anchor.entry)
        leaf = min(anchor.leaf, len(entry.leaves) - 1)
        self._lay(anchor.entry, leaf)
        top = self._heights.before(anchor.entry) + entry.heights.before(leaf) + entry.gap_of(leaf)
        return max(0, top + (anchor.row if anchor.row < 0 else entry.leaves[leaf].row_of(anchor.place)))

    def _prepared(self, n: int) -> Entry:
        entry = self.entries[n]
        if entry.width != self.width or not entry.is_ready:
            entry.prepare(self.width)
            self._heights.set(n, entry.height)
        return entry

    def _lay(self, n: int, leaf: int) -> int:
        entry = self.entries[n]
        height = entry.lay(leaf)
        self._heights.set(n, entry.height)
        return height
