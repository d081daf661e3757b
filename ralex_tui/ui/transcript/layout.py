"""The column of entries, and which of their rows stand where. Lays out what is looked at, and guesses the rest."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from ralex_tui.ui.transcript.entries import EmptyShelf, Entries, Shelf
from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.heights import Heights

_ROUGH = 8  # rows that an entry takes before anybody has looked at it
_PER_LOOK = 64  # entries that are guessed at between two looks at the clock


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
        self.entries = Entries(EmptyShelf())
        self._heights = Heights()
        self._n_rough = 0

    @property
    def total(self) -> int:
        """Rows of all entries: exact for those laid out, guessed for the others."""
        return self._heights.total

    @property
    def is_rough(self) -> bool:
        """Whether `refine()` has something to do."""
        return self._n_rough > 0

    def fill(self, entries: Iterable[Entry]) -> None:
        """Replace all entries."""
        self.put(EmptyShelf())
        for entry in entries:
            self.add(entry)

    def put(self, shelf: Shelf) -> None:
        """Replace all entries by those that the shelf will make."""
        self.entries = Entries(shelf)
        self._heights = Heights.level(len(shelf), _ROUGH)
        self._n_rough = len(shelf)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._heights.append(self.entries[-1].guess(self.width))

    def release(self, n: int) -> None:
        """Give back what entry `n` was built of; its height stays. Only while it is far from what is looked at."""
        if 0 <= n < len(self.entries) and self.entries[n].is_ready:
            self.entries[n].release()

    def set_width(self, width: int) -> None:
        """Lay out for another width what is looked at from now on; heights of the rest are rough until `refine()`."""
        self.width = width
        self._n_rough = len(self.entries)

    def start_again(self) -> None:
        """Build all entries anew: the theme has changed in a way that changes rows."""
        self.entries.start_again()
        self._n_rough = len(self.entries)

    def refine(self, deadline: float) -> None:
        """Guess better at heights nobody has looked at, newest first, until `deadline` (time.monotonic)."""
        while self._n_rough and time.monotonic() < deadline:
            stop = max(0, self._n_rough - _PER_LOOK)
            for n in range(self._n_rough - 1, stop - 1, -1):
                self._heights.set(n, self.entries.guess(n, self.width))
            self._n_rough = stop

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
        entry = self.prepared(n)
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
            entry, leaf = self.prepared(n), 0

    def lay_up(self, y: int, n_rows: int) -> int:
        """Lay out the `n_rows` rows above `y`; returns by how much `y` has moved."""
        if not self.entries:
            return 0
        before = self.total
        if y >= before:
            n = len(self.entries) - 1
            leaf = len(self.prepared(n).leaves)
        else:
            n, within = self._heights.find(y)
            leaf, within = self.prepared(n).heights.find(within)
            n_rows -= within
        while n_rows > 0:
            leaf -= 1
            while leaf < 0:
                n -= 1
                if n < 0:
                    return self.total - before
                leaf = len(self.prepared(n).leaves) - 1
            n_rows -= self._lay(n, leaf)
        return self.total - before

    def anchor(self, y: int) -> Anchor | None:
        """What stands in row `y`."""
        rows, _ = self.lay_down(y, 1)
        if not rows:
            return None
        entry, leaf, row = rows[0]
        place = entry.leaves[leaf].place_of(max(0, row))
        return Anchor(entry.number, leaf, place, row)

    def row_of(self, anchor: Anchor) -> int:
        """Where an anchor stands now."""
        entry = self.prepared(anchor.entry)
        leaf = min(anchor.leaf, len(entry.leaves) - 1)
        self._lay(anchor.entry, leaf)
        row = anchor.row if anchor.row < 0 else entry.leaves[leaf].row_of(anchor.place)
        return max(0, self.top_of(anchor.entry, leaf) + row)

    def entry_at(self, y: int) -> int:
        """The number of the entry that holds row `y`."""
        return self._heights.find(max(0, y))[0]

    def top_of(self, n: int, leaf: int | None = None) -> int:
        """The row at which entry `n` begins, or a leaf of it, without the blank rows before."""
        entry = self.entries[n]
        if leaf is None:
            return self._heights.before(n) + entry.gap
        return self._heights.before(n) + entry.heights.before(leaf) + entry.gap_of(leaf)

    def row_at(self, row: ViewRow) -> int:
        """Where a row of the view stands now, after more was laid out."""
        leaf = min(row.leaf, len(row.entry.leaves) - 1)
        return max(0, self.top_of(row.entry.number, leaf) + row.row)

    def lay_out(self, n: int, leaves: range, most: int) -> int:
        """Lay out leaves of entry `n`, until there are `most` rows; the rows they take, at least as far as that."""
        self.prepared(n)
        rows = -self.entries[n].gap_of(leaves.start)
        for leaf in leaves:
            rows += self._lay(n, leaf)
            if rows >= most:
                break
        return rows

    def prepared(self, n: int) -> Entry:
        """Entry `n` with its leaves, built now if they were not."""
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
