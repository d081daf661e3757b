"""Conversations in TinyDB: a journal each, and a list of them that is only a cache.

conversations/<id>.journal   table `about`: one document with the schema's version; table `messages`
<index>                      what the list shows, by file; made anew from the files whenever it is missing
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ralex_tui.adapters.codec import figure_of
from ralex_tui.adapters.conversation_index import ConversationIndex, Stamp
from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, storage_error
from ralex_tui.adapters.journal_storage import Doc, JournalDB, open_db
from ralex_tui.adapters.message_codec import message_doc, message_of
from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message, Role, title_from
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import is_id
from ralex_tui.domain.models import Mode
from ralex_tui.domain.money import Accuracy, Figure, Usd

_log = logging.getLogger(__name__)

VERSION = 1
_SUFFIX = ".journal"
_ABOUT = "about"
_MESSAGES = "messages"
_DBS_KEPT = 8

_UPGRADES: Mapping[int, Callable[[Doc, list[Doc]], tuple[Doc, list[Doc]]]] = {}
"""From the version it is filed under to the next: (about, messages) in, the same out. Applied when reading."""


class TinydbConversations:
    """See `ports.stores.ConversationStore`. Not for two threads at once.

    Args:
        folder: Of the conversations' journals.
        index: The file of the list's cache; may be lost at any time.
    """

    def __init__(
        self, folder: Path, index: Path, *, disk: Disk = REAL_DISK, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self._folder = folder
        self._index = ConversationIndex(index, disk=disk)
        self._disk = disk
        self._lock_timeout_s = lock_timeout_s
        self._dbs: OrderedDict[str, JournalDB] = OrderedDict()

    def create(self, conversation: Conversation) -> None:
        path = self._path(conversation.id)
        if path.exists():
            raise StorageError(f"there is a conversation {conversation.id} already")
        self._db(conversation.id).records(_ABOUT).insert(
            {
                "v": VERSION,
                "id": conversation.id,
                "created": conversation.created.isoformat(),
                "title": conversation.title,
                "mode": conversation.mode,
            }
        )

    def amend(self, conversation_id: str, message: Message) -> None:
        db = self._existing(conversation_id)
        with db.exclusive():
            table = db.records(_MESSAGES)
            known = next((doc for doc in table if doc["id"] == message.id), None)
            if known is None:
                raise StorageError(f"conversation {conversation_id} has no message {message.id}")
            table.replace({**message_doc(message), "number": known["number"]}, known.doc_id)

    def put(self, conversation_id: str, message: Message) -> None:
        db = self._existing(conversation_id)
        with db.exclusive():
            table = db.records(_MESSAGES)
            known = [doc.doc_id for doc in table if doc["id"] == message.id]
            # The highest number is the head: one line then says both what changed and what is shown.
            number = 1 + max((doc["number"] for doc in table), default=0)
            doc = {**message_doc(message), "number": number}
            if known:
                table.replace(doc, known[0])
            else:
                table.insert(doc)

    def rename(self, conversation_id: str, title: str) -> None:
        self._existing(conversation_id).records(_ABOUT).update({"title": title})

    def load(self, conversation_id: str) -> Conversation:
        about, docs = _contents(conversation_id, self._existing(conversation_id))
        try:
            messages = [message_of(doc) for doc in docs]
            head = max(docs, key=lambda doc: int(doc["number"]), default=None)
            return Conversation(
                id=conversation_id,
                created=datetime.fromisoformat(about["created"]),
                title=_title(about, docs),
                mode=Mode(about["mode"]),
                messages={message.id: message for message in messages},
                head=None if head is None else head["id"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _senseless(conversation_id) from error

    def summaries(self) -> list[ConversationSummary]:
        rows: dict[str, ConversationSummary] = {}
        try:
            stamps = self._stamps()
        except OSError as error:
            raise storage_error("the folder of conversations", "read", error) from error
        self._index.keep_only(stamps)
        for conversation_id, stamp in stamps.items():
            row = self._index.get(conversation_id, stamp)
            if row is None:
                try:
                    row = self._row(conversation_id)
                except StorageError as error:
                    _log.warning("left out of the list: %s", error.message)
                    continue
                self._index.put(conversation_id, stamp, row)
            rows[conversation_id] = row
        self._index.save()
        return sorted(rows.values(), key=lambda row: (row.updated, row.id), reverse=True)

    def _row(self, conversation_id: str) -> ConversationSummary:
        known = self._dbs.get(conversation_id)
        if known is not None:
            return _summary(conversation_id, known)
        # A database of its own, so that a long list leaves nothing in memory. Emptied at once: storage and journal
        # hold each other, and the collector comes late.
        opened = self._opened(conversation_id)
        try:
            return _summary(conversation_id, opened)
        finally:
            opened.storage.journal.forget()

    def _stamps(self) -> dict[str, Stamp]:
        """What each conversation's file looks like now, without opening it."""
        stamps: dict[str, Stamp] = {}
        if not self._folder.exists():
            return stamps
        with os.scandir(self._folder) as found:
            for entry in found:
                conversation_id = entry.name.removesuffix(_SUFFIX)
                if entry.name.endswith(_SUFFIX) and is_id(conversation_id):
                    status = entry.stat()
                    stamps[conversation_id] = (status.st_ino, status.st_size, status.st_mtime_ns)
        return stamps

    def _existing(self, conversation_id: str) -> JournalDB:
        if not is_id(conversation_id) or not self._path(conversation_id).exists():
            self._dbs.pop(conversation_id, None)
            raise StorageError(
                f"there is no conversation {conversation_id[:40]!r}", hint="`ralex sessions list` shows those there are"
            )
        return self._db(conversation_id)

    def _db(self, conversation_id: str) -> JournalDB:
        if conversation_id not in self._dbs:
            self._dbs[conversation_id] = self._opened(conversation_id)
            while len(self._dbs) > _DBS_KEPT:
                self._dbs.popitem(last=False)
        self._dbs.move_to_end(conversation_id)
        return self._dbs[conversation_id]

    def _opened(self, conversation_id: str) -> JournalDB:
        return open_db(self._path(conversation_id), disk=self._disk, lock_timeout_s=self._lock_timeout_s)

    def _path(self, conversation_id: str) -> Path:
        return self._folder / f"{conversation_id}{_SUFFIX}"


