"""The whole self-test, phase by phase, in a folder that is removed if nothing was wrong."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.text import visible_line
from ralex_tui.selftest.crew import Crew
from ralex_tui.selftest.damage import flipped_bytes, torn_tails
from ralex_tui.selftest.kills import random_kills
from ralex_tui.selftest.limit import bills
from ralex_tui.selftest.refusals import full_disk, read_only, size_limits
from ralex_tui.selftest.report import Report, Tally
from ralex_tui.selftest.steps import every_step


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried.

    Args:
        n_kills: Of processes at random moments; those at every step come on top.
        n_spenders: Processes of the bill, each with `n_requests`, once for each of `n_seeds`.
    """

    seed: int
    n_kills: int
    n_spenders: int
    n_requests: int
    n_seeds: int


def run(
    plan: Plan, within: Path, told: Callable[[Tally], None], progress: Callable[[str], None]
) -> tuple[Report, Path]:
    """Do all of it on the disk of `within`, telling each phase as it ends.

    Returns:
        The report, and the folder: it is gone, unless something was wrong.

    Raises:
        StorageError: If no folder can be made there.
        RuntimeError: If this process has other threads; see `Crew.start`.
    """
    # What the adapters log is what is being tried here, a thousand times.
    logging.getLogger("ralex_tui").addHandler(logging.NullHandler())
    try:
        folder = Path(tempfile.mkdtemp(prefix="selftest-", dir=within))
    except OSError as error:
        raise StorageError(
            f"no folder can be made in {visible_line(str(within))}: {error.strerror}", hint="give another with --in DIR"
        ) from error
    is_ok = False
    try:
        tallies = []
        for tally in _phases(plan, folder, progress):
            tallies.append(tally)
            told(tally)
        report = Report(plan.seed, tallies)
        is_ok = report.is_ok
        return report, folder
    except KeyboardInterrupt:
        is_ok = True  # nobody asks what was in it
        raise
    finally:
        if is_ok:
            shutil.rmtree(folder, ignore_errors=True)


def _phases(plan: Plan, folder: Path, progress: Callable[[str], None]) -> Iterator[Tally]:
    seeds = list(range(plan.seed, plan.seed + plan.n_seeds))
    with Crew() as crew:
        bill = partial(bills, crew, folder, seeds, plan.n_spenders, plan.n_requests, progress=progress)
        for phase in (
            partial(random_kills, crew, folder, plan.seed, plan.n_kills, progress),
            partial(every_step, crew, folder, progress),
            partial(full_disk, crew, folder / "full"),
            partial(size_limits, crew, folder, plan.seed),
            partial(read_only, crew, folder / "read-only"),
            partial(flipped_bytes, crew, folder / "flipped", plan.seed),
            partial(torn_tails, crew, folder / "torn", plan.seed),
            partial(bill, are_killed=False),
            partial(bill, are_killed=True),
        ):
            begun = time.monotonic()
            tally = phase()
            tally.seconds = time.monotonic() - begun
            yield tally
