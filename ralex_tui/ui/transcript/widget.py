"""The transcript's widget: scrolling, following the end, and painting the rows in view."""

from __future__ import annotations

import time
from typing import Any

from textual.geometry import Region, Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.markdown.pens import Look
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript.answer import AnswerEntry
from ralex_tui.ui.transcript.beat import WORK_S, Beat, Later
from ralex_tui.ui.transcript.header import Frame
from ralex_tui.ui.transcript.layout import Column, ViewRow
from ralex_tui.ui.transcript.paint import Key, Painter, colour
from ralex_tui.ui.transcript.scrollbar import SlimBar

_IDLE_WORK_S = 0.008  # of work that can wait, such as colours, in one go
_WIDEST_TEXT = 100
_WIDE_SCREEN = 140  # from here on there is room for tokens per second
_PADDED_SCREEN = 100  # from here on the side padding is 3
_NEAR = 4  # pages; a longer way is a jump, and nothing between is laid out


class Pager(ScrollView, can_focus=True):
    """Entries one below the other, of which a page is seen. It knows nothing of where they come from."""

    # People click, select and type on: the prompt keeps the focus.
    FOCUS_ON_CLICK = False
    DEFAULT_CSS = """
    Pager {
        background: $background;
        padding: 1 0 0 0;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """

    class FollowChanged(TextualMessage, namespace="transcript"):
        """Whether the end is followed has changed: by scrolling up, or by coming back to the end."""

        def __init__(self, transcript: Pager, following: bool) -> None:
            super().__init__()
            self.transcript = transcript
            self.following = following

        @property
        def control(self) -> Pager:
            return self.transcript

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._frame = Frame(Look(glyphs, not ink.palette.is_ansi), ink)
        self._painter = Painter(self._frame)
        self._column = Column()
        self._is_following = True
        self._is_moving = False
        self._beat = Beat(self, self._settle)
        self._colouring = Later(self, self._colour_more)
        self._refining = Later(self, self._refine)
        self._view: list[ViewRow | None] = []
        self._changed: set[int] = set()
        self._painted: list[Key | None] = []
        self._has_more = False
        self._painted_label = ""
        self.end_key = ""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = SlimBar()
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    # Following the end

    @property
    def is_following(self) -> bool:
        """Whether new text at the end comes into view by itself."""
        return self._is_following

    def scroll_to_end(self) -> None:
        """Go to the end, and follow it from now on."""
        self._follow(True)
        self._settle()

    @property
    def more_label(self) -> str:
        """What the last row says while there is more below that came after the user had scrolled up."""
        if not self._has_more or self._is_following or self._top + self._page >= self._column.total:
            return ""
        last = self._column.entries[-1]
        is_writing = isinstance(last, AnswerEntry) and last.stream is not None
        return f"{'writing' if is_writing else 'more below'} {self._frame.look.glyphs.opened}"

    def _follow(self, following: bool) -> None:
        if following != self._is_following:
            self._is_following = following
            self._has_more = False
            self.post_message(self.FollowChanged(self, following))

    # Work on what was written, at most once a beat

    def make_way(self) -> None:
        """A key was typed: text that is streamed comes after its echo."""
        self._beat.make_way()

    def _settle(self) -> None:
        """Bring layout, scroll position and view up to date, and repaint."""
        changed, self._changed = self._changed, set()
        for n in changed:
            entry = self._column.entries[n]
            if isinstance(entry, AnswerEntry):
                height = entry.height
                entry.advance(time.monotonic() + WORK_S)
                self._column.update(n)
                self._changed_entry(n, grew=entry.height > height)
                self._go_on_with(n, entry)
        if self._page and self.is_attached:
            self._place(self._column.total if self._is_following else self._top)

    def _go_on_with(self, n: int, entry: AnswerEntry) -> None:
        """Come again for an answer that is not shown to its end."""
        if entry.is_behind:
            self._changed.add(n)
            self._beat.ask(is_behind=True)

    def _changed_entry(self, n: int, *, grew: bool) -> None:
        """Entry `n` is new, or says something else now."""
        if grew and not self._is_following:
            self._has_more = True

    # Scrolling

    @property
    def _page(self) -> int:
        return self.size.height

    @property
    def _top(self) -> int:
        return round(self.scroll_y)

    @property
    def _padding(self) -> int:
        """Cells at the left of the text, but for those that style sheets leave there already."""
        given = self.styles.padding.left
        if isinstance(self.parent, Widget):
            given += self.parent.styles.padding.left
        return max(0, (3 if self.screen.size.width >= _PADDED_SCREEN else 1) - given)

    def _text_width(self) -> int:
        # The scrollbar stands in the right padding, where there is any.
        padding = self._padding
        right = max(padding, self.styles.scrollbar_size_vertical)
        return max(8, min(_WIDEST_TEXT, self.size.width - padding - right))

    def _place(self, y: int) -> None:
        """Show the page that starts at row `y`, or the last one."""
        page, column = self._page, self._column
        if y + page < column.total:
            rows, y = column.lay_down(y, page)
        else:
            rows = []
        if len(rows) < page:
            column.lay_up(column.total, page)
            rows, y = column.lay_down(max(0, column.total - page), page)
        # A short conversation stands at the bottom, just above the prompt.
        self._view = [*[None] * (page - len(rows)), *rows]
        self._set_scroll(y)
        self._painter.find_marks(self._view)
        self._colour()
        self._repaint()
        if self._column.is_rough:
            self._refining.ask()

    def _refine(self) -> None:
        """Guess better at the heights of what is not in view; nothing in view moves."""
        anchor = None if self._is_following else self._column.anchor(self._top)
        self._column.refine(time.monotonic() + _IDLE_WORK_S)
        self._restore(anchor)

    def _repaint(self) -> None:
        """Ask for a repaint of the rows that look otherwise than they did."""
        keys = [self._painter.key(row) if row is not None else None for row in self._view]
        old, self._painted = self._painted, keys
        changed = [y for y, key in enumerate(keys) if y >= len(old) or key != old[y]]
        if (label := self.more_label) != self._painted_label:
            self._painted_label = label
            changed.append(len(keys) - 1)
        if len(old) != len(keys) or len(changed) * 2 > len(keys):
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _paint_anew(self) -> None:
        """Forget what is painted: theme, width or padding have changed."""
        self._painter.start_again(self._padding if self.is_attached else 0)
        self._painted = []

    def _set_scroll(self, y: int) -> None:
        """Set position and height without a layout of the screen: neither moves anything else."""
        size = Size(self.size.width, max(self._column.total, self._page))
        self._is_moving = True
        try:
            if size != self.virtual_size:
                self.set_reactive(Widget.virtual_size, size)
                self._scroll_update(size)
            self.set_reactive(Widget.scroll_y, float(y))
            self.set_reactive(Widget.scroll_target_y, float(y))
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.position = y
        finally:
            self._is_moving = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The user has moved: what lies between is laid out first, so that the page moves as far as they meant."""
        old, new = round(old_value), round(new_value)
        if self._is_moving or old == new or not self._page:
            return
        is_last = new >= self.max_scroll_y
        near = _NEAR * self._page
        if 0 < old - new <= near:
            new = max(0, new + self._column.lay_up(old, old - new))
        elif 0 < new - old <= near:
            self._column.lay_down(old, new - old + self._page)
        self._place(new if not is_last else self._column.total)
        self._follow(self._top >= self.max_scroll_y)

    def _scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> bool:
        # Nothing slides: a page that is laid out as it comes can't know where an animation ends.
        return super()._scroll_to(x, y, **{**options, "animate": False})

    def on_mount(self) -> None:
        self._settle()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Lay out for another size at once: the screen is painted before the event that tells of it comes."""
        is_other = super()._size_updated(size, virtual_size, container_size, layout)
        if is_other and self.is_running:
            self._fit()
        return is_other

    def _fit(self) -> None:
        """Lay out for the size as it is now."""
        self._frame.is_wide = self.screen.size.width >= _WIDE_SCREEN
        self._paint_anew()
        width = self._text_width()
        if width == self._column.width:
            self._settle()
            return
        anchor = None if self._is_following or not self._view else self._column.anchor(self._top)
        self._column.set_width(width)
        self._restore(anchor)

    def _restore(self, anchor: Any) -> None:
        if not self._page or not self.is_attached:
            return
        self._place(self._column.row_of(anchor) if anchor is not None else self._column.total)

    # Painting

    @property
    def is_colouring(self) -> bool:
        """Whether code in view will get its colours a moment later."""
        return self._colouring.is_due

    def _colour(self) -> None:
        if not colour(self._view, time.monotonic() + _IDLE_WORK_S):
            self._colouring.ask()

    def _colour_more(self) -> None:
        self._colour()
        self._repaint()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint rows from those painted before, past Textual's cache, which knows lines by their place only."""
        top, _, _, left = self.gutter
        filters = self.get_line_filters()
        background = self.background_colors[1]
        width = self.region.width
        # The scrollbar's column is painted over; with it a row needs no cutting later.
        self._painter.fit(width - left)
        blank = Strip.blank(width, self._painter.base)
        before = Strip.blank(left, self._painter.base)
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self.render_line(y - top) if top <= y < top + self.size.height else blank
            if strip.cell_length != width:
                strip = (Strip.join([before, strip]) if left else strip).adjust_cell_length(width, self._painter.base)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span != (0, width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """Row `y` of the view."""
        if not 0 <= y < len(self._view) or (row := self._view[y]) is None:
            return Strip.blank(self.size.width, self._painter.base)
        strip = self._painter.strip(row)
        if self._painted_label and y == len(self._view) - 1:
            return self._painter.with_label(strip, self._painted_label, self.end_key, self.size.width)
        return strip
