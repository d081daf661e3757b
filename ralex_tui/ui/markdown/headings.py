"""Paragraphs with a look of their own: titles, and the texts of footnotes."""

from __future__ import annotations

from ralex_tui.ui.markdown.leaves import Piece
from ralex_tui.ui.markdown.paragraph import TextLeaf
from ralex_tui.ui.markdown.pens import LINE, STRONG, Pen, Row, width_of

_PENS = {1: STRONG, 2: STRONG, 3: Pen("text", bold=True)}
_LOW = Pen("muted", bold=True)


def heading_pen(level: int) -> Pen:
    """With what a heading is written: the lower its level, the calmer."""
    return _PENS.get(level, _LOW)


class NoteLeaf(TextLeaf):
    """The first block of a footnote's text: it stands close to that of the footnote above."""


class TitleLeaf(TextLeaf):
    """A heading of the first level: a thin line stands below it."""

    def row(self, n: int) -> Row:
        if n < len(self._lines):
            return super().row(n)
        prefix = self._prefix(n, self._width)
        return [*prefix, (self.look.glyphs.line * max(1, self._width - width_of(prefix)), LINE)]

    def pieces(self, n: int) -> list[Piece]:
        return super().pieces(n) if n < len(self._lines) else []

    def _lay(self, width: int) -> int:
        return super()._lay(width) + 1

    def _guess(self, width: int) -> int:
        return super()._guess(width) + 1
