"""Disks that take no more: full, at a file's greatest size, read-only. Nothing leaves unrecorded, nothing is lost."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.money import Usd
from ralex_tui.selftest.bill import Provider
from ralex_tui.selftest.crew import Crew, Wire, Work
from ralex_tui.selftest.faults import FaultyDisk, Way
from ralex_tui.selftest.field import Field, Life, Single
from ralex_tui.selftest.judge import Fault, Kind, judge_conversations, judge_ledger
from ralex_tui.selftest.kills import failures, settle_up
from ralex_tui.selftest.mounts import NoMount, make_read_only, mount_small
from ralex_tui.selftest.report import Tally
from ralex_tui.selftest.spender import Spending
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import Writing

_POLICY = BudgetPolicy(daily=Usd.parse("1000"), zone=UTC, zone_name="UTC+00:00")

_DISK_BYTES = 256 * 1024
_BALLAST_BYTES = 128 * 1024

# More than any of these disks has room for.
_N_REQUESTS = 2_000
_N_TURNS = 1_000

_N_SIZES = 20
_SMALLEST, _LARGEST = 20, 6_000


class _Place:
    """A folder with one spender's and one writer's work in it, as far as it got."""

    def __init__(self, crew: Crew, folder: Path) -> None:
        self.folder = folder
        self.told = Told()
        self._crew = crew
        self._provider = Provider()

    def play(self, *works: Work, seed: str = "refusals") -> list[str]:
        """Let them work at once; what storage said when it refused."""
        self.told.unwritten.clear()
        Field(self._crew, self._provider, self.told).play([Single(Life(work, seed)) for work in works])
        said = list(self.told.unwritten)
        self.told.unwritten.clear()
        return said

    def spending(self, n_requests: int) -> Spending:
        return Spending(self.folder, _POLICY, "refusals", 0, n_requests)

    def writing(self, n_turns: int) -> Writing:
        return Writing(self.folder, "refusals", n_turns)

    def faults(self) -> list[Fault]:
        """What is wrong, now that it can be written to again."""
        settle_up(self._crew, self.folder, _POLICY, self._provider, self.told)
        return [*self.read_faults(), *failures(self.told)]

    def read_faults(self) -> list[Fault]:
        """What is wrong as it stands."""
        ledger = judge_ledger(self.folder, _POLICY, self.told, self._provider.bill)
        return [*ledger, *judge_conversations(self.folder, self.told)]


def full_disk(crew: Crew, folder: Path) -> Tally:
    """A small file system filled to its last byte by writing, then given room again."""

    def fill(crew: Crew) -> Tally:
        mount_small(folder, _DISK_BYTES)
        (folder / "ballast").write_bytes(bytes(_BALLAST_BYTES))
        place = _Place(crew, folder)
        said = place.play(place.spending(_N_REQUESTS), place.writing(_N_TURNS))
        faults = [] if len(said) == 2 else [Fault(Kind.FAILED, f"the disk was full, and was written to: {said}")]
        (folder / "ballast").unlink()
        faults += place.faults()
        said = place.play(place.spending(3), place.writing(3))
        faults += [Fault(Kind.FAILED, f"with room again: {text}") for text in said]
        return Tally("", 1, 0, place.told.n_acknowledged, [*faults, *place.faults()])

    folder.mkdir()
    tally = Tally(f"full disk: a file system of {_DISK_BYTES // 1024} kB")
    try:
        tally.add(isolated(crew, fill))
    except NoMount:
        tally.what = "full disk: not tried, for there is no small one here"
    return tally


def size_limits(crew: Crew, folder: Path, seed: int) -> Tally:
    """Files that may not grow past some size, at any byte of a line: the kernel cuts the write there."""
    rng = random.Random(f"{seed}/sizes")  # noqa: S311 - drawn from a seed, so that a run can be had again
    tally = Tally(f"full disk: files cut at {_SMALLEST} to {_LARGEST:,} bytes (rlimit)")
    for number in range(_N_SIZES):
        place = _Place(crew, folder / f"size-{number}")
        n_bytes = rng.randrange(_SMALLEST, _LARGEST)
        said = place.play(*(_limited(n_bytes, work) for work in (place.spending(100), place.writing(100))))
        faults = [] if len(said) == 2 else [Fault(Kind.FAILED, f"files grew past {n_bytes} bytes: {said}")]
        faults += place.faults()
        tally.add(Tally("", 1, 0, place.told.n_acknowledged, faults))
        if not faults:
            shutil.rmtree(place.folder)
    return tally


def read_only(crew: Crew, folder: Path) -> Tally:
    """A folder that can be read and not written: what was saved is there, and no paid request leaves."""

    def on_a_mount(crew: Crew) -> Tally:
        mount_small(folder, _DISK_BYTES)
        return _read_only(crew, folder, lambda: make_read_only(folder))

    folder.mkdir()
    tally = Tally("read-only folder: a file system mounted so")
    try:
        tally.add(isolated(crew, on_a_mount))
    except NoMount:
        is_root = os.geteuid() == 0
        tally.what = f"read-only folder: {'simulated, for nothing is to root' if is_root else 'its rights taken away'}"
        tally.add(_read_only(crew, folder, lambda: None if is_root else _take_rights(folder, 0o500)))
        _take_rights(folder, 0o700)
    return tally


def isolated(crew: Crew, work: Callable[[Crew], Tally]) -> Tally:
    """Do something in a process of its own that may have children, and come back with what it came to.

    Raises:
        NoMount: As it was raised there.
    """

    def tell(wire: Wire) -> None:
        with Crew() as own:
            try:
                tally = work(own)
            except NoMount as error:
                wire.tell("nomount", error)
                return
        faults = [[fault.kind, fault.text] for fault in tally.faults]
        wire.tell("tally", json.dumps([tally.n_tried, tally.n_acknowledged, faults]))

    child = crew.start(tell)
    said = []
    while not child.is_over:
        said += child.lines()
    code = crew.bury(child)
    match said:
        case [["tally", *words]]:
            n_tried, n_acknowledged, faults = json.loads(" ".join(words))
            return Tally("", n_tried, 0, n_acknowledged, [Fault(Kind(kind), text) for kind, text in faults])
        case [["nomount", *words]]:
            raise NoMount(" ".join(words))
    return Tally("", faults=[Fault(Kind.FAILED, f"a process ended with {code}: {said}")])


def _read_only(crew: Crew, folder: Path, make_it: Callable[[], None]) -> Tally:
    place = _Place(crew, folder)
    place.play(place.spending(5), place.writing(5))
    faults = place.faults()
    n_sent = len(place.told.held)
    make_it()
    # Where nothing could be made read-only, the disk says so all the same; where it was, both do.
    disk = FaultyDisk(Way.READ_ONLY)
    is_simulated = os.access(folder, os.W_OK)
    works: list[Work] = [place.spending(5), place.writing(5)]
    if is_simulated:
        works = [replace(place.spending(5), disk=disk), replace(place.writing(5), disk=disk)]
    said = place.play(*works)
    if len(said) != 2 or len(place.told.held) != n_sent:
        faults.append(Fault(Kind.FAILED, f"it was read-only, and was written to: {said}"))
    return Tally("", 1, 0, place.told.n_acknowledged, [*faults, *place.read_faults(), *failures(place.told)])


def _limited(n_bytes: int, work: Work) -> Work:
    def limited(wire: Wire) -> None:
        # Python ignores the signal that comes with it; the write tells EFBIG.
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        work(wire)

    return limited


def _take_rights(folder: Path, mode: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(mode)
        else:
            path.chmod(mode & 0o600)
