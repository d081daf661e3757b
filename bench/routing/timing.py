"""How long a decision takes, and how long the program waits before it can decide at all."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ralex_tui.adapters.router_table import load_scorer
from ralex_tui.domain.difficulty import Scorer

_CHARS = 4_000
_N = 2_000
_PASTE_CHARS = 4_000_000
_START = """
import dataclasses, enum, json, pathlib, re, sys, time, zlib  # what the program has loaded long before
if sys.argv[1] == "load": import ralex_tui.domain.difficulty, ralex_tui.adapters.router_table
began = time.perf_counter()
if sys.argv[1] == "import":
    import ralex_tui.domain.difficulty
else:
    ralex_tui.adapters.router_table.load_scorer()
print(time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Times:
    """In milliseconds; `own` is the processor's time, which other programs don't lengthen."""

    p50: float
    p95: float
    own_p50: float
    own_p95: float
    paste: float
    import_ms: float
    load_ms: float


def times(prompts: Sequence[str]) -> Times:
    """Decisions over prompts brought to 4,000 characters, a paste of 4 MB, and the start in fresh processes."""
    scorer = load_scorer()
    texts = [joined[:_CHARS] for joined in _joined(prompts)][:_N]
    both = [_timed(scorer, text) for text in texts]
    taken, own = sorted(wall for wall, _ in both), sorted(cpu for _, cpu in both)
    paste = "".join(texts)
    paste = (paste * (1 + _PASTE_CHARS // len(paste)))[:_PASTE_CHARS]
    return Times(
        p50=1e3 * taken[len(taken) // 2],
        p95=1e3 * taken[int(0.95 * len(taken))],
        own_p50=1e3 * own[len(own) // 2],
        own_p95=1e3 * own[int(0.95 * len(own))],
        paste=1e3 * min(_timed(scorer, paste)[0] for _ in range(5)),
        import_ms=_start("import"),
        load_ms=_start("load"),
    )


def _joined(prompts: Sequence[str]) -> list[str]:
    out: list[str] = []
    part = ""
    for prompt in prompts:
        part += prompt + "\n"
        if len(part) >= _CHARS:
            out.append(part)
            part = ""
    return out


def _timed(scorer: Scorer, text: str) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.thread_time()
    scorer.judge(text)
    return time.perf_counter() - began, time.thread_time() - worked


def _start(what: str) -> float:
    runs = [
        float(subprocess.run([sys.executable, "-c", _START, what], capture_output=True, check=True, text=True).stdout)
        for _ in range(7)
    ]
    return 1e3 * sorted(runs)[len(runs) // 2]
