"""The entries of a column, each made when it is first asked for: a long conversation opens as a short one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, overload

from ralex_tui.ui.transcript.entry import Entry


class Shelf(Protocol):
    """What entries are made from."""

    def __len__(self) -> int: ...

    def make(self, n: int) -> Entry:
        """Entry `n`, new."""

    def guess(self, n: int, width: int) -> int:
        """About how many rows entry `n` takes; quick, and without making it."""


class EmptyShelf:
    """Nothing to make entries from."""

    def __len__(self) -> int:
        return 0

    def make(self, n: int) -> Entry:
        raise IndexError(n)

    def guess(self, n: int, width: int) -> int:
        raise IndexError(n)


class Entries(Sequence[Entry]):
    """Those of a shelf, and those added behind them. An entry that was made stays."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._made: list[Entry | None] = [None] * len(shelf)
        self._has_gap = bytearray(len(shelf))

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...

    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        n = index + len(self) if index < 0 else index
        if not 0 <= n < len(self):
            raise IndexError(index)
        entry = self._raw(n)
        if not self._has_gap[n]:
            # Half-row edges of what is raised are air enough.
            entry.gap = 0 if n == 0 or entry.is_raised or self._raw(n - 1).is_raised else 1
            self._has_gap[n] = True
        return entry

    def append(self, entry: Entry) -> None:
        entry.number = len(self._made)
        self._made.append(entry)
        self._has_gap.append(False)

    def made(self) -> Iterator[Entry]:
        """Those that were made already."""
        return (entry for entry in self._made if entry is not None)

    def start_again(self) -> None:
        """What was built goes: the theme has changed in a way that changes rows."""
        self._has_gap = bytearray(len(self._made))
        for entry in self.made():
            entry.forget()

    def guess(self, n: int, width: int) -> int:
        """About how many rows entry `n` takes; exact where it was laid out for this width."""
        entry = self._made[n]
        if entry is None:
            return self._shelf.guess(n, width)
        return entry.height if entry.is_ready and entry.width == width else entry.guess(width)

    def _raw(self, n: int) -> Entry:
        entry = self._made[n]
        if entry is None:
            entry = self._made[n] = self._shelf.make(n)
            entry.number = n
        return entry
