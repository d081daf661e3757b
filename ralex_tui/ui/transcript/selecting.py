"""Selecting by mouse: by letters, words and blocks, beyond the edge of the page; and clicks on links."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.geometry import Offset
from textual.message import Message as TextualMessage
from textual.selection import Selection
from textual.timer import Timer

from ralex_tui.ui.transcript.going import GoingPager
from ralex_tui.ui.transcript.linked import link_words
from ralex_tui.ui.transcript.selection import (
    Extent,
    Place,
    block_extent,
    copied,
    extent_at,
    from_selection,
    to_selection,
    word_at,
)

_PULL_S = 1 / 20  # between the rows that a drag beyond the edge scrolls by
_NOWHERE = Extent(Place(0, 0, 0), Place(0, 0, 0))


class SelectingPager(GoingPager):
    """A pager whose text can be selected and copied.

    The selection is one of the screen's, so that whatever clears or reads those finds it. The mouse is
    followed here: Textual 8.2.8 goes by rows of the screen, which do not stay what they are while text is
    streamed and scrolled, and does not carry a selection on while it scrolls.
    """

    ALLOW_SELECT = False

    class LinkClicked(TextualMessage, namespace="transcript"):
        """A link was clicked; `words` is how it reads."""

        def __init__(self, address: str, words: str) -> None:
            super().__init__()
            self.address = address
            self.words = words

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._is_dragging = False
        self._drag_from = _NOWHERE
        self._pointer = Offset()
        self._pull_timer: Timer | None = None
        self._has_dragged = False

    # What is selected

    @property
    def selected(self) -> Extent | None:
        """What is selected here, if anything."""
        return self._painter.lights.selection

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The source of what is selected, and what ends it."""
        return copied(self._column, from_selection(selection)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        # The screen tells of it some time later; what counts is what is selected now.
        now = self.text_selection
        self._painter.lights.selection = from_selection(now) if now is not None else None
        self._repaint()

    def select(self, extent: Extent | None) -> None:
        """Select this and nothing else on the screen; None or nothing clears the selection."""
        if extent is not None and extent.start < extent.end:
            self.screen.selections = {self: to_selection(extent)}
            self._painter.lights.selection = extent
        else:
            self.screen.clear_selection()
            self._painter.lights.selection = None
        self._repaint()

    # The mouse

    def _extent_at(self, offset: Offset) -> Extent:
        """What is under the pointer, or nearest to it; `offset` counts from the widget's corner."""
        top, _, _, left = self.gutter
        y = max(0, min(offset.y - top, len(self._view) - 1))
        row = self._view[y] if self._view else None
        if row is None:
            return _NOWHERE
        return extent_at(row, offset.x - left - self._padding)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1:
            self._is_dragging = True
            self._pointer = event.offset
            self._drag_from = self._extent_at(event.offset)
            self._has_dragged = False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._is_dragging and event.offset != self._pointer:
            self._pointer = event.offset
            self._drag()
            self._pull()

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        self._end_drag()

    def _drag(self) -> None:
        """Select from where the button went down to where the pointer is."""
        self._has_dragged = True
        self.select(self._drag_from.joined(self._extent_at(self._pointer)))

    def _pull(self) -> None:
        """Scroll while the pointer is beyond the edge, the faster the farther it is away."""
        if self._rows_beyond() and self._pull_timer is None:
            self._pull_timer = self.set_interval(_PULL_S, self._pull_on)
        elif not self._rows_beyond():
            self._stop_pulling()

    def _pull_on(self) -> None:
        self.scroll_relative(y=self._rows_beyond(), animate=False)
        self._drag()

    def _rows_beyond(self) -> int:
        """Rows from the page to the pointer: negative above it, 0 inside."""
        y = self._pointer.y - self.gutter.top
        return min(0, y) or max(0, y - self._page + 1)

    def _stop_pulling(self) -> None:
        if self._pull_timer is not None:
            self._pull_timer.stop()
            self._pull_timer = None

    def _end_drag(self) -> None:
        self._is_dragging = False
        self._stop_pulling()
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Once: follow a link, or go to the end; twice: select the word; thrice: the block."""
        event.stop()  # the screen would select all there is
        if event.button != 1 or self._has_dragged:
            return
        at = self._extent_at(event.offset)
        if event.chain == 1:
            self._click(event.offset, at)
        elif at.start < at.end:
            self.select(word_at(self._column, at) if event.chain == 2 else block_extent(self._column, *at.start[:2]))

    def _click(self, offset: Offset, at: Extent) -> None:
        label = self._label_width()
        if label and offset.y == self.gutter.top + self._page - 1 and offset.x >= self.size.width - label:
            self.scroll_to_end()
        elif at.start < at.end:
            leaf = self._column.entries[at.start.entry].leaves[at.start.leaf]
            if address := leaf.link_at(at.start.offset):
                self.post_message(self.LinkClicked(address, link_words(leaf, at.start.offset)))

    def _label_width(self) -> int:
        if not self.more_label:
            return 0
        return len(self.more_label) + 2 + (len(self.end_key) + 1 if self.end_key else 0)
