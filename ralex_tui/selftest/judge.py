"""The judge: what is left, read by the app's own reader and by another, against what was told and billed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from ralex_tui.adapters.atomic_file import read_atomic
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.errors import RalexError
from ralex_tui.selftest import raw
from ralex_tui.selftest.plan import text_of
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import FOLDER, INDEX


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "lost"  # acknowledged or billed, and not there
    UNREADABLE = "unreadable"
    OVER = "over the limit"
    WRONG = "wrong"  # there, and not as it was acknowledged or billed
    FAILED = "failed"  # a process or an expectation that is none of the above


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, in one sentence."""

    kind: Kind
    text: str


def judge_ledger(
    folder: Path, policy: BudgetPolicy, told: Told, bill: dict[str, int], *, is_recovered: bool = True
) -> list[Fault]:
    """What is wrong with the ledger below `folder`, now that nobody spends.

    Args:
        bill: The provider's own, in nano-dollars by request.
        is_recovered: Whether somebody charged what the dead left open.
    """
    store = TinydbLedger(folder / "ledger", folder / "owners")
    faults: list[Fault] = []
    days: dict[date, raw.Day] = {}
    try:
        for day in store.days():
            days[day] = raw.ledger_day(folder / "ledger" / f"{day}.journal")
            faults += _disagreements(store.read(day), days[day])
    except (RalexError, raw.Spoilt, OSError) as error:
        return [*faults, Fault(Kind.UNREADABLE, str(error))]
    requests = {request: line for found in days.values() for request, line in found.requests.items()}
    if is_recovered:
        open_ = [request for request, line in requests.items() if line.charged is None]
        faults += [Fault(Kind.FAILED, f"request {request} is still held, and nobody lives") for request in open_]
    return [*faults, *_missing(requests, told, bill), *_overspent(days, requests, policy, bill)]


def taken(folder: Path) -> int:
    """What the ledger says is spent or held, over all days, in nano-dollars."""
    days = map(raw.ledger_day, sorted((folder / "ledger").glob("*.journal")))
    return sum(day.taken for day in days)


def judge_conversations(folder: Path, told: Told) -> list[Fault]:
    """What is wrong with the conversations below `folder`."""
    store = TinydbConversations(folder / FOLDER, folder / INDEX)
    faults: list[Fault] = []
    try:
        listed = {summary.id: summary for summary in store.summaries()}
        files = {path.stem for path in (folder / FOLDER).glob("*.journal")}
        for conversation in sorted(files | told.conversations):
            if conversation not in files:
                faults.append(Fault(Kind.LOST, f"conversation {conversation} is gone"))
                continue
            faults += _conversation(store, folder / FOLDER / f"{conversation}.journal", told)
            if conversation in told.conversations and conversation not in listed:
                faults.append(Fault(Kind.LOST, f"conversation {conversation} is not in the list"))
    except (RalexError, raw.Spoilt, OSError) as error:
        faults.append(Fault(Kind.UNREADABLE, str(error)))
    return faults


def judge_settings(path: Path, told: Told) -> list[Fault]:
    """What is wrong with a file written whole, which holds its own number."""
    try:
        found = read_atomic(path)
    except RalexError as error:
        return [Fault(Kind.UNREADABLE, error.message)]
    number = found.get("number") if isinstance(found, dict) else 0
    if found is None and not (path.exists() or told.saved):
        return []
    if found is None:
        return [Fault(Kind.UNREADABLE, f"{path.name} can't be read, and no copy of it either")]
    if number not in (told.saved, told.saved + 1):
        return [Fault(Kind.LOST, f"{path.name} holds number {number}, and {told.saved} was acknowledged")]
    return []


def _disagreements(book: DayBook, day: raw.Day) -> Iterator[Fault]:
    """Where the two readers don't see the same."""
    ours = {
        entry.reservation.id: (entry.reservation.amount.nano, None if entry.is_open else entry.cost.amount.nano)
        for entry in book.entries.values()
    }
    theirs = {request: (line.held, line.charged) for request, line in day.requests.items()}
    for request in sorted(ours.keys() ^ theirs.keys()):
        yield Fault(Kind.LOST, f"request {request} of {book.day} is seen by one of two readers")
    for request in sorted(ours.keys() & theirs.keys()):
        if ours[request] != theirs[request]:
            yield Fault(Kind.WRONG, f"two readers see request {request} as {ours[request]} and {theirs[request]}")
    if book.taken.nano != day.taken:
        yield Fault(Kind.WRONG, f"the sum of {book.day} is {book.taken.nano}, and its lines come to {day.taken}")


