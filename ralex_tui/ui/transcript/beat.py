"""When the transcript works on what was streamed: some beats a second, and out of the way of keys.

A key that comes in the middle of a beat waits until it is over. So while somebody types a beat follows
each key, when no other is to be expected for a moment, and there are fewer of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

_BEAT_S = 1 / 30
_AFTER_KEY_S = 0.02  # by then the key is on the screen
_TYPING_S = 0.15  # so long after a key another one is to be expected
_BEHIND_S = 0.004  # between two beats while more text has come than one beat can take
_REST = 2  # times that a beat took: so long the next one waits, so that no text takes more than a third of a core
WORK_S = 0.012  # of a beat, for reading text
_TYPING_BEAT_S = 0.1  # the longest wait while keys keep coming


class Beat:
    """Runs `work` once soon after it was asked for, however often that is."""

    def __init__(self, owner: Widget, work: Callable[[], None]) -> None:
        self._owner = owner
        self._work = work
        self._timer: Timer | None = None
        self._asked_at = 0.0
        self._typed_at = float("-inf")
        self._took_s = 0.0

    def ask(self, *, is_behind: bool = False) -> None:
        """There is something to do; `is_behind`: more of what was begun, so without delay."""
        if self._timer is None and self._owner.is_running:
            self._asked_at = now = time.monotonic()
            self._wait(_BEHIND_S if is_behind and now - self._typed_at > _TYPING_S else self._pause(now))

    def make_way(self) -> None:
        """A key was typed: what is due now comes after its echo."""
        self._typed_at = now = time.monotonic()
        if self._timer is not None and now + _AFTER_KEY_S - self._asked_at < _TYPING_BEAT_S:
            self._timer.stop()
            self._wait(_AFTER_KEY_S)

    def _pause(self, now: float) -> float:
        since_key = now - self._typed_at
        if since_key > _TYPING_S:
            return max(_BEAT_S, _REST * self._took_s)
        return _AFTER_KEY_S - since_key if since_key < _AFTER_KEY_S else _TYPING_BEAT_S

    def _wait(self, pause_s: float) -> None:
        self._timer = self._owner.set_timer(pause_s, self._run)

    def _run(self) -> None:
        self._timer = None
        start = time.monotonic()
        self._work()
        self._took_s = time.monotonic() - start


class Later:
    """Runs `work` once, a moment after it was asked for, however often that is: what can wait."""

    def __init__(self, owner: Widget, work: Callable[[], None]) -> None:
        self._owner = owner
        self._work = work
        self._timer: Timer | None = None

    @property
    def is_due(self) -> bool:
        return self._timer is not None

    def ask(self) -> None:
        if self._timer is None:
            self._timer = self._owner.set_timer(_BEAT_S, self._run)

    def _run(self) -> None:
        self._timer = None
        self._work()
