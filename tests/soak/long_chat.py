"""A day's chat in minutes: thousands of messages in one conversation; memory and descriptors, sampled as it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.e2e.test_app import children_of
from tests.soak.home import Home

_WORDS = 4
_MOST_S = 120.0
_WARM_SHARE = 0.1
_MOST_GROWTH_MB = 50.0


@dataclass(frozen=True)
class Sample:
    """The app and its engine after so many turns.

    Args:
        mb: Resident memory in megabytes, n_fds: open descriptors; the app's, then its child's.
    """

    n_turns: int
    mb: tuple[float, float]
    n_fds: tuple[int, int]


class FastTerminal(Terminal):
    """A terminal that looks at what is written and draws nothing: drawing it would take most of the time."""

    is_drawn = True

    def draw(self, data: bytes) -> None:
        if self.is_drawn:
            super().draw(data)

    def wait_for_words(self, words: str) -> None:
        """Read until these words are written, and forget what was read."""
        end = time.monotonic() + _MOST_S
        while words.encode() not in self.raw:
            assert time.monotonic() < end, f"{words} did not come; the last bytes were {bytes(self.raw[-500:])!r}"
            self.pump(1.0)
        self.raw.clear()


def play(folder: Path, n_turns: int) -> Iterator[Sample]:
    """Type, wait for the answer, type; yields a sample each twentieth of the way."""
    home = Home(folder)
    home.configure()
    home.start_provider()
    app = home.start_app(kind=FastTerminal)
    assert isinstance(app, FastTerminal)
    try:
        app.wait_for("Type below.")
        app.type("/tier cheap\r")
        app.is_drawn = False
        for turn in range(n_turns):
            # Where the answer before is not settled yet, it waits in the queue for that.
            app.type(f"q{turn} w{_WORDS}\r")
            app.wait_for_words(f"q{turn}-{_WORDS - 1}")
            if (turn + 1) % max(1, n_turns // 20) == 0:
                yield _sample(app.pid, turn + 1)
        app.press("ctrl+q")
        assert app.wait_exit() == 0
    finally:
        home.kill_provider()
    talks = home.conversations()
    assert sum(len(talk.messages) for talk in talks) == 2 * n_turns
    assert not [entry for entry in home.entries() if entry.is_open]


def report(folder: Path, n_turns: int) -> int:
    """Play and print; 1 where memory grew by more than it should, or descriptors grew at all."""
    started = time.monotonic()
    samples = []
    print("messages   app MB   engine MB   app fds   engine fds", flush=True)
    for sample in play(folder, n_turns):
        samples.append(sample)
        mb, fds = sample.mb, sample.n_fds
        print(f"{2 * sample.n_turns:8}  {mb[0]:7.1f}  {mb[1]:10.1f}  {fds[0]:8}  {fds[1]:11}", flush=True)
    warm = next(sample for sample in samples if sample.n_turns >= n_turns * _WARM_SHARE)
    last = samples[-1]
    grown = [after - before for before, after in zip(warm.mb, last.mb, strict=True)]
    print(f"{time.monotonic() - started:.0f} s; grown since {2 * warm.n_turns} messages: ", end="")
    print(f"app {grown[0]:.1f} MB, engine {grown[1]:.1f} MB")
    fds_grew = any(after > before + 2 for before, after in zip(warm.n_fds, last.n_fds, strict=True))
    return 1 if max(grown) > _MOST_GROWTH_MB or fds_grew else 0


def _sample(pid: int, n_turns: int) -> Sample:
    engine = next(child for child in children_of(pid) if _runs(child, b"engine_host"))
    return Sample(n_turns, (_rss_mb(pid), _rss_mb(engine)), (_n_fds(pid), _n_fds(engine)))


def _runs(pid: int, module: bytes) -> bool:
    return module in Path(f"/proc/{pid}/cmdline").read_bytes()


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _n_fds(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
