"""The journal file: what was acknowledged is there, whatever happened to the process or the disk."""

from __future__ import annotations

import errno
import os
import random
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

from ralex_tui.adapters.disk import REAL_DISK, Disk, LockTimeout, locked_file
from ralex_tui.adapters.journal import Event, Journal
from ralex_tui.domain.errors import StorageError
from tests.adapters.failing_disk import FailingDisk, OneSyncFails, ReadOnlyDisk


class Numbers:
    """A state that keeps the events' numbers."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def reset(self) -> None:
        self.seen = []

    def apply(self, event: Event) -> None:
        self.seen.append(event["n"])

    def snapshot(self) -> Event | None:
        return None


class Total:
    """A state that a snapshot makes short: the sum of all numbers."""

    def __init__(self) -> None:
        self.total = 0
        self.n_applied = 0

    def reset(self) -> None:
        self.total = 0
        self.n_applied = 0

    def apply(self, event: Event) -> None:
        self.total = event["snapshot"] if "snapshot" in event else self.total + event["n"]
        self.n_applied += 1

    def snapshot(self) -> Event | None:
        return {"snapshot": self.total} if self.n_applied % 10 == 0 else None


def opened(path: Path, disk: Disk = REAL_DISK) -> tuple[Journal, Numbers]:
    state = Numbers()
    return Journal(path, state, disk=disk, lock_timeout_s=5), state


def append(journal: Journal, *numbers: int) -> None:
    with journal.exclusive():
        for number in numbers:
            journal.append({"n": number})


def append_each(journal: Journal, numbers: tuple[int, ...], acknowledged: list[int]) -> None:
    for number in numbers:
        append(journal, number)
        acknowledged.append(number)


def numbers_in(path: Path) -> list[int]:
    journal, state = opened(path)
    journal.refresh()
    return state.seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "a.journal"


def test_journal_gives_back_what_was_appended(path: Path) -> None:
    journal, state = opened(path)

    append(journal, 1, 2)
    append(journal, 3)

    assert state.seen == numbers_in(path) == [1, 2, 3]


def test_journal_is_for_its_owner_alone(path: Path) -> None:
    append(opened(path)[0], 1)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["a.journal"]


def test_journal_that_does_not_exist_is_empty_and_reading_does_not_make_it(path: Path) -> None:
    assert numbers_in(path) == []
    assert not path.exists()


def test_journal_follows_what_another_appends(path: Path) -> None:
    (writer, _), (reader, state) = opened(path), opened(path)
    append(writer, 1)
    reader.refresh()

    append(writer, 2)
    reader.refresh()

    assert state.seen == [1, 2]


def test_journal_sees_what_another_appended_before_it_decides(path: Path) -> None:
    (first, _), (second, state) = opened(path), opened(path)
    append(second, 1)
    append(first, 2)

    with second.exclusive():
        seen = list(state.seen)

    assert seen == [1, 2]


def test_journal_reads_anew_when_the_file_was_replaced(path: Path) -> None:
    reader, state = opened(path)
    append(reader, 1, 2)
    other = path.with_name("b.journal")
    append(opened(other)[0], 7, 8, 9)

    os.replace(other, path)
    reader.refresh()

    assert state.seen == [7, 8, 9]


def test_journal_reads_anew_when_the_file_was_rewritten_in_place(path: Path) -> None:
    reader, state = opened(path)
    append(reader, 1, 2)
    other = path.with_name("b.journal")
    append(opened(other)[0], 7, 8, 9)

    path.write_bytes(other.read_bytes())
    reader.refresh()

    assert state.seen == [7, 8, 9]


def test_journal_is_empty_again_when_the_file_was_removed(path: Path) -> None:
    journal, state = opened(path)
    append(journal, 1)

    path.unlink()
    journal.refresh()

    assert state.seen == []


def test_empty_file_is_not_taken_for_a_new_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    with pytest.raises(StorageError, match="damaged at byte 0"):
        append(opened(path)[0], 1)

    assert path.read_bytes() == b""


def test_torn_tail_is_healed_at_every_byte(path: Path) -> None:
    append(opened(path)[0], 1, 2)
    whole = path.read_bytes()
    start_of_last = whole.rindex(b"\n", 0, -1) + 1

    for size in range(start_of_last, len(whole)):
        path.write_bytes(whole[:size])
        append(opened(path)[0], 3)
        # Only the newline is missing at the last size: then the record itself is kept.
        assert numbers_in(path) == ([1, 2, 3] if size == len(whole) - 1 else [1, 3])


def test_torn_tail_is_left_alone_by_readers(path: Path) -> None:
    append(opened(path)[0], 1)
    torn = path.read_bytes() + b"0000"
    path.write_bytes(torn)

    assert numbers_in(path) == [1]
    assert path.read_bytes() == torn


def test_reader_that_saw_a_torn_tail_sees_what_took_its_place(path: Path) -> None:
    append(opened(path)[0], 1)
    before = path.read_bytes()
    append(opened(path)[0], 2)
    n_bytes = path.stat().st_size - len(before)
    path.write_bytes(before + b"x" * n_bytes)
    reader, state = opened(path)
    reader.refresh()
    torn = path.stat()

    append(opened(path)[0], 5)
    os.utime(path, ns=(torn.st_atime_ns, torn.st_mtime_ns))
    reader.refresh()

    assert state.seen == [1, 5]


def test_flipped_byte_is_found_at_every_place_and_nothing_is_removed(path: Path) -> None:
    append(opened(path)[0], 1, 2, 3)
    whole = path.read_bytes()

    for place in range(len(whole) - 1):
        flipped = bytes([*whole[:place], whole[place] ^ 1, *whole[place + 1 :]])
        path.write_bytes(flipped)
        with pytest.raises(StorageError, match="damaged"):
            append(opened(path)[0], 4)
        assert path.read_bytes() == flipped


def test_flipped_last_newline_costs_no_record(path: Path) -> None:
    append(opened(path)[0], 1, 2)
    path.write_bytes(path.read_bytes()[:-1] + b"\x0b")

    append(opened(path)[0], 3)

    assert numbers_in(path) == [1, 2, 3]


@pytest.mark.parametrize("body", [b"[1,", b'{"n":\xff}', b"[]", b'{"m":1}', b"[" * 2_000])
def test_line_that_makes_no_sense_is_refused_though_its_checksum_is_right(path: Path, body: bytes) -> None:
    append(opened(path)[0], 1)
    with path.open("ab") as file:
        file.write(b"%08x %s\n" % (crc32(body), body))

    with pytest.raises(StorageError, match="makes no sense"):
        opened(path)[0].refresh()


def test_value_that_json_has_no_form_for_is_refused_and_nothing_is_written(path: Path) -> None:
    journal, state = opened(path)
    append(journal, 1)

    with pytest.raises(StorageError, match="can't be saved"):
        append(journal, 2**70)

    append(journal, 2)
    assert state.seen == numbers_in(path) == [1, 2]


def test_surrogates_and_nan_are_cleaned_before_saving(path: Path) -> None:
    journal, state = opened(path)

    with journal.exclusive():
        journal.append({"n": "a\ud800b \ud83d\ude00", "x": float("nan")})

    assert state.seen == ["a\ufffdb 😀"]  # type: ignore[comparison-overlap]  # this state keeps what comes
    assert path.read_bytes().endswith(b'"x":null}\n')


def test_replay_begins_at_the_last_snapshot(path: Path) -> None:
    journal = Journal(path, Total())
    append(journal, *range(25))
    state = Total()

    Journal(path, state).refresh()

    assert state.total == sum(range(25))
    assert state.n_applied < 10


@pytest.mark.parametrize("for_good", [False, True])
def test_every_failing_step_loses_nothing_acknowledged_and_leaves_a_readable_file(path: Path, for_good: bool) -> None:
    clean = FailingDisk()
    append(opened(path, clean)[0], 1, 2, 3)
    path.unlink()

    for step in range(1, len(clean.steps) + 1):
        journal, state = opened(path, FailingDisk(step, for_good=for_good))
        acknowledged: list[int] = []
        with pytest.raises(StorageError):
            append_each(journal, (1, 2, 3), acknowledged)
        journal.refresh()
        assert state.seen == numbers_in(path)
        append(opened(path)[0], 9)
        found = numbers_in(path)
        assert found[-1] == 9
        # A record whose sync failed may be there, unacknowledged; never less than was acknowledged.
        assert found[: len(acknowledged)] == acknowledged
        assert len(found) <= len(acknowledged) + 2
        path.unlink()


def test_half_written_line_is_taken_back(path: Path) -> None:
    append(opened(path)[0], 1)
    before = path.read_bytes()

    with pytest.raises(StorageError, match="No space left") as refused:
        append(opened(path, FailingDisk(1))[0], 2)

    assert path.read_bytes() == before
    assert "free some space" in refused.value.hint


def test_writing_goes_on_inside_the_lock_after_a_failed_line(path: Path) -> None:
    append(opened(path)[0], 1)
    journal, state = opened(path, FailingDisk(1))

    with journal.exclusive():
        with pytest.raises(StorageError):
            journal.append({"n": 2})
        journal.append({"n": 3})

    assert state.seen == numbers_in(path) == [1, 3]


def test_nothing_is_written_any_more_after_a_failed_sync(path: Path) -> None:
    append(opened(path)[0], 1)
    journal, _ = opened(path, OneSyncFails())
    with pytest.raises(StorageError, match="Input/output error"):
        append(journal, 2)

    with pytest.raises(StorageError, match="written no more"):
        append(journal, 3)

    assert 3 not in numbers_in(path)


def test_full_disk_is_a_sentence_and_costs_nothing(path: Path) -> None:
    append(opened(path)[0], 1)
    limit = path.stat().st_size + 30
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(StorageError, match="File too large"):
            append(opened(path)[0], 2, 3, 4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    append(opened(path)[0], 5)
    assert numbers_in(path) == [1, 2, 5]


def test_read_only_folder_is_a_sentence_and_reading_goes_on(path: Path) -> None:
    append(opened(path)[0], 1)
    journal, state = opened(path, ReadOnlyDisk())

    with pytest.raises(StorageError, match="Read-only file system") as refused:
        append(journal, 2)
    journal.refresh()

    assert state.seen == [1]
    assert "writable" in refused.value.hint


def test_lock_that_another_keeps_is_given_up_in_time(path: Path) -> None:
    append(opened(path)[0], 1)
    late = Journal(path, Numbers(), lock_timeout_s=0.05)

    with opened(path)[0].exclusive(), pytest.raises(StorageError, match=r"another process kept its lock for 0\.05 s"):
        append(late, 2)

    append(late, 3)
    assert numbers_in(path) == [1, 3]


def test_lock_given_up_is_not_taken_later(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    flags = os.O_RDWR | os.O_CREAT

    with (
        locked_file(REAL_DISK, path, flags),
        pytest.raises(LockTimeout) as late,
        locked_file(REAL_DISK, path, flags, 0.05),
    ):
        pass

    with locked_file(REAL_DISK, path, flags, 1):
        assert late.value.errno == errno.EAGAIN


WRITER = """
import sys
from pathlib import Path
from ralex_tui.adapters.journal import Journal

class Nothing:
    def reset(self): pass
    def apply(self, event): pass
    def snapshot(self): pass

journal = Journal(Path(sys.argv[1]), Nothing())
number = int(sys.argv[2])
while True:
    with journal.exclusive():
        journal.append({"n": number})
    print(number, flush=True)
    number += 1
"""


def test_kill_at_any_moment_loses_nothing_acknowledged(path: Path) -> None:
    rng = random.Random(7)
    acknowledged: list[int] = []
    for round_ in range(40):
        acknowledged += killed_writer(path, 1_000_000 * round_, rng)

    found = numbers_in(path)

    assert len(acknowledged) >= 40
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found)) <= len(acknowledged) + 40


def killed_writer(path: Path, start: int, rng: random.Random) -> list[int]:
    """Run a writer, kill it at some moment after its first record, and return what it had acknowledged."""
    command = [sys.executable, "-c", WRITER, str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        select.select([], [], [], rng.random() * 0.02)
        writer.send_signal(signal.SIGKILL)
        return [int(line) for line in (first + writer.stdout.read()).splitlines()]
