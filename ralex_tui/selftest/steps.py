"""Each deed that writes, killed or failed at its 1st step, its 2nd, its 3rd, until a run comes through untouched."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.disk import REAL_DISK, Disk
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.money import Usd
from ralex_tui.selftest.bill import Provider
from ralex_tui.selftest.crew import Crew, Wire, Words, Work
from ralex_tui.selftest.faults import FaultyDisk, Way
from ralex_tui.selftest.field import Field, Life, Single
from ralex_tui.selftest.judge import Fault, Kind, judge_conversations, judge_ledger, judge_settings
from ralex_tui.selftest.kills import failures
from ralex_tui.selftest.report import Tally
from ralex_tui.selftest.spender import Spending
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import Writing

_WAYS = (Way.KILL, Way.TEAR, Way.IO_ERROR, Way.FULL, Way.SHORT)
SETTINGS = "settings"
"""The file's name."""

# More steps than any deed has: one that never comes through is a fault, and not an endless run.
_MOST_STEPS = 200

_DAILY = BudgetPolicy(daily=Usd.parse("0.05"), zone=UTC, zone_name="UTC+00:00")
_MONTHLY = replace(_DAILY, monthly=Usd.parse("0.02"))

# A list is kept from ten conversations on.
_N_LISTED = 12


