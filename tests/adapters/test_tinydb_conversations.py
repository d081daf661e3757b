"""Conversations on disk: every message comes back, and a list that never trusts its cache."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.adapters.journal_storage import open_db
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message, MessageState, Role
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Opinion
from tests.adapters.failing_disk import FailingDisk
from tests.samples import NOON


class Shelf:
    """Stores on one folder, as if each were a process of its own."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "conversations"
        self.index = root / "index"

    def open(self, disk: Disk = REAL_DISK) -> TinydbConversations:
        return TinydbConversations(self.folder, self.index, disk=disk)

    def file(self, conversation: Conversation) -> Path:
        return self.folder / f"{conversation.id}.journal"

    def add(self, *texts: str, at: datetime = NOON, title: str = "") -> Conversation:
        """A conversation with questions of these texts."""
        conversation = Conversation(id=new_id(), created=at, title=title)
        store = self.open()
        store.create(conversation)
        for text in texts:
            store.put(conversation.id, question(text, at=at))
        return conversation


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def question(text: str, at: datetime = NOON) -> Message:
    return Message(id=new_id(), role=Role.USER, text=text, at=at)


def answer(text: str, **fields: object) -> Message:
    return Message(id=new_id(), role=Role.ASSISTANT, text=text, at=NOON, **fields)  # type: ignore[arg-type]


def test_conversation_gives_back_every_field(shelf: Shelf) -> None:
    conversation = Conversation(id=new_id(), created=NOON, title="A title", mode=Mode.YOLO)
    plain = question("")
    full = Message(
        id=new_id(),
        role=Role.ASSISTANT,
        text="é\x1b[31m\u202e\n",
        at=NOON + timedelta(microseconds=5),
        parent=plain.id,
        state=MessageState.STOPPED,
        thinking="hm",
        tier=Tier.SMART,
        model="lan/large",
        reason="your choice",
        usage=TokenUsage(5, 4, 3, 2, 1),
        cost=Figure(Usd(0), Accuracy.ESTIMATED),
        first_token_s=0.0,
        duration_s=1.5,
        finish_reason="length",
        error="it broke",
        error_hint="mend it",
        thumb=Opinion.DOWN,
    )
    store = shelf.open()
    store.create(conversation)

    store.put(conversation.id, plain)
    store.put(conversation.id, full)

    expected = conversation.with_message(plain).with_message(full)
    assert shelf.open().load(conversation.id) == store.load(conversation.id) == expected


def test_put_replaces_a_message_and_makes_it_the_head(shelf: Shelf) -> None:
    conversation = shelf.add("first")
    store = shelf.open()
    pending = answer("", state=MessageState.PENDING, reason="because")
    store.put(conversation.id, pending)
    store.put(conversation.id, question("second"))
    done = Message(id=pending.id, role=Role.ASSISTANT, text="done", at=NOON)

    store.put(conversation.id, done)

    loaded = shelf.open().load(conversation.id)
    assert loaded.head == pending.id
    assert loaded.messages[pending.id] == done
    assert [message.text for message in loaded.messages.values()] == ["first", "done", "second"]


def test_put_of_a_lone_surrogate_loses_only_that_character(shelf: Shelf) -> None:
    conversation = shelf.add("a\ud800b")

    assert [message.text for message in shelf.open().load(conversation.id).messages.values()] == ["a\ufffdb"]


def test_put_to_one_conversation_from_many_stores_keeps_all(shelf: Shelf) -> None:
    conversation = shelf.add()

    def write() -> None:
        store = shelf.open()
        for number in range(10):
            store.put(conversation.id, question(str(number)))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    docs = open_db(shelf.file(conversation)).records("messages").all()
    assert len(shelf.open().load(conversation.id).messages) == 40
    assert sorted(doc["number"] for doc in docs) == list(range(1, 41))


def test_put_on_a_full_disk_is_refused_and_what_was_there_stays(shelf: Shelf) -> None:
    conversation = shelf.add("first")

    with pytest.raises(StorageError, match="No space left"):
        shelf.open(FailingDisk(1)).put(conversation.id, question("second"))

    assert len(shelf.open().load(conversation.id).messages) == 1


@pytest.mark.parametrize("name", ["", "nothing", "../../etc/passwd", "0" * 20, "\u202e" * 20])
def test_unknown_conversation_is_a_sentence(shelf: Shelf, name: str) -> None:
    store = shelf.open()

    for call in (lambda: store.load(name), lambda: store.put(name, question("x")), lambda: store.rename(name, "x")):
        with pytest.raises(StorageError, match="there is no conversation"):
            call()

    assert not shelf.folder.exists()


