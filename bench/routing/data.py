"""The recorded outcomes: what a weak and a strong model made of the same prompt.

A source is one pair of models on one set of prompts. The tasks of a mix of sets belong to one source, and are
kept apart as well: what is learned from all but one of them must say something about that one.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Strings: TypeAlias = npt.NDArray[np.str_]
Mask: TypeAlias = npt.NDArray[np.bool_]

_MIX = "llmrouter-"
MIX = "llmrouter mix"


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt and how both models did, 0 to 1 each; costs in USD and tokens where the source gives them."""

    prompt: str
    source: str
    task: str
    weak: float
    strong: float
    weak_cost: float | None = None
    strong_cost: float | None = None


def load(folder: Path) -> list[Row]:
    """All rows of the folder's *.jsonl.gz, in the order of the names.

    Raises:
        FileNotFoundError: If the folder has none.
    """
    paths = sorted(folder.glob("*.jsonl.gz"))
    if not paths:
        raise FileNotFoundError(f"no *.jsonl.gz in {folder}")
    rows: list[Row] = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += [_row(json.loads(line)) for line in lines]
    return rows


def _row(entry: dict[str, Any]) -> Row:
    source, category = str(entry["source"]), str(entry.get("category") or "")
    is_mix = source.startswith(_MIX)
    weak_cost, strong_cost = _costs(entry)
    return Row(
        prompt=str(entry["prompt"]),
        source=MIX if is_mix else source,
        task=source.removeprefix(_MIX) if is_mix or not category else f"{source}/{category}",
        weak=float(entry["weak_score"]),
        strong=float(entry["strong_score"]),
        weak_cost=weak_cost,
        strong_cost=strong_cost,
    )


def _costs(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    weak, strong = entry.get("weak_cost"), entry.get("strong_cost")
    return (float(weak), float(strong)) if weak and strong else (None, None)


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows as columns, for arithmetic."""

    source: Strings
    task: Strings
    weak: Floats
    strong: Floats

    @property
    def gain(self) -> Floats:
        """What the strong model adds, -1 to 1."""
        return self.strong - self.weak

    def sources(self) -> list[str]:
        """The names of the sources, sorted."""
        return sorted(set(self.source.tolist()))

    def tasks(self) -> list[str]:
        """The names of the tasks, sorted."""
        return sorted(set(self.task.tolist()))

    def task_weights(self) -> Floats:
        """A weight for each row so that a large task counts more than a small one, but by its root only."""
        names, place, count = np.unique(self.task, return_inverse=True, return_counts=True)
        del names
        return np.asarray(1.0 / np.sqrt(count[place].astype(np.float64)))


def columns(rows: Iterable[Row]) -> Columns:
    """The rows as columns, in their order."""
    kept = list(rows)
    return Columns(
        source=np.array([row.source for row in kept]),
        task=np.array([row.task for row in kept]),
        weak=np.array([row.weak for row in kept], dtype=np.float64),
        strong=np.array([row.strong for row in kept], dtype=np.float64),
    )
