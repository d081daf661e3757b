"""Conversations as the app sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode
from ralex_tui.services.library import INTERRUPTED, LibraryService
from tests.samples import NOON, SetClock


class Libraries:
    """Libraries on one folder, as if each were a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self._folder = folder
        self._opened: list[LibraryService] = []

    def open(self) -> LibraryService:
        store = TinydbConversations(self._folder / "conversations", self._folder / "index")
        self._opened.append(LibraryService(store, self.clock))
        return self._opened[-1]

    def close(self) -> None:
        for library in self._opened:
            library.close()


@pytest.fixture
def libraries(tmp_path: Path) -> Iterator[Libraries]:
    made = Libraries(tmp_path)
    yield made
    made.close()


@pytest.fixture
def library(libraries: Libraries) -> LibraryService:
    return libraries.open()


def question(text: str) -> Message:
    return Message(id=new_id(), role=Role.USER, text=text, at=NOON)


def pending(text: str = "") -> Message:
    return Message(id=new_id(), role=Role.ASSISTANT, text=text, at=NOON, state=MessageState.PENDING)


async def test_create_saves_an_empty_conversation(libraries: Libraries, library: LibraryService) -> None:
    conversation = await library.create(Mode.SMART)

    assert (conversation.created, conversation.mode, conversation.messages) == (NOON, Mode.SMART, {})
    assert await libraries.open().open(conversation.id) == conversation


async def test_put_is_there_for_the_next_process(libraries: Libraries, library: LibraryService) -> None:
    conversation = await library.create(Mode.AUTO)
    asked = question("why?")

    await library.put(conversation.id, asked)

    loaded = await libraries.open().open(conversation.id)
    assert loaded.path() == [asked]
    assert loaded.title == "why?"


async def test_list_has_the_one_changed_last_first(libraries: Libraries, library: LibraryService) -> None:
    first = await library.create(Mode.AUTO)
    libraries.clock.move(hours=1)
    second = await library.create(Mode.AUTO)
    assert [row.id for row in await library.list()] == [second.id, first.id]

    await library.put(first.id, replace(question("more"), at=NOON + timedelta(hours=2)))

    assert [row.id for row in await library.list()] == [first.id, second.id]


async def test_rename_gives_a_title_and_an_empty_one_takes_it_back(library: LibraryService) -> None:
    conversation = await library.create(Mode.AUTO)
    await library.put(conversation.id, question("why?"))

    await library.rename(conversation.id, "  my \n title ")
    named = (await library.open(conversation.id)).title
    await library.rename(conversation.id, " ")

    assert (named, (await library.open(conversation.id)).title) == ("my title", "why?")


async def test_pending_answer_of_a_dead_process_is_shown_as_interrupted(
    libraries: Libraries, library: LibraryService
) -> None:
    conversation = await library.create(Mode.AUTO)
    left = pending("half an ans")
    await library.put(conversation.id, left)

    shown = (await libraries.open().open(conversation.id)).messages[left.id]

    assert (shown.state, shown.error, shown.text) == (MessageState.FAILED, INTERRUPTED, "half an ans")
    assert shown.error_hint


async def test_pending_answer_of_this_process_stays_pending_until_it_is_done(library: LibraryService) -> None:
    conversation = await library.create(Mode.AUTO)
    answer = pending()
    await library.put(conversation.id, answer)
    before = (await library.open(conversation.id)).messages[answer.id]

    await library.put(conversation.id, replace(answer, state=MessageState.DONE, text="yes"))

    after = (await library.open(conversation.id)).messages[answer.id]
    assert (before.state, after.state) == (MessageState.PENDING, MessageState.DONE)


async def test_put_goes_on_when_its_caller_is_cancelled(library: LibraryService) -> None:
    conversation = await library.create(Mode.AUTO)
    task = asyncio.create_task(library.put(conversation.id, question("why?")))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len((await library.open(conversation.id)).messages) == 1


async def test_unknown_conversation_is_a_sentence(library: LibraryService) -> None:
    with pytest.raises(StorageError, match="there is no conversation"):
        await library.open("nothing")
