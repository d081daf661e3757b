"""`ralex` as scripts have it: its own process, pipes, a home of its own, a provider on loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.provider import Reply
from tests.e2e.conftest import CANARY, ProviderInThread

ROOT = Path(__file__).parents[2]

Configure = Callable[..., None]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command(home: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "ralex_tui", "--home", str(home), *args]


@pytest.fixture
def cli_environment(environment: dict[str, str]) -> dict[str, str]:
    # The working folder is the test's own, so that the package is found by its path.
    return {**environment, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def run(home: Path, cli_environment: dict[str, str], tmp_path: Path) -> Run:
    def run_one(*args: str, stdin: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(home, *args),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=90,
            cwd=tmp_path,
            env={**cli_environment, **more},
            check=False,
        )

    return run_one


def spent(run: Run) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(run("spend", "--json").stdout)
    return content


def test_ask_is_answered_charged_saved_and_reported(run: Run, configure: Configure, provider: ProviderInThread) -> None:
    configure()
    provider.script(Reply(("Hello", " there"), usage={"prompt_tokens": 1_000, "completion_tokens": 800}))

    ran = run("ask", "--tier", "cheap", stdin="what is up?")

    # 1,000 tokens at 0.30 and 800 at 2.50 for a million.
    assert (ran.returncode, ran.stdout) == (0, "Hello there\n")
    assert ran.stderr == "Cheap · lan/small · $0.0023 computed · $5.00 left today\n"
    content = spent(run)
    assert (content["cost"], content["accuracy"], content["held_nano"]) == ("0.002300000", "computed", 0)
    (session,) = run("sessions", "list", "--json").stdout.splitlines()
    shown = run("sessions", "show", json.loads(session)["id"]).stdout
    assert "what is up?" in shown
    assert "Hello there" in shown
    assert provider.requests[0]["max_tokens"] == 1_000


def test_ask_over_the_limit_is_3_and_nothing_is_sent(
    run: Run, configure: Configure, provider: ProviderInThread
) -> None:
    configure(daily="0.0001")

    ran = run("ask", "hi", "--tier", "smart")

    assert ran.returncode == 3
    assert ran.stderr.startswith("ralex: Smart needs up to $")
    assert provider.n_requests == 0


def test_ask_with_a_wrong_key_is_4_and_holds_nothing(
    run: Run, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(status=401, error={"error": {"message": f"bad key {CANARY}"}}))

    ran = run("ask", "hi", "--tier", "cheap")

    assert ran.returncode == 4
    assert "Traceback" not in ran.stderr
    assert CANARY not in ran.stdout + ran.stderr
    assert spent(run)["held_nano"] == 0


def test_ask_without_any_model_is_4(run: Run) -> None:
    ran = run("ask", "hi", "--tier", "smart", LAN_KEY="", RALEX_MODELS="/nowhere")

    assert ran.returncode == 4
    assert "no key was found" in ran.stderr


def test_ask_of_a_dead_provider_is_4(run: Run, configure: Configure) -> None:
    # Port 9 is 'discard', which no one serves.
    configure(url="http://127.0.0.1:9/v1")

    ran = run("ask", "hi", "--tier", "cheap")

    assert ran.returncode == 4
    assert "Traceback" not in ran.stderr


def test_ctrl_c_keeps_and_charges_what_came_and_is_130(
    run: Run,
    configure: Configure,
    provider: ProviderInThread,
    home: Path,
    cli_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    configure()
    provider.script(Reply(("partial answer", " never seen"), hold_after=1))
    process = subprocess.Popen(
        command(home, "ask", "hi", "--tier", "smart", "--json"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=cli_environment,
    )
    assert process.stdout is not None
    with process:
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "text":
                process.send_signal(signal.SIGINT)
        code = process.wait(30)

    assert code == 130
    assert (events[-1]["event"], events[-1]["accuracy"]) == ("stopped", "estimated")
    content = spent(run)
    assert content["cost_nano"] == events[-1]["cost_nano"] > 0
    assert content["held_nano"] == 0


def test_reader_that_goes_away_ends_it_quietly_and_settles(
    run: Run,
    configure: Configure,
    provider: ProviderInThread,
    home: Path,
    cli_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    configure()
    provider.script(Reply(("first\n", "second\n", "third\n"), hold_after=1))
    process = subprocess.Popen(
        command(home, "ask", "hi", "--tier", "cheap"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=cli_environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        assert process.stdout.readline() == "first\n"
        process.stdout.close()
        provider.release()
        said = process.stderr.read()
        code = process.wait(30)

    assert code == 1
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    content = spent(run)
    assert (content["n_answers"], content["held_nano"]) == (1, 0)


def test_hostile_config_in_the_current_folder_changes_nothing(
    run: Run, configure: Configure, provider: ProviderInThread, tmp_path: Path
) -> None:
    configure()
    (tmp_path / "config.yaml").write_text(
        'providers: {lan: {kind: openai, api_base: "http://127.0.0.1:9/v1", api_key_env: LAN_KEY}}'
    )
    (tmp_path / ".env").write_text("LAN_KEY=sk-stolen\nOPENAI_API_BASE=http://127.0.0.1:9/v1\n")

    ran = run("ask", "hi", "--tier", "cheap")

    assert ran.returncode == 0
    assert "./config.yaml was not read" in ran.stderr
    assert provider.n_requests == 1


@pytest.mark.parametrize(
    "text",
    [
        "budget: {daily: 5",
        "budget: {daily: 5}\nbudget: {daily: 1000000}",
        "\n".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(30)),
        "budget: {daily: .inf}",
        "x" * 70_000,
    ],
)
def test_broken_or_hostile_config_is_one_sentence_and_2(run: Run, home: Path, text: str) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.yaml").write_text(text)

    ran = run("spend")

    first, *rest = ran.stderr.splitlines()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert first.startswith("ralex: config.yaml")
    assert len(rest) <= 1


def test_unreadable_ledger_is_told_by_spend_and_by_the_doctor(run: Run, home: Path) -> None:
    day = spent(run)["first"]
    (home / "data" / "ledger" / f"{day}.journal").write_bytes(b"this is no ledger\n" * 3)

    spend, doctor = run("spend"), run("doctor", "--json")

    assert spend.returncode == 1
    assert "Traceback" not in spend.stderr
    ledger = next(check for check in json.loads(doctor.stdout)["checks"] if check["name"] == "ledger")
    assert (doctor.returncode, ledger["state"]) == (1, "failed")


def test_doctor_names_keys_and_shows_none(run: Run, configure: Configure, provider: ProviderInThread) -> None:
    configure()

    ran = run("doctor")

    assert "LAN_KEY             set" in ran.stdout
    assert CANARY not in ran.stdout + ran.stderr
    # Only requests that cost nothing: no chat was asked for.
    assert provider.requests == [] or all("messages" not in body for body in provider.requests)


@pytest.mark.embedded
def test_ask_is_answered_by_the_embedded_model_for_nothing(run: Run) -> None:
    ran = run("ask", "Say hello.", "--tier", "local", LAN_KEY="")

    assert ran.returncode == 0
    assert ran.stdout.strip()
    assert "Local · local/smollm2-135m-instruct · $0.0000 exact" in ran.stderr


def test_everything_written_is_the_owners_only(
    run: Run, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    run("ask", "hi", "--tier", "cheap")

    files = [path for part in ("data", "state") for path in (home / part).rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.stat().st_mode & 0o077] == []
    assert not any(CANARY.encode() in path.read_bytes() for path in files)


def test_profiles_keep_their_money_apart(
    run: Run, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    run("--profile", "work", "--config", str(home / "config" / "config.yaml"), "ask", "hi", "--tier", "cheap")

    assert spent(run)["n_answers"] == 0
    assert json.loads(run("--profile", "work", "spend", "--json").stdout)["n_answers"] == 1


def test_output_that_the_terminal_can_not_show_ends_nothing(
    run: Run, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("caf\u00e9 \u4e2d",)))

    ran = run(
        "ask", "hi", "--tier", "cheap", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii"
    )

    assert ran.returncode == 0
    assert ran.stdout == "caf? ?\n"
