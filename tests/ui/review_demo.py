"""Scenes of the review on a made-up year.

`python -m tests.ui.review_demo SCENE WIDTHxHEIGHT THEME [KEY ...]` writes an SVG of one to standard output. A theme
such as `ralex-dark:mono` is drawn without colour, `ralex-dark:ascii` with ASCII signs.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.ui.demo import Demo
from tests.ui.money_demo import press, settled
from tests.ui.review_sample import Sample


@dataclass(frozen=True)
class Scene:
    """What is in the ledger, and the keys that lead there."""

    prepare: Callable[[Demo], None]
    keys: tuple[str, ...] = ()


def a_day(demo: Demo) -> None:
    sample = Sample(demo)
    sample.days(2)
    sample.day()


def a_month(demo: Demo) -> None:
    demo.set_limits(monthly="60.00")
    sample = Sample(demo)
    sample.days(30, most=90)
    sample.day()


def a_year(demo: Demo) -> None:
    sample = Sample(demo)
    sample.days(350, most=14)
    sample.day()


def an_odd_day(demo: Demo) -> None:
    a_day(demo)
    Sample(demo).oddities()


def nothing(demo: Demo) -> None:
    Sample(demo)


SCENES = {
    "day": Scene(a_day, ("shift+f4",)),
    "odd": Scene(an_odd_day, ("shift+f4",)),
    "by_model": Scene(a_day, ("shift+f4", "s")),
    "savings": Scene(a_day, ("shift+f4", "t")),
    "week": Scene(a_month, ("shift+f4", "w", "left_square_bracket")),
    "month": Scene(a_month, ("shift+f4", "m")),
    "year": Scene(a_year, ("shift+f4", "a")),
    "conversations": Scene(a_day, ("shift+f4", "tab", "tab")),
    "kinds": Scene(a_day, ("shift+f4", "tab", "tab", "tab")),
    "models": Scene(a_day, ("shift+f4", "tab", "tab", "tab", "tab")),
    "drill": Scene(a_day, ("shift+f4", "tab", "down", "enter", "down", "down")),
    "empty": Scene(nothing, ("shift+f4",)),
}


async def picture(scene: Scene, size: tuple[int, int], theme: str, keys: tuple[str, ...]) -> str:
    """An SVG of a scene after `keys`."""
    theme, _, kind = theme.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), theme=theme, glyphs="ascii" if kind == "ascii" else "unicode")
        scene.prepare(demo)
        with patch.dict(os.environ, {"NO_COLOR": "1"} if kind == "mono" else {}):
            app = demo.app()
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(pilot)
            await press(pilot, *scene.keys, *keys)
            return app.export_screenshot()


if __name__ == "__main__":
    columns, rows = (int(part) for part in sys.argv[2].split("x"))
    sys.stdout.write(asyncio.run(picture(SCENES[sys.argv[1]], (columns, rows), sys.argv[3], tuple(sys.argv[4:]))))
