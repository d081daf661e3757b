"""A question that lies over everything else: what is the matter, then the ways on, each with a key of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.ways import Way, way_lines

# Below this many rows the empty ones go.
_LEAST_ROWS = 20

MOVES: tuple[BindingType, ...] = (
    Binding("up,shift+tab", "move(-1)", "way before", show=False),
    Binding("down,tab", "move(1)", "next way", show=False),
    Binding("enter", "choose", "take it", show=False),
)


class WayRow(Static):
    """A way on; a click takes it."""

    class Taken(Message):
        """The row was clicked."""

        def __init__(self, n: int) -> None:
            super().__init__()
            self.n = n

    def __init__(self, n: int) -> None:
        super().__init__(markup=False)
        self._n = n

    def on_click(self) -> None:
        self.post_message(self.Taken(self._n))


class QuestionScreen(ModalScreen[str], LeavingOnce[str]):
    """Asks, and is dismissed with the name of the way that was taken.

    What was typed before the question could be seen answers nothing: its keys count from the first
    paint on.

    Args:
        first: The way that is chosen at first: one that spends no more than allowed, for enter takes it.
        accent: The role of the keys' colour.
    """

    CSS_PATH = "question.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]

    def __init__(self, ways: Sequence[Way], first: int, accent: str, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__(classes="-ascii" if glyphs is ASCII else "")
        self._ways = ways
        self._chosen = first
        self._accent = accent
        self._ink = ink
        self._glyphs = glyphs
        self._is_seen = False

    @abstractmethod
    def heading(self, width: int) -> list[Content]:
        """What is the matter; stays in view however small the screen is."""

    @abstractmethod
    def facts(self, width: int) -> list[Content]:
        """What there is to know before answering; an empty line stands where there is room for it."""

    @abstractmethod
    def notes(self, width: int) -> list[Content]:
        """What stands below the ways."""

    def compose(self) -> ComposeResult:
        with Vertical(id="question"):
            yield Static(id="question-heading", markup=False)
            with VerticalScroll(id="question-body", can_focus=False):
                yield Static(id="question-facts", markup=False)
                for n in range(len(self._ways)):
                    yield WayRow(n)
                yield Static(id="question-notes", markup=False)

    def on_mount(self) -> None:
        self.set_interval(1.0, self.draw)
        self.call_after_refresh(self._show)

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new widths only after this event.
        self.call_after_refresh(self.draw)

    def on_way_row_taken(self, event: WayRow.Taken) -> None:
        event.stop()
        self._take(self._ways[event.n].name)

    def action_move(self, by: int) -> None:
        """Choose the way above or below."""
        self._chosen = (self._chosen + by) % len(self._ways)
        self.draw()

    def action_choose(self) -> None:
        """Take the chosen way."""
        self._take(self._ways[self._chosen].name)

    def action_answer(self, name: str) -> None:
        """Take the way of that name; where it is not open, nothing happens."""
        if any(way.name == name for way in self._ways):
            self._take(name)

    def draw(self) -> None:
        """Draw everything for the room there is."""
        body = self.query_one("#question-body")
        width = self.query_one("#question-facts").content_size.width
        if width <= 0:
            return
        is_short = self.size.height < _LEAST_ROWS
        self.set_class(is_short, "-tiny")
        heading = self.heading(width)
        self._put("#question-heading", heading)
        # An auto height inside an auto height would grow past the screen, and never scroll.
        around = self.query_one("#question").gutter.height + len(heading)
        body.styles.max_height = max(3, self.size.height - around)
        self._put("#question-facts", _tight(self.facts(width)) if is_short else self.facts(width))
        self._put("#question-notes", _tight(self.notes(width)) if is_short else self.notes(width))
        lines = way_lines(self._ways, self._chosen, width, self._accent, self._ink, self._glyphs)
        for n, (row, line) in enumerate(zip(self.query(WayRow), lines, strict=True)):
            row.update(_in_one_colour(line, width) if n == self._chosen and self._ink.palette.is_ansi else line)
            row.set_class(n == self._chosen, "-chosen")
            if n == self._chosen:
                self.call_after_refresh(row.scroll_visible, animate=False)

    def _put(self, selector: str, lines: list[Content]) -> None:
        widget = self.query_one(selector, Static)
        content = Content("\n").join(lines)
        widget.display = bool(lines)
        if widget.content != content:
            widget.update(content)

    def _show(self) -> None:
        self.draw()
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        self._is_seen = True

    def _take(self, name: str) -> None:
        if self._is_seen and self.is_current:
            self.dismiss(name)


def _in_one_colour(rows: Content, width: int) -> Content:
    """For the terminal's own grounds, on which a row is reversed as a whole."""
    return Content("\n".join(row.plain.ljust(width) for row in rows.split("\n")))


def _tight(lines: list[Content]) -> list[Content]:
    """Without the empty lines, for screens that are too low for them."""
    return [line for line in lines if line]
