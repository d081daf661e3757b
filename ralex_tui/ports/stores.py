"""Where conversations and spend live. All calls block: services run them off the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Record

if TYPE_CHECKING:
    from ralex_tui.domain.tally import Tally


class LedgerStore(Protocol):
    """The days' books, shared by every process on the data folder."""

    owner: str
    """This process's name in reservations. Its life can be told by others for as long as it lasts."""

    def read(self, day: date) -> DayBook:
        """The day's book as it stands; an empty one for a day without records. Not to be changed.

        Raises:
            LedgerUnreadable: If the file can't be read or its records can't be trusted.
        """
        ...

    def commit(self, day: date, decide: Callable[[DayBook], Sequence[Record]]) -> DayBook:
        """Under the ledger's lock: read the newest book, ask `decide` what to add, append it durably.

        Commits exclude each other whatever their day, so that `decide` may `read` other days too and
        decide about a month.

        Returns only when what was decided is on disk. What `decide` raises passes through, and
        then nothing was written.

        Raises:
            LedgerUnreadable: Unreadable, unlockable within 5 s, or not writable (a full disk).
        """
        ...

    def tallies(self, days: Sequence[date]) -> list[Tally]:
        """What each of the days came to, in their order; quick for those that have not changed since last asked.

        Raises:
            LedgerUnreadable: As `read`.
        """
        ...

    def days(self) -> list[date]:
        """All days with records, oldest first."""
        ...

    def fingerprint(self, day: date) -> object:
        """Something cheap that changes when the day's book does; compare with ==."""
        ...

    def is_alive(self, owner: str) -> bool:
        """Whether the process that reserved under this name still runs."""
        ...


class ConversationStore(Protocol):
    """Conversations, saved message by message."""

    def create(self, conversation: Conversation) -> None:
        """Save a new conversation without messages."""
        ...

    def put(self, conversation_id: str, message: Message) -> None:
        """Add or replace a message, durably, and make it the head."""
        ...

    def amend(self, conversation_id: str, message: Message) -> None:
        """Replace a message, durably; the head stays where it is."""
        ...

    def rename(self, conversation_id: str, title: str) -> None: ...

    def load(self, conversation_id: str) -> Conversation:
        """The whole conversation.

        Raises:
            StorageError: If there is none of that id, or its file can't be read.
        """
        ...

    def summaries(self) -> list[ConversationSummary]:
        """All conversations, the one changed last first. A file that can't be read is left out, and logged."""
        ...
