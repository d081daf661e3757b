"""What a message is made of on screen: flat leaves, each laid out for a width when it is first seen.

A leaf knows its own rows and nothing of those around it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from rich.cells import cell_len

from ralex_tui.ui.transcript.inline import Env, Styled, chunks, completed, inline
from ralex_tui.ui.transcript.pens import LINE, TEXT, Look, Pen, Row, Run, width_of
from ralex_tui.ui.transcript.wrap import Span, clip, wrap

Prefix = tuple[Run, ...]
_LEAST_ROOM = 12  # cells that text keeps, however deep it is nested


class Leaf:
    """One block. `first` and `rest` are what stands left of its first row and of the others.

    Args:
        margin: Blank rows wanted before it, 0 or 1.
    """

    is_raised = False

    def __init__(self, look: Look, first: Prefix = (), rest: Prefix = (), margin: int = 1) -> None:
        self.look = look
        self.first = first
        self.rest = rest
        self.margin = margin
        self.gap = margin
        self.gap_row: Prefix = ()
        self.revision = 0  # grows when rows may look otherwise than before
        self._laid: tuple[object, ...] | None = None
        self._n_rows = 0

    def lay(self, width: int) -> int:
        """Lay it out for `width` cells, if that is not done yet, and say how many rows it takes."""
        key = (width, *self._version())
        if key != self._laid:
            self._n_rows = self._lay(width)
            self._laid = key
            self.revision += 1
        return self._n_rows

    def estimate(self, width: int) -> int:
        """About how many rows it will take: quick, and exact once it is laid out."""
        if self._laid is not None and self._laid[0] == width:
            return self._n_rows
        return self._guess(max(1, width))

    def row(self, n: int) -> Row:
        """Row `n` as it was last laid out."""
        raise NotImplementedError

    def end(self) -> tuple[int, int]:
        """The row and the cell just behind its last letter, where the writing mark stands."""
        raise NotImplementedError

    def adopt(self, older: Leaf) -> None:
        """Take over what `older`, an earlier state of the same block, has worked out already."""

    def place_of(self, row: int) -> int:
        """What of its content stands in `row`, in a measure that no width changes; see `row_of`."""
        return row

    def row_of(self, place: int) -> int:
        """The row that holds a place from `place_of`."""
        return max(0, min(place, self._n_rows - 1))

    def _version(self) -> tuple[object, ...]:
        return ()

    def _lay(self, width: int) -> int:
        raise NotImplementedError

    def _guess(self, width: int) -> int:
        return 1

    def _room(self, width: int) -> int:
        """Cells left for content beside the prefix."""
        return max(min(_LEAST_ROOM, width), width - width_of(self.rest), 2)

    def _prefix(self, n: int, width: int) -> Row:
        prefix = list(self.first if n == 0 else self.rest)
        over = width_of(prefix) - max(0, width - self._room(width))
        while over > 0 and prefix:
            text, pen = prefix.pop()
            kept = clip(text, max(0, cell_len(text) - over), "")
            over -= cell_len(text)
            if kept:
                prefix.append((kept, pen))
        return prefix


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


class RuleLeaf(Leaf):
    """A line across."""

    _width = 0

    def row(self, n: int) -> Row:
        prefix = self._prefix(n, self._width)
        return [*prefix, (self.look.glyphs.line * max(1, self._width - width_of(prefix)), LINE)]

    def end(self) -> tuple[int, int]:
        return 0, self._width

    def _lay(self, width: int) -> int:
        self._width = width
        return 1


class DrawnLeaf(Leaf):
    """Rows that a function draws for a width: headers and notes of ours."""

    def __init__(
        self,
        look: Look,
        draw: Callable[[int], list[Row]],
        margin: int = 1,
        version: Callable[[], tuple[object, ...]] = tuple,
    ) -> None:
        super().__init__(look, margin=margin)
        self._draw = draw
        self._version = version  # type: ignore[method-assign]
        self._rows: list[Row] = []

    def row(self, n: int) -> Row:
        return self._rows[n]

    def end(self) -> tuple[int, int]:
        return max(0, len(self._rows) - 1), width_of(self._rows[-1]) if self._rows else 0

    def _lay(self, width: int) -> int:
        self._rows = self._draw(width)
        return len(self._rows)
