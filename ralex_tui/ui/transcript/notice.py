"""A notice in the transcript: a bar at the left in its level's colour; heading and time, why, the way out."""

from __future__ import annotations

from ralex_tui.domain.text import visible_line
from ralex_tui.ui.markdown.leaves import Leaf, Piece
from ralex_tui.ui.markdown.pens import MUTED, STRONG, TEXT, Pen, Row, width_of
from ralex_tui.ui.markdown.wrap import clip, wrap
from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.header import Frame, Notice, clock

_BAR = 2  # cells of the bar and the blank behind it
_PADDING = 2  # cells at the right
_LONGEST = 600  # characters of a part


class NoticeLeaf(Leaf):
    """What it says is its heading, its reason and its way out, a line each."""

    def __init__(self, notice: Notice, frame: Frame) -> None:
        super().__init__(frame.look)
        glyphs = frame.look.glyphs
        self._role, self._sign = {
            "warning": ("warn", f"{glyphs.warning} "),
            "limit": ("error", f"{glyphs.limit} "),
            "info": ("line", ""),
        }[notice.level]
        self._heading_pen = STRONG if notice.level == "info" else Pen(self._role, bold=True)
        self._at = clock(notice.at)
        self._heading = visible_line(notice.heading)
        parts = ((visible_line(notice.text, _LONGEST), TEXT), (visible_line(notice.hint, _LONGEST), MUTED))
        self._parts = [(text, pen) for text, pen in parts if text]
        self._text = "\n".join([self._heading, *(text for text, _ in self._parts)])
        self.span = (0, len(self._text))
        self._rows: list[tuple[Row, Piece]] = []

    @property
    def text(self) -> str:
        return self._text

    def row(self, n: int) -> Row:
        return [(self.look.thick_bar, Pen(self._role)), (" ", TEXT), *self._rows[n][0]]

    def pieces(self, n: int) -> list[Piece]:
        return [self._rows[n][1]]

    def end(self) -> tuple[int, int]:
        return len(self._rows) - 1, _BAR + width_of(self._rows[-1][0])

    def _guess(self, width: int) -> int:
        return 1 + sum(1 + len(text) // max(1, width) for text, _ in self._parts)

    def _lay(self, width: int) -> int:
        room = max(2, width - _BAR - _PADDING)
        self._rows = [self._head(room)]
        start = len(self._heading) + 1
        for text, pen in self._parts:
            for first, last in wrap(text, room):
                self._rows.append(([(text[first:last], pen)], Piece(_BAR, start + first, start + last)))
            start += len(text) + 1
        return len(self._rows)

    def _head(self, room: int) -> tuple[Row, Piece]:
        heading = clip(self._sign + self._heading, max(1, room - len(self._at) - 2))
        row: Row = [(heading, self._heading_pen)]
        row += [(" " * max(1, room - width_of(row) - len(self._at)), TEXT), (self._at, MUTED)]
        shown = min(len(self._heading), max(0, len(heading) - len(self._sign)))
        return row, Piece(_BAR + len(self._sign), 0, shown)


class NoticeEntry(Entry):
    """A notice: it can be selected, and is no message."""

    def __init__(self, notice: Notice, frame: Frame) -> None:
        super().__init__(frame)
        self._notice = notice
        self.source = notice.text

    @property
    def text(self) -> str:
        return NoticeLeaf(self._notice, self.frame).text

    @property
    def body(self) -> range:
        return range(1)

    def said(self) -> list[tuple[int, Leaf]]:
        return []  # words are looked for in what was said, not in what we told

    def _build(self) -> list[Leaf]:
        return [NoticeLeaf(self._notice, self.frame)]