def test_second_conversation_of_one_id_is_refused(shelf: Shelf) -> None:
    conversation = shelf.add("first")

    with pytest.raises(StorageError, match="already"):
        shelf.open().create(conversation)


def test_title_is_the_users_or_made_from_the_first_question(shelf: Shelf) -> None:
    conversation = shelf.add("## How do I sort a list?\nin C", "and now?")
    store = shelf.open()
    made = store.load(conversation.id).title

    store.rename(conversation.id, "Sorting")

    assert made == "How do I sort a list?"
    assert shelf.open().load(conversation.id).title == "Sorting"
    assert [row.title for row in store.summaries()] == ["Sorting"]


def test_summaries_tell_of_each_the_one_changed_last_first(shelf: Shelf) -> None:
    older = shelf.add("older", "more")
    newer = shelf.add("newer", at=NOON + timedelta(hours=1))
    empty = shelf.add(at=NOON - timedelta(hours=1))
    shelf.open().put(older.id, answer("yes", cost=Figure(Usd(5), Accuracy.COMPUTED)))

    rows = shelf.open().summaries()

    nothing = Figure(Usd(0), Accuracy.EXACT)
    assert rows == [
        ConversationSummary(newer.id, "newer", newer.created, newer.created, 1, nothing),
        ConversationSummary(older.id, "older", NOON, NOON, 3, Figure(Usd(5), Accuracy.COMPUTED)),
        ConversationSummary(empty.id, "", empty.created, empty.created, 0, nothing),
    ]


def test_summaries_of_no_folder_are_none(shelf: Shelf) -> None:
    assert shelf.open().summaries() == []


class CountingDisk(Disk):
    """Counts the conversations that are opened."""

    n_opened = 0

    def open(self, path: Path, flags: int) -> int:
        self.n_opened += path.suffix == ".journal"
        return super().open(path, flags)


def test_summaries_read_only_what_changed_since_an_earlier_process(shelf: Shelf) -> None:
    conversations = [shelf.add(str(number)) for number in range(12)]
    expected = {row.id: row for row in shelf.open().summaries()}
    shelf.open().put(conversations[3].id, question("more"))
    disk = CountingDisk()

    rows = shelf.open(disk).summaries()

    assert disk.n_opened == 1
    assert {row.id: row for row in rows if row.id != conversations[3].id}.items() <= expected.items()
    assert {row.id: row.n_messages for row in rows}[conversations[3].id] == 2


def test_summaries_forget_a_conversation_whose_file_is_gone(shelf: Shelf) -> None:
    gone, kept = shelf.add("gone"), shelf.add("kept")
    store = shelf.open()
    store.summaries()

    shelf.file(gone).unlink()

    assert [row.id for row in store.summaries()] == [kept.id]


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"00000000 {}\n", b"\xff" * 100])
def test_summaries_never_trust_a_damaged_index(shelf: Shelf, content: bytes) -> None:
    for number in range(12):
        shelf.add(str(number))
    expected = shelf.open().summaries()
    shelf.index.write_bytes(content)
    shelf.index.with_name("index.bak").unlink(missing_ok=True)

    assert shelf.open().summaries() == expected


def test_summaries_are_complete_when_the_index_can_not_be_written(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(12):
        shelf.add(str(number))

    with caplog.at_level(logging.WARNING):
        rows = shelf.open(FailingDisk(1)).summaries()

    assert len(rows) == 12
    assert "not cached" in caplog.text


def test_summaries_leave_out_and_log_what_can_not_be_read(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    good, bad = shelf.add("good"), shelf.add("bad")
    content = shelf.file(bad).read_bytes()
    shelf.file(bad).write_bytes(content.replace(b"bad", b"BAD", 1))

    with caplog.at_level(logging.WARNING):
        rows = shelf.open().summaries()

    assert [row.id for row in rows] == [good.id]
    assert f"{bad.id}.journal is damaged" in caplog.text
    with pytest.raises(StorageError, match="damaged"):
        shelf.open().load(bad.id)


def test_conversation_of_a_newer_schema_is_refused_by_name(shelf: Shelf) -> None:
    conversation = shelf.add("first")
    open_db(shelf.file(conversation)).records("about").update({"v": 2})

    with pytest.raises(StorageError, match="newer ralex"):
        shelf.open().load(conversation.id)


@pytest.mark.parametrize("spoilt", [{"v": "1"}, {"v": 0}, {"created": "yesterday"}, {"mode": "free"}])
def test_conversation_of_an_unknown_form_is_refused(shelf: Shelf, spoilt: dict[str, object]) -> None:
    conversation = shelf.add("first")
    open_db(shelf.file(conversation)).records("about").update(spoilt)

    with pytest.raises(StorageError, match="makes no sense"):
        shelf.open().load(conversation.id)
    assert shelf.open().summaries() == []
