"""What became of each request: written, and read back after a restart, by whichever process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ralex_tui.adapters.log_files import LogFiles, log_files
from ralex_tui.adapters.log_reader import parse
from ralex_tui.adapters.log_writer import LogWriter
from ralex_tui.adapters.request_log import LoggedRequests, attempt_of
from ralex_tui.adapters.secret import Redactor
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)


def attempt(**changes: object) -> Attempt:
    fields: dict[str, object] = {
        "id": "0" * 20,
        "at": NOW,
        "conversation": "c" * 20,
        "turn": "t" * 20,
        "number": 2,
        "tier": Tier.CHEAP,
        "model": "openrouter/google/gemini-3.5-flash-lite",
        "outcome": Outcome.FAILED,
        "held": Usd(81_000),
        "way": Way.DIRECT,
        "charged": Figure(Usd(1), Accuracy.ESTIMATED),
        "n_input": 1_200,
        "n_output": 0,
        "first_token_s": 0.25,
        "duration_s": 9.125,
        "finish_reason": "length",
        "error": "RateLimited",
        "message": "the provider has had too many requests",
        "rest_s": 30.0,
        "max_tokens": 1_000,
    }
    return Attempt(**{**fields, **changes})  # type: ignore[arg-type]


def requests(folder: Path) -> LoggedRequests:
    return LoggedRequests(folder, LogWriter(LogFiles(folder), Redactor()))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LoggedRequests]:
    writer = LogWriter(LogFiles(tmp_path), Redactor())
    yield LoggedRequests(tmp_path, writer)
    writer.close(10)


def test_what_is_written_is_read_back(log: LoggedRequests) -> None:
    log.write(attempt())

    assert log.recent(NOW - timedelta(hours=1)) == [attempt()]


def test_what_is_not_known_stays_unknown(log: LoggedRequests) -> None:
    bare = Attempt("0" * 20, NOW, "c", "t", 1, Tier.LOCAL, "local/x", Outcome.STOPPED, Usd(0))

    log.write(bare)

    assert log.recent(NOW - timedelta(hours=1)) == [bare]


def test_another_process_reads_it_in_the_order_in_which_they_ended(log: LoggedRequests, tmp_path: Path) -> None:
    for minutes in (5, 2, 9, 1_500, 3):
        log.write(attempt(at=NOW - timedelta(minutes=minutes), id=f"{minutes:020}"))
    log.recent(NOW)

    found = requests(tmp_path).recent(NOW - timedelta(hours=1))

    assert [int(each.id) for each in found] == [9, 5, 3, 2]


def test_two_days_are_read_across_midnight(log: LoggedRequests, tmp_path: Path) -> None:
    for hours in (30, 23, 12, 0):
        log.write(attempt(at=NOW - timedelta(hours=hours)))

    assert len(log.recent(NOW - timedelta(hours=24))) == 3
    assert len(log_files(tmp_path)) >= 2


@pytest.mark.parametrize(
    "change",
    [
        ('"tier":"cheap"', '"tier":"gold"'),
        ('"outcome":"failed"', '"outcome":7'),
        ('"held_nano":81000', '"held_nano":8.1'),
        ('"number":2', '"number":true'),
        ('"duration_s":9.125', '"duration_s":"long"'),
        ('"conversation":', '"talk":'),
        ('"accuracy":"estimated"', '"accuracy":null'),
    ],
)
def test_a_line_with_a_wrong_field_is_left_out(log: LoggedRequests, tmp_path: Path, change: tuple[str, str]) -> None:
    log.write(attempt())
    log.write(attempt(id="1" * 20))
    log.recent(NOW)
    (_, path), *_ = log_files(tmp_path)
    first, second = path.read_text().splitlines()
    assert change[0] in first
    path.write_text(f"{first.replace(*change)}\n{second}\n")

    assert [each.id for each in log.recent(NOW - timedelta(hours=1))] == ["1" * 20]


def test_writing_never_raises(tmp_path: Path) -> None:
    log = requests(tmp_path / "a" / "folder" / "that" / "is" / "not" / "there")

    log.write(attempt())

    assert log.recent(NOW - timedelta(hours=1)) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=300), st.text(max_size=100))
def test_no_foreign_word_breaks_a_line(message: str, reason: str) -> None:
    """Whatever a provider says, the line is one line, and gives the same attempt but for those words."""
    lines: list[bytes] = []

    class Collect(LogFiles):
        def append(self, line: bytes, day: object) -> None:
            lines.append(line)

    writer = LogWriter(Collect(Path("unused")), Redactor())
    LoggedRequests(Path("unused"), writer).write(attempt(message=message, finish_reason=reason))
    assert writer.flush(10)

    (line,) = lines
    assert line.count(b"\n") == 1
    parsed = parse(line.rstrip(b"\n"))
    assert parsed is not None
    found = attempt_of(parsed)
    assert found is not None
    assert found.model == attempt().model
