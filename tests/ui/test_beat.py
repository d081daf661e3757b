"""When the transcript works on what was streamed: gathered, soon, and out of the way of keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ralex_tui.ui.transcript.beat import Beat


class Timer:
    """One that is set and may be stopped."""

    def __init__(self, at: float, work: Callable[[], None]) -> None:
        self.at = at
        self.work = work
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


class Owner:
    """A widget's timers, on a clock that is moved by hand."""

    is_running = True

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Timer] = []

    def set_timer(self, pause_s: float, work: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + pause_s, work))
        return self.timers[-1]

    def move(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.at <= end]:
            timer = min(due, key=lambda timer: timer.at)
            self.timers.remove(timer)
            self.now = timer.at
            if not timer.is_stopped:
                timer.work()
        self.now = end


class Played:
    """A beat and when it ran."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.owner = Owner()
        self.ran: list[float] = []
        monkeypatch.setattr("ralex_tui.ui.transcript.beat.time.monotonic", lambda: self.owner.now)
        self.beat = Beat(self.owner, lambda: self.ran.append(round(self.owner.now - 100.0, 3)))  # type: ignore[arg-type]


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


def test_what_is_asked_for_within_a_beat_is_done_once(played: Played) -> None:
    for _ in range(10):
        played.beat.ask()
        played.owner.move(0.003)
    played.owner.move(1)

    assert played.ran == [0.033]


def test_a_beat_that_is_due_comes_after_a_keys_echo(played: Played) -> None:
    played.beat.ask()
    played.owner.move(0.03)
    played.beat.make_way()
    played.owner.move(1)

    assert played.ran == [0.05]


def test_keys_that_keep_coming_dont_hold_the_text_back_for_long(played: Played) -> None:
    played.beat.ask()
    for _ in range(20):
        played.owner.move(0.01)
        played.beat.make_way()

    assert 0.08 <= played.ran[0] <= 0.11


def test_between_keys_that_come_in_a_row_the_text_is_drawn_once(played: Played) -> None:
    for _ in range(5):
        played.beat.make_way()
        for _ in range(12):
            played.beat.ask()
            played.owner.move(0.005)

    assert played.ran == [0.02, 0.08, 0.14, 0.2, 0.26]


def test_a_widget_that_is_gone_is_left_alone(played: Played) -> None:
    played.owner.is_running = False

    played.beat.ask()

    assert not played.owner.timers
