"""Reading by keyboard: a cursor on messages and blocks, jumps between turns, finding words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from textual.message import Message as TextualMessage
from textual.timer import Timer

from ralex_tui.domain.conversation import Message
from ralex_tui.ui.transcript.answer import AnswerEntry
from ralex_tui.ui.transcript.cursor import Cursor
from ralex_tui.ui.transcript.finder import Finder, Found, Match
from ralex_tui.ui.transcript.layout import ViewRow
from ralex_tui.ui.transcript.linked import Link, links_of
from ralex_tui.ui.transcript.selecting import SelectingPager
from ralex_tui.ui.transcript.selection import copied

Move: TypeAlias = Literal["next_message", "message_before", "next_block", "block_before", "first", "last"]

_SEARCH_S = 0.008  # of searching in one go
_PAUSE_S = 0.016  # until the next
_TELL_S = 0.1  # between two tellings of a count that grows
_NEWS_S = 0.25  # until text that is written meanwhile is searched


class ReadingPager(SelectingPager):
    """A pager with a cursor, shown while it has the focus, and a search."""

    class FindChanged(TextualMessage, namespace="transcript"):
        """A search stands otherwise than before."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursor = Cursor(self._column)
        self._find_origin = (0, 0)
        self._find_timer: Timer | None = None
        self._told: Found | None = None
        self._told_match: Match | None = None
        self._tell_at = 0.0

    # The cursor

    def set_accent(self, role: str) -> None:
        """Mark with the colour of another mode."""
        self._painter.accent = role
        self._paint_anew()
        if self.is_attached:
            self._repaint()

    @property
    def has_messages(self) -> bool:
        """Whether there is anything to read."""
        return any(entry.is_message for entry in self._column.entries)

    @property
    def is_selecting(self) -> bool:
        """Whether moves of the cursor extend a selection."""
        return self._cursor.mark is not None

    def enter(self) -> None:
        """Take the focus; the cursor stands where it was, if that is in view, else on the last block in view."""
        if not self._is_cursor_in_view():
            self._cursor.forget()
            if not self._cursor.go_to_row(reversed(self._view)):
                self._cursor.last()
        # Now, and not when the app comes to it: keys that are typed next are meant for the messages.
        self.screen.set_focus(self, scroll_visible=False)
        self._light_cursor()
        self._repaint()

    def leave(self) -> None:
        """Forget the cursor and what was found; the view stays where it is."""
        self._cursor.forget()
        self.end_find()
        self._repaint()

    def move(self, step: Move) -> bool:
        """Move the cursor, and bring its block into view; false where there is nothing to move to."""
        if not getattr(self._cursor, step)():
            return False
        self._come_along()
        if step == "last":
            self.scroll_to_end()
        return True

    def move_to(self, number: int) -> bool:
        """Move the cursor to the message of an entry; false where that is none."""
        if not self._cursor.go_to(number):
            return False
        self._come_along()
        return True

    def page(self, by: int) -> None:
        """Scroll by pages, and take the cursor along."""
        before = self._top
        self.scroll_relative(y=by * max(1, self._page - 2), animate=False)
        if self._top == before:
            self.move("last" if by > 0 else "first")
        elif not self._is_cursor_in_view():
            self._cursor.go_to_row(self._view if by > 0 else reversed(self._view))
            self._select_blocks()
            self._repaint()

    def toggle_selecting(self) -> None:
        """Start a selection with the current block, or end it."""
        if self.is_selecting:
            self.stop_selecting()
        else:
            self._cursor.mark = self._cursor.at
            self._select_blocks()

    def stop_selecting(self) -> None:
        """Select nothing."""
        self._cursor.mark = None
        self.select(None)

    def source_of_message(self) -> str:
        """The source of the current message, or why there is no answer; empty where there is no message."""
        if self._cursor.entry < 0:
            return ""
        entry = self._column.entries[self._cursor.entry]
        return entry.text if entry.text.strip() or not isinstance(entry, AnswerEntry) else entry.trouble

    def source_of_block(self) -> str:
        """The source of the current block; of code without its fence."""
        extent = self._cursor.extent
        return copied(self._column, extent) if extent is not None else ""

    def source_of_selection(self) -> str:
        """The source of what is selected."""
        return copied(self._column, self.selected) if self.selected is not None else ""

    @property
    def current_answer(self) -> Message | None:
        """The answer under the cursor; of a question the one below it. None where there is none."""
        entries = self._column.entries
        for n in (self._cursor.entry, self._cursor.entry + 1):
            entry = entries[n] if 0 <= n < len(entries) else None
            if isinstance(entry, AnswerEntry):
                return entry.message
            if entry is None or not entry.is_message:
                return None
        return None

    def links(self) -> list[Link]:
        """The links of the current block, each once."""
        leaves = self._column.entries[self._cursor.entry].leaves if self._cursor.entry >= 0 else []
        return list(dict.fromkeys(link for n in self._cursor.block for link in links_of(leaves[n])))

    def _come_along(self) -> None:
        """Bring the current block into view; the first of a message with the header above it."""
        entry = self._column.entries[self._cursor.entry]
        block = self._cursor.block
        self._select_blocks()
        self._bring(entry.number, range(0, block.stop) if block.start == entry.body.start else block)

    def _select_blocks(self) -> None:
        if self.is_selecting:
            self.select(self._cursor.extent)

    def _is_cursor_in_view(self) -> bool:
        if self._cursor.at is None:
            return False
        entry, block = self._cursor.entry, self._cursor.block
        return any(row is not None and row.entry.number == entry and row.leaf in block for row in self._view)

    def _light_cursor(self) -> None:
        is_shown = self.has_focus and self._cursor.entry >= 0
        self._painter.lights.cursor = (self._cursor.entry, self._cursor.block) if is_shown else None

    def watch_has_focus(self, has_focus: bool) -> None:
        if has_focus and self._cursor.at is None:
            self.enter()
        super().watch_has_focus(has_focus)
        self._repaint()

    def _repaint(self) -> None:
        # Leaves may be others than before, and the block with them.
        self._light_cursor()
        super()._repaint()

    def _forget_reading(self) -> None:
        """Another conversation comes: no place in this one is a place in it."""
        self._cursor.forget()
        self.end_find()
        if self.is_attached:
            self.select(None)

    # Finding

    @property
    def finder(self) -> Finder | None:
        """The search that is on, if there is one."""
        return self._painter.lights.finder

    def begin_find(self) -> None:
        """What is searched from now on is wanted as near as can be to what is in view."""
        row: ViewRow | None = next((row for row in reversed(self._view) if row is not None), None)
        self._find_origin = (row.entry.number, row.leaf) if row is not None else (0, 0)
        if self._cursor.at is not None:
            self._find_origin = self._cursor.at

    def find(self, query: str) -> None:
        """Search for `query`, and go to the nearest match."""
        self._painter.lights.finder = Finder(self._column, query, self._find_origin, self.finder)
        self._told = None
        self._search()
        self._repaint()

    def find_step(self, by: int) -> bool:
        """Go to the next match or the one before; false where there is none."""
        if self.finder is None or not self.finder.step(by):
            return False
        self._show_match()
        self._tell_found()
        return True

    def end_find(self) -> None:
        """Forget what was found."""
        self._painter.lights.finder = None
        if self._find_timer is not None:
            self._find_timer.stop()
            self._find_timer = None

    def _changed_entry(self, n: int, *, grew: bool) -> None:
        super()._changed_entry(n, grew=grew)
        if self.finder is not None:
            self.finder.changed(n)
            self._search_later(_NEWS_S)

    def _search(self) -> None:
        """Search for a few milliseconds; go on a beat later where that was too short."""
        self._find_timer = None
        if self.finder is None:
            return
        is_done = self.finder.work(time.monotonic() + _SEARCH_S)
        if self.finder.current is None and self.finder.go_to_nearest():
            self._show_match()
        if not is_done:
            self._search_later(_PAUSE_S)
        self._tell_found()

    def _search_later(self, pause_s: float) -> None:
        if self._find_timer is None:
            search: Callable[[], None] = self._search
            self._find_timer = self.set_timer(pause_s, search)

    def _show_match(self) -> None:
        """Bring the current match into view, and the cursor to its block."""
        match = self.finder.current if self.finder is not None else None
        if match is not None:
            self._cursor.at = match.entry, match.leaf
            self._column.prepared(match.entry)
            self._bring_row(match.entry, match.leaf, match.start)

    def _tell_found(self) -> None:
        """Tell how the search stands; while it only counts, a few times a second."""
        if self.finder is None or (found := self.finder.found) == self._told:
            return
        now = time.monotonic()
        if found.is_done or self._told is None or self.finder.current != self._told_match or now > self._tell_at:
            self._told, self._told_match = found, self.finder.current
            self._tell_at = now + _TELL_S
            self.post_message(self.FindChanged(found))
