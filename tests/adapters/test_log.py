"""The log: one clean JSON object a line, in a file a day, whoever writes and whatever is written."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ralex_tui import __version__
from ralex_tui.adapters.disk import Disk
from ralex_tui.adapters.log_files import LogFiles, log_files, remove_old
from ralex_tui.adapters.log_reader import LogFolder, newest_lines, parse
from ralex_tui.adapters.log_writer import LogHandler, LogWriter
from ralex_tui.adapters.secret import Redactor, Secret
from ralex_tui.domain.errors import StorageError

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 12, 3, 4).astimezone()
KEY = "key-of-the-test-0123456789"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[LogWriter]:
    writer = LogWriter(LogFiles(tmp_path), Redactor([Secret(KEY)]))
    yield writer
    writer.close(10)


@pytest.fixture
def written(writer: LogWriter, tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    """What stands in the files, once all is written."""

    def read() -> list[dict[str, Any]]:
        assert writer.flush(10)
        return [json.loads(line) for _, path in log_files(tmp_path) for line in path.read_text().splitlines()]

    return read


Written = Callable[[], list[dict[str, Any]]]


# The files


def test_a_line_goes_into_the_file_of_its_day_for_its_owner_only(tmp_path: Path) -> None:
    files = LogFiles(tmp_path)

    files.append(b"one\n", DAY)
    files.append(b"two\n", DAY)
    files.append(b"three\n", DAY + timedelta(days=1))

    today, tomorrow = tmp_path / "ralex-2026-11-23.jsonl", tmp_path / "ralex-2026-11-24.jsonl"
    assert (today.read_bytes(), tomorrow.read_bytes()) == (b"one\ntwo\n", b"three\n")
    assert oct(today.stat().st_mode & 0o777) == "0o600"
    files.close()


def test_a_full_part_is_followed_by_the_next(tmp_path: Path) -> None:
    files = LogFiles(tmp_path, most_bytes=10)

    for _ in range(5):
        files.append(b"12345\n", DAY)

    assert [(path.name, path.stat().st_size) for _, path in log_files(tmp_path)] == [
        ("ralex-2026-11-23.jsonl", 12),
        ("ralex-2026-11-23-2.jsonl", 12),
        ("ralex-2026-11-23-3.jsonl", 6),
    ]
    files.close()


def test_a_part_that_another_process_began_is_gone_on_with(tmp_path: Path) -> None:
    one, other = LogFiles(tmp_path, most_bytes=10), LogFiles(tmp_path, most_bytes=10)

    for files in (one, other, one, other):
        files.append(b"12345\n", DAY)

    assert [path.stat().st_size for _, path in log_files(tmp_path)] == [12, 12]
    one.close()
    other.close()


def test_a_file_that_was_removed_is_begun_anew(tmp_path: Path) -> None:
    files = LogFiles(tmp_path)
    files.append(b"one\n", DAY)
    (tmp_path / "ralex-2026-11-23.jsonl").unlink()

    files.append(b"two\n", DAY)

    assert (tmp_path / "ralex-2026-11-23.jsonl").read_bytes() == b"two\n"
    files.close()


def test_a_line_that_a_full_disk_cut_off_does_not_take_the_next_with_it(tmp_path: Path) -> None:
    class FullDisk(Disk):
        is_full = True

        def write(self, fd: int, data: bytes) -> int:
            return os.write(fd, data[:5] if self.is_full else data)

    disk = FullDisk()
    files = LogFiles(tmp_path, disk=disk)
    with pytest.raises(OSError, match="5 of 8 bytes"):
        files.append(b"1234567\n", DAY)
    disk.is_full = False

    files.append(b"whole\n", DAY)

    assert (tmp_path / "ralex-2026-11-23.jsonl").read_bytes() == b"12345\nwhole\n"
    files.close()


def test_what_is_old_goes_and_what_is_too_much(tmp_path: Path) -> None:
    days = {f"ralex-{DAY - timedelta(days=n)}.jsonl": 100 for n in (0, 1, 2, 14, 15, 300)}
    for name, size in {**days, "ralex-2026-11-23-2.jsonl": 100, "engine.log": 100, "ralex-x.jsonl": 100}.items():
        (tmp_path / name).write_bytes(b"x" * size)

    remove_old(tmp_path, DAY, keep_bytes=350)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "engine.log",
        "ralex-2026-11-22.jsonl",
        "ralex-2026-11-23-2.jsonl",
        "ralex-2026-11-23.jsonl",
        "ralex-x.jsonl",
    ]


def test_old_crash_files_go_too(tmp_path: Path) -> None:
    old, new = tmp_path / "crash-old.txt", tmp_path / "crash-new.txt"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))

    remove_old(tmp_path, date.today())

    assert (old.exists(), new.exists()) == (False, True)


# The lines


def test_a_line_says_when_what_and_who(writer: LogWriter, written: Written) -> None:
    writer.write("something", level="warning", at=AT, n=3, share=0.5, tags=["a", "b"], nothing=None)

    (line,) = written()
    assert line == {
        "at": AT.isoformat(timespec="microseconds"),
        "level": "warning",
        "event": "something",
        "n": 3,
        "share": 0.5,
        "tags": ["a", "b"],
        "nothing": None,
        "pid": os.getpid(),
        "version": __version__,
    }


def test_no_key_and_no_control_code_gets_into_a_line(writer: LogWriter, written: Written, tmp_path: Path) -> None:
    writer.write(f"a {KEY}", said=f"\x1b[31m{KEY}", nested={KEY: [KEY, {"x": f"sk-{'0' * 12}"}]}, secret=Secret(KEY))

    (line,) = written()
    assert line["said"] == "␛[31m***"
    assert line["nested"] == {"***": ["***", {"x": "***"}]}
    assert line["secret"] == "***"
    raw = (tmp_path / f"ralex-{datetime.now().astimezone():%Y-%m-%d}.jsonl").read_bytes()
    assert KEY.encode() not in raw
    assert b"\x1b" not in raw


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * 1_000_000},
        {"text": ["y" * 300] * 500},
        {f"name-{n}": "z" * 500 for n in range(300)},
        {"text": "ä" * 50_000},
        {"deep": [[[[[[[[["down here"]]]]]]]]]},
        {"big": 2**70, "odd": object(), "lone": "\ud800"},
    ],
)
def test_every_line_is_json_and_short(
    writer: LogWriter, written: Written, tmp_path: Path, fields: dict[str, Any]
) -> None:
    writer.write("much", at=AT, **fields)

    (line,) = written()
    assert line["event"] == "much"
    assert (tmp_path / "ralex-2026-11-23.jsonl").stat().st_size <= 16_384


def test_a_key_at_the_place_where_a_text_is_cut_is_not_half_shown(writer: LogWriter, written: Written) -> None:
    writer.write("much", text=KEY * 10 + "x" * (100_000 - len(KEY) * 10 - 12) + KEY)

    (line,) = written()
    assert KEY[:12] not in json.dumps(line)


def test_what_modules_log_goes_there_with_exceptions_as_places(
    writer: LogWriter, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = logging.getLogger("ralex_tui.services.sample")
    handler = LogHandler(writer)
    logger.addHandler(handler)

    def fail(secret: str) -> None:
        raise ValueError(f"words of a conversation and {secret}")

    try:
        fail(KEY)
    except ValueError as error:
        try:
            raise StorageError("a file can't be read") from error
        except StorageError:
            logger.exception("request %s failed with %s", "r1", KEY)
    finally:
        logger.removeHandler(handler)

    (line,) = written()
    assert (line["level"], line["event"], line["logger"]) == (
        "error",
        "request r1 failed with ***",
        "services.sample",
    )
    newer, older = line["exception"]
    assert (newer["type"], newer["says"]) == ("StorageError", "a file can't be read")
    assert (older["type"], older["says"], older["why"]) == ("ValueError", "", "cause")
    assert older["frames"][-1].endswith("in fail")
    assert "conversation" not in json.dumps(line)


def test_writing_waits_for_nothing_and_imports_nothing() -> None:
    code = """
