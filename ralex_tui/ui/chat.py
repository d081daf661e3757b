"""A conversation as the screen holds it, with what is worked out of it once and not for every key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ralex_tui.domain.caching import CacheState, cache_state
from ralex_tui.domain.conversation import Conversation, Message, title_from
from ralex_tui.domain.models import Mode, Model
from ralex_tui.domain.money import NOTHING, Figure
from ralex_tui.services.quote import History


class Chat:
    """One conversation as the screen holds it; new ones get their id with the first answer."""

    def __init__(self, conversation: Conversation | None = None, history: History | None = None) -> None:
        self.conversation = conversation
        self.history = history or History()
        self._caches: tuple[Conversation | None, dict[Model, CacheState | None]] = (None, {})

    @property
    def id(self) -> str | None:
        return self.conversation.id if self.conversation else None

    @property
    def path(self) -> list[Message]:
        return self.conversation.path() if self.conversation else []

    @property
    def cost(self) -> Figure:
        return self.conversation.cost if self.conversation else NOTHING

    def cache_of(self, model: Model) -> CacheState | None:
        """What the model's provider keeps of it; looked for once, until there is another message."""
        if self._caches[0] is not self.conversation:
            self._caches = (self.conversation, {})
        caches = self._caches[1]
        if model not in caches:
            caches[model] = cache_state(self.path, model)
        return caches[model]

    def keep(self, conversation: str, mode: Mode, message: Message) -> None:
        """Take in a message that was saved."""
        if self.conversation is None:
            self.conversation = Conversation(conversation, message.at, title_from(message.text), mode)
        self.conversation = self.conversation.with_message(message)

    def amend(self, message: Message) -> None:
        """Take in a message of which more is known now; the branch stays as it is."""
        if self.conversation is not None and message.id in self.conversation.messages:
            messages = {**self.conversation.messages, message.id: message}
            self.conversation = replace(self.conversation, messages=messages)

    def turn_to(self, message_id: str) -> None:
        """Show the branch on which a message stands, to its newest end."""
        if self.conversation is None or message_id not in self.conversation.messages:
            return
        end = message_id
        newest_first = sorted(self.conversation.messages.values(), key=lambda message: message.at, reverse=True)
        while child := next((message for message in newest_first if message.parent == end), None):
            end = child.id
        self.conversation = replace(self.conversation, head=end)

    async def measure(self) -> None:
        """Measure anew what goes along with the next message; off the event loop, for it may be much."""
        self.history = await asyncio.to_thread(History.of, self.path)
