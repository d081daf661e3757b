"""What the doctor finds out about disk, locks and terminal of this computer."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import termios
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ralex_tui.adapters.doctor import disk_facts
from ralex_tui.adapters.endpoints import key_hosts
from ralex_tui.adapters.terminal_report import ask_terminal, colours, terminal_facts, with_answers
from ralex_tui.config.schema import ProviderSettings, Settings
from ralex_tui.domain.errors import StorageError
from ralex_tui.paths import Paths, find_paths
from ralex_tui.ports.computer import TerminalFacts

KITTY = b"\x1b[1;2R\x1b[?0u\x1b[?2026;2$y\x1b[?62;c"
OLD = b"\x1b[1;3R\x1b[?1;2c"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(str(tmp_path / "home"))
    paths.make()
    (paths.state / "owners").mkdir()
    return paths


@contextmanager
def held(path: Path) -> Generator[None]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(fd)


def test_owners_that_live_and_those_that_died_are_told_apart(paths: Paths) -> None:
    for name in ("one", "two"):
        (paths.state / "owners" / f"{name}.lock").touch()

    with held(paths.state / "owners" / "three.lock"):
        facts = disk_facts(paths)

    assert (facts.n_running, facts.n_stale) == (1, 2)
    assert facts.free_bytes > 0


def test_who_holds_the_ledgers_lock_is_told_by_name_and_number(paths: Paths) -> None:
    (paths.ledger / "lock").touch()
    assert disk_facts(paths).holder == ""

    with held(paths.ledger / "lock"):
        assert disk_facts(paths).holder.startswith(f"process {os.getpid()} (")
        assert disk_facts(paths, proc=paths.data).holder == "another process"


def test_looking_leaves_every_lock_free(paths: Paths) -> None:
    lock = paths.state / "owners" / "one.lock"
    lock.touch()

    disk_facts(paths)

    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be looked at"):
        disk_facts(find_paths(str(tmp_path / "gone")))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, (256, "TERM")),
        ({"TERM": "xterm"}, (16, "TERM")),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, (1 << 24, "COLORTERM")),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}, (0, "NO_COLOR")),
        ({"TERM": "dumb"}, (0, "TERM")),
    ],
)
def test_colours_are_told_by_the_environment(environ: dict[str, str], expected: tuple[int, str]) -> None:
    assert colours(environ) == expected


def test_what_stands_between_is_told() -> None:
    facts = terminal_facts({"TERM": "tmux-256color", "TMUX": "x", "SSH_TTY": "/dev/pts/1", "LANG": "ja_JP.UTF-8"})

    assert facts.within == ("tmux", "SSH")
    assert facts.is_east_asian


def test_answers_of_a_terminal_are_understood() -> None:
    new, old = with_answers(TerminalFacts(), KITTY), with_answers(TerminalFacts(), OLD)

    assert (new.kitty_keys, new.synchronised, new.glyph_cells) == (True, True, 1)
    assert (old.kitty_keys, old.synchronised, old.glyph_cells) == (False, False, 2)


@pytest.mark.parametrize("answers", [b"", b"\x1b[1;2R", b"\x1b[?0u\x1b[?20", b"rm -rf /\n"])
def test_answers_that_did_not_come_to_their_end_say_nothing(answers: bytes) -> None:
    assert with_answers(TerminalFacts(), answers) == TerminalFacts()


class Screen:
    """A pseudo-terminal that answers queries, or keeps silent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
        self.master, slave = pty.openpty()
        self.file = os.fdopen(slave, "r+b", buffering=0)
        self.asked = b""
        self._answer = answer
        monkeypatch.setattr("sys.__stdin__", self.file)
        monkeypatch.setattr("sys.__stdout__", self.file)
        # The test's own process group is not in front on a terminal that it has just made.
        monkeypatch.setattr(os, "tcgetpgrp", lambda fd: os.getpgrp())
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while select.select([self.master], [], [], 2)[0]:
            try:
                self.asked += os.read(self.master, 1024)
            except OSError:
                return
            if self.asked.endswith(b"\x1b[c"):
                os.write(self.master, self._answer)
                return

    def modes(self) -> list[object]:
        return termios.tcgetattr(self.file.fileno())

    def close(self) -> None:
        self.file.close()
        self._thread.join(3)
        os.close(self.master)


@pytest.mark.parametrize("answer", [KITTY, b"", b"half \x1b[?0"])
def test_a_terminal_is_asked_and_its_mode_restored(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    screen = Screen(monkeypatch, answer)
    before = screen.modes()

    answers = ask_terminal(0.2)

    assert screen.modes() == before
    assert answers == answer
    screen.close()


def test_the_mode_is_restored_when_asking_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, b"")
    before = screen.modes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ralex_tui.adapters.terminal_report._exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask_terminal(0.2)

    assert screen.modes() == before
    screen.close()


def test_no_terminal_is_asked_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+") as file:
        monkeypatch.setattr("sys.__stdin__", file)
        monkeypatch.setattr("sys.__stdout__", file)

        assert ask_terminal() == b""
        assert file.tell() == 0


def test_each_key_is_told_with_its_host_and_no_other() -> None:
    settings = Settings(
        providers={
            "lan": ProviderSettings("openai", "http://10.0.0.5:8080/v1", "LAN_KEY"),
            "openai": ProviderSettings("openai", "https://proxy.example/v1"),
            "second": ProviderSettings("anthropic"),
        }
    )

    hosts = key_hosts(settings)

    assert hosts["LAN_KEY"] == "for 10.0.0.5:8080 only"
    assert hosts["ANTHROPIC_API_KEY"] == "for api.anthropic.com only"
    # The entry takes the well-known one's place, and no key of that name is sent to its address.
    assert "OPENAI_API_KEY" not in hosts
