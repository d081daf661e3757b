"""LiteLLM broken for real under the whole program: answers come all the same, for the same money, on a clean screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters import broken_litellm
from tests.adapters.provider import Reply
from tests.e2e.conftest import CANARY, ProviderInThread
from tests.e2e.terminal import Terminal
from tests.e2e.test_app import children_of, wait_gone

ROOT = Path(__file__).parents[2]
EMPTY = "Type below."
COUNTED = {"prompt_tokens": 1_000, "completion_tokens": 800}
# 1,000 tokens at 0.30 and 800 at 2.50 dollars a million.
COST = "0.002300000"

Start = Callable[..., Terminal]
Configure = Callable[..., None]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Where the broken LiteLLM lies."""
    return tmp_path / "broken"


@pytest.fixture
def run(environment: dict[str, str], home: Path, broken: Path, tmp_path: Path) -> Run:
    """Run `ralex` on pipes, with the broken LiteLLM first on its path."""

    def run_one(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ralex_tui", "--home", str(home), *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": os.pathsep.join([str(broken), str(ROOT)])},
            check=False,
        )

    return run_one


def spent(run: Run) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run("spend", "--json").stdout)
    return content


def host_of(app: Terminal) -> int:
    """The app's engine process with LiteLLM: the one that was started first."""
    hosts = [pid for pid in children_of(app.pid) if b"engine_host" in Path("/proc", str(pid), "cmdline").read_bytes()]
    return min(hosts, key=lambda pid: int(fields_of(pid)[19]))


def fields_of(pid: int) -> list[str]:
    """What /proc says of a process from its state on; empty where it is gone."""
    try:
        return Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def is_zombie(pid: int) -> bool:
    return fields_of(pid)[:1] == ["Z"]


@pytest.mark.parametrize(
    "breaking",
    [broken_litellm.missing, broken_litellm.raising, broken_litellm.exiting, broken_litellm.confused],
)
def test_ask_is_answered_and_charged_once(
    breaking: Callable[[Path], Path], broken: Path, run: Run, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("Hello", " there"), usage=COUNTED))
    breaking(broken)

    ran = run("ask", "hi", "--tier", "cheap")

    assert (ran.returncode, ran.stdout) == (0, "Hello there\n")
    assert not any(words in ran.stderr for words in ("Traceback", "child process", "Task"))
    assert "Cheap · lan/small · $0.0023 computed" in ran.stderr
    assert provider.n_requests == 1
    content = spent(run)
    assert (content["n_answers"], content["cost"], content["held_nano"]) == (1, COST, 0)


def test_ask_prints_the_answer_and_nothing_of_a_noisy_litellm(
    broken: Path, run: Run, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(("Hello", " there"), usage=COUNTED))
    broken_litellm.noisy(broken)

    ran = run("ask", "hi", "--tier", "cheap")

    assert (ran.returncode, ran.stdout) == (0, "Hello there\n")
    assert "NOISE" not in ran.stderr
    assert "\x1b" not in ran.stderr
    assert "NOISE-4711" in (home / "state" / "logs" / "engine.log").read_text()


def test_app_goes_on_without_litellm_and_leaves_no_process(
    start: Start, broken: Path, run: Run, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(("first answer",), usage=COUNTED), Reply(("Half",), hold_after=1))
    broken_litellm.missing(broken)
    app = start(PYTHONPATH=str(broken))
    app.wait_for(EMPTY)
    app.type("one\r")
    app.wait_for("first answer")
    app.wait_for("=$0.0023")
    app.wait_for("Emergency direct mode")

    app.type("two\r")
    app.wait_for("Half")
    children = children_of(app.pid)
    zombies = [pid for pid in children if is_zombie(pid)]
    app.kill()
    wait_gone(children)

    assert children
    assert zombies == []
    assert provider.n_requests == 2
    assert not any(CANARY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_nothing_that_a_noisy_litellm_prints_reaches_the_terminal(
    start: Start, broken: Path, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(("a quiet answer",), usage=COUNTED))
    broken_litellm.noisy(broken)
    app = start(PYTHONPATH=str(broken))
    app.wait_for(EMPTY)
    app.type("hi\r")
    app.wait_for("a quiet answer")
    app.wait_for("=$0.0023")
    app.press("ctrl+q")
    app.wait_exit()

    log = (home / "state" / "logs" / "engine.log").read_text()
    assert "NOISE-4711" in log
    assert "\x1b" not in log
    for printed in (b"NOISE", b"owned by noise", b"echo", b"from a shell", b"\x1b[31mN"):
        assert printed not in app.raw


def test_litellm_that_hangs_at_its_import_is_passed_and_comes_back(
    start: Start, broken: Path, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("answered meanwhile",)), Reply(("answered as ever",)))
    broken_litellm.waiting(broken)
    app = start(PYTHONPATH=str(broken))
    app.wait_for(EMPTY)
    app.type("one\r")
    app.wait_for("answered meanwhile", timeout_s=60)
    app.wait_for("LiteLLM has not been loaded within", timeout_s=60)

    broken_litellm.gate(broken).touch()
    app.wait_for("LiteLLM is back", timeout_s=90)
    app.type("two\r")
    app.wait_for("answered as ever")

    assert provider.n_requests == 2


def test_litellm_that_is_stopped_is_passed_and_started_anew(
    start: Start, run: Run, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("by LiteLLM",), usage=COUNTED), Reply(("past it",), usage=COUNTED))
    app = start()
    app.wait_for(EMPTY)
    app.type("one\r")
    app.wait_for("by LiteLLM")
    app.wait_for("$4.9977")
    if "Emergency" in app.screen:
        # On a busy machine its import may have taken too long for the first question.
        app.wait_for("LiteLLM is back", timeout_s=90)
    stopped, n_back = host_of(app), app.screen.count("LiteLLM is back")
    os.kill(stopped, signal.SIGSTOP)

    app.type("two\r")
    app.wait_for("past it")
    app.wait_for(lambda screen: screen.count("LiteLLM is back") > n_back, timeout_s=90)
    app.press("ctrl+q")
    app.wait_exit()

    assert fields_of(stopped) == []
    assert provider.n_requests == 2
    content = spent(run)
    assert (content["n_answers"], content["held_nano"]) == (2, 0)
    assert content["cost"] == "0.004600000"
