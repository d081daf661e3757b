"""The log screen: what the user can do there. What it shows stands in logs_view.py."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.containers import VerticalScroll

from ralex_tui.domain.log_lines import LogLine
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.screens.logs_view import LogsView

_MOST_LINES = 10_000
# How often to look for what other processes and this one have added.
_LOOK_S = 0.5
_WHEEL_LINES = 3


class LogsScreen(LogsView):
    """The newest lines, the last one at the bottom; goes on with what is added while it is open."""

    SCOPE = "logs"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("logs")

    def on_mount(self) -> None:
        self._load()
        self.set_interval(_LOOK_S, self._look)

    def action_toggle_failures(self) -> None:
        """Show only what went wrong, or everything again."""
        self._only_failures = not self._only_failures
        self._choose_again()

    def action_toggle_requests(self) -> None:
        """Show only requests, or everything again."""
        self._only_requests = not self._only_requests
        self._choose_again()

    def action_select(self, by: int) -> None:
        """Move to a line above or below; while the fields cover the lines, scroll those."""
        if self._has_details and not self.has_class("-wide"):
            self.query_one("#logs-side", VerticalScroll).scroll_relative(y=by, animate=False)
            return
        self._selected = max(0, min(len(self._wanted) - 1, self._selected + by))
        self._draw()

    def action_page(self, by: int) -> None:
        """Move by a page."""
        self.action_select(by * max(1, self._page - 1))

    def action_first(self) -> None:
        self._selected = 0
        self._draw()

    def action_last(self) -> None:
        """Move to the last line, and follow what comes."""
        self._selected = max(0, len(self._wanted) - 1)
        self._draw()

    def action_toggle_details(self) -> None:
        """Show all fields of the line over the lines, or the lines again; on wide screens both are there."""
        self._has_details = not self._has_details and bool(self._wanted) and not self.has_class("-wide")
        self.set_class(self._has_details, "-details")
        self.call_after_refresh(self._draw)

    def action_back(self) -> None:
        """Back to the lines, else to where the log was opened from."""
        if self._has_details and not self.has_class("-wide"):
            self.action_toggle_details()
        else:
            self.dismiss(None)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_select(-_WHEEL_LINES)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_select(_WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        """Select the line that was clicked."""
        place = self.query_one("#logs-rows").content_region
        index = self._top + event.screen_y - place.y
        if place.contains(event.screen_x, event.screen_y) and index < len(self._wanted):
            self._selected = index
            self._draw()

    def _choose_again(self) -> None:
        """Leave out what is not wanted now; the selected line stays selected, or the next one that is left."""
        was_following = self._is_following
        selected = self._wanted[self._selected] if self._wanted else None
        self._wanted = [line for line in self._lines if self._wants(line)]
        self._selected = max(0, len(self._wanted) - 1)
        if selected is not None and not was_following:
            after = (index for index, line in enumerate(self._wanted) if line.at >= selected.at)
            self._selected = next(after, self._selected)
        self._draw()

    def _wants(self, line: LogLine) -> bool:
        return (not self._only_failures or line.is_failure) and (not self._only_requests or line.is_request)

    def _take(self, lines: list[LogLine]) -> None:
        """Add lines at the end; the oldest go where there are too many."""
        was_following = self._is_following
        self._lines += lines
        wanted = [line for line in lines if self._wants(line)]
        self._wanted += wanted
        n_old = len(self._lines) - _MOST_LINES
        if n_old > 0:
            n_gone = sum(self._wants(line) for line in self._lines[:n_old])
            del self._lines[:n_old]
            del self._wanted[:n_gone]
            self._selected = max(0, self._selected - n_gone)
            self._top = max(0, self._top - n_gone)
        if was_following:
            self._selected = max(0, len(self._wanted) - 1)
        self._draw()

    @work(exclusive=True, group="logs", exit_on_error=False)
    async def _load(self) -> None:
        lines = await asyncio.to_thread(self._services.logs.newest, _MOST_LINES)
        self._is_loaded = True
        self._take(lines)

    def _look(self) -> None:
        if self._is_loaded and not any(worker.group == "log-tail" and worker.is_running for worker in self.workers):
            self._follow()

    @work(group="log-tail", exit_on_error=False)
    async def _follow(self) -> None:
        lines = await asyncio.to_thread(self._services.logs.added)
        if lines:
            self._take(lines)