import sys, tempfile, time
from pathlib import Path
from ralex_tui.adapters.log_files import LogFiles
from ralex_tui.adapters.log_writer import LogWriter
from ralex_tui.adapters.secret import Redactor
writer = LogWriter(LogFiles(Path(tempfile.mkdtemp())), Redactor(), lag_s=600)
writer.write("something")
print("structlog" in sys.modules, writer.flush(30), "structlog" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert ran.stdout.split() == ["False", "True", "True"]


def test_a_folder_that_is_gone_costs_lines_and_nothing_else(
    writer: LogWriter, written: Written, tmp_path: Path
) -> None:
    files = LogFiles(tmp_path / "gone")
    lost = LogWriter(files, Redactor())

    lost.write("one")
    assert lost.flush(10)
    files.folder.mkdir()
    lost.write("two")
    assert lost.flush(10)

    (line,) = newest_lines(files.folder)
    assert line.event == "two"
    assert line.fields["n_left_out"] == 1
    lost.close(10)


def test_four_processes_write_whole_lines_into_one_file(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from ralex_tui.adapters.log_files import LogFiles
from ralex_tui.adapters.log_writer import LogWriter
from ralex_tui.adapters.secret import Redactor
writer = LogWriter(LogFiles(Path(sys.argv[1]), most_bytes=100_000), Redactor())
for n in range(500):
    writer.write("line", who=sys.argv[2], n=n, padding="x" * 200)
assert writer.flush(60)
"""
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(who)], cwd=ROOT) for who in range(4)]

    assert [process.wait(120) for process in running] == [0, 0, 0, 0]
    lines = newest_lines(tmp_path)
    assert sorted((line.text("who"), line.number("n")) for line in lines) == [
        (str(who), n) for who in range(4) for n in range(500)
    ]
    assert len(log_files(tmp_path)) >= 6


# Reading


def line_at(at: datetime, event: str = "event", **fields: object) -> bytes:
    return json.dumps({"at": at.isoformat(), "level": "info", "event": event, **fields}).encode() + b"\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b"[1]",
        b"{",
        b'{"at": "2026-11-23T12:00:00", "event": "no zone"}',
        b'{"at": "yesterday", "event": "x"}',
        b'{"at": 5, "event": "x"}',
        b'{"at": "2026-11-23T12:00:00+00:00"}',
        b'{"at": "2026-11-23T12:00:00+00:00", "event": 7}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_line_of_ours_is_none(raw: bytes) -> None:
    assert parse(raw) is None


def test_the_newest_lines_come_over_files_and_past_damage(tmp_path: Path) -> None:
    before, after = tmp_path / "ralex-2026-11-22.jsonl", tmp_path / "ralex-2026-11-23.jsonl"
    before.write_bytes(b"".join(line_at(AT - timedelta(days=1), f"before {n}") for n in range(3)))
    after.write_bytes(b"torn\n" + line_at(AT, "after 0") + b"\x00\x00\n" + line_at(AT, "after 1") + b'{"at": "20')

    assert [line.event for line in newest_lines(tmp_path, most=3)] == ["before 2", "after 0", "after 1"]
    assert [line.event for line in newest_lines(tmp_path, since=AT - timedelta(hours=1))] == ["after 0", "after 1"]


def test_lines_longer_than_what_is_read_at_once_are_found(tmp_path: Path) -> None:
    path = tmp_path / "ralex-2026-11-23.jsonl"
    path.write_bytes(b"".join(line_at(AT, f"{n}", padding="x" * 9_999) for n in range(100)))

    assert [line.event for line in newest_lines(tmp_path)] == [str(n) for n in range(100)]


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "ralex-2026-11-23.jsonl"
    path.write_bytes(b"".join(line_at(AT, f"{n}") for n in range(100)))
    size = len(line_at(AT, "99"))

    assert [line.event for line in newest_lines(tmp_path, most_bytes=3 * size)] == ["97", "98", "99"]


def test_what_is_added_is_told_once_also_in_the_next_file(tmp_path: Path) -> None:
    today = tmp_path / "ralex-2026-11-23.jsonl"
    today.write_bytes(line_at(AT, "old"))
    folder = LogFolder(tmp_path)
    assert [line.event for line in folder.newest(10)] == ["old"]
    assert folder.added() == []

    whole = line_at(AT, "new")
    with today.open("ab") as file:
        file.write(whole[:20])
    assert folder.added() == []
    with today.open("ab") as file:
        file.write(whole[20:])
    (tmp_path / "ralex-2026-11-24.jsonl").write_bytes(line_at(AT + timedelta(days=1), "tomorrow"))

    assert [line.event for line in folder.added()] == ["new", "tomorrow"]
    assert folder.added() == []


def test_a_folder_that_is_not_there_is_an_empty_log(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path / "none")

    assert (folder.newest(10), folder.added()) == ([], [])
