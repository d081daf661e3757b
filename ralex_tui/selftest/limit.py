"""Many processes and one limit, against a provider that keeps its own bill; with kills and without."""

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
from ralex_tui.selftest.field import Field, Life
from ralex_tui.selftest.judge import Fault, Kind, judge_ledger, taken
from ralex_tui.selftest.kills import failures, settle_up
from ralex_tui.selftest.plan import wanted
from ralex_tui.selftest.report import Tally
from ralex_tui.selftest.spender import Spending
from ralex_tui.selftest.told import Told

USABLE = 0.98
"""The part of a limit that can be used where more is wanted, and nobody is killed."""

# With fewer requests than these, what all of them want may be less than the limit, or one be 2 % of it.
_ENOUGH_REQUESTS = 400

# A spender is killed about so often in its work; many more, and the ledger is read from its start most of the time.
_KILLS_A_SPENDER = 20


class _Spender:
    """A post whose processes take over from each other, until all its requests were asked for."""

    def __init__(self, folder: Path, policy: BudgetPolicy, seed: str, n_requests: int, *, is_killed: bool) -> None:
        self._folder = folder
        self._policy = policy
        self._seed = seed
        self._n_requests = n_requests
        self._next = 0
        self._rng = random.Random(f"{seed}/kills") if is_killed else None  # noqa: S311 - drawn from a seed

    def next_life(self, field: Field) -> Life | None:
        if self._next >= self._n_requests:
            return None
        work = Spending(self._folder, self._policy, self._seed, self._next, self._n_requests)
        if self._rng is None:
            return Life(work, self._seed)
        mean = max(1, self._n_requests // _KILLS_A_SPENDER)
        return Life(work, self._seed, self._rng.randrange(4 * mean), self._rng.random() * 0.003)

    def heard(self, words: Words) -> None:
        if words[0] in ("sent", "free", "refused"):
            self._next = int(words[1]) + 1


def bills(
    crew: Crew,
    folder: Path,
    seeds: list[int],
    n_spenders: int,
    n_requests: int,
    *,
    are_killed: bool,
    progress: Callable[[str], None],
) -> Tally:
    """A run for each seed."""
    how = ", with kills" if are_killed else ""
    tally = Tally(f"bill of {n_spenders} processes x {n_requests:,} requests{how}")
    for seed in seeds:
        tally.add(_run(crew, folder / f"bill-{seed}-{are_killed}", seed, n_spenders, n_requests, are_killed=are_killed))
        progress(f"{tally.n_tried} of {len(seeds)} seeds")
        if tally.faults:
            break
    return tally


def _run(crew: Crew, folder: Path, seed: int, n_spenders: int, n_requests: int, *, are_killed: bool) -> Tally:
    names = [f"{seed}/bill/{number}" for number in range(n_spenders)]
    policy = BudgetPolicy(daily=_limit(names, n_requests), zone=UTC, zone_name="UTC+00:00")
    told, provider = Told(), Provider()
    field = Field(crew, provider, told)
    field.play([_Spender(folder, policy, name, n_requests, is_killed=are_killed) for name in names])
    settle_up(crew, folder, policy, provider, told)
    faults = [*judge_ledger(folder, policy, told, provider.bill), *failures(told)]
    tally = Tally("", 1, field.n_killed, told.n_acknowledged, faults)
    if not faults:
        used = taken(folder) / policy.daily.nano
        tally.used = [used]
        tally.billed = [sum(provider.bill.values()) / policy.daily.nano]
        is_enough = n_spenders * n_requests >= _ENOUGH_REQUESTS
        if used < USABLE and is_enough and not are_killed:
            faults.append(Fault(Kind.WRONG, f"only {used:.2%} of the limit could be used (seed {seed})"))
    if not faults:
        shutil.rmtree(folder)
    return tally


def _limit(names: list[str], n_requests: int) -> Usd:
    """Two fifths of what all requests may come to at most: half of that is billed on the average, so all is used."""
    worst = 0
    for name in names:
        for number in range(n_requests):
            want = wanted(name, number)
            worst += _worst(want.tariff.input, want.tariff.output, want.input_bound, want.max_tokens)
    return Usd(worst * 2 // 5)


def _worst(rate_in: int, rate_out: int, n_input: int, n_output: int) -> int:
    return (n_input * rate_in + n_output * rate_out) // 1_000_000