@dataclass(frozen=True, slots=True)
class Saving:
    """Counts up to the next three numbers in a file written whole; tells `saved` and the number."""

    folder: Path
    disk: Disk = REAL_DISK

    def __call__(self, wire: Wire) -> None:
        path = self.folder / SETTINGS
        for _ in range(3):
            known = read_atomic(path)
            number = known["number"] + 1 if isinstance(known, dict) else 1
            try:
                write_atomic(path, {"number": number}, disk=self.disk)
            except StorageError as error:
                wire.tell("unwritten", error.message)
                return
            wire.tell("saved", number)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that writes.

    Args:
        make: The work on a folder and a disk.
        before: What is done beforehand, undisturbed; some of it ends with a kill.
    """

    name: str
    make: Callable[[Path, Disk], Work]
    before: Callable[[Path], list[Life]] = lambda folder: []
    policy: BudgetPolicy = _DAILY
    seed: str = "steps"


def deeds() -> list[Deed]:
    """What is tried."""
    return [
        Deed("reserve and settle", lambda folder, disk: Spending(folder, _DAILY, "steps", 0, 1, disk=disk)),
        Deed(
            "reserve under a month's limit",
            lambda folder, disk: Spending(folder, _MONTHLY, "steps", 0, 1, day=1, disk=disk),
            lambda folder: [Life(Spending(folder, _MONTHLY, "before", 0, 2), "before")],
            _MONTHLY,
        ),
        Deed(
            "recover",
            lambda folder, disk: Spending(folder, _DAILY, "steps", 0, 1, disk=disk),
            lambda folder: [Life(_unanswered(Spending(folder, _DAILY, "before", 0, 3)), "before")],
        ),
        Deed(
            "heal a torn tail",
            lambda folder, disk: Spending(folder, _DAILY, "steps", 0, 1, disk=disk),
            lambda folder: [Life(_tearing(Spending(folder, _DAILY, "before", 0, 2)), "before")],
        ),
        Deed("save messages", lambda folder, disk: Writing(folder, "steps", 1, disk=disk)),
        Deed(
            "cache the list",
            lambda folder, disk: Writing(folder, "steps", 0, disk=disk),
            lambda folder: [Life(Writing(folder, f"before-{number}", 1)) for number in range(_N_LISTED)],
        ),
        Deed("replace a file of settings", Saving),
    ]


def every_step(crew: Crew, folder: Path, progress: Callable[[str], None]) -> Tally:
    """All deeds in all ways at all steps."""
    done = deeds()
    tally = Tally(f"killed or failed at each step of {len(done)} deeds, {len(_WAYS)} ways")
    for number, deed in enumerate(done):
        scene = _prepared(crew, folder / f"deed-{number}", deed)
        for way in _WAYS:
            tally.add(_all_steps(crew, scene, deed, way))
            progress(f"{tally.n_tried:,} steps")
        shutil.rmtree(scene.folder)
    return tally


@dataclass(slots=True)
class _Scene:
    """A folder with what was told and billed of it."""

    folder: Path
    told: Told
    provider: Provider

    def copy(self, folder: Path) -> _Scene:
        shutil.copytree(self.folder, folder)
        return _Scene(folder, deepcopy(self.told), deepcopy(self.provider))

    def play(self, crew: Crew, life: Life) -> _Post:
        """One life on it."""
        post = _Post(life)
        Field(crew, self.provider, self.told).play([post])
        return post

    def faults(self, deed: Deed, *, is_recovered: bool) -> list[Fault]:
        """What is wrong."""
        bill = self.provider.bill
        return [
            *judge_ledger(self.folder, deed.policy, self.told, bill, is_recovered=is_recovered),
            *judge_conversations(self.folder, self.told),
            *judge_settings(self.folder / SETTINGS, self.told),
            *failures(self.told),
        ]


class _Post(Single):
    """A post for one life, which may tell how many steps its disk made."""

    n_steps: int | None = None

    def heard(self, words: Words) -> None:
        if words[0] == "steps":
            self.n_steps = int(words[1])


def _prepared(crew: Crew, folder: Path, deed: Deed) -> _Scene:
    folder.mkdir()
    scene = _Scene(folder, Told(), Provider())
    for life in deed.before(folder):
        scene.play(crew, life)
    return scene


def _all_steps(crew: Crew, scene: _Scene, deed: Deed, way: Way) -> Tally:
    """Step after step, until the deed comes through untouched or something is wrong."""
    tally = Tally("")
    for at in range(1, _MOST_STEPS):
        copy = scene.copy(scene.folder.with_name(f"{scene.folder.name}-{way.name.lower()}-{at}"))
        n_before = copy.told.n_acknowledged
        struck = copy.play(crew, Life(_struck(deed, copy.folder, way, at), deed.seed))
        tally.n_tried += 1
        tally.n_kills += struck.n_steps is None
        # That the disk refused is what was asked of it; from here on it is sound.
        copy.told.unwritten.clear()
        faults = copy.faults(deed, is_recovered=False)
        # The next start: it recovers, and does the same again.
        copy.play(crew, Life(deed.make(copy.folder, REAL_DISK), deed.seed))
        faults = faults or copy.faults(deed, is_recovered=True)
        tally.n_acknowledged += copy.told.n_acknowledged - n_before
        if faults:
            tally.faults = [Fault(f.kind, f"{deed.name}, {way}, step {at}: {f.text}") for f in faults]
            return tally
        shutil.rmtree(copy.folder)
        if struck.n_steps is not None and struck.n_steps < at:
            return tally
    tally.faults = [Fault(Kind.FAILED, f"{deed.name}, {way}: it never comes through")]
    return tally


def _struck(deed: Deed, folder: Path, way: Way, at: int) -> Work:
    def work(wire: Wire) -> None:
        disk = FaultyDisk(way, at)
        deed.make(folder, disk)(wire)
        wire.tell("steps", disk.n_steps)

    return work


class _Unanswered(Wire):
    """A wire whose owner dies in place of hearing an answer."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def tell(self, *words: object) -> None:
        self._wire.tell(*words)

    def hear(self) -> Words:
        os.kill(os.getpid(), signal.SIGKILL)
        return []


def _unanswered(spending: Spending) -> Work:
    """Dies with its first request on the way."""
    return lambda wire: spending(_Unanswered(wire))


def _tearing(spending: Spending) -> Work:
    """Leaves half a line behind, as a crash within a write does."""

    def work(wire: Wire) -> None:
        spending(wire)
        (journal,) = (spending.folder / "ledger").glob("*.journal")
        with journal.open("ab") as file:
            file.write(b'0123abcd {"table":"records","pu')

    return work
