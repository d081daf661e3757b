"""`ralex logs`: the last lines, chosen and told; and what a request leaves there."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.log_files import LogFiles
from ralex_tui.adapters.log_writer import LogWriter
from ralex_tui.adapters.request_log import LoggedRequests
from ralex_tui.adapters.scripted_engine import Fail
from ralex_tui.adapters.secret import Redactor
from ralex_tui.cli.logs import shown
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.errors import RateLimited
from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from tests.adapters.test_log import line_at
from tests.cli.conftest import InterruptedEngine, Ran

Ralex = Callable[..., Ran]

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)


def attempt(outcome: Outcome, conversation: str, **more: object) -> Attempt:
    charged = Figure(Usd.parse("0.0014"), Accuracy.COMPUTED)
    fields = {"way": Way.LITELLM, "charged": charged, "n_input": 1_200, "n_output": 340, "duration_s": 2.04, **more}
    return Attempt(
        "0" * 20,
        NOW,
        conversation,
        "t",
        1,
        Tier.CHEAP,
        "lan/small",
        outcome,
        Usd(5_000),
        **fields,  # type: ignore[arg-type]
    )


@pytest.fixture
def log(home: Path) -> Path:
    """A log with requests of two conversations, a warning and an error."""
    folder = home / "state" / "logs"
    folder.mkdir(parents=True)
    writer = LogWriter(LogFiles(folder), Redactor())
    requests = LoggedRequests(folder, writer)
    requests.write(attempt(Outcome.DONE, "first-conversation"))
    error = {"error": "RateLimited", "message": "too many requests\x1b[31m", "way": Way.DIRECT}
    requests.write(attempt(Outcome.FAILED, "other-conversation", **error))
    writer.write("the list was not cached", level="warning", logger="adapters.index", path="index")
    writer.write("the worker money failed", level="error", logger="ui", exception=[{"type": "KeyError", "says": ""}])
    assert writer.flush(10)
    writer.close()
    return folder


def test_lines_are_told_one_a_line(ralex: Ralex, log: Path) -> None:
    done, failed, warning, error = ralex("logs").out.splitlines()

    assert done[8:] == "  done      Cheap   lan/small  2.0 s  1,200 in, 340 out  $0.0014 computed"
    assert failed[8:] == (
        "  failed    Cheap   lan/small  RateLimited  2.0 s  1,200 in, 340 out  $0.0014 computed"
        "  direct  too many requests␛[31m"
    )
    assert warning[8:] == "  warning   the list was not cached  path=index  (adapters.index)"
    assert error[8:] == "  error     the worker money failed  KeyError  (ui)"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-n", "1"], ["error"]),
        (["-n", "0"], ["done", "failed", "warning", "error"]),
        (["--failed"], ["failed"]),
        (["--level", "warning"], ["failed", "warning", "error"]),
        (["--level", "error"], ["error"]),
        (["--conversation", "first"], ["done"]),
        (["--conversation", "other-conversation", "--level", "error"], []),
    ],
)
def test_lines_can_be_chosen(ralex: Ralex, log: Path, args: list[str], words: list[str]) -> None:
    lines = [line for line in ralex("logs", *args).out.splitlines() if line[2] == ":"]

    assert [line.split()[1] for line in lines] == words


def test_json_is_the_lines_as_they_stand_in_the_file(ralex: Ralex, log: Path) -> None:
    (path,) = log.iterdir()

    assert ralex("logs", "--json").out == path.read_text()


def test_path_is_the_folder_and_nothing_else(ralex: Ralex, home: Path) -> None:
    assert ralex("logs", "--path").out == f"{home / 'state' / 'logs'}\n"


def test_an_empty_log_says_so(ralex: Ralex) -> None:
    assert ralex("logs").out == "nothing is in the log yet\n"
    assert ralex("logs", "--failed").out == "nothing like that is in the log\n"
    assert ralex("logs", "--json").out == ""


def test_it_works_when_the_settings_can_not_be_read(ralex: Ralex, home: Path, log: Path) -> None:
    (home / "config" / "config.yaml").write_text("budget: [")

    assert len(ralex("logs").out.splitlines()) == 4


def test_lines_of_other_days_say_so(log: Path) -> None:
    from ralex_tui.adapters.log_reader import newest_lines

    line = newest_lines(log)[0]

    assert shown(line, today=NOW.date() + timedelta(days=400)).startswith(f"{line.at.astimezone():%Y-%m-%d %H:%M:%S}  ")


def test_foreign_lines_reach_the_terminal_without_control_codes(ralex: Ralex, log: Path) -> None:
    (path,) = log.iterdir()
    with path.open("ab") as file:
        file.write(line_at(NOW, "\x9b31m red", odd="\u202e"))
        file.write(b'{"at":"%b","event":"raw \x1b[31m"}\n' % NOW.isoformat().encode())

    out = ralex("logs").out + ralex("logs", "--json").out

    assert not {"\x1b", "\x9b", "\u202e"} & set(out)
    assert "<U+009B>31m red  odd=<U+202E>" in out


def test_follow_tells_what_is_added_until_ctrl_c(log: Path, home: Path) -> None:
    command = [sys.executable, "-m", "ralex_tui", "--home", str(home), "logs", "--follow", "-n", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        assert "the worker money failed" in running.stdout.readline()
        tomorrow = NOW + timedelta(days=1)
        files = LogFiles(log)
        files.append(line_at(NOW, "one more"), NOW.date())
        assert "one more" in running.stdout.readline()
        files.append(line_at(tomorrow, "the next day"), tomorrow.date())
        files.close()
        assert "the next day" in running.stdout.readline()
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(20) == 0
        assert select.select([running.stdout], [], [], 5)[0]
        assert running.stdout.read() == ""


def test_a_request_is_in_the_log_without_a_word_of_it(ralex: Ralex, engine: InterruptedEngine, home: Path) -> None:
    engine.script("the words of the answer")
    ralex("ask", "the words of the question", "--tier", "smart")
    engine.script(Fail(RateLimited("too many requests", hint="wait", may_be_billed=False)))
    ralex("ask", "and another", "--tier", "smart")

    lines = [json.loads(line) for line in ralex("logs", "--json").out.splitlines()]

    requests = [line for line in lines if line["event"] == "request"]
    assert requests[0]["outcome"] == "done"
    assert requests[0]["tier"] == "smart"
    assert requests[0]["model"] == "lan/large"
    assert requests[0]["held_nano"] > 0
    assert (requests[1]["outcome"], requests[1]["error"]) == ("failed", "RateLimited")
    text = "".join(path.read_text() for path in (home / "state" / "logs").iterdir())
    assert "words of" not in text
    assert "another" not in text
