"""What was tried and what was lost, as lines for people and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ralex_tui.selftest.judge import Fault, Kind


@dataclass(slots=True)
class Tally:
    """What a phase, or a part of one, came to.

    Args:
        what: Was tried, in words.
        n_tried: Runs, files or flips: whatever `what` counts.
        used: Parts of the limit that were used, one for each run that wanted more than there was.
        billed: The same by the provider's bill.
    """

    what: str
    n_tried: int = 0
    n_kills: int = 0
    n_acknowledged: int = 0
    faults: list[Fault] = field(default_factory=list)
    used: list[float] = field(default_factory=list)
    billed: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Take in a part."""
        self.n_tried += other.n_tried
        self.n_kills += other.n_kills
        self.n_acknowledged += other.n_acknowledged
        self.faults += other.faults
        self.used += other.used
        self.billed += other.billed

    def count(self, kind: Kind) -> int:
        return sum(fault.kind is kind for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Report:
    """All phases. `is_ok` when nothing was wrong in any."""

    seed: int
    tallies: Sequence[Tally]

    @property
    def is_ok(self) -> bool:
        return not any(tally.faults for tally in self.tallies)

    @property
    def faults(self) -> list[Fault]:
        return [fault for tally in self.tallies for fault in tally.faults]


HEAD = ("what was tried", "times", "kills", "acknowledged", "lost", "unreadable", "over", "wrong", "used", "s")
"""The names of a row's columns."""


def row(tally: Tally) -> list[str]:
    """A phase as a row of the table; `used` is the least of its runs."""
    n_wrong = tally.count(Kind.WRONG) + tally.count(Kind.FAILED)
    faults = (*map(tally.count, (Kind.LOST, Kind.UNREADABLE, Kind.OVER)), n_wrong)
    counts = (tally.n_tried, tally.n_kills, tally.n_acknowledged, *faults)
    return [tally.what, *(f"{count:,}" for count in counts), _percent(tally.used), f"{tally.seconds:.1f}"]


def verdict(report: Report) -> str:
    """The last line."""
    n_kills = sum(tally.n_kills for tally in report.tallies)
    n_acknowledged = sum(tally.n_acknowledged for tally in report.tallies)
    tried = f"{n_kills:,} kills, {n_acknowledged:,} records acknowledged (seed {report.seed})"
    if report.is_ok:
        return f"ok: nothing lost, nothing unreadable, never over the limit; {tried}"
    found = Counter(fault.kind for fault in report.faults)
    return f"FAILED: {', '.join(f'{count:,} {kind}' for kind, count in found.items())}; {tried}"


def report_json(report: Report) -> dict[str, Any]:
    """The same for programs: ok, seed, `phases` with their counts, `faults` as sentences."""
    return {"ok": report.is_ok, "seed": report.seed, "phases": [_json(tally) for tally in report.tallies]}


def _json(tally: Tally) -> dict[str, Any]:
    return {
        "what": tally.what,
        "n_tried": tally.n_tried,
        "n_kills": tally.n_kills,
        "n_acknowledged": tally.n_acknowledged,
        **{f"n_{kind.name.lower()}": tally.count(kind) for kind in Kind},
        "used": min(tally.used, default=None),
        "billed": min(tally.billed, default=None),
        "seconds": round(tally.seconds, 3),
        "faults": [f"{fault.kind}: {fault.text}" for fault in tally.faults],
    }


def _percent(parts: Iterable[float]) -> str:
    least = min(parts, default=None)
    # Rounded down: 98 % means no less.
    return "" if least is None else f"{int(least * 10_000) / 100:.2f} %"
