"""Code fences: their lines on a ground of their own, coloured by Pygments when they are seen."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len

from ralex_tui.ui.markdown.languages import label_of, language_of
from ralex_tui.ui.markdown.leaves import Leaf, Piece, Prefix
from ralex_tui.ui.markdown.paragraph import slice_styled
from ralex_tui.ui.markdown.pens import ASIDE, LINE, Look, Pen, Row, width_of
from ralex_tui.ui.markdown.wrap import Span, fold, is_narrow

if TYPE_CHECKING:
    from ralex_tui.ui.markdown.colours import Kind

_PADDING = 2
_TAB = 4


class FenceLeaf(Leaf):
    """A block of code. Its lines may grow while it is open; `close()` when it is whole.

    Args:
        info: What stands behind the fence's mark: the language, and what else the model wrote there.
    """

    def __init__(
        self, look: Look, lines: list[str], info: str, first: Prefix = (), rest: Prefix = (), margin: int = 1
    ) -> None:
        super().__init__(look, first, rest, margin)
        self.is_raised = look.has_edges
        self.language = language_of(info)
        self.lines: list[str] = []
        self._written: dict[int, str] = {}  # lines with tabs, as they are in the source
        self._take(lines)
        self.partial: str | None = None
        from ralex_tui.ui.markdown.colours import Colours  # Pygments, 25 ms: not before there is code

        self._colours = Colours(self.lines, self.language)
        self._label = label_of(self.language)
        self._starts: list[int] = []  # the row each line starts at, for the lines laid out so far
        self._folded: dict[int, list[Span]] = {}
        self._at_width = 0
        self._width = 0
        self._text: tuple[int, str | None, str, list[int]] | None = None
        ground = "panel" if look.has_grounds else ""
        self._pens: dict[Kind, Pen] = {
            "": Pen(ground=ground),
            "keyword": Pen("strong", bold=True, ground=ground),
            "string": Pen("code_string", ground=ground),
            "name": Pen("code_name", ground=ground),
            "comment": Pen("muted", italic=True, ground=ground),
            "added": Pen("code_string", ground=ground),
            "removed": Pen("muted", ground=ground),
        }

    def append(self, lines: list[str], partial: str | None) -> None:
        """Add whole lines; `partial` is a line that is still being written, None where there is none."""
        if lines:
            self._take(lines)
            self._colours.grow()
        self.partial = partial.expandtabs(_TAB) if partial else None

    def _take(self, lines: list[str]) -> None:
        for n, line in enumerate(lines, len(self.lines)):
            if "\t" in line:
                self._written[n] = line
        self.lines.extend(line.expandtabs(_TAB) for line in lines)

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
        line, start, end = self._shown(n)
        text = self._line_text(line)
        styled = [(a, b, self._pens[kind]) for a, b, kind in self._colours.of(line)]
        content = slice_styled(text, styled, start, end, self._pens[""])
        bar: Row = [] if self.look.has_grounds else [(self.look.glyphs.bar, LINE)]
        row: Row = [*bar, (" " * _PADDING, self._pens[""]), *content]
        left = max(0, room - width_of(row))
        if line == start == 0 and self._label and left >= cell_len(self._label) + 2 * _PADDING:
            right = " " * _PADDING if self.look.has_grounds else ""
            label = ASIDE._replace(ground=self._pens[""].ground)
            gap = left - cell_len(self._label) - len(right)
            row += [(" " * gap, self._pens[""]), (self._label, label), (right, self._pens[""])]
        elif self.look.has_grounds:
            row.append((" " * left, self._pens[""]))
        return [*prefix, *row]

    @property
    def text(self) -> str:
        return self._known()[0]

    def pieces(self, n: int) -> list[Piece]:
        text, starts = self._known()
        cell = self._left(n)
        if self.look.has_edges and n in (0, self._n_rows - 1):
            at = 0 if n == 0 else len(text)
            return [Piece(cell, at, at)]
        line, start, end = self._shown(n)
        return [Piece(cell, starts[line] + start, starts[line] + end)]

    def copied(self, source: str) -> str:
        """The code as it was written: without fences, without what it is nested in."""
        lines = [self._written.get(n, line) for n, line in enumerate(self.lines)]
        return "\n".join([*lines, *([] if self.partial is None else [self.partial])])

    def end(self) -> tuple[int, int]:
        last = max(0, self._n_rows - 1 - self.look.has_edges)
        line, start, end = self._shown(last)
        return last, self._left(last) + cell_len(self._line_text(line)[start:end])

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

    def _shown(self, row: int) -> tuple[int, int, int]:
        """Which stretch of which line stands in `row`."""
        line, piece = self._line_at(row)
        if line in self._folded:
            return line, *self._folded[line][piece]
        return line, 0, len(self._line_text(line))

    def _left(self, n: int) -> int:
        """The cell at which code begins."""
        return width_of(self._prefix(n, self._width)) + _PADDING + (not self.look.has_grounds)

    def _known(self) -> tuple[str, list[int]]:
        """The code as it is shown, and where each of its lines begins."""
        version = (len(self.lines), self.partial)
        if self._text is None or self._text[:2] != version:
            lines = [*self.lines, *([] if self.partial is None else [self.partial])] or [""]
            starts = [0, *accumulate(len(line) + 1 for line in lines)]
            self._text = (*version, "\n".join(lines), starts)
        return self._text[2:]

    def _line_text(self, line: int) -> str:
        return self.lines[line] if line < len(self.lines) else self.partial or ""