def _missing(requests: dict[str, raw.Line], told: Told, bill: dict[str, int]) -> Iterator[Fault]:
    """What was acknowledged or billed and is not there, or not so."""
    for request in sorted((told.held.keys() | told.settled.keys() | bill.keys()) - requests.keys()):
        yield Fault(Kind.LOST, f"request {request} was acknowledged, and has no line")
    for request, line in requests.items():
        if line.held != told.held.get(request, line.held):
            yield Fault(Kind.WRONG, f"request {request} holds {line.held}, not {told.held[request]}")
        if request in told.settled and line.charged is None:
            yield Fault(Kind.LOST, f"the charge of request {request} was acknowledged, and is not there")
        elif line.charged != told.settled.get(request, line.charged):
            yield Fault(Kind.WRONG, f"request {request} is charged {line.charged}, not {told.settled[request]}")
        yield from _unbilled(request, line, told, bill.get(request))


def _unbilled(request: str, line: raw.Line, told: Told, billed: int | None) -> Iterator[Fault]:
    """A charge that is not what the provider billed."""
    if line.charged is None:
        return
    if line.charged < (billed or 0):
        yield Fault(Kind.WRONG, f"request {request} is charged {line.charged}, and {billed} was billed")
    elif billed is not None and line.outcome in ("done", "failed") and line.charged != billed:
        yield Fault(Kind.WRONG, f"request {request} is charged {line.charged}, and only {billed} was billed")
    elif line.charged > line.held:
        yield Fault(Kind.OVER, f"request {request} is charged {line.charged}, and held {line.held}")
    if line.outcome == "abandoned" and line.owner not in told.gone:
        yield Fault(Kind.WRONG, f"request {request} was taken for dead while its process lived")


def _overspent(
    days: dict[date, raw.Day], requests: dict[str, raw.Line], policy: BudgetPolicy, bill: dict[str, int]
) -> Iterator[Fault]:
    """Limits that did not hold, by the ledger or by the bill."""
    for day, found in days.items():
        billed = sum(bill.get(request, 0) for request in found.requests)
        yield from _over(f"the day {day}", policy.daily.nano, found.peak, billed)
    if policy.monthly is not None:
        months = {(day.year, day.month) for day in days}
        for month in months:
            of_month = [found for day, found in days.items() if (day.year, day.month) == month]
            billed = sum(bill.get(request, 0) for found in of_month for request in found.requests)
            yield from _over(f"the month {month}", policy.monthly.nano, sum(f.taken for f in of_month), billed)
    if policy.conversation is not None:
        for conversation in {line.conversation for line in requests.values()}:
            own = {request: line for request, line in requests.items() if line.conversation == conversation}
            billed = sum(bill.get(request, 0) for request in own)
            name = f"conversation {conversation}"
            yield from _over(name, policy.conversation.nano, sum(line.taken for line in own.values()), billed)


def _over(name: str, limit: int, most: int, billed: int) -> Iterator[Fault]:
    if billed > limit:
        yield Fault(Kind.OVER, f"{name} was billed {billed}, and its limit is {limit}")
    if most > limit:
        yield Fault(Kind.OVER, f"{name} had {most} spent and held at once, and its limit is {limit}")


def _conversation(store: TinydbConversations, path: Path, told: Told) -> Iterator[Fault]:
    """One conversation by both readers, against what was acknowledged of it."""
    conversation = path.stem
    docs = {doc["id"]: doc for doc in raw.tables(path).get("messages", {}).values()}
    acknowledged = {message: version for (of, message), version in told.messages.items() if of == conversation}
    for message in sorted(acknowledged.keys() - docs.keys()):
        yield Fault(Kind.LOST, f"message {message} of {conversation} is gone")
    if conversation not in told.conversations and not docs and not raw.tables(path):
        return  # its making was never acknowledged: a kill left the bare file
    loaded = store.load(conversation)
    if loaded.messages.keys() != docs.keys():
        yield Fault(Kind.LOST, f"two readers see {len(loaded.messages)} and {len(docs)} messages in {conversation}")
    for message, doc in docs.items():
        # The version after the one acknowledged may have been written before its writer died.
        least = acknowledged.get(message, 1)
        texts = {text_of(message, version) for version in (least, least + 1)}
        seen = loaded.messages[message].text if message in loaded.messages else None
        if doc.get("text", "") not in texts or seen not in texts:
            yield Fault(Kind.WRONG, f"message {message} of {conversation} does not say what was acknowledged")
    if loaded.head is not None and len(loaded.path()) < 1:
        yield Fault(Kind.WRONG, f"{conversation} ends at {loaded.head}, which is not there")
