"""Code fences: their lines on a ground of their own, coloured by Pygments when they are seen."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from rich.cells import cell_len

from ralex_tui.ui.transcript.leaves import Leaf, Prefix
from ralex_tui.ui.transcript.paragraph import slice_styled
from ralex_tui.ui.transcript.pens import LINE, Look, Pen, Row, width_of
from ralex_tui.ui.transcript.wrap import Span, fold, is_narrow

if TYPE_CHECKING:
    from ralex_tui.ui.transcript.colours import Kind

_PADDING = 2
_TAB = 4


class FenceLeaf(Leaf):
    """A block of code. Its lines may grow while it is open; `close()` when it is whole."""

    def __init__(
        self, look: Look, lines: list[str], language: str, first: Prefix = (), rest: Prefix = (), margin: int = 1
    ) -> None:
        super().__init__(look, first, rest, margin)
        self.is_raised = look.has_edges
        self.language = language
        self.lines = [line.expandtabs(_TAB) for line in lines]
        self.partial: str | None = None
        from ralex_tui.ui.transcript.colours import Colours  # Pygments, 25 ms: not before there is code

        self._colours = Colours(self.lines, language)
        self._starts: list[int] = []  # the row each line starts at, for the lines laid out so far
        self._folded: dict[int, list[Span]] = {}
        self._at_width = 0
        self._width = 0
        ground = "panel" if look.has_grounds else ""
        self._pens: dict[Kind, Pen] = {
            "": Pen(ground=ground),
            "keyword": Pen("strong", bold=True, ground=ground),
            "string": Pen("code_string", ground=ground),
            "name": Pen("code_name", ground=ground),
            "comment": Pen("muted", italic=True, ground=ground),
        }

    def append(self, lines: list[str], partial: str | None) -> None:
        """Add whole lines; `partial` is a line that is still being written, None where there is none."""
        if lines:
            self.lines.extend(line.expandtabs(_TAB) for line in lines)
            self._colours.grow()
        self.partial = partial.expandtabs(_TAB) if partial else None

    def close(self) -> None:
        """No more lines come: colours are worked out again from the whole, seen ones stay until then."""
        self.partial = None
        self._colours.restart()

    def adopt(self, older: Leaf) -> None:
        if isinstance(older, FenceLeaf) and older.language == self.language:
            n_same = len(older.lines)
            if self.lines[:n_same] == older.lines:
                self._colours.adopt(older._colours)

    def colour(self, first_row: int, last_row: int, deadline: float) -> bool:
        """Work out the colours of these rows until `deadline` (time.monotonic); True when they are done."""
        before = self._colours.n_done
        is_done = self._colours.reach(self._line_at(last_row)[0], deadline)
        self.revision += self._colours.n_done != before
        return is_done

    def row(self, n: int) -> Row:
        prefix = self._prefix(n, self._width)
        room = self._width - width_of(prefix)
        edges = self.look.has_edges
        if edges and n in (0, self._n_rows - 1):
            return [*prefix, (("▄" if n == 0 else "▀") * room, Pen("panel"))]
        line, piece = self._line_at(n)
        text = self._line_text(line)
        start, end = self._folded[line][piece] if line in self._folded else (0, len(text))
        styled = [(a, b, self._pens[kind]) for a, b, kind in self._colours.of(line)]
        content = slice_styled(text, styled, start, end, self._pens[""])
        if not self.look.has_grounds:
            return [*prefix, (self.look.glyphs.bar, LINE), (" " * _PADDING, self._pens[""]), *content]
        left = max(0, room - _PADDING - width_of(content))
        return [*prefix, (" " * _PADDING, self._pens[""]), *content, (" " * left, self._pens[""])]

    def end(self) -> tuple[int, int]:
        last = max(0, self._n_rows - 1 - self.look.has_edges)
        line, piece = self._line_at(last)
        text = self._line_text(line)
        start, end = self._folded[line][piece] if line in self._folded else (0, len(text))
        bar = 0 if self.look.has_grounds else 1
        return last, width_of(self._prefix(last, self._width)) + bar + _PADDING + cell_len(text[start:end])

    def place_of(self, row: int) -> int:
        return self._line_at(row)[0]

    def row_of(self, place: int) -> int:
        if place >= len(self._starts):
            return max(0, self._n_rows - 1)
        return self._starts[place] + self.look.has_edges

    def _version(self) -> tuple[object, ...]:
        return (len(self.lines), self.partial)

    def _guess(self, width: int) -> int:
        return max(1, len(self.lines)) + 2 * self.look.has_edges

    def _lay(self, width: int) -> int:
        """Count rows; when only lines were added, only those are looked at."""
        self._width = width
        bar = 0 if self.look.has_grounds else 1
        room = max(4, self._room(width) - 2 * _PADDING - bar)
        if room != self._at_width:
            self._starts, self._folded, self._at_width = [], {}, room
            self._next = 0
        n_lines = len(self.lines)
        del self._starts[n_lines:]
        row = self._next if self._starts else 0
        for n in range(len(self._starts), n_lines):
            row = self._place(n, self.lines[n], row, room)
        self._next = row
        if self.partial is not None or not n_lines:
            self._folded.pop(n_lines, None)
            row = self._place(n_lines, self.partial or "", row, room)
            self._starts.pop()
            self._partial_start: int | None = self._next
        else:
            self._partial_start = None
        return row + 2 * self.look.has_edges

    def _place(self, n: int, text: str, row: int, room: int) -> int:
        self._starts.append(row)
        self._folded.pop(n, None)
        if len(text) > room or (not text.isascii() and not is_narrow(text) and cell_len(text) > room):
            self._folded[n] = fold(text, room)
            return row + len(self._folded[n])
        return row + 1

    def _line_at(self, row: int) -> tuple[int, int]:
        """The line that stands in `row`, and which piece of it."""
        row = max(0, min(row - self.look.has_edges, self._n_rows - 1))
        if self._partial_start is not None and row >= self._partial_start:
            pieces = len(self._folded.get(len(self.lines), ())) or 1
            return len(self.lines), min(row - self._partial_start, pieces - 1)
        line = max(0, bisect_right(self._starts, row) - 1)
        pieces = len(self._folded.get(line, ())) or 1
        return line, min(row - self._starts[line], pieces - 1)

    def _line_text(self, line: int) -> str:
        return self.lines[line] if line < len(self.lines) else self.partial or ""
