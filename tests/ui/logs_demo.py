"""A log that looks like a working day: for tests, snapshots and pictures.

`python -m tests.ui.logs_demo WIDTHxHEIGHT THEME [KEY ...]` writes an SVG of the log screen to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from ralex_tui.adapters.log_files import LogFiles
from ralex_tui.adapters.request_log import fields_of
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from tests.ui.demo import MODELS, NOW, Demo
from tests.ui.money_demo import press, settled

FAILURE = "gemini-3.5-flash-lite has had too many requests: it asks to wait for 20 s"

FRAMES = [
    "textual/worker.py:370 in _run",
    "ralex_tui/ui/screens/chat_view.py:158 in _load_money",
    "ralex_tui/services/ledger.py:88 in day_budget",
]


def request(minutes: float, tier: Tier, cost: str, **more: Any) -> dict[str, Any]:
    """The line of a request that ended so many minutes before now."""
    model = MODELS[tier].ref.id
    marks = {Tier.CHEAP: Accuracy.COMPUTED, Tier.SMART: Accuracy.EXACT, Tier.YOLO: Accuracy.ESTIMATED}
    attempt = Attempt(
        id=f"{int(minutes * 100):020}",
        at=NOW - timedelta(minutes=minutes),
        conversation="06f3kz5c8w0000000001",
        turn="06f3kz5c8w0000000002",
        tier=tier,
        model=model,
        **{
            "number": 1,
            "outcome": Outcome.DONE,
            "held": Usd.parse("0.0081"),
            "way": Way.LITELLM,
            "charged": Figure(Usd.parse(cost), marks.get(tier, Accuracy.EXACT)),
            "n_input": 1_240,
            "n_output": 561,
            "first_token_s": 0.4,
            "duration_s": 6.1,
            "finish_reason": "stop",
            **more,
        },
    )
    return {"at": attempt.at, "level": "info", "event": "request", **fields_of(attempt)}


def event(minutes: float, level: str, words: str, **more: Any) -> dict[str, Any]:
    return {"at": NOW - timedelta(minutes=minutes), "level": level, "event": words, **more}


FAILED = {
    "outcome": Outcome.FAILED,
    "n_output": None,
    "first_token_s": None,
    "duration_s": 0.4,
    "finish_reason": None,
    "error": "RateLimited",
    "message": FAILURE,
    "rest_s": 20.0,
}

LINES: list[dict[str, Any]] = [
    event(300, "info", "ralex 0.1.0 started", logger="bootstrap.app"),
    request(295, Tier.CHEAP, "0.0030"),
    request(270, Tier.SMART, "0.1107", n_input=18_460, n_output=3_902, duration_s=41.2),
    request(240, Tier.YOLO, "0.0012", duration_s=0.9),
    event(238, "warning", "the list of conversations was not cached: the disk is full", logger="adapters.index"),
    request(200, Tier.LOCAL, "0", duration_s=74.0, held=Usd(0)),
    *(request(190 - 9 * n, Tier.CHEAP, "0.0030", duration_s=1.0 + n / 3) for n in range(14)),
    request(44, Tier.SMART, "0.0420", outcome=Outcome.STOPPED, duration_s=9.2),
    request(30, Tier.CHEAP, "0", **FAILED),
    request(29.9, Tier.CHEAP, "0.0014", number=2, way=Way.DIRECT, duration_s=2.2),
    event(
        21,
        "error",
        "the worker money failed",
        logger="ui.screens.chat_view",
        exception=[
            {"type": "LedgerUnreadable", "says": "ledger/2026-11-23.journal can't be read", "why": "", "frames": FRAMES}
        ],
    ),
    request(11, Tier.SMART, "0.0148", n_input=1_200),
    request(2, Tier.CHEAP, "0.0014", duration_s=0.9),
]


def write(folder: Path, lines: Sequence[dict[str, Any]] = LINES) -> None:
    """Put lines into the log of `folder`; `pid` and `version` as they were then."""
    folder.mkdir(parents=True, exist_ok=True)
    files = LogFiles(folder)
    for line in lines:
        doc = {**line, "at": line["at"].isoformat(), "pid": 4711, "version": "0.1.0"}
        if doc.get("outcome") == "failed":
            doc["level"] = "warning"
        files.append(json.dumps(doc).encode() + b"\n", line["at"].date())
    files.close()


async def picture(size: tuple[int, int], theme: str, keys: Sequence[str], glyphs: str = "unicode") -> str:
    """An SVG of the log screen after `keys`."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), theme=theme, glyphs=glyphs)
        demo.day()
        write(demo.logs.folder)
        app = demo.app()
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(pilot)
            await pilot.app.run_action("screen.logs")
            await settled(pilot)
            await press(pilot, *keys)
            return app.export_screenshot()


if __name__ == "__main__":
    columns, rows = (int(part) for part in sys.argv[1].split("x"))
    sys.stdout.write(asyncio.run(picture((columns, rows), sys.argv[2], sys.argv[3:])))
