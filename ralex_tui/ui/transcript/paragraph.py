"""Paragraphs, headings and items: Markdown inside, parsed in chunks when first seen, wrapped line by line."""

from __future__ import annotations

from bisect import bisect_right

from rich.cells import cell_len

from ralex_tui.ui.transcript.cuts import chunks, completed
from ralex_tui.ui.transcript.inline import Env, Styled, inline
from ralex_tui.ui.transcript.leaves import Leaf, Piece, Prefix
from ralex_tui.ui.transcript.pens import TEXT, Look, Pen, Row, width_of
from ralex_tui.ui.transcript.wrap import Span, wrap


class TextLeaf(Leaf):
    """A paragraph, heading or item: Markdown inside, parsed in chunks when it is first seen."""

    def __init__(
        self,
        look: Look,
        source: str,
        env: Env,
        first: Prefix = (),
        rest: Prefix = (),
        margin: int = 1,
        pen: Pen = TEXT,
    ) -> None:
        super().__init__(look, first, rest, margin)
        self.source = source
        self.env = env
        self.pen = pen
        self.is_open = False  # still being written: open emphasis looks closed
        self._text = ""
        self._styled: list[Styled] = []
        # For each chunk: where it starts in the source, in the text and in the pens.
        self._chunks: list[tuple[int, int, int]] = []
        self._parsed: tuple[str, int, bool] | None = None
        self._lines: list[Span] = []
        self._wrapped: tuple[int, int] | None = None  # width, and length of the text it was for
        self._width = 0

    def extend(self, more: str) -> None:
        """Add to the source; only the last chunk and the last lines are worked out again."""
        self.source += more

    def split(self, at: int) -> TextLeaf:
        """Keep source[:at]; returns a leaf with the rest of the paragraph."""
        rest = TextLeaf(self.look, self.source[at:].lstrip(" "), self.env, self.rest, self.rest, 0, self.pen)
        rest.gap = 0
        rest.is_open, self.is_open = self.is_open, False
        self.source = self.source[:at]
        return rest

    def adopt(self, older: Leaf) -> None:
        if (
            isinstance(older, TextLeaf)
            and older._parsed is not None
            and "[" not in self.source
            and self.pen == older.pen
            and self.source.startswith(older._parsed[0])
            and (self.first, self.rest) == (older.first, older.rest)
        ):
            self._text, self._styled, self._chunks = older._text, older._styled, older._chunks
            self._lines, self._wrapped, self._parsed = older._lines, older._wrapped, older._parsed

    def row(self, n: int) -> Row:
        start, end = self._lines[n]
        return [*self._prefix(n, self._width), *slice_styled(self._text, self._styled, start, end, self.pen)]

    @property
    def text(self) -> str:
        self._parse()
        return self._text

    def pieces(self, n: int) -> list[Piece]:
        return [Piece(width_of(self._prefix(n, self._width)), *self._lines[n])]

    def end(self) -> tuple[int, int]:
        last = len(self._lines) - 1
        start, end = self._lines[last]
        return last, width_of(self._prefix(last, self._width)) + cell_len(self._text[start:end])

    def place_of(self, row: int) -> int:
        return self._lines[min(row, len(self._lines) - 1)][0] if self._lines else 0

    def row_of(self, place: int) -> int:
        return max(0, bisect_right(self._lines, place, key=lambda line: line[0]) - 1)

    def _version(self) -> tuple[object, ...]:
        return (len(self.source), self._n_references(), self.is_open)

    def _n_references(self) -> int:
        # A link's definition may come after the link: then the number of definitions has grown.
        return len(self.env.get("references", ())) if "[" in self.source else 0

    def _guess(self, width: int) -> int:
        return 1 + len(self.source) // self._room(width)

    def _lay(self, width: int) -> int:
        changed_from = self._parse()
        room = self._room(width)
        keep = 0
        if self._wrapped is not None and self._wrapped[0] == room:
            # Lines that end before the change stay, but the last of them may take up more.
            keep = max(0, bisect_right(self._lines, changed_from, key=lambda line: line[1]) - 2)
        start = self._lines[keep][0] if keep else 0
        self._lines = [*self._lines[:keep], *wrap(self._text, room, start)] if keep else wrap(self._text, room)
        self._wrapped = (room, len(self._text))
        self._width = width
        return len(self._lines)

    def _parse(self) -> int:
        """Bring text and pens up to the source; returns from where on the text has changed."""
        version = (self.source, self._n_references(), self.is_open)
        if self._parsed == version:
            return len(self._text)
        at = (0, 0, 0)
        if (
            self._parsed is not None
            and self._chunks
            and self._parsed[1] == version[1]
            and self.source.startswith(self._parsed[0])
        ):
            at = self._chunks[-1]
            self._chunks = self._chunks[:-1]
        else:
            self._chunks = []
        source_start, text_start, n_styled = at
        parts = [self._text[:text_start]]
        self._styled = self._styled[:n_styled]
        length = text_start
        for start, end in chunks(self.source, source_start):
            self._chunks.append((start, length, len(self._styled)))
            chunk = self.source[start:end]
            if self.is_open and end == len(self.source):
                chunk = completed(chunk)
            text, styled = inline(chunk, self.env, self.pen)
            self._styled.extend((a + length, b + length, pen) for a, b, pen in styled)
            parts.append(text)
            length += len(text)
        self._text = "".join(parts)
        self._parsed = version
        return text_start


def slice_styled(text: str, styled: list[Styled], start: int, end: int, base: Pen) -> Row:
    """text[start:end] as runs."""
    if start >= end:
        return []
    row: Row = []
    at = start
    first = max(0, bisect_right(styled, start, key=lambda run: run[1]))
    for run_start, run_end, pen in styled[first:]:
        if run_start >= end:
            break
        if run_start > at:
            row.append((text[at:run_start], base))
        at = max(at, run_start)
        row.append((text[at : min(run_end, end)], pen))
        at = min(run_end, end)
    if at < end:
        row.append((text[at:end], base))
    return row
