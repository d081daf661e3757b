"""What the log screen shows: a page of lines with one selected, and all of its fields.

What the user can do there stands in logs.py. A page is drawn, not the whole: ten thousand lines cost what forty do.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ralex_tui.domain.log_lines import LogLine
from ralex_tui.services.services import Services
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import highlighted, spread
from ralex_tui.ui.log_rows import details, row
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink

_WIDE = 140


class LogsView(LeavingOnce[None]):
    """The lines that are wanted, drawn for the room there is."""

    CSS_PATH = "logs.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (_WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__()
        self._services = services
        self._ink = ink
        self._glyphs = glyphs
        self._lines: list[LogLine] = []
        self._wanted: list[LogLine] = []
        self._is_loaded = False
        self._only_failures = False
        self._only_requests = False
        self._has_details = False
        self._selected = 0
        self._top = 0

    def compose(self) -> ComposeResult:
        yield Static(id="logs-top")
        with Horizontal(id="logs-body"):
            yield Static(id="logs-rows")
            with VerticalScroll(id="logs-side", can_focus=False):
                yield Static(id="logs-details")
        yield Static(id="logs-keys")

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new sizes only after this event.
        self.call_after_refresh(self._draw)

    @property
    def _is_following(self) -> bool:
        """Whether the last line is the selected one, and stays so when others come."""
        return self._selected >= len(self._wanted) - 1

    @property
    def _page(self) -> int:
        """The rows of a page."""
        return max(1, self.query_one("#logs-rows").content_size.height)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.set_class(self._has_details, "-details")
        self._put("logs-top", [self._title_line()])
        self._put("logs-keys", [self._keys_line()])
        self._put("logs-rows", self._rows() if self._wanted else [self._nothing()])
        side = self.query_one("#logs-details")
        line = self._wanted[self._selected] if self._wanted else None
        if line is None or not (self._has_details or self.size.width >= _WIDE):
            self._put("logs-details", [])
            return
        width = max(20, side.content_size.width)
        zone = self._services.policy.zone
        self._put("logs-details", details(line, width, zone, self._ink, self._glyphs))

    def _rows(self) -> list[Content]:
        height = self._page
        # The page moves only as far as it must, and never leaves rows empty that could be filled.
        self._top = max(self._selected - height + 1, min(self._top, self._selected))
        self._top = max(0, min(self._top, len(self._wanted) - height))
        seen = self._wanted[self._top : self._top + height]
        zone, width = self._services.policy.zone, max(20, self.query_one("#logs-rows").content_size.width)
        today = self._services.clock.now().astimezone(zone).date()
        with_day = any(line.at.astimezone(zone).date() != today for line in seen)
        return [self._row(self._top + n, line, width, with_day) for n, line in enumerate(seen)]

    def _row(self, index: int, line: LogLine, width: int, with_day: bool) -> Content:
        ink, glyphs = self._ink, self._glyphs
        is_selected = index == self._selected
        mark = f"{glyphs.chosen} " if is_selected else "  "
        content = row(line, width - 3, self._services.policy.zone, ink, glyphs, with_day=with_day)
        whole = Content.assemble((mark, ink("text")), content)
        whole = Content.assemble(whole, " " * max(0, width - whole.cell_length))
        return highlighted(whole, ink) if is_selected else whole

    def _nothing(self) -> Content:
        if not self._is_loaded:
            return Content("")
        if self._only_failures:
            words = "No request has failed." if self._only_requests else "Nothing went wrong."
        else:
            words = "No request was sent yet." if self._only_requests else "Nothing is in the log yet."
        return Content.styled(words, self._ink("muted"))

    def _title_line(self) -> Content:
        ink, n_lines = self._ink, len(self._wanted)
        n_failures = sum(line.is_failure for line in self._wanted)
        what = "requests" if self._only_requests else "lines"
        words = f"{n_lines:,} {what if n_lines != 1 else what[:-1]}" if self._is_loaded else "reading"
        parts = [("Log", ink("strong")), (f"   {words}", ink("text"))]
        if n_failures and self._only_failures:
            parts.append((", only what went wrong", ink("muted")))
        elif n_failures:
            parts.append((f"   {self._glyphs.warning} {n_failures:,} went wrong", ink("warn")))
        right = ""
        if self._wanted:
            right = "follows" if self._is_following else f"line {self._selected + 1:,} of {n_lines:,}"
        width = max(20, self.query_one("#logs-top").content_size.width)
        return spread(Content.assemble(*parts), Content.styled(right, ink("muted")), width)

    def _keys_line(self) -> Content:
        ink, room = self._ink, max(20, self.query_one("#logs-keys").content_size.width)
        failures = "all" if self._only_failures else "failures"
        requests = "all lines" if self._only_requests else "requests"
        keys = [self._key("logs.failures", failures), self._key("logs.requests", requests), ("↑↓", "line")]
        if self.size.width < _WIDE:
            keys.append(("enter", "the lines" if self._has_details else "all fields"))
        keys += [("end", "follow"), ("esc", "back")]
        parts = [Content.assemble((key, ink("text")), (f" {word}", ink("muted"))) for key, word in keys]
        ways = [Content(" " * gap).join(parts) for gap in (5, 3)]
        return next((way for way in ways if way.cell_length <= room), Content("  ").join([*parts[:2], parts[-1]]))

    def _key(self, command: str, word: str) -> tuple[str, str]:
        return "".join(keys_of(BY_ID[command], self._services.settings.ui.keymap)[:1]), word

    def _put(self, widget_id: str, lines: Sequence[Content]) -> None:
        self.query_one(f"#{widget_id}", Static).update(Content("\n").join(lines))