def _contents(conversation_id: str, db: JournalDB) -> tuple[Doc, list[Doc]]:
    """What the file holds, in today's schema: the document about it, and its messages in order of their making.

    Raises:
        StorageError: If it can't be read, is no conversation, or is of a newer version.
    """
    tables = db.storage.read() or {}
    about = next(iter(tables.get(_ABOUT, {}).values()), None)
    messages: list[Doc] = list(tables.get(_MESSAGES, {}).values())
    version = about.get("v") if about is not None else None
    if about is None or not isinstance(version, int) or version < 1:
        raise _senseless(conversation_id)
    for step in range(version, VERSION):
        about, messages = _UPGRADES[step](about, messages)
    if version > VERSION:
        raise StorageError(f"conversation {conversation_id} was written by a newer ralex", hint="update ralex")
    return about, messages


def _summary(conversation_id: str, db: JournalDB) -> ConversationSummary:
    """The list's row, without making whole messages of the documents."""
    about, docs = _contents(conversation_id, db)
    try:
        created = datetime.fromisoformat(about["created"])
        return ConversationSummary(
            id=conversation_id,
            title=_title(about, docs),
            created=created,
            updated=max((datetime.fromisoformat(doc["at"]) for doc in docs), default=created),
            n_messages=len(docs),
            cost=_cost(docs),
            mode=Mode(about["mode"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _senseless(conversation_id) from error


def _cost(docs: list[Doc]) -> Figure:
    figures = [figure_of(doc["cost"]) for doc in docs if "cost" in doc]
    return Figure.total(figures) if figures else Figure(Usd(0), Accuracy.EXACT)


def _title(about: Mapping[str, Any], docs: list[Doc]) -> str:
    """The title the user gave, else one made from the first question; empty without either."""
    if about["title"]:
        return str(about["title"])
    question = next((doc.get("text", "") for doc in docs if doc["role"] == Role.USER), "")
    return title_from(question) if question else ""


def _senseless(conversation_id: str) -> StorageError:
    return StorageError(
        f"conversation {conversation_id} holds something that makes no sense to this version",
        hint="restore its file from a copy, or update ralex",
    )
