"""What each day came to, kept from start to start so that a year is not read for its sums. A cache, never the truth.

    sums/2026-10.json   a month's tallies, each good while its day's file is as it was

No limit is decided by it: those read the books.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.savings import add_picks
from ralex_tui.domain.tally import Tally, key_of
from ralex_tui.domain.usage import ROW_LENGTH, Row

_log = logging.getLogger(__name__)

Stamp: TypeAlias = tuple[int, int, int]
"""A file's number, size and time of change (ns): a day's tally is good while they are the same."""

# To be raised whenever the numbers of a tally come to mean something else.
_VERSION = 2

# Fewer new days of a month than this are not worth a write before the end.
_SAVE_FROM = 5

_N_STAMP = 3
_RECORD_LENGTH = 10


@dataclass(slots=True)
class _Month:
    days: dict[date, tuple[Stamp, Tally]]
    unsaved: set[date] = field(default_factory=set)


class LedgerSums:
    """Tallies by day, a month of them loaded at the first use of one."""

    def __init__(self, folder: Path, *, disk: Disk = REAL_DISK) -> None:
        self._folder = folder
        self._disk = disk
        self._months: dict[str, _Month] = {}

    def get(self, day: date, stamp: Stamp) -> Tally | None:
        """The day's tally, if its file still is as it was."""
        known = self._month(day).days.get(day)
        return known[1] if known is not None and known[0] == stamp else None

    def put(self, day: date, stamp: Stamp, tally: Tally) -> None:
        month = self._month(day)
        month.days[day] = stamp, tally
        month.unsaved.add(day)

    def save(self) -> None:
        """Write the months in which enough has changed. A failure is logged: nothing is lost with a cache."""
        for name, month in self._months.items():
            if len(month.unsaved) >= _SAVE_FROM:
                self._write(name, month)

    def close(self) -> None:
        """Write what else has changed. The newest day is left out: it goes on changing."""
        newest = max((day for month in self._months.values() for day in month.days), default=None)
        for name, month in self._months.items():
            if month.unsaved - {newest}:
                self._write(name, month)
        self._months.clear()

    def _write(self, name: str, month: _Month) -> None:
        month.unsaved.clear()
        days = {day.isoformat(): [*stamp, *_fields(tally)] for day, (stamp, tally) in month.days.items()}
        try:
            write_atomic(self._path(name), {"v": _VERSION, "days": days}, disk=self._disk)
        except StorageError as error:
            _log.warning("the ledger's sums are not cached: %s", error.message)

    def _month(self, day: date) -> _Month:
        name = f"{day:%Y-%m}"
        month = self._months.get(name)
        if month is None:
            try:
                days = _days_of(read_atomic(self._path(name)))
            except (StorageError, AttributeError, KeyError, TypeError, ValueError) as error:
                _log.warning("the ledger's cached sums are of no use: %s", error)
                days = {}
            month = self._months[name] = _Month(days)
        return month

    def _path(self, month: str) -> Path:
        return self._folder / f"{month}.json"


def _days_of(saved: Any) -> dict[date, tuple[Stamp, Tally]]:
    if saved is None or saved["v"] != _VERSION:
        return {}
    return {
        date.fromisoformat(day): (tuple(row[:_N_STAMP]), _tally(*row[_N_STAMP:])) for day, row in saved["days"].items()
    }


def _fields(tally: Tally) -> list[Any]:
    rows = [tally.models, tally.conversations, tally.kinds, tally.picks, tally.records]
    return [*rows, tally.first, tally.speeds, tally.limit, tally.granted, tally.granted_month]


def _tally(
    models: dict[str, Row],
    conversations: dict[str, Row],
    kinds: dict[str, Row],
    picks: Row,
    records: dict[str, Row],
    *others: Any,
) -> Tally:
    """The tally of such fields.

    Raises:
        ValueError: If a row is not as long as it has to be.
        TypeError: If something is of another type.
    """
    for name in models:
        key_of(name)
    _check((models, conversations, kinds), ROW_LENGTH)
    _check((records,), _RECORD_LENGTH)
    if len(picks) != len(add_picks(())):
        raise ValueError("picks of another length")
    return Tally(models, conversations, kinds, picks, records, *others)


def _check(groups: tuple[Mapping[str, Row], ...], length: int) -> None:
    if any(set(map(len, rows.values())) - {length} for rows in groups):
        raise ValueError("a row of another length")
