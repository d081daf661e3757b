"""The conversations: list, open, create, continue, rename."""

from __future__ import annotations

from dataclasses import replace

from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message, MessageState
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import ConversationStore
from ralex_tui.services.one_thread import OneThread

INTERRUPTED = "it was interrupted before it finished"


class LibraryService:
    """The store off the event loop, in one thread of its own."""

    def __init__(self, store: ConversationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._thread = OneThread("library")
        self._streaming: set[str] = set()

    async def list(self) -> list[ConversationSummary]:
        """All conversations, the one changed last first.

        Raises:
            StorageError: If the folder can't be read. A single file that can't is left out.
        """
        return await self._thread.run(self._store.summaries)

    async def open(self, id: str) -> Conversation:  # noqa: A002 - the word it is known by
        """A whole conversation. An answer left pending by a process that is gone is shown as failed.

        Raises:
            StorageError: If there is none of that id, or its file can't be read.
        """
        conversation = await self._thread.run(self._store.load, id)
        messages = {key: self._as_it_stands(message) for key, message in conversation.messages.items()}
        return replace(conversation, messages=messages)

    def new(self, mode: Mode) -> Conversation:
        """A new, empty conversation; nothing is written before `add`."""
        now = self._clock.now()
        return Conversation(id=new_id(now), created=now, mode=mode)

    async def add(self, conversation: Conversation) -> None:
        """Save a new conversation.

        Raises:
            StorageError: If it can't be written.
        """
        await self._thread.run(self._store.create, conversation)

    async def create(self, mode: Mode) -> Conversation:
        """A new, empty conversation, saved.

        Raises:
            StorageError: If it can't be written.
        """
        conversation = self.new(mode)
        await self.add(conversation)
        return conversation

    async def put(self, conversation_id: str, message: Message) -> None:
        """Add or replace a message, durably, and make it the end of the branch shown.

        It is written even if the caller is cancelled meanwhile.

        Raises:
            StorageError: If it can't be written, or there is no such conversation.
        """
        if message.state is MessageState.PENDING:
            self._streaming.add(message.id)
        else:
            self._streaming.discard(message.id)
        await self._thread.run(self._store.put, conversation_id, message)

    def keep_growing(self, conversation_id: str, message: Message) -> None:
        """Write an answer on its way as it is now, and wait for nothing; a failure is logged."""
        self._thread.post(self._store.put, conversation_id, message)

    async def amend(self, conversation_id: str, message: Message) -> None:
        """Replace a message of which more is known now; the branch shown stays as it is.

        Raises:
            StorageError: If it can't be written, or there is no such conversation or message.
        """
        await self._thread.run(self._store.amend, conversation_id, message)

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give it a title of the user's own; with an empty one, the first question serves again.

        Raises:
            StorageError: If it can't be written, or there is no such conversation.
        """
        await self._thread.run(self._store.rename, conversation_id, " ".join(title.split()))

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _as_it_stands(self, message: Message) -> Message:
        if message.state is not MessageState.PENDING or message.id in self._streaming:
            return message
        hint = "what came of it is kept; ask again for a whole answer"
        return replace(message, state=MessageState.FAILED, error=INTERRUPTED, error_hint=hint)
