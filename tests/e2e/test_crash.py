"""A bug in the app costs nobody a word: what is said, what is kept, and what is never shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.provider import Reply
from tests.e2e.conftest import CANARY, ProviderInThread
from tests.e2e.crashing import PLANTED
from tests.e2e.terminal import Terminal

Start = Callable[..., Terminal]
Configure = Callable[..., None]

EMPTY = "Type below."
ROOT = Path(__file__).parents[2]

GIVEN_BACK = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The alternate screen left, the cursor shown, the mouse and pastes as they were."""


@pytest.fixture
def crash(environment: dict[str, str]) -> Iterator[Callable[[str], Terminal]]:
    """Start `ralex` with a fault in it."""
    started: list[Terminal] = []

    def begin(where: str) -> Terminal:
        command = [sys.executable, "-m", "tests.e2e.crashing", where]
        terminal = Terminal(command, env=environment, cwd=str(ROOT))
        started.append(terminal)
        return terminal

    yield begin
    for terminal in started:
        terminal.__exit__(None, None, None)


def last_words(app: Terminal) -> str:
    """What was written once the terminal was given back."""
    return app.raw.rpartition(b"\x1b[?1049l")[2].decode()


def is_nowhere(secret: str, app: Terminal, home: Path) -> bool:
    """Whether it stands neither in what the terminal got nor in any file."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return secret.encode() not in app.raw and not any(secret.encode() in path.read_bytes() for path in files)


def held_and_answers(environment: dict[str, str]) -> tuple[int, int]:
    """What today's ledger still holds, in nano-dollars, and how many answers it has."""
    command = [sys.executable, "-m", "ralex_tui", "spend", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=True, cwd=ROOT)
    report = json.loads(ran.stdout)
    return report["held_nano"], report["n_answers"]


@pytest.mark.parametrize("where", ["render", "widget", "screen", "app", "timer", "dying_worker"])
def test_a_crash_keeps_draft_and_answer_and_gives_the_terminal_back(
    crash: Callable[[str], Terminal],
    configure: Configure,
    provider: ProviderInThread,
    start: Start,
    home: Path,
    environment: dict[str, str],
    where: str,
) -> None:
    configure()
    provider.script(Reply(("Half of an answer", " and more"), hold_after=1))
    app = crash(where)
    app.wait_for(EMPTY)
    app.type("tell me\r")
    app.wait_for("Half of an answer")
    app.type("the next question")
    app.wait_for("the next question")

    app.press("ctrl+g")

    assert app.wait_exit() == 1
    said = last_words(app)
    assert "a bug of ours (ValueError in crashing.py line" in said
    assert "Your draft is kept" in said
    assert "What had come of it is saved, and its cost is settled." in said
    assert "ralex doctor" in said
    assert "Traceback" not in said
    for code in GIVEN_BACK:
        assert code in app.raw
    assert is_nowhere(PLANTED, app, home)
    (report,) = (home / "state" / "logs").glob("crash-*.txt")
    assert str(report) in said.replace("\r\n", "")
    assert "tests" not in report.read_text().split("\n")[0]
    assert "tell me" not in report.read_text()
    assert oct(report.stat().st_mode & 0o777) == "0o600"
    assert held_and_answers(environment) == (0, 1)

    again = start()
    again.wait_for("Your draft from before the crash is back.")
    again.wait_for("the next question")
    again.press("ctrl+s")
    again.wait_for(lambda _: again.has_ground("tell me"))
    again.press("enter")
    again.wait_for("Half of an answer")
    provider.script(Reply(("It was sent.",)))
    again.press("enter")
    again.wait_for("It was sent.")
    assert not (home / "state" / "draft.md").exists()


@pytest.mark.parametrize("where", ["compose", "mount", "style"])
def test_a_crash_before_the_first_frame_is_told_too(
    crash: Callable[[str], Terminal], configure: Configure, home: Path, where: str
) -> None:
    configure()
    app = crash(where)

    assert app.wait_exit() == 1

    said = last_words(app) if b"\x1b[?1049h" in app.raw else app.raw.decode()
    assert "ralex had to stop: a bug of ours" in said
    assert "ralex doctor" in said
    assert is_nowhere(PLANTED, app, home)
    assert len(list((home / "state" / "logs").glob("crash-*.txt"))) == 1


