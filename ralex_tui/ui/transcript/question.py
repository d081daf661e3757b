"""A question in the transcript: raised, with the user's words as they typed them."""

from __future__ import annotations

from ralex_tui.domain.conversation import Message
from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.markdown.leaves import Leaf, Piece
from ralex_tui.ui.markdown.pens import LINE, MUTED, STRONG, TEXT, Pen, Row, width_of
from ralex_tui.ui.markdown.wrap import Span, wrap
from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.header import Frame, clock

_PADDING = 2
_TAB = 4
_PIECE = 4_096  # characters of a long question that make a leaf of their own, so that it costs what is seen


class QuestionLeaf(Leaf):
    """A stretch of a question; the first has the heading, which says at what time it was asked.

    Args:
        at: That time, for the first stretch; empty for those that go on with it.
        is_last: Whether the raised ground ends below it.
    """

    def __init__(self, frame: Frame, source: str, span: tuple[int, int], *, at: str, is_last: bool) -> None:
        super().__init__(frame.look, margin=0)
        self.is_raised = frame.look.has_edges
        self.is_more = not at
        self.span = span
        self._at = at
        self._text = source.expandtabs(_TAB)
        edges = int(self.look.has_edges)
        self._n_above = edges + 1 if at else 0
        self._n_below = edges if is_last else 0
        self._lines: list[Span] = []
        self._width = 0

    @property
    def text(self) -> str:
        return self._text

    def row(self, n: int) -> Row:
        look = self.look
        line = n - self._n_above
        if line >= len(self._lines) or (look.has_edges and self._at and n == 0):
            return [(("▄" if n == 0 else "▀") * self._width, Pen("raised"))]
        ground = "raised" if look.has_grounds else ""
        row: Row = self._heading(ground) if line < 0 else [(self._text[slice(*self._lines[line])], Pen(ground=ground))]
        if not look.has_grounds:
            return [(look.thick_bar, LINE), (" ", TEXT), *row]
        right = max(0, self._width - _PADDING - width_of(row))
        return [(" " * _PADDING, Pen(ground=ground)), *row, (" " * right, Pen(ground=ground))]

    def pieces(self, n: int) -> list[Piece]:
        line = n - self._n_above
        return [Piece(_PADDING, *self._lines[line])] if 0 <= line < len(self._lines) else []

    def end(self) -> tuple[int, int]:
        return self._n_rows - 1, 0

    def place_of(self, row: int) -> int:
        line = row - self._n_above
        return self._lines[min(line, len(self._lines) - 1)][0] if line >= 0 else -1

    def row_of(self, place: int) -> int:
        if place < 0:
            return 0
        line = next((n for n, (_, end) in enumerate(self._lines) if end >= place), 0)
        return min(self._n_rows - 1, line + self._n_above)

    def _heading(self, ground: str) -> Row:
        room = max(2, self._width - 2 * _PADDING)
        between = " " * max(1, room - len("You") - len(self._at))
        bold, plain, muted = STRONG._replace(ground=ground), Pen(ground=ground), MUTED._replace(ground=ground)
        return [("You", bold), (between, plain), (self._at, muted)]

    def _guess(self, width: int) -> int:
        room = max(2, width - 2 * _PADDING)
        return self._n_above + 1 + len(self._text) // room + self._text.count("\n") + self._n_below

    def _lay(self, width: int) -> int:
        self._width = width
        self._lines = wrap(self._text, max(2, width - 2 * _PADDING))
        return self._n_above + len(self._lines) + self._n_below


class QuestionEntry(Entry):
    """What the user said: one block."""

    is_message = True

    def __init__(self, message: Message, frame: Frame) -> None:
        super().__init__(frame)
        self.message = message
        self.source = message.text

    @property
    def text(self) -> str:
        return visible(unix_lines(self.message.text))

    @property
    def body(self) -> range:
        return range(len(self.leaves)) if self._is_built else range(1)

    @property
    def is_raised(self) -> bool:  # type: ignore[override]
        return self.frame.look.has_edges

    def _build(self) -> list[Leaf]:
        source = self.text
        first = len(source) - len(source.lstrip("\n"))
        spans = _stretches(source, first, max(first, len(source.rstrip("\n"))))
        at = clock(self.message.at)
        return [
            QuestionLeaf(
                self.frame,
                source[start:end].removesuffix("\n"),
                (start if n else 0, end if n < len(spans) - 1 else len(source)),
                at="" if n else at,
                is_last=n == len(spans) - 1,
            )
            for n, (start, end) in enumerate(spans)
        ]

    def _said_anew(self) -> list[tuple[int, Leaf]]:
        return list(enumerate(self._build()))


def _stretches(source: str, start: int, stop: int) -> list[Span]:
    """source[start:stop] in pieces, cut behind a line where there is one, else behind a word."""
    spans: list[Span] = []
    while stop - start > _PIECE:
        end = start + _PIECE
        cut = source.rfind("\n", start + _PIECE // 2, end)
        cut = cut if cut >= 0 else source.rfind(" ", start + _PIECE // 2, end)
        end = cut + 1 if cut >= 0 else end
        spans.append((start, end))
        start = end
    return [*spans, (start, stop)]
