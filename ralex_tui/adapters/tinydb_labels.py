"""The labels in TinyDB, on one journal that all processes share: numbers and ids, never a word of a prompt."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from ralex_tui.adapters.codec import Doc, time_of
from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, storage_error
from ralex_tui.adapters.journal_storage import JournalTable, open_db
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.labels import Label
from ralex_tui.domain.models import Tier

VERSION = 1
_TABLE = "labels"

# Of a feature; more would tell nothing.
_DIGITS = 4


class TinydbLabels:
    """See `ports.labels.LabelStore`. Not for two threads at once; `fingerprint` excepted."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._path = path
        self._disk = disk
        self._db = open_db(path, disk=disk, lock_timeout_s=lock_timeout_s)

    def all(self) -> list[Label]:
        try:
            return [_label_of(doc) for doc in self._table]
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(
                "the labels that Auto learns from hold something that makes no sense to this version",
                hint="update ralex, or forget them: ralex route --reset",
            ) from error

    def put(self, label: Label) -> None:
        with self._db.exclusive():
            known = self._numbers(label.answer)
            if known:
                self._table.replace(_label_doc(label), known[0])
            else:
                self._table.insert(_label_doc(label))

    def remove(self, answer: str) -> None:
        if not self._path.exists():
            return
        with self._db.exclusive():
            self._table.remove(doc_ids=self._numbers(answer))

    def clear(self) -> int:
        n_labels = 0
        with suppress(StorageError):
            n_labels = len(self._table)
        try:
            # The file goes, and not its documents alone: a journal keeps the lines that were before.
            self._disk.unlink(self._path)
            if self._path.parent.exists():
                self._disk.sync_folder(self._path.parent)
        except OSError as error:
            raise storage_error(self._path.name, "removed", error) from error
        return n_labels

    def fingerprint(self) -> object:
        """The file's number, size and time of change; None while there is no file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    @property
    def _table(self) -> JournalTable:
        return self._db.records(_TABLE)

    def _numbers(self, answer: str) -> list[int]:
        return [doc.doc_id for doc in self._table if doc.get("answer") == answer]


def _label_doc(label: Label) -> dict[str, Any]:
    return {
        "v": VERSION,
        "id": label.id,
        "at": label.at.isoformat(),
        "answer": label.answer,
        "tier": label.tier,
        "score": label.score,
        "features": [round(value, _DIGITS) for value in label.features],
        "version": label.version,
        "needed": label.is_needed,
        "source": label.source,
    }


def _label_of(doc: Doc) -> Label:
    if doc["v"] != VERSION:
        raise ValueError("a label of another version")
    return Label(
        id=doc["id"],
        at=time_of(doc["at"]),
        answer=doc["answer"],
        tier=Tier(doc["tier"]),
        score=float(doc["score"]),
        features=tuple(float(value) for value in doc["features"]),
        version=doc["version"],
        is_needed=bool(doc["needed"]),
        source=doc["source"],
    )
