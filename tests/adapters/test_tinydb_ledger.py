"""The ledger on disk: what is written comes back exactly, and what can't be trusted is refused."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

import pytest

from ralex_tui.adapters.disk import REAL_DISK, Disk, locked_file
from ralex_tui.adapters.journal_storage import open_db
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage
from tests.adapters.failing_disk import FailingDisk, OneSyncFails, ReadOnlyDisk
from tests.samples import DAY, NOON, raise_of, reservation, settlement

NEXT_DAY = DAY + timedelta(days=1)


class Ledgers:
    """Stores on one folder, as if each were a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[TinydbLedger] = []

    def open(self, disk: Disk = REAL_DISK, lock_timeout_s: float = 5) -> TinydbLedger:
        store = TinydbLedger(self.folder / "ledger", self.folder / "owners", disk=disk, lock_timeout_s=lock_timeout_s)
        self.opened.append(store)
        return store

    def file(self, day: date = DAY) -> Path:
        return self.folder / "ledger" / f"{day}.journal"


@pytest.fixture
def ledgers(tmp_path: Path) -> Iterator[Ledgers]:
    made = Ledgers(tmp_path)
    yield made
    for store in made.opened:
        store.close()


def add(store: TinydbLedger, *records: Record) -> DayBook:
    return store.commit(DAY, lambda _: records)


def refuse(_: DayBook) -> list[Record]:
    raise BudgetExceeded("nothing is left")


def test_ledger_gives_back_every_field_of_every_record(ledgers: Ledgers) -> None:
    long = Rates(Usd(1), Usd(2), Usd(3), Usd(4), Usd(5))
    price = Price(long, "openrouter", DAY, Rates(Usd(6), Usd(7)), 200_000, Usd(8))
    at = NOON.astimezone(timezone(timedelta(hours=5, minutes=45))).replace(microsecond=123_456)
    held = reservation(price=price, at=at, tier=Tier.SMART, is_auto=True, conversation="", owner="")
    settled = settlement(
        held,
        at=at,
        accuracy=Accuracy.EXACT,
        outcome=Outcome.STOPPED,
        usage=TokenUsage(5, 4, 3, 2, 1),
        computed=Usd(0),
        reported=Usd(7),
        first_token_s=0.25,
        duration_s=0.0,
    )
    plain = reservation(price=Price(Rates(Usd(0), Usd(0)), source=""))
    more = raise_of("1.5", why="")

    add(ledgers.open(), held, settled, plain, more)
    book = ledgers.open().read(DAY)

    assert [(entry.reservation, entry.settlement) for entry in book.entries.values()] == [
        (held, settled),
        (plain, None),
    ]
    assert book.raises == {more.id: more}
    assert book.entries[held.id].reservation.at.utcoffset() == at.utcoffset()


def test_ledger_of_a_day_without_records_is_empty_and_leaves_no_file(ledgers: Ledgers) -> None:
    store = ledgers.open()

    assert store.read(DAY) == DayBook(DAY)
    assert store.days() == []
    assert store.fingerprint(DAY) is None


def test_refusal_passes_through_and_leaves_no_file(ledgers: Ledgers) -> None:
    store = ledgers.open()

    with pytest.raises(BudgetExceeded):
        store.commit(DAY, refuse)

    assert store.days() == []


def test_commit_decides_on_what_others_wrote(ledgers: Ledgers) -> None:
    first, second = ledgers.open(), ledgers.open()
    add(first, reservation())
    add(second, reservation())
    seen: list[int] = []

    def look(book: DayBook) -> list[Record]:
        seen.append(len(book.entries))
        return [reservation()]

    book = first.commit(DAY, look)

    assert seen == [2]
    assert len(book.entries) == 3


def test_read_follows_what_others_write(ledgers: Ledgers) -> None:
    reader, writer = ledgers.open(), ledgers.open()
    held = reservation()
    add(writer, held)
    assert reader.read(DAY).held == held.amount

    add(writer, settlement(held))

    assert reader.read(DAY).held == Usd(0)
    assert reader.read(DAY).spent.amount == Usd.parse("0.001")


def test_fingerprint_changes_with_the_book_and_only_then(ledgers: Ledgers) -> None:
    store, other = ledgers.open(), ledgers.open()
    add(other, reservation())
    before = store.fingerprint(DAY)
    assert store.fingerprint(DAY) == before

    add(other, reservation())

    assert store.fingerprint(DAY) != before


