"""Rows of the view as strips for the terminal, kept once painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.strip import Strip
from textual.style import Style

from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import TEXT, Pen, Pens, Row, width_of
from ralex_tui.ui.transcript.answer import AnswerEntry
from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.header import Frame
from ralex_tui.ui.transcript.layout import ViewRow
from ralex_tui.ui.transcript.lights import Bar, Kind, Lights, RowLight

_MOST_STRIPS = 1_000  # painted rows kept, some 2 KB each

# Leaf, row, its revision, the writing mark's cell or -1, what is lit.
Key: TypeAlias = tuple[Leaf, int, int, int, RowLight]


def colour(view: Sequence[ViewRow | None], deadline: float) -> bool:
    """Colour the code in view until `deadline` (time.monotonic); whether that was enough."""
    in_view: dict[FenceLeaf, tuple[int, int]] = {}
    for row in view:
        if row is not None and isinstance(leaf := row.entry.leaves[row.leaf], FenceLeaf) and row.row >= 0:
            first, _ = in_view.get(leaf, (row.row, 0))
            in_view[leaf] = first, row.row
    is_done = True
    for leaf, (first, last) in in_view.items():
        is_done = leaf.colour(first, last, deadline) and is_done
    return is_done


class Painter:
    """Paints rows with a theme, and remembers them until the theme or the width changes.

    `lights` says what is lit on them; `accent` is the role of the current mode's colour.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._pens = Pens(frame.ink)
        self._strips: dict[Key, Strip] = {}
        self._marks: dict[tuple[Entry, int, int], int] = {}
        self._left = 0
        self._width = 0
        self.lights = Lights()
        self.accent = "auto"

    @property
    def base(self) -> RichStyle:
        """The style of blank ground."""
        return self._pens[TEXT]

    def start_again(self, left: int) -> None:
        """Forget what was painted: the theme may be another. `left` cells stand before the text."""
        self._pens = Pens(self._frame.ink)
        self._strips.clear()
        self._left = left

    def fit(self, width: int) -> None:
        """Paint rows of `width` cells from now on."""
        if width != self._width:
            self._strips.clear()
            self._width = width

    def find_marks(self, view: Sequence[ViewRow | None]) -> None:
        """Find the cells of writing marks, of which there is one for each answer on its way."""
        self._marks = {}
        # Only a leaf in view is laid out for sure, and only the last one bears a mark.
        last = {row.entry for row in view if row is not None and row.leaf == len(row.entry.leaves) - 1}
        for entry in last:
            if (cursor := entry.cursor()) is not None:
                leaf, line, cell = cursor
                self._marks[entry, leaf, line] = cell

    def key(self, row: ViewRow) -> Key:
        """What a row's looks depend on."""
        leaf = row.entry.leaves[row.leaf]
        mark = self._marks.get((row.entry, row.leaf, row.row), -1)
        return leaf, row.row, leaf.revision, mark, self.lights.of(row)

    def strip(self, row: ViewRow) -> Strip:
        """A row, painted now or before."""
        key = self.key(row)
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > _MOST_STRIPS:
                self._strips.clear()
            light = key[-1]
            segments = self._padding(light.bar)
            segments += [Segment(text, self._pens[pen]) for text, pen in self._runs(row) if text]
            strip = Strip(segments).adjust_cell_length(self._width, self.base)
            self._strips[key] = self._lit(strip, light.spans) if light.spans else strip
        return strip

    def with_label(self, strip: Strip, words: str, key: str, width: int) -> Strip:
        """A row with a label of ours that ends at cell `width`; where there is no room for it, the row as it is."""
        ground = "raised" if self._frame.look.has_grounds else ""
        runs: Row = [(f" {words} ", Pen("strong", bold=True, ground=ground))]
        if key:
            runs.append((f"{key} ", Pen("muted", ground=ground)))
        room = width - width_of(runs)
        if room <= 0:
            return strip
        label = Strip([Segment(text, self._pens[pen]) for text, pen in runs])
        behind = [strip.crop(width, strip.cell_length)] if width < strip.cell_length else []
        return Strip.join([strip.crop(0, room), label, *behind])

    def _padding(self, bar: Bar) -> list[Segment]:
        """The cells left of the text, with the cursor's bar in them, one cell away from it where there is room."""
        if not bar or not self._left:
            return [Segment(" " * self._left, self.base)] if self._left else []
        look = self._frame.look
        sign, pen = (look.thick_bar, Pen(self.accent)) if bar == "block" else (look.thin_bar, Pen("line"))
        before = max(0, self._left - 2)
        around = (" " * before, TEXT), (sign, pen), (" " * (self._left - before - 1), TEXT)
        return [Segment(text, self._pens[each]) for text, each in around if text]

    def _lit(self, strip: Strip, spans: Sequence[tuple[int, int, Kind]]) -> Strip:
        """The strip with cells lit; spans count from the text's first cell."""
        kinds: list[tuple[Kind, ...]] = [()] * strip.cell_length
        for first, last, kind in spans:
            for cell in range(min(self._left + first, len(kinds)), min(self._left + last, len(kinds))):
                kinds[cell] += (kind,)
        cuts = [cell for cell in range(1, len(kinds)) if kinds[cell] != kinds[cell - 1]]
        segments: list[Segment] = []
        for start, part in zip([0, *cuts], strip.divide([*cuts, len(kinds)]), strict=True):
            light = sum((self._light_style(kind) for kind in kinds[start]), RichStyle())
            segments += [Segment(text, old + light if old is not None else light) for text, old, _ in part]
        return Strip(segments, strip.cell_length)

    def _light_style(self, kind: Kind) -> RichStyle:
        ink = self._frame.ink
        if kind == "selected":
            if ink.palette.is_ansi:
                return RichStyle(color="default", bgcolor="default", reverse=True)
            return RichStyle(bgcolor=Color.parse(ink.palette["selected"]).rich_color)
        if kind == "match":
            return (ink(self.accent) + Style(underline=True)).rich_style
        return (ink("bg", bold=True, on=self.accent)).rich_style

    def _runs(self, row: ViewRow) -> Row:
        leaf = row.entry.leaves[row.leaf]
        if row.row < 0:
            return list(leaf.gap_row) if row.leaf else []
        runs = leaf.row(row.row)
        cell = self._marks.get((row.entry, row.leaf, row.row))
        if cell is None:
            return runs
        assert isinstance(row.entry, AnswerEntry)
        tier = row.entry.message.tier
        return _with_mark(runs, cell, (self._frame.look.glyphs.writing, Pen(tier.value if tier else "strong")))


def _with_mark(runs: Row, cell: int, mark: tuple[str, Pen]) -> Row:
    """The row with the writing mark at a cell, in place of what stands there."""
    if width_of(runs) <= cell:
        return [*runs, mark]
    marked: Row = []
    at = 0
    for text, pen in runs:
        end = at + len(text)
        # Behind the last letter stands padding only, one cell a character.
        if at <= cell < end and text.isspace():
            cut = cell - at
            ground = pen.ground if isinstance(pen, Pen) else ""
            marked += [(text[:cut], pen), (mark[0], mark[1]._replace(ground=ground)), (text[cut + 1 :], pen)]
        else:
            marked.append((text, pen))
        at += cell_len(text)
    return marked
