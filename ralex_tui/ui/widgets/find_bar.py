"""The line to find words of the conversation with: what is looked for, and how many places have it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ralex_tui.ui.screens.form import CleanInput
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript.finder import Found


class FindBar(Horizontal):
    """One line above the prompt. The screen reads its keys, and tells it how the search stands."""

    class Changed(Message):
        """Other words are looked for."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    def __init__(self, ink: Ink, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._found = Found(0, 0, is_done=True, is_round=False)
        self._input = CleanInput(placeholder="words to find in this conversation", compact=True)
        self._count = Static(id="find-count", markup=False)

    def compose(self) -> ComposeResult:
        yield Static("Find", id="find-title", markup=False)
        yield self._input
        yield self._count

    def on_mount(self) -> None:
        self._draw()

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self._draw()

    def open(self, query: str) -> None:
        """Take the focus, with words that typing replaces."""
        self._input.value = query
        self._input.focus()
        self._input.select_all()

    def show(self, found: Found) -> None:
        """Say how the search stands."""
        self._found = found
        self._draw()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not event.value:
            self.show(Found(0, 0, is_done=True, is_round=False))
        self.post_message(self.Changed(event.value))

    def _draw(self) -> None:
        words, role = said(self._found, is_empty=not self._input.value)
        self._count.update(Content.styled(words, self._ink(role)))


def said(found: Found, *, is_empty: bool) -> tuple[str, str]:
    """How a search stands in words, and in which role's colour."""
    if is_empty:
        return "", "muted"
    if not found.total:
        return ("No message has it.", "text") if found.is_done else ("searching", "muted")
    total = f"{found.total:,}" + ("" if found.is_done else "+")
    if not found.current:
        return total, "muted"
    words = f"{found.current:,} of {total}"
    if found.is_round:
        words += ", past the start" if found.current == found.total > 1 else ", past the end"
    return words, "text"
