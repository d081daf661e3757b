"""The bottom bar: the keys that help now, as many as fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from textual.content import Content
from textual.widget import Widget

from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.themes import Ink

State = Literal["idle", "broken", "doubtful", "busy", "list", "messages", "find"]

# In the order of the screen; the number is the rank: where room is short, the highest go first.
_IDLE = (
    ("prompt.send", "send", 1),
    ("prompt.newline", "new line", 7),
    ("tier.next", "tier", 2),
    ("budget.toggle", "budget", 5),
    ("conversations.open", "conversations", 4),
    ("conversation.new", "new", 6),
    ("prompt.up", "messages", 8),
    ("app.palette", "commands", 3),
    ("app.help", "help", 0),
)
_BROKEN = (("answer.go_on", "go on", 0), *((command, word, rank + 1) for command, word, rank in _IDLE))
_DOUBTFUL = (("answer.escalate", "tier up", 0), *_BROKEN[1:])
_BUSY = (
    ("answer.stop", "stop", 0),
    ("prompt.send", "queue", 1),
    ("tier.next", "tier", 3),
    ("budget.toggle", "budget", 5),
    ("app.palette", "commands", 4),
    ("app.help", "help", 2),
)
_LIST = (
    ("prompt.send", "open", 1),
    ("answer.stop", "back", 0),
    ("conversation.new", "new", 3),
    ("app.palette", "commands", 4),
    ("app.help", "help", 2),
)
_MESSAGES = (
    ("messages.next", "next", 3),
    ("messages.before", "before", 4),
    ("messages.next_block", "block", 6),
    ("messages.copy", "copy", 1),
    ("messages.copy_block", "copy block", 5),
    ("messages.select", "select", 7),
    ("messages.link", "link", 8),
    ("messages.find", "find", 9),
    ("messages.leave", "prompt", 0),
    ("app.help", "help", 2),
)
_FIND = (
    ("find.next", "next", 1),
    ("find.before", "before", 2),
    ("find.close", "close", 0),
    ("app.help", "help", 3),
)
_HINTS = {
    "idle": _IDLE,
    "broken": _BROKEN,
    "doubtful": _DOUBTFUL,
    "busy": _BUSY,
    "list": _LIST,
    "messages": _MESSAGES,
    "find": _FIND,
}


class Footer(Widget):
    """Keys in `text`, words in `muted`; they change with what is going on."""

    def __init__(self, ink: Ink, keymap: Mapping[str, str], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._ink = ink
        self._keymap = keymap
        self._state: State = "idle"

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, state: State) -> None:
        """Draw the keys of a state: nothing on its way, an answer on its way, or what else has the focus."""
        if state != self._state:
            self._state = state
            self.refresh()

    def render(self) -> Content:
        gap = 4 if self.app.size.width >= 100 else 3
        hints = list(_HINTS[self._state])
        while True:
            line = Content(" " * gap).join([self._hint(command, word) for command, word, _ in hints])
            if line.cell_length <= self.content_size.width or len(hints) <= 1:
                return line
            hints.remove(max(hints, key=lambda hint: hint[2]))

    def _hint(self, command: str, word: str) -> Content:
        keys = keys_of(BY_ID[command], self._keymap)
        return Content.assemble((keys[0] if keys else "", self._ink("text")), (f" {word}", self._ink("muted")))
