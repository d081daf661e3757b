"""A formula in rows of its own: drawn when it is first seen, two cells from the edge."""

from __future__ import annotations

from ralex_tui.domain.text import visible
from ralex_tui.ui.markdown.leaves import Leaf, Piece, Prefix
from ralex_tui.ui.markdown.pens import TEXT, Look, Row, width_of
from ralex_tui.ui.markdown.wrap import Span, wrap

_INDENT = 2


def inline_text(source: str) -> str | None:
    """A formula on one line; None where it can't be drawn."""
    from ralex_tui.ui.maths.tex import formula  # 4 ms, and most chats hold no formula

    return formula(source)


def display_text(source: str) -> str:
    """A formula's lines; its source where it can't be drawn."""
    from ralex_tui.ui.maths.tex import display  # 4 ms, and most chats hold no formula

    lines = display(source) or tuple(line.strip() for line in source.strip().split("\n"))
    return visible("\n".join(lines)).replace("\t", " ")


class FormulaLeaf(Leaf):
    """One formula that stands alone."""

    def __init__(self, look: Look, source: str, first: Prefix = (), rest: Prefix = (), margin: int = 1) -> None:
        super().__init__(look, first, rest, margin)
        self.source = source
        self._text: str | None = None
        self._lines: list[Span] = []
        self._width = 0

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = display_text(self.source)
        return self._text

    def row(self, n: int) -> Row:
        start, end = self._lines[n]
        return [*self._prefix(n, self._width), (" " * _INDENT, TEXT), (self.text[start:end], TEXT)]

    def pieces(self, n: int) -> list[Piece]:
        return [Piece(width_of(self._prefix(n, self._width)) + _INDENT, *self._lines[n])]

    def end(self) -> tuple[int, int]:
        last = max(0, self._n_rows - 1)
        return last, width_of(self.row(last))

    def _guess(self, width: int) -> int:
        return 1 + self.source.strip().count("\n")

    def _lay(self, width: int) -> int:
        self._width = width
        self._lines = wrap(self.text, max(2, self._room(width) - _INDENT))
        return len(self._lines)
