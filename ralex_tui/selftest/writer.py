"""A process that writes: conversations made, continued and listed, through the same services and store as the app."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode
from ralex_tui.selftest.crew import Wire
from ralex_tui.selftest.plan import StandingClock, text_of
from ralex_tui.services.library import LibraryService

FOLDER = "conversations"
INDEX = "conversations.index"


@dataclass(frozen=True, slots=True)
class Writing:
    """What a writer does with its life: list what there is, then ask and be answered `n_turns` times.

    Args:
        known: Conversations that were acknowledged, which it may continue.
        is_new: Whether to make one of its own all the same.
    """

    folder: Path
    seed: str
    n_turns: int
    known: tuple[str, ...] = ()
    is_new: bool = True
    disk: Disk = REAL_DISK

    def __call__(self, wire: Wire) -> None:
        """Tells `listed`, `made` and `put` of what was acknowledged; `unwritten` if the disk fails."""
        store = TinydbConversations(self.folder / FOLDER, self.folder / INDEX, disk=self.disk)
        library = LibraryService(store, StandingClock())
        try:
            asyncio.run(self._write(library, wire))
        except StorageError as error:
            wire.tell("unwritten", error.message)
        library.close()

    async def _write(self, library: LibraryService, wire: Wire) -> None:
        wire.tell("listed", len(await library.list()))
        rng = random.Random(self.seed)  # noqa: S311 - drawn from a seed, so that a run can be had again
        if self.is_new or not self.known:
            conversation = library.new(Mode.AUTO)
            await library.add(conversation)
            wire.tell("made", conversation.id)
        else:
            conversation = await library.open(rng.choice(self.known))
        parent = conversation.head
        for _ in range(self.n_turns):
            parent = await _turn(library, wire, conversation.id, parent)


async def _turn(library: LibraryService, wire: Wire, conversation: str, parent: str | None) -> str:
    """A question, its answer while it is on its way, and the whole of it; the answer's id."""
    clock = StandingClock()
    question, answer = new_id(), new_id()
    for id_, version, role, state, follows in (
        (question, 1, Role.USER, MessageState.DONE, parent),
        (answer, 1, Role.ASSISTANT, MessageState.PENDING, question),
        (answer, 2, Role.ASSISTANT, MessageState.DONE, question),
    ):
        message = Message(id_, role, text_of(id_, version), clock.now(), parent=follows, state=state)
        await library.put(conversation, message)
        wire.tell("put", conversation, id_, version)
    return answer
