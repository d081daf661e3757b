"""How `ralex` begins and ends: options, unknown words, errors as sentences and exit codes."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ralex_tui import __version__, bootstrap
from ralex_tui.cli import commands
from ralex_tui.cli.main import main
from ralex_tui.domain.errors import (
    BudgetExceeded,
    ConfigError,
    EngineUnavailable,
    LedgerUnreadable,
    RalexError,
    StorageError,
    UsageError,
)
from tests.cli.conftest import CANARY, Ran

Ralex = Callable[..., Ran]


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def load(*_: object) -> None:
        raise error

    monkeypatch.setattr(bootstrap, "load", load)


@pytest.mark.parametrize("args", [["--version"], ["--home", "/nowhere", "--version"]])
def test_version_is_told_and_nothing_else(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    assert capsys.readouterr() == (f"ralex {__version__}\n", "")


def test_help_lists_every_command(ralex: Ralex) -> None:
    ran = ralex("--help")

    assert ran.code == 0
    assert all(name in ran.out for name in ("ask", "route", "spend", "sessions", "prices", "doctor", "config", "local"))


def test_every_command_in_the_list_is_there_and_has_a_help() -> None:
    group = commands.ralex
    context = click.Context(group)

    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert CliRunner().invoke(command, ["--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("args", "said", "hint"),
    [
        (["frob"], "there is no command called 'frob'", "there are ask, route"),
        (["what is love"], "there is no command called 'what is love'", "ralex ask TEXT"),
        (["spend", "--frob"], "no such option '--frob'", "`ralex spend --help`"),
        (["--profile", "../x", "spend"], "a profile's name is up to 40 letters", "--profile work"),
        (["--profile", "", "spend"], "a profile's name is up to 40 letters", "--profile work"),
        (["ask", "hi", "--tier", "chep"], "there is no tier called 'chep'", "did you mean 'cheap'?"),
        (["ask", "hi", "--tier", "x\x1b[31m"], "there is no tier called 'x\u241b[31m'", "there are auto, cheap"),
        (["ask", "hi", "--tier", "cheap", "--model", "x"], "a tier and a model were given", "leave one out"),
        (["ask", "hi", "--model", "gpt-9"], "no model called 'gpt-9' can be reached", "`ralex prices`"),
        (["ask", ""], "the prompt is empty", ""),
        (["ask", "--file", "none.txt"], "none.txt can't be read: No such file", ""),
        (["spend", "--day", "soon"], "'soon' is not a day", "2026-11-01"),
        (["spend", "--month", "2026-13"], "'2026-13' is not a month", "2026-11"),
        (["spend", "--day", "today", "--month", "2026-11"], "a day and a month were given", "leave one out"),
        (["spend", "--csv", "--json"], "--json and --csv were given", "leave one out"),
        (["sessions", "show", "zzz"], "there is no conversation 'zzz'", "`ralex sessions list`"),
        (["--config", "none.yaml", "spend"], "none.yaml can't be read: No such file", "check the path"),
    ],
)
def test_wrong_usage_is_one_sentence_with_what_to_do_and_code_2(
    ralex: Ralex, engine: object, args: list[str], said: str, hint: str
) -> None:
    ran = ralex(*args)

    first, *rest = ran.err.splitlines()
    assert ran.code == 2
    assert first.startswith(f"ralex: {said}")
    assert hint in " ".join(rest)
    assert len(rest) <= 1
    assert ran.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no"), 2),
        (ConfigError("no"), 2),
        (BudgetExceeded("no"), 3),
        (EngineUnavailable("no"), 4),
        (StorageError("no"), 1),
        (LedgerUnreadable("no"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    ralex: Ralex, monkeypatch: pytest.MonkeyPatch, error: RalexError, code: int
) -> None:
    fail_with(monkeypatch, error)

    ran = ralex("spend")

    assert (ran.code, ran.out, ran.err) == (code, "", "ralex: no\n")


def test_hint_stands_below_the_message_and_both_are_harmless(ralex: Ralex, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, StorageError("a\x1b]0;x\x07b", hint="c\x9bd"))

    assert ralex("spend").err == "ralex: a\u241b]0;x\u2407b\n       c<U+009B>d\n"


def test_ctrl_c_before_anything_began_is_130(ralex: Ralex, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())

    ran = ralex("spend")

    assert (ran.code, ran.err.strip()) == (130, "")


def test_bug_is_a_sentence_that_quotes_nothing_and_names_its_report(
    ralex: Ralex, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    fail_with(monkeypatch, ValueError(f"bad header {CANARY}"))

    ran = ralex("spend")

    assert ran.code == 1
    assert ran.err.startswith("ralex: a bug in ralex: ValueError in test_main.py line ")
    assert "Traceback" not in ran.err
    assert CANARY not in ran.err
    (report,) = (home / "state" / "logs").glob("crash-*.txt")
    assert str(report) in ran.err
    assert "tests/cli/test_main.py" not in report.read_text()
    assert ":29 in load" in report.read_text()
    assert CANARY not in report.read_text()


def test_bugs_traceback_is_shown_when_asked_for(ralex: Ralex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RALEX_TRACEBACK", "1")
    fail_with(monkeypatch, ValueError(f"bad header {CANARY}"))

    ran = ralex("spend")

    assert "Traceback" in ran.err
    assert CANARY not in ran.err


def test_app_is_not_started_without_a_terminal(ralex: Ralex) -> None:
    ran = ralex()

    assert ran.code == 2
    assert "the app needs a terminal" in ran.err


def test_app_is_started_in_a_terminal(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    homes: list[Path] = []

    def run_app(setup: bootstrap.Setup) -> int:
        homes.append(setup.paths.data)
        return 7

    monkeypatch.setattr(bootstrap, "run_app", run_app)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert main(["--home", str(home)]) == 7
    assert homes == [home / "data"]


def test_profile_has_folders_of_its_own(ralex: Ralex, home: Path) -> None:
    ran = ralex("--profile", "work", "config", "path")

    assert ran.out.strip() == str(home / "config" / "profiles" / "work" / "config.yaml")


def test_foreign_config_is_told_of_on_stderr(ralex: Ralex, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("budget: {daily: 1000}")

    ran = ralex("spend")

    assert "./config.yaml was not read" in ran.err
    assert "of $5.00" in ran.out
