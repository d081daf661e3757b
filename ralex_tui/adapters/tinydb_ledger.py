"""The ledger in TinyDB: a journal a day, shared by every process on the data folder.

    ledger/2026-10-17.journal   the day's records, only ever appended
    ledger/lock                 held by whoever decides and appends, for whichever day
    owners/<id>.lock            held for a process's whole life: who can take it knows that process is dead

One lock for all days, so that limits over several days (month, conversation) are decided safely too.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, is_same_file, locked_file, storage_error
from ralex_tui.adapters.journal_storage import open_db
from ralex_tui.adapters.ledger_codec import record_doc, record_of
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.errors import LedgerUnreadable, StorageError
from ralex_tui.domain.ids import is_id, new_id
from ralex_tui.domain.ledger import Correction, Record, Settlement
from ralex_tui.domain.remarks import Verdict

if TYPE_CHECKING:
    from ralex_tui.adapters.ledger_sums import LedgerSums, Stamp
    from ralex_tui.domain.tally import Tally

_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.journal")
_TABLE = "records"

# Days kept in memory: a month and what recovery looks at.
_DAYS_KEPT = 40


class TinydbLedger:
    """See `ports.stores.LedgerStore`. Not for two threads at once; `fingerprint` and `is_alive` excepted.

    Args:
        folder: Of the days' journals.
        owners: Of the lock files by which processes tell who lives. May be lost: then the holds of
            living processes look abandoned, and are charged in full.
        sums: The folder of the days' cached tallies; may be lost at any time. None for no cache.
    """

    def __init__(
        self,
        folder: Path,
        owners: Path,
        *,
        sums: Path | None = None,
        disk: Disk = REAL_DISK,
        lock_timeout_s: float = LOCK_TIMEOUT_S,
    ) -> None:
        self.owner = new_id()
        self._folder = folder
        self._owners = owners
        self._disk = disk
        self._lock_timeout_s = lock_timeout_s
        self._sums_folder = sums
        self._sums_known: LedgerSums | None = None
        self._days: OrderedDict[date, _Day] = OrderedDict()
        self._life: int | None = None

    def read(self, day: date) -> DayBook:
        with self._as_unreadable():
            return self._day(day).refreshed()

    def commit(self, day: date, decide: Callable[[DayBook], Sequence[Record]]) -> DayBook:
        with self._as_unreadable(), self._locked():
            held = self._day(day)
            # A day gets its file with its first record, so that a refusal leaves no trace of it.
            with held.db.exclusive() if held.path.exists() else nullcontext():
                records = decide(held.refreshed())
                for record in records:
                    if not isinstance(record, Settlement | Correction | Verdict) and record.day != day:
                        raise ValueError(f"a record of {record.day} in the book of {day}")
                if records:
                    held.table.insert_multiple([record_doc(record) for record in records])
                return held.refreshed()

    def tallies(self, days: Sequence[date]) -> list[Tally]:
        found = [self._tally(day) for day in days]
        if self._sums is not None:
            self._sums.save()
        return found

    def _tally(self, day: date) -> Tally:
        # Imported here, as the cache below: nobody looks back before the first paint.
        from ralex_tui.domain.tally import Tally

        # Taken before the reading: what is written meanwhile makes the tally stale, not wrong.
        stamp, sums = self._stamp(day), self._sums
        known = sums.get(day, stamp) if sums is not None and stamp is not None else None
        if known is not None:
            return known
        tally = Tally.of(self.read(day))
        if sums is not None and stamp is not None:
            sums.put(day, stamp, tally)
        return tally

    @property
    def _sums(self) -> LedgerSums | None:
        """The cache of tallies; None for none."""
        if self._sums_known is None and self._sums_folder is not None:
            from ralex_tui.adapters.ledger_sums import LedgerSums

            self._sums_known = LedgerSums(self._sums_folder, disk=self._disk)
        return self._sums_known

    def days(self) -> list[date]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LedgerUnreadable(f"the folder of the ledger can't be read: {error.strerror}") from error
        days = []
        for found in map(_FILE.fullmatch, names):
            if found is not None:
                with suppress(ValueError):
                    days.append(date.fromisoformat(found[1]))
        return sorted(days)

    def fingerprint(self, day: date) -> object:
        """The file's number, size and time of change; None while there is no file."""
        return self._stamp(day)

    def _stamp(self, day: date) -> Stamp | None:
        try:
            # Not by Path: the review asks for the stamps of a year.
            found = os.stat(f"{self._folder}/{day.isoformat()}.journal")
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def is_alive(self, owner: str) -> bool:
        if owner == self.owner:
            return True
        if not is_id(owner):
            return False
        try:
            fd = self._disk.open(self._owner_file(owner), os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # not known to be dead: its holds stay held
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(fd)

    def close(self) -> None:
        """Let go of the owner's name. Holds still open under it count as abandoned from now on."""
        if self._life is not None:
            with suppress(OSError):
                self._disk.unlink(self._owner_file(self.owner))
            os.close(self._life)
            self._life = None
        self._days.clear()
        if self._sums_known is not None:
            self._sums_known.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._folder / "lock"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._begin_life()
        except OSError as error:
            raise storage_error("the ledger's folder", "written", error) from error
        try:
            with locked_file(self._disk, lock, os.O_RDWR | os.O_CREAT, self._lock_timeout_s):
                yield
        except OSError as error:
            raise storage_error("ledger/lock", "taken", error) from error

    def _begin_life(self) -> None:
        """Take the owner's lock file, before anything is reserved under that name."""
        if self._life is not None:
            return
        self._owners.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep()
        path = self._owner_file(self.owner)
        while self._life is None:
            fd = self._disk.open(path, os.O_RDWR | os.O_CREAT)
            fcntl.flock(fd, fcntl.LOCK_EX)
            # Another process may have swept the file away between the two calls.
            if is_same_file(fd, path):
                self._life = fd
            else:
                os.close(fd)

    def _sweep(self) -> None:
        """Remove the lock files of the dead; a missing one says the same."""
        for path in self._owners.glob("*.lock"):
            fd = None
            with suppress(OSError):
                fd = self._disk.open(path, os.O_RDWR)
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._disk.unlink(path)
            if fd is not None:
                os.close(fd)

    def _day(self, day: date) -> _Day:
        held = self._days.get(day)
        if held is None:
            held = self._days[day] = _Day(day, self._path(day), self._disk, self._lock_timeout_s)
            while len(self._days) > _DAYS_KEPT:
                self._days.popitem(last=False)
        self._days.move_to_end(day)
        return held

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.journal"

    def _owner_file(self, owner: str) -> Path:
        return self._owners / f"{owner}.lock"

    @contextmanager
    def _as_unreadable(self) -> Iterator[None]:
        try:
            yield
        except LedgerUnreadable:
            raise
        except StorageError as error:
            raise LedgerUnreadable(
                f"{error.message}; no paid request leaves until that is mended", hint=error.hint
            ) from error


class _Day:
    """A day's TinyDB and the book made of it, which takes in only what is new."""

    def __init__(self, day: date, path: Path, disk: Disk, lock_timeout_s: float) -> None:
        self.day = day
        self.path = path
        self.db = open_db(path, disk=disk, lock_timeout_s=lock_timeout_s)
        self.table = self.db.records(_TABLE)
        self._book = DayBook(day)
        self._epoch = -1
        self._n_applied = 0

    def refreshed(self) -> DayBook:
        docs = self.db.storage.table(_TABLE)
        if self._epoch != self.db.storage.epoch:
            self._epoch = self.db.storage.epoch
            self._book = DayBook(self.day)
            self._n_applied = 0
        try:
            # Records are numbered from 1 without gaps, for none is ever removed.
            for number in range(self._n_applied + 1, len(docs) + 1):
                self._apply(record_of(docs[str(number)]))
                self._n_applied = number
        except (KeyError, TypeError, ValueError) as error:
            raise LedgerUnreadable(
                f"the ledger of {self.day} holds a record that makes no sense to this version",
                hint="a newer ralex may have written it: update, or restore the file from a copy",
            ) from error
        return self._book

    def _apply(self, record: Record) -> None:
        if not isinstance(record, Settlement | Correction | Verdict) and record.day != self.day:
            raise ValueError(f"a record of {record.day}")
        self._book.apply(record)
