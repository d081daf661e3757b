"""Spenders and writers on one folder, killed at random moments and replaced until enough have died."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.money import Usd
from ralex_tui.selftest.bill import Provider
from ralex_tui.selftest.crew import Crew, Words
from ralex_tui.selftest.field import Field, Life, Single
from ralex_tui.selftest.judge import Fault, Kind, judge_conversations, judge_ledger
from ralex_tui.selftest.report import Tally
from ralex_tui.selftest.spender import Spending
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import Writing

_ROUND_KILLS = 60
_N_SPENDERS = 3
_N_WRITERS = 2

# What a life may do if it is let: a spender's requests tell two lines each, a writer's turns three.
_N_REQUESTS = 8
_N_TURNS = 5

_LONGEST_DELAY_S = 0.004

# Lives after which the next spender stands on the next day.
_LIVES_A_DAY = 10


def random_kills(crew: Crew, folder: Path, seed: int, n_kills: int, progress: Callable[[str], None]) -> Tally:
    """Rounds of kills, each on a new folder with limits of its own, until `n_kills` have died."""
    tally = Tally(f"killed at random: {_N_SPENDERS} spenders and {_N_WRITERS} writers")
    while tally.n_kills < n_kills and not tally.faults:
        wanted = min(_ROUND_KILLS, n_kills - tally.n_kills)
        tally.add(_round(crew, folder / f"round-{tally.n_tried}", f"{seed}/round/{tally.n_tried}", wanted))
        progress(f"{tally.n_kills:,} of {n_kills:,} kills")
    return tally


def settle_up(crew: Crew, folder: Path, policy: BudgetPolicy, provider: Provider, told: Told, day: int = 0) -> None:
    """Have a process that nobody kills recover what the dead left open, as the next start does."""
    Field(crew, provider, told).play([Single(Life(Spending(folder, policy, "", day=day)))])


def failures(told: Told) -> list[Fault]:
    """Processes that ended as none may, where the disk does all it is asked."""
    return [Fault(Kind.FAILED, text) for text in (*told.failures, *told.unwritten)]


class _Squad:
    """What the posts of a round have in common: how many are to die, and what is known by now."""

    def __init__(self, folder: Path, policy: BudgetPolicy, seed: str, n_kills: int, told: Told) -> None:
        self.folder = folder
        self.policy = policy
        self.seed = seed
        self.told = told
        self.n_lives = 0
        self._n_kills = n_kills
        self._rng = random.Random(seed)  # noqa: S311 - drawn from a seed, so that a run can be had again

    @property
    def day(self) -> int:
        return self.n_lives // _LIVES_A_DAY

    def is_over(self, field: Field) -> bool:
        return field.n_killed + field.n_doomed >= self._n_kills

    def life(self, make: Callable[[str, random.Random], Spending | Writing], n_lines: int) -> Life:
        """The next life; one in eight is let live."""
        self.n_lives += 1
        seed = f"{self.seed}/{self.n_lives}"
        after = None if self._rng.randrange(8) == 0 else self._rng.randrange(n_lines)
        return Life(make(seed, self._rng), seed, after, self._rng.random() * _LONGEST_DELAY_S)


class _SpenderPost:
    def __init__(self, squad: _Squad) -> None:
        self._squad = squad

    def next_life(self, field: Field) -> Life | None:
        squad = self._squad
        if squad.is_over(field):
            return None

        def make(seed: str, rng: random.Random) -> Spending:
            return Spending(squad.folder, squad.policy, seed, 0, _N_REQUESTS, squad.day, f"talk-{rng.randrange(3)}")

        return squad.life(make, 2 * _N_REQUESTS)

    def heard(self, words: Words) -> None:
        """A new life begins anew."""


class _WriterPost:
    def __init__(self, squad: _Squad) -> None:
        self._squad = squad

    def next_life(self, field: Field) -> Life | None:
        squad = self._squad
        if squad.is_over(field):
            return None

        def make(seed: str, rng: random.Random) -> Writing:
            known = tuple(sorted(squad.told.conversations))
            return Writing(squad.folder, seed, _N_TURNS, known, is_new=rng.randrange(2) == 0)

        return squad.life(make, 3 * _N_TURNS)

    def heard(self, words: Words) -> None:
        """What matters of it is in `Told`."""


def _round(crew: Crew, folder: Path, seed: str, n_kills: int) -> Tally:
    policy = _policy(random.Random(f"{seed}/limits"))  # noqa: S311 - as above
    told, provider = Told(), Provider()
    field = Field(crew, provider, told)
    squad = _Squad(folder, policy, seed, n_kills, told)
    spenders = [_SpenderPost(squad) for _ in range(_N_SPENDERS)]
    field.play([*spenders, *(_WriterPost(squad) for _ in range(_N_WRITERS))])
    settle_up(crew, folder, policy, provider, told, squad.day)
    faults = [
        *judge_ledger(folder, policy, told, provider.bill),
        *judge_conversations(folder, told),
        *failures(told),
    ]
    if not faults:
        shutil.rmtree(folder)
    return Tally("", 1, field.n_killed, told.n_acknowledged, faults)


def _policy(rng: random.Random) -> BudgetPolicy:
    """Limits that are reached in some rounds and not in others; a worst case is 0.0003 to 0.026."""
    daily = rng.choice(["0.05", "0.3", "10"])
    monthly = rng.choice([None, None, "0.08", "0.5"])
    conversation = rng.choice([None, None, "0.06"])
    return BudgetPolicy(
        daily=Usd.parse(daily),
        zone=UTC,
        zone_name="UTC+00:00",
        monthly=None if monthly is None else Usd.parse(monthly),
        conversation=None if conversation is None else Usd.parse(conversation),
    )
