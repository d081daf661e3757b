"""What the review shows: what a span of time cost, as a chart, as tables, down to the message.

What the user can do there stands in review.py. The parts are drawn by pure functions (ui/review_*.py) into three
widgets of a fixed size, so that another span or another row is one repaint and no layout.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from ralex_tui.domain.review import Grain
from ralex_tui.services.services import Services
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.review_edges import keys_line, title_line
from ralex_tui.ui.review_messages import Messages
from ralex_tui.ui.review_page import Drawing, Room, main_page
from ralex_tui.ui.review_side import side
from ralex_tui.ui.review_state import Place, View
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink

WIDE = 140
"""From this width on the messages stand at the side."""

_TALL = 36
# The side's columns as review.tcss has them: as a rule, and beside a year.
_SIDE, _SIDE_OF_A_YEAR = 48, 41
_ROOMY = 170  # from here on a year has two cells a week beside a side of the usual width


class ReviewView(LeavingOnce[Place | None]):
    """A report, drawn for the room there is."""

    CSS_PATH = "review.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__()
        self._services = services
        self._ink = ink
        self._glyphs = glyphs
        self._view: View | None = None
        self._drawing = Drawing(())
        self._listed = Messages(())

    def compose(self) -> ComposeResult:
        yield Static(id="review-top")
        with Horizontal(id="review-body"):
            yield Static(id="review-main")
            yield Static(id="review-side")
        yield Static(id="review-keys")

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new sizes only after this event.
        self._fit_side()
        self.call_after_refresh(self._draw)

    @property
    def _has_side(self) -> bool:
        return self.size.width >= WIDE

    def _fit_side(self) -> None:
        """Make the side narrow where a year's heatmap needs the room."""
        is_narrow = self._view is not None and self._view.grain is Grain.YEAR and self.size.width < _ROOMY
        self.set_class(is_narrow, "-year")

    def _to_come(self) -> int:
        """Columns that the main pane gets from the side at the next layout, so that what is drawn now fits into it."""
        if not self._has_side:
            return 0
        wanted = _SIDE_OF_A_YEAR if self.has_class("-year") else _SIDE
        return self.query_one("#review-side").outer_size.width - wanted

    def _draw(self) -> None:
        """Paint what the view says; before there is one, nothing."""
        view = self._view
        if view is None or not self.is_attached:
            return
        ink, glyphs = self._ink, self._glyphs
        top, keys, main = (self.query_one(f"#review-{name}", Static) for name in ("top", "keys", "main"))
        if not main.content_size.width:
            return  # not laid out yet: the resize that does it comes here again
        more = self._to_come()
        room = Room(
            main.content_size.width + more,
            main.content_size.height,
            self.size.height >= _TALL,
            self._has_side,
            ink,
            glyphs,
            has_color=not self.app.no_color,
        )
        self._drawing = main_page(view, room)
        self._put(main, self._drawing.lines)
        keymap = self._services.settings.ui.keymap
        self._put(top, (title_line(view, max(20, top.content_size.width), ink, glyphs),))
        line = keys_line(view, max(20, keys.content_size.width), ink, glyphs, keymap, is_wide=self._has_side)
        self._put(keys, (line,))
        if self._has_side:
            pane = self.query_one("#review-side", Static)
            self._listed = side(view, pane.content_size.width - more, pane.content_size.height, ink, glyphs)
            self._put(pane, self._listed.lines)

    def _put(self, pane: Static, lines: tuple[Content, ...]) -> None:
        # Its size stands in the style sheet, whatever it shows.
        pane.update(Content("\n").join(lines), layout=False)
