"""Hostile texts through the transcript: two thousand of the 100,000 that `make fuzz` plays.

`tests.fuzz.stage.run([SEED])` plays one of them again.
"""

from __future__ import annotations

import pytest

from ralex_tui.ui.transcript import entry, header
from tests.fuzz import stage, terminal

_N_TEXTS = 2_000
_PER_TEST = 250


@pytest.mark.parametrize("first", range(0, _N_TEXTS, _PER_TEST))
def test_hostile_texts_crash_nothing_run_nothing_and_leave_no_control_codes(first: int) -> None:
    found = stage.run(range(first, first + _PER_TEST))

    assert found.n_texts == _PER_TEST
    assert found.n_rows > _PER_TEST
    assert [str(fault) for fault in found.faults] == []


def test_no_control_code_of_a_hostile_text_reaches_a_terminal() -> None:
    found = terminal.show(range(0, 500, 5))

    assert found.n_bytes > 100_000
    assert [str(fault) for fault in found.faults] == []


def test_the_stage_sees_what_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (entry, header):
        monkeypatch.setattr(module, "visible", lambda text: text)

    found = stage.run(range(20))

    assert found.controls


@pytest.mark.parametrize(
    "raw",
    [b"\x1b[31m", b"\x1b[8m", b"\x1b[2J", b"\x1b[6n", b"\x1b]0;t\x07", b"\x1b]52;c;aGk=\x07", b"\x9b", b"\t", b"\n"],
)
def test_what_is_not_textuals_own_is_seen(raw: bytes) -> None:
    sound = b"\x1b[?2026h\x1b[3;1H\x1b[1;38;2;1;2;3mtext\x1b[0m\r\n\x1b[4;1Hmore\x1b[?2026l"

    assert terminal.controls(sound) == []
    assert terminal.controls(sound.replace(b"text", b"te" + raw + b"xt"))
