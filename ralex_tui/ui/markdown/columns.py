"""How wide a table's columns are: as their widest cell, or less where the screen is narrower. Draws nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from ralex_tui.ui.markdown.inline import Env, Inline, inline
from ralex_tui.ui.markdown.pens import ASIDE, Pen
from ralex_tui.ui.markdown.tokens import Align

BETWEEN = 3  # cells between columns
_NARROWEST = 6  # cells that a folded column keeps
_LONGEST_WORD = 12  # cells; shorter words of a header are not cut apart
_MAX_COLUMN = 400  # cells; wider is folded on any screen
_REFERENCE = re.compile(r"\](?!\()")


class Table:
    """What the rows of one table share: header, alignment, and how wide each column would like to be."""

    def __init__(self, aligns: Sequence[Align], env: Env) -> None:
        self.aligns = tuple(aligns)
        self.env = env
        self.version = 0
        self.header: tuple[str, ...] = ()
        self._natural = [1] * len(aligns)
        self._shown: list[int] = []
        self._referring: list[tuple[int, str, Pen]] = []
        self._referred: list[int] = []
        self._n_referred = 0
        self._fitted: dict[tuple[int, ...], list[int]] = {}
        self._labels: tuple[int, list[Inline]] | None = None

    @property
    def n_references(self) -> int:
        """How many definitions of links are known; where there are more, cells may read otherwise."""
        return len(self.env.get("references", ()))

    @property
    def labels(self) -> list[Inline]:
        """The header's cells, as they stand beside the cells of a record."""
        if self._labels is None or self._labels[0] != self.n_references:
            self._labels = (self.n_references, [inline(cell, self.env, ASIDE) for cell in self.header])
        return self._labels[1]

    def note(self, cells: Sequence[str], pen: Pen) -> None:
        """Widen columns for a row's cells."""
        self.show((), pen)
        for column, source in enumerate(cells[: len(self._natural)]):
            # What such a cell says depends on definitions, which may come later.
            if _REFERENCE.search(source):
                self._referring.append((column, source, pen))
                self._n_referred = -1
                self.version += 1
            elif self._widen(self._natural, column, source, pen):
                self.version += 1

    def show(self, cells: Sequence[str], pen: Pen) -> None:
        """Widen columns for a row that is still being written, until the next is noted or shown."""
        if not cells and not self._shown:
            return
        before = list(self._wanted())
        self._shown = [1] * len(self._natural) if cells else []
        for column, source in enumerate(cells[: len(self._natural)]):
            self._widen(self._shown, column, source, pen)
        if self._wanted() != before:
            self.version += 1

    def _widen(self, widths: list[int], column: int, source: str, pen: Pen) -> bool:
        # Markup only ever makes a cell narrower, but for links, images and formulas.
        if len(source) * 2 <= widths[column] or (
            "[" not in source and "$" not in source and cell_len(source) <= widths[column]
        ):
            return False
        text = inline(source, self.env, pen).text
        width = min(_MAX_COLUMN, max(cell_len(line) for line in text.split("\n")))
        if width <= widths[column]:
            return False
        widths[column] = width
        return True

    def _wanted(self) -> list[int]:
        """How wide each column would like to be by what is known now."""
        if self._referring and self._n_referred != self.n_references:
            self._referred, self._n_referred = [1] * len(self._natural), self.n_references
            for column, source, pen in self._referring:
                self._widen(self._referred, column, source, pen)
        others = [widths for widths in (self._referred, self._shown) if widths]
        return [max(widths) for widths in zip(self._natural, *others, strict=True)] if others else self._natural

    def widths(self, room: int) -> list[int]:
        """Cells for each column so that a row fits `room`, the widest give way first; empty where none fit."""
        key = (room, self.version, self.n_references)
        if key not in self._fitted:
            self._fitted = {key: self._fit(room)}
        return self._fitted[key]

    def label_width(self, room: int) -> int:
        """Cells for the headers beside the cells of a record."""
        return min(max([1, *(cell_len(label.text) for label in self.labels)]), max(4, room // 3))

    def _fit(self, room: int) -> list[int]:
        natural = self._wanted()
        space = room - BETWEEN * (len(natural) - 1)
        if sum(natural) <= space:
            return list(natural)
        least = self._least(natural)
        if sum(least) > space:
            return []
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

    def _least(self, natural: list[int]) -> list[int]:
        words = [max((cell_len(word) for word in label.text.split()), default=0) for label in self.labels]
        words += [0] * (len(natural) - len(words))
        return [
            min(width, max(_NARROWEST, min(word, _LONGEST_WORD))) for width, word in zip(natural, words, strict=False)
        ]
