"""A conversation on the screen: its messages as they come, are written and end."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ralex_tui.domain.conversation import Message
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.markdown.pens import Look
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript.answer import AnswerEntry, entry_for
from ralex_tui.ui.transcript.beat import WORK_S
from ralex_tui.ui.transcript.entry import EmptyEntry, Entry, guess_rows
from ralex_tui.ui.transcript.header import Frame, LiveStatus, Notice
from ralex_tui.ui.transcript.notice import NoticeEntry
from ralex_tui.ui.transcript.reading import ReadingPager

# Entries behind the last one that keep what they are built of: more than any screen shows.
_KEPT = 200


class _Messages:
    """Entries of a conversation, made from its messages."""

    def __init__(self, messages: Sequence[Message], frame: Frame) -> None:
        self._messages = messages
        self._frame = frame

    def __len__(self) -> int:
        return len(self._messages)

    def make(self, n: int) -> Entry:
        return entry_for(self._messages[n], self._frame)

    def guess(self, n: int, width: int) -> int:
        return guess_rows(self._messages[n].text, width)


class Transcript(ReadingPager):
    """A conversation. Text is foreign until it has been through `visible()`, which happens in here."""

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, glyphs, id=id)
        self._numbers: dict[str, int] = {}
        self._is_empty = True

    def set_ink(self, ink: Ink) -> None:
        """Draw with another theme."""
        look = Look(self._frame.look.glyphs, not ink.palette.is_ansi)
        is_other_look = look != self._frame.look
        self._frame.look, self._frame.ink = look, ink
        self._frame.serial += 1
        self._paint_anew()
        if is_other_look:
            anchor = None if self._is_following else self._column.anchor(self._top)
            self._column.start_again()
            self._restore(anchor)
        else:
            self._settle()

    def show(self, messages: Sequence[Message], empty: str) -> None:
        """Replace everything, and go to the end. `empty` is the line shown where there are no messages."""
        self._numbers = {message.id: n for n, message in enumerate(messages)}
        self._is_empty = not messages
        self._changed.clear()
        self._forget_reading()
        if messages:
            self._column.put(_Messages(messages, self._frame))
        else:
            self._column.fill([EmptyEntry(empty, self._frame)])
        self._follow(True)
        self._settle()

    def add(self, message: Message) -> None:
        """Add a question, or a pending answer that is about to stream."""
        self._clear_empty()
        self._numbers[message.id] = len(self._column.entries)
        self._add(entry_for(message, self._frame))
        if self._is_following and not self.has_focus and self.text_selection is None:
            # What has scrolled far away; a day's chat would else keep each row that was ever on the screen.
            self._column.release(len(self._column.entries) - _KEPT)

    def notice(self, notice: Notice) -> None:
        """Add a notice below all messages."""
        self._clear_empty()
        self._add(NoticeEntry(notice, self._frame))

    def write(self, message_id: str, delta: str) -> None:
        """Add to the text of a pending answer; raw. A message that is not shown takes nothing."""
        if (entry := self._answer(message_id)) is not None:
            entry.write(delta)
            self._arm(message_id)

    def write_thinking(self, message_id: str, delta: str) -> None:
        """Add to the thinking of a pending answer; raw."""
        if (entry := self._answer(message_id)) is not None:
            entry.write_thinking(delta)
            self._arm(message_id)

    def set_status(self, message_id: str, status: LiveStatus) -> None:
        """Change what the header of a pending answer says."""
        if (entry := self._answer(message_id)) is not None:
            entry.set_status(status)
            self._arm(message_id)

    def renew(self, message: Message) -> None:
        """Change who writes a pending answer, and the note below its header."""
        if (entry := self._answer(message.id)) is not None:
            entry.renew(message)
            self._arm(message.id)

    def finish(self, message: Message) -> None:
        """The answer as it ended: its final text, cost and state."""
        if (entry := self._answer(message.id)) is not None:
            entry.finish(message, time.monotonic() + WORK_S)
            n = self._numbers[message.id]
            self._column.update(n)
            self._changed_entry(n, grew=False)
            self._go_on_with(n, entry)
            self._settle()

    def go_to(self, message_id: str) -> bool:
        """Take the focus and put the cursor on a message; false where that is not shown."""
        number = self._numbers.get(message_id)
        if number is None:
            return False
        self.enter()
        return self.move_to(number)

    def message_text(self, message_id: str) -> str:
        """A message's source, cleaned, for copying.

        Raises:
            KeyError: If no such message is shown.
        """
        entry = self._column.entries[self._numbers[message_id]]
        return entry.text

    def _add(self, entry: Entry) -> None:
        self._column.add(entry)
        self._changed_entry(entry.number, grew=True)
        self._settle()

    def _answer(self, message_id: str) -> AnswerEntry | None:
        n = self._numbers.get(message_id)
        entry = self._column.entries[n] if n is not None else None
        return entry if isinstance(entry, AnswerEntry) else None

    def _clear_empty(self) -> None:
        if self._is_empty:
            self._column.fill([])
            self._is_empty = False

    def _arm(self, message_id: str) -> None:
        self._changed.add(self._numbers[message_id])
        self._beat.ask()