def test_days_are_those_with_files_of_ours(ledgers: Ledgers) -> None:
    store = ledgers.open()
    store.commit(NEXT_DAY, lambda _: [reservation(day=NEXT_DAY)])
    add(store, reservation())
    for name in ("2026-13-01.journal", "2026-01-01.journal.bak", "notes.txt"):
        (ledgers.folder / "ledger" / name).touch()

    assert store.days() == [DAY, NEXT_DAY]


def test_commits_to_different_days_exclude_each_other(ledgers: Ledgers) -> None:
    store, late = ledgers.open(), ledgers.open(lock_timeout_s=0.05)
    refused: list[LedgerUnreadable] = []

    def meanwhile(_: DayBook) -> list[Record]:
        with pytest.raises(LedgerUnreadable, match="can't be locked") as caught:
            late.commit(NEXT_DAY, lambda _: [reservation(day=NEXT_DAY)])
        refused.append(caught.value)
        return [reservation()]

    store.commit(DAY, meanwhile)

    assert "another ralex" in refused[0].hint
    assert store.days() == [DAY]


def test_decision_may_read_other_days(ledgers: Ledgers) -> None:
    store = ledgers.open()
    add(store, reservation())

    store.commit(NEXT_DAY, lambda _: [reservation(day=NEXT_DAY)] * len(store.read(DAY).entries))

    assert store.days() == [DAY, NEXT_DAY]


def test_record_of_another_day_is_a_bug_and_is_not_written(ledgers: Ledgers) -> None:
    store = ledgers.open()

    with pytest.raises(ValueError, match="2026-03-15"):
        add(store, reservation(day=NEXT_DAY))

    assert store.days() == []


def test_file_copied_to_another_day_is_refused(ledgers: Ledgers) -> None:
    store = ledgers.open()
    add(store, reservation())
    ledgers.file(NEXT_DAY).write_bytes(ledgers.file(DAY).read_bytes())

    with pytest.raises(LedgerUnreadable, match="makes no sense"):
        store.read(NEXT_DAY)


@pytest.mark.parametrize(
    "spoilt",
    [{"v": 2}, {"kind": "refund"}, {"amount": "1.00"}, {"amount": 1.5}, {"at": "2026-03-14"}, {"tier": "dear"}],
)
def test_record_of_an_unknown_form_is_refused(ledgers: Ledgers, spoilt: dict[str, object]) -> None:
    store = ledgers.open()
    add(store, reservation())
    open_db(ledgers.file()).records("records").update(spoilt)

    for again in (store, ledgers.open()):
        with pytest.raises(LedgerUnreadable, match="makes no sense"):
            again.commit(DAY, lambda _: [reservation()])


def test_flipped_byte_stops_paid_requests_and_removes_nothing(ledgers: Ledgers) -> None:
    add(ledgers.open(), reservation(), reservation())
    whole = ledgers.file().read_bytes()
    flipped = whole[:200] + bytes([whole[200] ^ 4]) + whole[201:]
    ledgers.file().write_bytes(flipped)

    with pytest.raises(LedgerUnreadable, match="no paid request leaves") as refused:
        add(ledgers.open(), reservation())

    assert ledgers.file().read_bytes() == flipped
    assert "restore it from a copy" in refused.value.hint


def test_emptied_file_is_refused_and_not_taken_for_a_fresh_day(ledgers: Ledgers) -> None:
    add(ledgers.open(), reservation())
    ledgers.file().write_bytes(b"")

    with pytest.raises(LedgerUnreadable, match="damaged"):
        add(ledgers.open(), reservation())


def test_torn_tail_at_every_byte_keeps_what_was_acknowledged(ledgers: Ledgers) -> None:
    first, last, new = reservation(), reservation(), reservation()
    store = ledgers.open()
    add(store, first)
    n_safe = ledgers.file().stat().st_size
    add(store, last)
    whole = ledgers.file().read_bytes()

    for size in range(n_safe, len(whole)):
        ledgers.file().write_bytes(whole[:size])
        book = add(store, new)
        assert list(book.entries) == [first.id, *([last.id] if size == len(whole) - 1 else []), new.id]
        assert ledgers.open().read(DAY) == book


