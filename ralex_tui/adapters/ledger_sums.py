"""What each day came to, kept from start to start so that a year is not read for its sums. A cache, never the truth.

No limit is decided by it: those read the books.
"""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.codec import figure_doc, figure_of, usd_of
from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.models import Tier
from ralex_tui.domain.usage import DaySums, Sum

_log = logging.getLogger(__name__)

Stamp: TypeAlias = tuple[int, int, int]
"""A file's number, size and time of change (ns): a day's sums are good while they are the same."""

_VERSION = 1

# Fewer new days than this are not worth a write: the next start adds those few up again.
_SAVE_FROM = 5


class LedgerSums:
    """Sums by day, loaded at first use."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._disk = disk
        self._days: dict[date, tuple[Stamp, DaySums]] | None = None
        self._n_unsaved = 0

    def get(self, day: date, stamp: Stamp) -> DaySums | None:
        """The day's sums, if its file still is as it was."""
        known = self._loaded().get(day)
        return known[1] if known is not None and known[0] == stamp else None

    def put(self, day: date, stamp: Stamp, sums: DaySums) -> None:
        self._loaded()[day] = (stamp, sums)
        self._n_unsaved += 1

    def save(self) -> None:
        """Write it, once enough has changed. A failure is logged: nothing is lost with a cache."""
        if self._n_unsaved < _SAVE_FROM:
            return
        self._n_unsaved = 0
        days = {
            day.isoformat(): [*stamp, [[tier, model, *_fields(part)] for (tier, model), part in sums.items()]]
            for day, (stamp, sums) in self._loaded().items()
        }
        try:
            write_atomic(self._path, {"v": _VERSION, "days": days}, disk=self._disk)
        except StorageError as error:
            _log.warning("the ledger's sums are not cached: %s", error.message)

    def _loaded(self) -> dict[date, tuple[Stamp, DaySums]]:
        if self._days is None:
            try:
                self._days = _days_of(read_atomic(self._path))
            except (StorageError, KeyError, TypeError, ValueError) as error:
                _log.warning("the ledger's cached sums are of no use: %s", error)
                self._days = {}
        return self._days


def _days_of(saved: Any) -> dict[date, tuple[Stamp, DaySums]]:
    if saved is None or saved["v"] != _VERSION:
        return {}
    return {
        date.fromisoformat(day): ((row[0], row[1], row[2]), {(Tier(p[0]), p[1]): _sum(p[2:]) for p in row[3]})
        for day, row in saved["days"].items()
    }


def _fields(part: Sum) -> list[Any]:
    amounts = [part.held.nano, part.saved.nano, part.variance.nano]
    return [part.n_answers, figure_doc(part.cost), *amounts, part.n_input, part.n_output, part.n_overruns]


def _sum(fields: list[Any]) -> Sum:
    n_answers, cost, held, saved, variance, n_input, n_output, n_overruns = fields
    return Sum(n_answers, figure_of(cost), usd_of(held), n_input, n_output, usd_of(saved), n_overruns, usd_of(variance))
