"""The conversations at the left, by day; enter opens one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option, OptionDoesNotExist

from ralex_tui.domain.conversation import ConversationSummary
from ralex_tui.domain.money import Accuracy
from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

# Beside a row: a cell of ground at each side, and the list's scroll bar.
_SIDES = 3


class Sidebar(Vertical):
    """A heading and a virtual list; 1,000 conversations are as quick as ten."""

    class Opened(Message):
        """A conversation was chosen."""

        def __init__(self, conversation: str) -> None:
            super().__init__()
            self.conversation = conversation

    def __init__(self, ink: Ink, glyphs: Glyphs, zone: tzinfo, *, key: str, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._zone = zone
        self._key = key
        self._rows: tuple[ConversationSummary, ...] = ()
        self._today = date.min
        self._open: str | None = None
        self._drawn_width = 0

    def compose(self) -> ComposeResult:
        yield Static(id="conversations-title", markup=False)
        yield OptionList(id="conversations-list", compact=True, markup=False)

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self._fill()

    def show(self, rows: Sequence[ConversationSummary], today: date, opened: str | None) -> None:
        """List `rows`, newest first, with the open one highlighted."""
        changed = (tuple(rows), today) != (self._rows, self._today)
        self._rows, self._today, self._open = tuple(rows), today, opened
        if changed:
            self._fill()
        elif self._drawn_width:
            self._highlight()

    def focus_list(self) -> None:
        """Move the focus to the list, on the open conversation or else the newest: enter then opens it."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            options.action_first()
        options.focus()

    def on_descendant_focus(self) -> None:
        # The focus comes later than it is asked for: the rows may have been made in between.
        options = self.query_one(OptionList)
        if options.highlighted is None:
            options.action_first()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._drawn_width:
            self._fill()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.Opened(event.option_id))

    def _fill(self) -> None:
        """Make the rows for the width there is. Folded away, nothing is made until it is opened."""
        self._drawn_width = self.size.width if self.is_mounted else 0
        width = self._drawn_width - _SIDES
        if width <= 0:
            return
        title = spread(
            Content.styled("Conversations", self._ink("strong")), Content.styled(self._key, self._ink("muted")), width
        )
        self.query_one(Static).update(title)
        options = self.query_one(OptionList)
        options.set_options(self._options(width))
        self._highlight()

    def _options(self, width: int) -> list[Option]:
        options: list[Option] = []
        heading = ""
        for row in self._rows:
            group = age(row.updated.astimezone(self._zone).date(), self._today)
            if group != heading:
                gap = "\n" if options else ""
                options.append(Option(Content.styled(gap + group, self._ink("muted")), disabled=True))
                heading = group
            options.append(Option(self._row(row, width), id=row.id))
        if not options:
            options.append(Option(Content.styled("None yet.", self._ink("muted")), disabled=True))
        return options

    def _row(self, row: ConversationSummary, width: int) -> Content:
        figure = row.cost
        if figure.amount or figure.accuracy is Accuracy.UNKNOWN:
            words = money(figure, self._glyphs, self._ink, decimals=2).plain
        else:
            words = "free"
        cost = Content.styled(words, self._ink("muted"))
        return spread(plain_line(row.title or "Untitled", 80, self._ink("text")), cost, width)

    def _highlight(self) -> None:
        options = self.query_one(OptionList)
        # Folded away the list is empty, and a conversation is not in it before it is read anew.
        try:
            options.highlighted = options.get_option_index(self._open or "")
        except OptionDoesNotExist:
            options.highlighted = None
            if options.has_focus:
                options.action_first()


def age(day: date, today: date) -> str:
    """The group a day belongs to."""
    days = (today - day).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "Last week" if days <= 7 else "Older"
