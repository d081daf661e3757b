"""Paragraphs, headings and items: Markdown inside, parsed in chunks when first seen, wrapped line by line."""

from __future__ import annotations

from bisect import bisect_right

from rich.cells import cell_len

from ralex_tui.ui.markdown.cuts import chunks, completed
from ralex_tui.ui.markdown.inline import Env, Link, Styled, inline
from ralex_tui.ui.markdown.leaves import Leaf, Piece, Prefix
from ralex_tui.ui.markdown.pens import TEXT, Look, Pen, Row, width_of
from ralex_tui.ui.markdown.wrap import Span, wrap


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
        self._links: list[Link] = []
        # For each chunk: where it starts in the source, in the text and in the pens.
        self._chunks: list[tuple[int, int, int]] = []
        self._parsed: tuple[str, int, bool] | None = None
        self._lines: list[Span] = []
        self._wrapped: int | None = None  # the width that the lines are for
        self._same_until = 0  # so much of the text is as it was when it was wrapped
        self._width = 0

    def extend(self, more: str) -> None:
        """Add to the source; only the last chunk and the last lines are worked out again."""
        self.source += more

    def split(self, at: int) -> TextLeaf:
        """Keep source[:at]; returns a leaf with the rest of the paragraph."""
        rest = TextLeaf(self.look, self.source[at:], self.env, self.rest, self.rest, 0, self.pen)
        rest.gap, rest.is_more = 0, True
        rest.is_open, self.is_open = self.is_open, False
        self.source = self.source[:at]
        return rest

    def adopt(self, older: Leaf) -> None:
        if (
            isinstance(older, TextLeaf)
            and older._parsed is not None
            and self.env is older.env
            and self.pen == older.pen
            and older._goes_on_as(self.source)
            and (self.first, self.rest) == (older.first, older.rest)
        ):
            self._text, self._styled, self._chunks = older._text, older._styled, older._chunks
            self._links = older._links
            self._lines, self._wrapped, self._parsed = older._lines, older._wrapped, older._parsed
            self._same_until = older._same_until

    def _goes_on_as(self, source: str) -> bool:
        """Whether all chunks but the last are those of `source` too: where one ends shows in two characters more."""
        if self._parsed is None or not self._chunks:
            return False
        known = self._chunks[-1][0] + 2
        return self._parsed[0][:known] == source[:known]

    def row(self, n: int) -> Row:
        start, end = self._lines[n]
        return [*self._prefix(n, self._width), *slice_styled(self._text, self._styled, start, end, self.pen)]

    @property
    def text(self) -> str:
        self._parse()
        return self._text

    def pieces(self, n: int) -> list[Piece]:
        return [Piece(width_of(self._prefix(n, self._width)), *self._lines[n])]

    def link_at(self, offset: int) -> str:
        self._parse()
        return link_in(self._links, offset)

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
        self._parse()
        room = self._room(width)
        keep = 0
        if self._wrapped == room:
            # Lines that end before the change stay, but the last of them may take up more.
            keep = max(0, bisect_right(self._lines, self._same_until, key=lambda line: line[1]) - 2)
        start = self._lines[keep][0] if keep else 0
        self._lines = [*self._lines[:keep], *wrap(self._text, room, start)] if keep else wrap(self._text, room)
        self._wrapped, self._same_until = room, len(self._text)
        self._width = width
        return len(self._lines)

    def _parse(self) -> None:
        """Bring text and pens up to the source."""
        version = (self.source, self._n_references(), self.is_open)
        if self._parsed == version:
            return
        at = (0, 0, 0)
        if self._parsed is not None and self._parsed[1] == version[1] and self._goes_on_as(self.source):
            at = self._chunks[-1]
            self._chunks = self._chunks[:-1]
        else:
            self._chunks = []
        source_start, text_start, n_styled = at
        parts = [self._text[:text_start]]
        self._styled = self._styled[:n_styled]
        self._links = [link for link in self._links if link[0] < text_start]
        length = text_start
        for start, end in chunks(self.source, source_start):
            self._chunks.append((start, length, len(self._styled)))
            chunk = self.source[start:end]
            if self.is_open and end == len(self.source):
                chunk = completed(chunk)
            text, styled, links = inline(chunk, self.env, self.pen)
            self._styled.extend((a + length, b + length, pen) for a, b, pen in styled)
            self._links.extend((a + length, b + length, address) for a, b, address in links)
            parts.append(text)
            length += len(text)
        old, self._text = self._text, "".join(parts)
        self._same_until = min(self._same_until, _same_length(old, self._text))
        self._parsed = version


def _same_length(old: str, new: str) -> int:
    """How many characters both begin with."""
    if new.startswith(old):
        return len(old)
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle - 1)
    return low


def link_in(links: list[Link], offset: int) -> str:
    """The address of the link that stands at `offset`; empty where there is none."""
    return next((address for start, end, address in links if start <= offset < end), "")


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
