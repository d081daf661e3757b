"""The field: processes at their posts, heard and answered, killed when their moment comes, and replaced."""

from __future__ import annotations

import select
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ralex_tui.selftest.bill import Provider
from ralex_tui.selftest.crew import Child, Crew, Words, Work
from ralex_tui.selftest.plan import wanted
from ralex_tui.selftest.told import Told

_HANGS_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Life:
    """One process's life.

    Args:
        seed: Of its requests, for the provider to know what they ask for.
        kill_after: Lines told after which it is killed, `delay_s` later; None: it lives to its end.
    """

    work: Work
    seed: str = ""
    kill_after: int | None = None
    delay_s: float = 0.0

    @property
    def is_doomed(self) -> bool:
        return self.kill_after is not None


class Post(Protocol):
    """A place that one process at a time fills."""

    def next_life(self, field: Field) -> Life | None:
        """Who comes next; None closes the post."""
        ...

    def heard(self, words: Words) -> None:
        """What its process told."""
        ...


class Single:
    """A post for one life."""

    def __init__(self, life: Life) -> None:
        self._life: Life | None = life

    def next_life(self, field: Field) -> Life | None:
        life, self._life = self._life, None
        return life

    def heard(self, words: Words) -> None:
        """Nothing depends on it."""


@dataclass(slots=True)
class _Running:
    child: Child
    post: Post
    life: Life
    n_lines: int = 0
    kill_at: float | None = None
    is_killed: bool = False
    owner: str = ""


class Field:
    """Plays all posts to their end.

    Attributes:
        n_killed: Processes that died by kill -9; `n_doomed`: those alive whose moment is still to come.
    """

    def __init__(self, crew: Crew, provider: Provider, told: Told) -> None:
        self.told = told
        self.n_killed = 0
        self.n_doomed = 0
        self._crew = crew
        self._provider = provider
        self._running: dict[Child, _Running] = {}

    def play(self, posts: Sequence[Post]) -> None:
        """Fill the posts until all are closed."""
        for post in posts:
            self._fill(post)
        while self._running:
            ready, _, _ = select.select(list(self._running), [], [], self._patience_s())
            for child in ready:
                self._listen(self._running[child])
            self._kill_due(has_heard=bool(ready))

    def _fill(self, post: Post) -> None:
        life = post.next_life(self)
        if life is None:
            return
        child = self._crew.start(life.work)
        running = self._running[child] = _Running(child, post, life)
        self.n_doomed += life.is_doomed
        self._doom(running)

    def _doom(self, running: _Running) -> None:
        after = running.life.kill_after
        if after is not None and running.kill_at is None and running.n_lines >= after:
            running.kill_at = time.monotonic() + running.life.delay_s

    def _doomed(self) -> list[tuple[float, _Running]]:
        """Whose moment has been named and has not been carried out."""
        return [(r.kill_at, r) for r in self._running.values() if r.kill_at is not None and not r.is_killed]

    def _patience_s(self) -> float:
        moments = [moment for moment, _ in self._doomed()]
        return max(0.0, min(moments) - time.monotonic()) if moments else _HANGS_AFTER_S

    def _kill_due(self, *, has_heard: bool) -> None:
        now, doomed = time.monotonic(), self._doomed()
        due = [running for moment, running in doomed if moment <= now]
        if not doomed and not has_heard:
            self.told.failures.append(f"nothing was heard of {len(self._running)} processes for {_HANGS_AFTER_S:g} s")
            due = list(self._running.values())
        for running in due:
            running.child.kill()
            running.is_killed = True

    def _listen(self, running: _Running) -> None:
        for words in running.child.lines():
            running.n_lines += 1
            self._take(running, words)
        self._doom(running)
        if running.child.is_over:
            self._end(running)

    def _take(self, running: _Running, words: Words) -> None:
        self.told.hear(words)
        running.post.heard(words)
        match words:
            case ["owner", owner]:
                running.owner = owner
            case ["unwritten", *_]:
                self.told.gone.add(running.owner)
            case ["sent", number, request, _, max_tokens]:
                want, seed = wanted(running.life.seed, int(number)), f"{running.life.seed}/{number}"
                answer = self._provider.serve(request, want, int(max_tokens), seed)
                running.child.answer(answer.reported, answer.n_bytes, *answer.usage)

    def _end(self, running: _Running) -> None:
        del self._running[running.child]
        code = self._crew.bury(running.child)
        self.n_doomed -= running.life.is_doomed
        if code == -signal.SIGKILL:
            self.n_killed += 1
            self.told.gone.add(running.owner)
        elif code < 0:
            self.told.failures.append(f"a process died by signal {-code}")
        self._fill(running.post)
