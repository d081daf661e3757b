"""Files spoilt behind ralex's back: a flipped byte, a tail torn off or filled with zeros.

What can't be trusted is refused and left as it is, for the user to restore; what a crash may leave is healed.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from ralex_tui.adapters.atomic_file import read_atomic
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy, Need
from ralex_tui.domain.conversation import Message, Role
from ralex_tui.domain.errors import LedgerUnreadable, StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.selftest import raw
from ralex_tui.selftest.bill import Provider
from ralex_tui.selftest.crew import Crew
from ralex_tui.selftest.field import Field, Life, Single
from ralex_tui.selftest.judge import Fault, Kind
from ralex_tui.selftest.plan import TARIFFS, StandingClock, price_of
from ralex_tui.selftest.refusals import isolated
from ralex_tui.selftest.report import Tally
from ralex_tui.selftest.spender import Spending
from ralex_tui.selftest.steps import SETTINGS, Saving
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import FOLDER, INDEX, Writing
from ralex_tui.services.ledger import LedgerService

_POLICY = BudgetPolicy(daily=Usd.parse("1000"), zone=UTC, zone_name="UTC+00:00")
# The last to be made finds enough others to cache the list.
_N_CONVERSATIONS = 12
_N_FLIPS = 100
_TEAR_STRIDE = 5


def flipped_bytes(crew: Crew, folder: Path, seed: int) -> Tally:
    """One byte after another changed, over the whole of each kind of file."""
    tally = Tally("flipped byte: ledger, conversation, list, settings")
    tally.add(_in_scene(crew, folder, seed, _flips))
    return tally


def torn_tails(crew: Crew, folder: Path, seed: int) -> Tally:
    """The last line cut off at one byte after another, with and without zeros in its place."""
    tally = Tally("torn tail: last line of a ledger and a conversation")
    tally.add(_in_scene(crew, folder, seed, _tears))
    return tally


def _in_scene(crew: Crew, folder: Path, seed: int, work: Callable[[Path, random.Random], Tally]) -> Tally:
    """Have files made by undisturbed processes, then spoil them in another."""
    told = Told()
    writers = [Writing(folder, f"{seed}/{number}", 1 + 3 * (number == 0)) for number in range(_N_CONVERSATIONS)]
    lives = [Life(Spending(folder, _POLICY, f"{seed}/damage", 0, 4), f"{seed}/damage")]
    field = Field(crew, Provider(), told)
    folder.mkdir()
    for life in [*lives, *map(Life, writers), Life(Saving(folder))]:
        field.play([Single(life)])
    rng = random.Random(f"{seed}/damage")  # noqa: S311 - drawn from a seed, so that a run can be had again
    tally = isolated(crew, lambda own: work(folder, rng))
    tally.faults += [Fault(Kind.FAILED, text) for text in (*told.failures, *told.unwritten)]
    tally.n_acknowledged += told.n_acknowledged
    if not tally.faults:
        shutil.rmtree(folder)
    return tally


def _flips(folder: Path, rng: random.Random) -> Tally:
    tally = Tally("")
    for path, check in _checks(folder).items():
        sound = path.read_bytes()
        # Over the whole file, a stride apart; the last byte of all, whose loss can be healed, always.
        stride = max(1, len(sound) // _N_FLIPS)
        for at in [*range(rng.randrange(stride), len(sound) - 1, stride), len(sound) - 1]:
            spoilt = bytearray(sound)
            spoilt[at] ^= 1 << rng.randrange(8)
            path.write_bytes(spoilt)
            faults = check(path, is_healable=at == len(sound) - 1)
            tally.faults += [Fault(fault.kind, f"byte {at} of {path.name}: {fault.text}") for fault in faults]
            tally.n_tried += 1
            if tally.faults:
                return tally
        path.write_bytes(sound)
    return tally


def _checks(folder: Path) -> dict[Path, Callable[..., list[Fault]]]:
    """The files of the scene, and what has to hold once one is spoilt."""
    (ledger,) = (folder / "ledger").glob("*.journal")
    conversation = max((folder / FOLDER).glob("*.journal"), key=lambda path: path.stat().st_size)
    return {
        ledger: _ledger_refuses,
        conversation: _conversation_refuses,
        folder / INDEX: _list_is_whole,
        folder / SETTINGS: _settings_are_there,
    }


def _tears(folder: Path, rng: random.Random) -> Tally:
    tally = Tally("")
    for path, check in list(_checks(folder).items())[:2]:
        sound = path.read_bytes()
        start = sound.rindex(b"\n", 0, -1) + 1
        for cut in {*range(start, len(sound), _TEAR_STRIDE), len(sound) - 2, len(sound) - 1}:
            for zeros in (0, rng.randrange(1, 700)):
                path.write_bytes(sound[:cut] + bytes(zeros))
                n_whole = sound[:start].count(b"\n")
                faults = check(path, is_healable=True, n_lines=n_whole)
                tally.faults += [Fault(fault.kind, f"{path.name} cut at {cut}: {fault.text}") for fault in faults]
                tally.n_tried += 1
                if tally.faults:
                    return tally
        path.write_bytes(sound)
    return tally


def _ledger_refuses(path: Path, *, is_healable: bool, n_lines: int = 0) -> list[Fault]:
    """No paid request on a spoilt ledger, and not a byte of it touched; on one that a crash left it goes on."""
    before = path.read_bytes()
    store = TinydbLedger(path.parent, path.parent.parent / "owners")
    ledger = LedgerService(store, _POLICY, StandingClock())
    price = price_of(TARIFFS[1])
    need = Need(Model(ModelRef("selftest/model"), price), Tier.CHEAP, "damage", price, 100, 100)
    try:
        asyncio.run(ledger.reserve(new_id(), need, is_auto=False))
        has_left = True
    except LedgerUnreadable:
        has_left = False
    finally:
        ledger.close()
        store.close()
    return _outcome(path, before, has_left, is_healable, n_lines)


def _conversation_refuses(path: Path, *, is_healable: bool, n_lines: int = 0) -> list[Fault]:
    """A spoilt conversation is neither shown nor written, and all others are; one that a crash left goes on."""
    before = path.read_bytes()
    store = TinydbConversations(path.parent, path.parent.parent / INDEX)
    message = Message(new_id(), Role.USER, "more", StandingClock().now())
    try:
        store.load(path.stem)
        is_shown = True
    except StorageError:
        is_shown = False
    try:
        store.put(path.stem, message)
        is_written = True
    except StorageError:
        is_written = False
    n_listed = len({row.id for row in store.summaries()} | {path.stem})
    faults = _outcome(path, before, is_written, is_healable, n_lines)
    if is_shown != is_written:
        faults.append(Fault(Kind.WRONG, "it is shown or written, and not both"))
    if n_listed != _N_CONVERSATIONS:
        faults.append(Fault(Kind.LOST, f"{n_listed - 1} of the {_N_CONVERSATIONS - 1} others are listed"))
    return faults


def _outcome(path: Path, before: bytes, is_written: bool, is_healable: bool, n_lines: int) -> list[Fault]:
    after = path.read_bytes()
    if is_written != is_healable:
        return [Fault(Kind.WRONG, "it was written to" if is_written else "what a crash may leave was refused")]
    if not is_written:
        return [] if after == before else [Fault(Kind.LOST, "it was refused, and changed all the same")]
    whole = b"".join(before.splitlines(keepends=True)[:n_lines]) if n_lines else before[:-1] + b"\n"
    if not after.startswith(whole):
        return [Fault(Kind.LOST, "healing it changed a line that was whole")]
    try:
        raw.events(path)
    except raw.Spoilt as error:
        return [Fault(Kind.UNREADABLE, f"healed, and {error}")]
    return []


def _list_is_whole(path: Path, *, is_healable: bool) -> list[Fault]:
    """The list is a cache: all conversations are in it, whatever became of the file."""
    n_listed = len(TinydbConversations(path.parent / FOLDER, path).summaries())
    if n_listed == _N_CONVERSATIONS:
        return []
    return [Fault(Kind.LOST, f"{n_listed} of {_N_CONVERSATIONS} conversations are listed")]


def _settings_are_there(path: Path, *, is_healable: bool) -> list[Fault]:
    """What was saved last, or what its copy holds, which is the one before."""
    found = read_atomic(path)
    number = found.get("number") if isinstance(found, dict) else None
    return [] if number in (2, 3) else [Fault(Kind.LOST, f"number {number} was read, and 3 was saved")]
