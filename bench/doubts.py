"""How good the signs are by which an answer is doubted: on recorded answers of a weak model, right and wrong.

`python -m bench.doubts FOLDER` reads FOLDER/mmlu_pro.jsonl.gz and FOLDER/zeroeval_math_l5.jsonl.gz: a JSON object
a line with `prompt`, `weak_answer`, `weak_score` and `strong_score` (0 to 1). They are not part of this project.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.table import ms, percentile, show
from ralex_tui.domain.doubts import SIGNS, doubt, signs_in

_FILES = ("mmlu_pro", "zeroeval_math_l5")
_CUT_AT = 3_000  # the recorded answers end there, so their ends say nothing
_HINT = "any sign"


@dataclass(frozen=True, slots=True)
class Row:
    """A recorded answer.

    Args:
        is_bad: Whether the weak model was wrong; `is_gain`: and the strong one right.
        signs: The names of the signs that are seen in it.
    """

    is_bad: bool
    is_gain: bool
    signs: frozenset[str]
    took_s: float


def main() -> None:
    """Print a table for each file."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m bench.doubts FOLDER")
    for name in _FILES:
        _show(name, _rows(Path(sys.argv[1]) / f"{name}.jsonl.gz"))
    _show_speed()


def _rows(path: Path) -> list[Row]:
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            answer = row["weak_answer"]
            if len(answer) >= _CUT_AT:
                continue
            began = time.perf_counter()
            seen = signs_in(row["prompt"], answer, "stop")
            took_s = time.perf_counter() - began
            is_bad = row["weak_score"] < 0.5
            names = frozenset(sign.name for sign in seen) | ({_HINT} if seen else frozenset())
            rows.append(Row(is_bad, is_bad and row["strong_score"] >= 0.5, names, took_s))
    return rows


def _show(name: str, rows: Sequence[Row]) -> None:
    bad, gain = _share([row.is_bad for row in rows]), _share([row.is_gain for row in rows])
    head = ("sign", "seen in", "wrong", "lift", "wrong, strong right", "lift", "finds of the wrong")
    lines = []
    for sign in [*(sign.name for sign in SIGNS), _HINT]:
        seen = [row for row in rows if sign in row.signs]
        if not seen:
            lines.append((sign, "0", "", "", "", "", ""))
            continue
        is_bad, is_gain = _share([row.is_bad for row in seen]), _share([row.is_gain for row in seen])
        found = sum(row.is_bad for row in seen) / max(1, sum(row.is_bad for row in rows))
        figures = (f"{is_bad:.0%}", f"{is_bad / bad:.2f}", f"{is_gain:.0%}", f"{is_gain / gain:.2f}", f"{found:.0%}")
        lines.append((sign, f"{len(seen):,} ({len(seen) / len(rows):.1%})", *figures))
    title = f"{name}: {len(rows):,} answers, {bad:.1%} wrong, {gain:.1%} wrong where the strong model was right"
    show(title, head, lines)
    took = [row.took_s for row in rows]
    print(f"\nOne answer: {ms(percentile(took, 0.5))} median, {ms(percentile(took, 0.95))} p95.")


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _show_speed() -> None:
    """The time that 100 kB take: prose, code, and JSON that was asked for."""
    code = "```python\n" + "def f(x):\n    return [x, {'a': (1, 2)}]\n" * 400 + "```\n"
    texts = {
        "prose": ("Why?", "A sentence of some length that says a thing or two. " * 2_000),
        "code": ("Write it.", code * 6),
        "JSON": ("Answer as JSON.", "[" + "1, " * 33_000 + "1]"),
    }
    rows = []
    for name, (question, answer) in texts.items():
        took = []
        for _ in range(9):
            began = time.perf_counter()
            doubt(question, answer, "stop")
            took.append(time.perf_counter() - began)
        rows.append((name, f"{len(answer) / 1_000:.0f} kB", ms(percentile(took, 0.5)), ms(max(took))))
    show("Doubting a long answer", ("", "size", "median", "most"), rows)


if __name__ == "__main__":
    main()
