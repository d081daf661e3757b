"""The list of conversations, kept from start to start so that only changed files are read. A cache, never the truth."""

from __future__ import annotations

import logging
from collections.abc import Container
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.codec import figure_doc, figure_of
from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.domain.conversation import ConversationSummary
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.models import Mode

_log = logging.getLogger(__name__)

Stamp: TypeAlias = tuple[int, int, int]
"""A file's number, size and time of change (ns): a row is good while they are the same."""

_VERSION = 1

# Fewer new rows than this are not worth a write: the next start reads those few files again.
_SAVE_FROM = 10


class ConversationIndex:
    """Rows by conversation id, loaded at first use."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._disk = disk
        self._rows: dict[str, tuple[Stamp, ConversationSummary]] | None = None
        self._n_unsaved = 0

    def get(self, conversation_id: str, stamp: Stamp) -> ConversationSummary | None:
        """The row, if the file still is as it was."""
        known = self._loaded().get(conversation_id)
        return known[1] if known is not None and known[0] == stamp else None

    def put(self, conversation_id: str, stamp: Stamp, row: ConversationSummary) -> None:
        self._loaded()[conversation_id] = (stamp, row)
        self._n_unsaved += 1

    def keep_only(self, ids: Container[str]) -> None:
        """Drop the rows of conversations that are gone."""
        gone = [conversation_id for conversation_id in self._loaded() if conversation_id not in ids]
        for conversation_id in gone:
            del self._loaded()[conversation_id]
        self._n_unsaved += len(gone)

    def save(self) -> None:
        """Write it, once enough has changed. A failure is logged: nothing is lost with a cache."""
        if self._n_unsaved < _SAVE_FROM:
            return
        self._n_unsaved = 0
        rows = {key: [*stamp, *_fields(row)] for key, (stamp, row) in self._loaded().items()}
        try:
            write_atomic(self._path, {"v": _VERSION, "rows": rows}, disk=self._disk)
        except StorageError as error:
            _log.warning("the list of conversations is not cached: %s", error.message)

    def _loaded(self) -> dict[str, tuple[Stamp, ConversationSummary]]:
        if self._rows is None:
            try:
                self._rows = _rows_of(read_atomic(self._path))
            except (StorageError, KeyError, TypeError, ValueError) as error:
                _log.warning("the cached list of conversations is of no use: %s", error)
                self._rows = {}
        return self._rows


def _rows_of(saved: Any) -> dict[str, tuple[Stamp, ConversationSummary]]:
    if saved is None or saved["v"] != _VERSION:
        return {}
    return {key: ((row[0], row[1], row[2]), _row(key, row[3:])) for key, row in saved["rows"].items()}


def _fields(row: ConversationSummary) -> list[Any]:
    return [row.title, row.created, row.updated, row.n_messages, figure_doc(row.cost), row.mode]


def _row(conversation_id: str, fields: list[Any]) -> ConversationSummary:
    title, created, updated, n_messages, cost, mode = fields
    created, updated = datetime.fromisoformat(created), datetime.fromisoformat(updated)
    return ConversationSummary(conversation_id, title, created, updated, n_messages, figure_of(cost), Mode(mode))
