"""Medians, percentiles and tables, as all benchmarks print them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ms(seconds: float) -> str:
    return f"{seconds * 1_000:.1f} ms"


def spread(values: Sequence[float]) -> str:
    """Least, median and most, in milliseconds."""
    return f"{ms(min(values))}, {ms(statistics.median(values))}, {ms(max(values))}"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of ours to the median of theirs, measured in turn in the same run."""
    return statistics.median(ours) / statistics.median(theirs)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join("---" for _ in head) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
