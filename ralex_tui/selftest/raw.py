"""A second reader of journals, written without the first one's code, so that it can disagree with it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Doc: TypeAlias = dict[str, Any]


class Spoilt(Exception):
    """A line that is not what was written."""


def events(path: Path) -> list[Doc]:
    """What the lines hold, the header left out. A half line at the end was never acknowledged, and is not there.

    Raises:
        Spoilt: If a line's checksum is wrong, or it is no journal.
    """
    *lines, _ = path.read_bytes().split(b"\n")
    found: list[Doc] = []
    for number, line in enumerate(lines, 1):
        written, _, body = line.partition(b" ")
        if written != b"%08x" % (zlib.crc32(body) & 0xFFFFFFFF):
            raise Spoilt(f"{path.name}: the checksum of line {number} is wrong")
        found.append(json.loads(body))
    if not found or found[0] != {"journal": 1}:
        raise Spoilt(f"{path.name}: the first line is no journal's")
    return found[1:]


def tables(path: Path) -> dict[str, dict[str, Doc]]:
    """What all lines come to: tables by name, documents by number.

    Raises:
        Spoilt: As `events`.
    """
    found: dict[str, dict[str, Doc]] = {}
    for event in events(path):
        if "snapshot" in event:
            found = {name: dict(docs) for name, docs in event["snapshot"].items()}
            continue
        table = found.setdefault(event["table"], {})
        if event.get("clear"):
            table.clear()
        for number in event.get("remove", ()):
            del table[number]
        table.update(event.get("put", {}))
    return found


@dataclass(slots=True)
class Line:
    """A request as its lines tell it, in nano-dollars.

    Args:
        charged: What counts; None while it is held.
        outcome: As settled; empty while it is held.
    """

    held: int
    owner: str
    conversation: str
    charged: int | None = None
    outcome: str = ""

    @property
    def taken(self) -> int:
        return self.held if self.charged is None else self.charged


@dataclass(slots=True)
class Day:
    """A day of the ledger.

    Args:
        peak: The most that was ever taken at once, charged and held together, in nano-dollars.
    """

    requests: dict[str, Line] = field(default_factory=dict)
    peak: int = 0

    @property
    def taken(self) -> int:
        return sum(line.taken for line in self.requests.values())


def ledger_day(path: Path) -> Day:
    """A day's requests, added up line by line.

    Raises:
        Spoilt: As `events`.
    """
    day, taken = Day(), 0
    for event in events(path):
        for doc in event["put"].values():
            request = doc["of"] if doc["kind"] == "correction" else doc["id"]
            line = day.requests.get(request)
            taken -= line.taken if line is not None else 0
            _note(day, request, line, doc)
            taken += day.requests[request].taken if request in day.requests else 0
        day.peak = max(day.peak, taken)
    return day


def _note(day: Day, request: str, line: Line | None, doc: Doc) -> None:
    match doc["kind"]:
        case "reservation" if line is None:
            day.requests[request] = Line(doc["amount"], doc["owner"], doc["conversation"])
        case "settlement" if line is not None and line.charged is None:
            line.charged, line.outcome = doc["charged"], doc["outcome"]
        case "correction" if line is not None and line.charged is not None:
            line.charged = doc["charged"]
