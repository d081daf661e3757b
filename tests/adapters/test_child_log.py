"""What children print: cleaned, without keys, in a file of bounded size, to the last word of one that crashes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ralex_tui.adapters import child_log
from ralex_tui.adapters.child_log import ChildLog, append
from ralex_tui.adapters.secret import Redactor, Secret
from ralex_tui.adapters.spawned import spawn
from tests.adapters.processes import mode

KEY = "a-key-that-looks-like-nothing-4711"


class Pipe:
    """A pipe into a log, written by the test."""

    def __init__(self, log: Path) -> None:
        self.log = log
        read, self._write = os.pipe()
        self._keeper = ChildLog(read, log, Redactor([Secret(KEY)]))
        self._is_open = True

    def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            os.write(self._write, piece)

    def end(self) -> str:
        """Close it; what stands in the log then."""
        if self._is_open:
            self._is_open = False
            os.close(self._write)
            self._keeper.join(10)
        return self.log.read_text()


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "child.log")
    yield pipe
    pipe.end()


def test_lines_are_kept_without_control_codes(pipe: Pipe) -> None:
    pipe.say(b"plain\n\x1b[31mred\x07\r\nprogress 1\rprogress 2\n", b"caf\xc3", b"\xa9 \xff\n", b"no end")

    assert pipe.end() == "plain\n\u241b[31mred\u2407\nprogress 1\nprogress 2\ncaf\u00e9 \ufffd\nno end\n"
    assert mode(pipe.log) == 0o600


@pytest.mark.parametrize("at", [1, 10, len(KEY) - 1])
def test_key_that_comes_in_two_pieces_is_taken_out(pipe: Pipe, at: int) -> None:
    line = f"key={KEY} sk-0123456789abcdef\n".encode()

    pipe.say(line[: 4 + at], line[4 + at :])

    assert pipe.end() == "key=*** ***\n"


def test_keys_in_a_line_that_is_cut_are_taken_out(pipe: Pipe) -> None:
    keys = f"{KEY} ".encode() * 6_000

    pipe.say(*(keys[at : at + 4_096] for at in range(0, len(keys), 4_096)), b"\n", b"next\n")

    kept = pipe.end()
    assert kept.startswith("*** " * 500)
    assert KEY[:8] not in kept
    assert KEY[-8:] not in kept
    assert kept.endswith("bytes were left out here]\nnext\n")


def test_log_of_one_that_prints_without_end_stays_small(pipe: Pipe) -> None:
    for _ in range(200):
        pipe.say(b"flood " * 10_000 + b"\n")

    kept = pipe.end()

    assert len(kept) < 400_000
    assert "bytes were left out here]\n" in kept


def test_log_that_has_grown_long_begins_anew_and_one_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_log, "LIMIT", 100)
    log = tmp_path / "child.log"

    for n in range(9):
        append(log, f"{n}" * 40 + "\n")

    assert log.read_text().startswith("6" * 40)
    assert (tmp_path / "child.log.1").read_text().startswith("3" * 40)
    assert sorted(tmp_path.iterdir()) == [log, tmp_path / "child.log.1"]


def test_full_disk_stops_no_child(tmp_path: Path) -> None:
    # A folder that is not there stands for a disk that takes nothing.
    read, write = os.pipe()
    keeper = ChildLog(read, tmp_path / "nowhere" / "child.log", Redactor())
    for _ in range(100):
        os.write(write, b"word " * 1_000 + b"\n")

    os.close(write)
    keeper.join(10)

    assert not (tmp_path / "nowhere").exists()


async def test_last_words_of_a_child_are_kept_however_it_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dying.py").write_text(
        "import ctypes, os, sys\n"
        "from ralex_tui.adapters.child import take_protocol\n"
        "protocol = take_protocol(int(sys.argv[1]))\n"
        "print('from python', end=''); print(' to stderr', file=sys.stderr)\n"
        "os.system('echo from a shell')\n"
        "ctypes.CDLL(None).printf(b'from C\\n')\n"
        "os.write(protocol, b'said\\n')\n"
        "ctypes.string_at(0)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    log = tmp_path / "child.log"

    child = await spawn("dying", log=log, environ=os.environ, redact=str)
    said = await child.said.read()
    code = await child.process.wait()
    await child.end()

    kept = log.read_text()
    assert said == b"said\n"
    assert code < 0
    for words in ("from python to stderr\n", "from a shell\n", "from C\n", "Segmentation fault", "dying.py"):
        assert words in kept
    assert capfd.readouterr() == ("", "")


async def test_a_grandchild_that_lives_on_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "forking.py").write_text(
        "import os, sys, time\n"
        "if os.fork():\n"
        "    os._exit(0)\n"
        "os.write(int(sys.argv[1]), f'{os.getpid()}\\n'.encode())\n"
        "time.sleep(3600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    child = await spawn("forking", log=tmp_path / "child.log", environ=os.environ, redact=str)
    grandchild = int(await child.said.readline())

    try:
        await child.ended()
        rest = await asyncio.wait_for(child.said.read(), 30)
        await child.end()
    finally:
        os.kill(grandchild, signal.SIGKILL)

    assert rest == b""


async def test_child_that_can_not_be_started_leaves_no_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    before = len(os.listdir("/proc/self/fd"))

    for _ in range(3):
        with pytest.raises(FileNotFoundError):
            await spawn("dying", log=tmp_path / "child.log", environ=os.environ, redact=str)

    assert len(os.listdir("/proc/self/fd")) <= before