def test_a_module_that_cannot_be_imported_is_one_sentence_with_a_report(
    crash: Callable[[str], Terminal], configure: Configure, home: Path
) -> None:
    configure()
    app = crash("import")

    assert app.wait_exit() == 1

    assert b"a bug in ralex: ModuleNotFoundError" in app.raw
    assert b"Traceback" not in app.raw
    (report,) = (home / "state" / "logs").glob("crash-*.txt")
    assert "ralex_tui/bootstrap/app.py" in report.read_text()


@pytest.mark.parametrize("where", ["worker", "thread", "task"])
def test_what_fails_beside_the_screen_goes_to_the_log_and_the_chat_goes_on(
    crash: Callable[[str], Terminal], configure: Configure, provider: ProviderInThread, home: Path, where: str
) -> None:
    configure()
    provider.script(Reply(("all is well",)))
    app = crash(where)
    app.wait_for(EMPTY)

    app.press("ctrl+g")
    app.type("are you there?\r")

    app.wait_for("all is well")
    app.press("ctrl+q")
    assert app.wait_exit() == 0
    assert "fail" not in last_words(app)
    assert is_nowhere(PLANTED, app, home)
    (log,) = (home / "state" / "logs").glob("ralex-*.jsonl")
    failed = [line for line in map(json.loads, log.read_text().splitlines()) if "exception" in line]
    assert [link["type"] for line in failed for link in line["exception"]] == ["ValueError"]


def test_a_fault_in_c_code_leaves_a_report_that_the_next_start_names(
    crash: Callable[[str], Terminal], start: Start, configure: Configure, home: Path
) -> None:
    configure()
    app = crash("c")
    app.wait_for(EMPTY)

    app.press("ctrl+g")

    assert app.wait_exit() == -signal.SIGSEGV
    again = start()
    again.wait_for("ended by a fault below Python")
    (report,) = (home / "state" / "logs").glob("crash-fault-*.txt")
    assert "in_c" in report.read_text()
    again.press("ctrl+q")
    assert again.wait_exit() == 0
    assert (home / "state" / "logs" / "fault.txt").read_bytes() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_without_a_word_lost(
    start: Start,
    configure: Configure,
    provider: ProviderInThread,
    home: Path,
    environment: dict[str, str],
    number: signal.Signals,
) -> None:
    configure()
    provider.script(Reply(("Half of an answer", " and more"), hold_after=1))
    app = start()
    app.wait_for(EMPTY)
    app.type("tell me\r")
    app.wait_for("Half of an answer")
    app.type("the next question")
    app.wait_for("the next question")

    os.kill(app.pid, number)

    assert app.wait_exit() == 128 + number
    assert "bug" not in last_words(app)
    assert (home / "state" / "draft.md").read_text() == "the next question"
    assert held_and_answers(environment) == (0, 1)


def test_a_closed_terminal_ends_it_without_a_word_lost(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path, environment: dict[str, str]
) -> None:
    configure()
    provider.script(Reply(("Half of an answer", " and more"), hold_after=1))
    app = start()
    app.wait_for(EMPTY)
    app.type("tell me\r")
    app.wait_for("Half of an answer")
    app.type("the next question")
    app.wait_for("the next question")

    assert app.hang_up() == 128 + signal.SIGHUP

    assert (home / "state" / "draft.md").read_text() == "the next question"
    assert held_and_answers(environment) == (0, 1)


def test_a_draft_that_another_crash_left_is_not_lost(
    crash: Callable[[str], Terminal], configure: Configure, home: Path
) -> None:
    configure()
    one, other = crash("screen"), crash("screen")
    for app, draft in ((one, "the first draft"), (other, "the second draft")):
        app.wait_for(EMPTY)
        app.type(draft)
        app.wait_for(draft)

    for app in (one, other):
        app.press("ctrl+g")
        assert app.wait_exit() == 1

    assert (home / "state" / "draft.md").read_text() == "the first draft\n\nthe second draft"


def test_a_crash_shows_no_key(
    crash: Callable[[str], Terminal], configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(status=401, error={"message": f"bad key {CANARY}"}))
    app = crash("render")
    app.wait_for(EMPTY)
    app.type("hi\r")
    app.wait_for("refused the key")

    app.press("ctrl+g")

    assert app.wait_exit() == 1
    assert is_nowhere(CANARY, app, home)
