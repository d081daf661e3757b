"""Heights of a growing column of things, with the row each one starts at found in logarithmic time."""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """A Fenwick tree of row counts that also grows and shrinks at its end."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._values: list[int] = []
        self._tree: list[int] = [0]
        for height in heights:
            self.append(height)

    @classmethod
    def level(cls, n: int, height: int) -> Heights:
        """`n` things of the same height."""
        made = cls()
        made._values = [height] * n
        made._tree = [height * (at & -at) for at in range(n + 1)]
        return made

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> int:
        return self._values[index]

    @property
    def total(self) -> int:
        return self.before(len(self._values))

    def append(self, height: int) -> None:
        self._values.append(height)
        at = len(self._values)
        # A node holds the sum of the `at & -at` values that end at it: its own and its children's.
        node, below, stop = height, at - 1, at - (at & -at)
        while below > stop:
            node += self._tree[below]
            below -= below & -below
        self._tree.append(node)

    def cut(self, length: int) -> None:
        """Keep the first `length` heights only."""
        del self._values[length:]
        del self._tree[length + 1 :]

    def set(self, index: int, height: int) -> None:
        change = height - self._values[index]
        if not change:
            return
        self._values[index] = height
        at = index + 1
        while at < len(self._tree):
            self._tree[at] += change
            at += at & -at

    def before(self, index: int) -> int:
        """The sum of the heights before `index`: the row at which it starts."""
        total = 0
        while index > 0:
            total += self._tree[index]
            index -= index & -index
        return total

    def find(self, row: int) -> tuple[int, int]:
        """The index of the thing that holds `row`, and the row within it.

        Things of no height are passed over. Beyond the end it is the last thing, with the row left over.
        """
        at, step = 0, 1 << (len(self._values).bit_length())
        while step:
            further = at + step
            if further < len(self._tree) and self._tree[further] <= row:
                at = further
                row -= self._tree[further]
            step >>= 1
        if at >= len(self._values) > 0:
            at -= 1
            row += self._values[at]
        return at, row