def test_batch_is_written_whole_or_not_at_all_at_every_failing_step(ledgers: Ledgers) -> None:
    clean = FailingDisk()
    held = [reservation() for _ in range(3)]
    add(ledgers.open(clean), *held)
    ledgers.file().unlink()

    for step in range(1, len(clean.steps) + 1):
        store = ledgers.open(FailingDisk(step))
        with pytest.raises(LedgerUnreadable, match="no paid request leaves"):
            add(store, *held)
        assert len(ledgers.open().read(DAY).entries) in (0, 3)
        assert store.read(DAY) == ledgers.open().read(DAY)
        store.close()
        ledgers.file().unlink(missing_ok=True)


def test_full_disk_says_so_and_later_works_again(ledgers: Ledgers) -> None:
    disk = FailingDisk()
    store = ledgers.open(disk)
    add(store, reservation())
    disk.fail_at = len(disk.steps) + 2  # the lock file is opened first, then the record written

    with pytest.raises(LedgerUnreadable, match="No space left on device") as refused:
        add(store, reservation())

    assert "free some space" in refused.value.hint
    assert len(add(store, reservation()).entries) == 2


def test_failed_sync_stops_this_process_from_writing(ledgers: Ledgers) -> None:
    add(ledgers.open(), reservation())
    store = ledgers.open(OneSyncFails())
    with pytest.raises(LedgerUnreadable, match="Input/output error"):
        add(store, reservation())

    with pytest.raises(LedgerUnreadable, match="written no more"):
        add(store, reservation())


def test_read_only_folder_refuses_to_reserve_and_still_reads(ledgers: Ledgers) -> None:
    add(ledgers.open(), reservation())
    store = ledgers.open(ReadOnlyDisk())

    with pytest.raises(LedgerUnreadable, match="Read-only file system"):
        add(store, reservation())

    assert len(store.read(DAY).entries) == 1


def test_folder_that_can_not_be_listed_is_refused(ledgers: Ledgers) -> None:
    (ledgers.folder / "ledger").touch()

    with pytest.raises(LedgerUnreadable, match="folder of the ledger"):
        ledgers.open().days()


def test_owner_is_alive_until_it_closes(ledgers: Ledgers) -> None:
    store, other = ledgers.open(), ledgers.open()
    assert not other.is_alive(store.owner)

    add(store, reservation())
    assert other.is_alive(store.owner)
    assert store.is_alive(store.owner)

    store.close()
    assert not other.is_alive(store.owner)
    assert not list((ledgers.folder / "owners").iterdir())


@pytest.mark.parametrize("name", ["", "../ledger/lock", "x" * 5_000, "0" * 20])
def test_owner_that_never_was_is_not_alive(ledgers: Ledgers, name: str) -> None:
    assert not ledgers.open().is_alive(name)


def test_owner_that_can_not_be_looked_at_is_not_taken_for_dead(ledgers: Ledgers) -> None:
    class Forbidding(Disk):
        def open(self, path: Path, flags: int) -> int:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    assert ledgers.open(Forbidding()).is_alive(new_id())


def test_lock_files_of_the_dead_are_swept_and_those_of_the_living_stay(ledgers: Ledgers) -> None:
    living = ledgers.open()
    add(living, reservation())
    dead = ledgers.folder / "owners" / f"{new_id()}.lock"
    dead.touch()

    newcomer = ledgers.open()
    add(newcomer, reservation())

    names = {path.stem for path in (ledgers.folder / "owners").iterdir()}
    assert names == {living.owner, newcomer.owner}


Process: TypeAlias = "subprocess.Popen[str]"

OWNER = """
import sys
from pathlib import Path
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from tests.samples import DAY, reservation
folder = Path(sys.argv[1])
store = TinydbLedger(folder / "ledger", folder / "owners")
store.commit(DAY, lambda _: [reservation(owner=store.owner)])
print(store.owner, flush=True)
sys.stdin.read()
"""


def test_owner_dies_with_its_process(ledgers: Ledgers) -> None:
    command = [sys.executable, "-c", OWNER, str(ledgers.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().strip()
        store = ledgers.open()
        assert store.is_alive(owner)

        process.send_signal(signal.SIGKILL)
        process.wait()

        assert not store.is_alive(owner)
        assert [entry.reservation.owner for entry in store.read(DAY).open_entries] == [owner]


def test_ledger_lock_held_elsewhere_is_a_sentence(ledgers: Ledgers) -> None:
    add(ledgers.open(), reservation())
    late = ledgers.open(lock_timeout_s=0.05)

    with (
        locked_file(REAL_DISK, ledgers.folder / "ledger" / "lock", os.O_RDWR),
        pytest.raises(LedgerUnreadable, match=r"kept its lock for 0\.05 s"),
    ):
        add(late, reservation())
