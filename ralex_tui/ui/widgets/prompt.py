"""Where the user writes: enter sends, a paste is one event and stays whole, nothing odd reaches the terminal."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from ralex_tui.domain.text import visible
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.draft import Draft


class Prompt(TextArea):
    """A text area that says when a message is to be sent. `draft` is what was meant, character for character."""

    BINDINGS = bindings_for("prompt")

    class Submitted(Message):
        """The user wants `text` sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Slash(Message):
        """The user typed a slash into the empty prompt."""

    class Recall(Message):
        """The user wants back what was sent last, in the empty prompt."""

    class Up(Message):
        """The user pressed up in the empty prompt: to what is above it."""

    class Late(Message):
        """A key that was typed behind an `Up`, and came here before the focus had moved."""

        def __init__(self, key: events.Key) -> None:
            super().__init__()
            self.key = key

    class Copied(Message):
        """The user wants `text` copied; harmless, what was odd in it stays visible."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Page(Message):
        """The user wants to scroll what is above, by pages."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, compact=True, highlight_cursor_line=False)
        self._early: list[events.Key] = []
        self._is_leaving = False
        self.match_cursor_bracket = False
        self._draft = Draft()

    @property
    def draft(self) -> str:
        """What was typed and pasted, raw."""
        return self._draft.raw(self.text)

    @property
    def is_empty(self) -> bool:
        return not self.document.line_count or (self.document.line_count == 1 and not self.document[0])

    def put(self, text: str) -> None:
        """Replace the draft by `text`, cursor at its end; undo starts anew."""
        self._draft.clear()
        self.load_text(self._draft.take_in(text))
        self.move_cursor(self.document.end)

    def add(self, text: str) -> None:
        """Insert `text` at the cursor, as a paste would."""
        start, end = self.selection
        result = self._replace_via_keyboard(self._draft.take_in(text), start, end)
        if result is not None:
            self.move_cursor(result.end_location)

    def edit(self, edit: Edit) -> EditResult:
        """Make an edit; one that cuts into a long paste's label takes the label whole, or goes behind it."""
        top, bottom = sorted((edit.from_location, edit.to_location))
        before, after = self._label(top), self._label(bottom)
        if top == bottom and before is not None:
            top = bottom = (top[0], before[1])
        else:
            top = top if before is None else (top[0], before[0])
            bottom = bottom if after is None else (bottom[0], after[1])
        edit.from_location, edit.to_location = top, bottom
        return super().edit(edit)

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn: odd characters as their pictures, cell for cell."""
        return Text(self._draft.drawn(self.document.get_line(line_index)), end="", no_wrap=True)

    def action_submit(self) -> None:
        # Emptied here and not by whoever hears of it: a key that comes in between belongs to the next message.
        text = self.draft
        if text.strip():
            self.put("")
        self._say(self.Submitted(text))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    def action_up(self) -> None:
        if self.is_empty:
            self._is_leaving = True
            self._say(self.Up())
        else:
            self.action_cursor_up()

    def action_recall(self) -> None:
        if self.is_empty:
            self._say(self.Recall())

    def action_page(self, by: int) -> None:
        self._say(self.Page(by))

    def action_copy(self) -> None:
        """Have the selection copied."""
        if self.selected_text:
            self._say(self.Copied(self.selected_draft))

    def action_cut(self) -> None:
        if self.selected_text:
            self._say(self.Copied(self.selected_draft))
            self._delete_via_keyboard(*self.selection)

    def action_paste(self) -> None:
        self.add(self.app.clipboard)

    @property
    def selected_draft(self) -> str:
        """The selected text, long pastes unfolded, control codes visible."""
        return visible(self._draft.raw(self.selected_text))

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.add(event.text)
        self.focus()

    def stay(self) -> None:
        """Keys are the prompt's again: the focus has moved, or nothing is above."""
        self._is_leaving = False

    def on_blur(self) -> None:
        self.stay()

    async def take_key(self, event: events.Key) -> None:
        """Act on a key that was pressed while something else had the focus, or before the first paint."""
        if not self.is_mounted:
            self._early.append(event)
            return
        self.screen.set_focus(self)
        if not await self._act(event) and event.is_printable and event.character:
            event.stop()
            self.add(event.character)

    async def on_mount(self) -> None:
        early, self._early = self._early, []
        for event in early:
            await self.take_key(event)

    async def _on_key(self, event: events.Key) -> None:
        if self._is_leaving:
            event.stop()
            event.prevent_default()
            self._say(self.Late(event))
        elif not await self._act(event):
            await super()._on_key(event)

    async def _act(self, event: events.Key) -> bool:
        """Do what a bound key means; whether it was one.

        Textual runs a widget's bindings only after the key has bubbled up to the app, or before the
        widget hears of it, so that an enter or a backspace overtakes, or is overtaken by, letters
        typed in the same burst. Ours are run here, in the order in which the keys came.
        """
        if event.is_printable:
            if event.character == "/" and self.is_empty:
                self._say(self.Slash())
            return False
        bound = self.screen.active_bindings.get(event.key)
        # Copying is the screen's: it knows of the other selections, and of what to do without one.
        if bound is None or bound.node is not self or not bound.enabled or bound.binding.action == "copy":
            return False
        event.stop()
        event.prevent_default()
        await self.run_action(bound.binding.action)
        return True

    def _say(self, message: Message) -> None:
        """Post to the parent at once: in our own queue, keys typed later may wait already and would go first."""
        assert self.parent is not None  # it is on the screen when keys come
        self.parent.post_message(message)

    def _label(self, location: tuple[int, int]) -> tuple[int, int] | None:
        row, column = location
        return self._draft.label_at(self.document[row], column) if row < self.document.line_count else None
