"""Where the reader is in the messages: the current message, and the current block of it."""

from __future__ import annotations

from collections.abc import Iterable

from ralex_tui.ui.transcript.layout import Column, ViewRow
from ralex_tui.ui.transcript.selection import Extent, block_extent


class Cursor:
    """An entry and a leaf of it, both by number, so that it keeps its place when leaves are replaced.

    Each move builds only the messages that it comes to. `mark` is where a selection by blocks began.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self.at: tuple[int, int] | None = None
        self.mark: tuple[int, int] | None = None

    def forget(self) -> None:
        """Be nowhere."""
        self.at = self.mark = None

    @property
    def entry(self) -> int:
        """The number of the current message's entry; -1 where there is none."""
        return self.at[0] if self.at is not None and self.at[0] < len(self._column.entries) else -1

    @property
    def block(self) -> range:
        """The leaves of the current block."""
        if self.at is None or self.entry < 0:
            return range(0)
        return self._column.prepared(self.entry).block_of(self.at[1])

    @property
    def extent(self) -> Extent | None:
        """The current block; while blocks are selected, all from the first to the last of them."""
        if self.at is None or self.entry < 0:
            return None
        here = block_extent(self._column, *self.at)
        return here if self.mark is None else here.joined(block_extent(self._column, *self.mark))

    def go_to_row(self, rows: Iterable[ViewRow | None]) -> bool:
        """Go to the block of the first of these rows that belongs to a message; whether there is one."""
        for row in rows:
            if row is not None and row.entry.is_message:
                self.at = row.entry.number, row.leaf
                return True
        return False

    def go_to(self, number: int) -> bool:
        """Go to the first block of an entry's message; false where it is none."""
        return self._go_to_message(range(number, min(number + 1, len(self._column.entries))))

    def next_message(self) -> bool:
        """Go to the first block of the message below; false where there is none."""
        return self._go_to_message(range(self.entry + 1, len(self._column.entries)))

    def message_before(self) -> bool:
        return self._go_to_message(range(self.entry - 1, -1, -1))

    def next_block(self) -> bool:
        """Go to the block below, be it of the next message; false where there is none."""
        block = self.block
        if block and block.stop < self._column.entries[self.entry].body.stop:
            self.at = self.entry, block.stop
            return True
        return self.next_message()

    def block_before(self) -> bool:
        block = self.block
        if block and block.start > self._column.entries[self.entry].body.start:
            self.at = self.entry, block.start - 1
            return True
        return self._go_to_message(range(self.entry - 1, -1, -1), is_end=True)

    def first(self) -> bool:
        """Go to the first message."""
        return self._go_to_message(range(len(self._column.entries)))

    def last(self) -> bool:
        """Go to the last block of all."""
        return self._go_to_message(range(len(self._column.entries) - 1, -1, -1), is_end=True)

    def _go_to_message(self, numbers: Iterable[int], *, is_end: bool = False) -> bool:
        for n in numbers:
            if self._column.entries[n].is_message:
                body = self._column.prepared(n).body
                self.at = n, (body.stop - 1 if is_end else body.start) if body else 0
                return True
        return False
