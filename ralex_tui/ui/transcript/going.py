"""Going to a place in the conversation: to blocks, to a character, from question to question."""

from __future__ import annotations

from ralex_tui.ui.transcript.question import QuestionEntry
from ralex_tui.ui.transcript.selection import row_of_offset
from ralex_tui.ui.transcript.widget import Pager

_ALL = 1 << 40  # rows; more than any block has


class GoingPager(Pager):
    """A pager that finds a place without laying out what lies on the way."""

    def jump(self, by: int) -> None:
        """Go to the question before (-1) or after (1) the top of the page."""
        column, top = self._column, self._top
        n = column.entry_at(top)
        while 0 <= n < len(column.entries):
            y = column.top_of(n)
            if isinstance(column.entries[n], QuestionEntry) and (y - top) * by > 0:
                self._place(y)
                self._follow(self._top >= self.max_scroll_y)
                return
            n += by
        if by > 0:
            self.scroll_to_end()
        else:
            self.scroll_to(y=0, animate=False)

    def _bring(self, n: int, leaves: range) -> None:
        """Scroll as little as brings leaves of entry `n` into view; to the first of them where the page is too low."""
        rows = [row for row in self._view if row is not None]
        page, column = self._page, self._column
        if not rows or not leaves:
            return
        height = column.lay_out(n, leaves, page)
        top, y = column.top_of(n, leaves.start), column.row_at(rows[0])
        if top < y or height >= page:
            y = top
        elif top + height > y + page:
            column.lay_up(top, page - height)
            y = column.top_of(n, leaves.start) + height - page
        self._place(y)
        self._follow(self._top >= self.max_scroll_y)

    def _bring_row(self, n: int, leaf: int, offset: int) -> None:
        """Scroll so that a character is in view; into the middle of the page, if it was not."""
        rows = [row for row in self._view if row is not None]
        column = self._column
        if not rows:
            return
        n_rows = column.lay_out(n, range(leaf, leaf + 1), _ALL)
        top, y = column.top_of(n, leaf), column.row_at(rows[0])
        row = top + row_of_offset(column.entries[n].leaves[leaf], n_rows, offset)
        if not y <= row < y + self._page:
            column.lay_up(top, self._page)
            y = max(0, row - top + column.top_of(n, leaf) - self._page // 2)
        self._place(y)
        self._follow(self._top >= self.max_scroll_y)
