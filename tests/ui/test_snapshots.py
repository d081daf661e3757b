"""How the screens look, at three sizes and in four themes. After a change on purpose: look, then `make snapshots`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from ralex_tui.ui.widgets.prompt import Prompt
from ralex_tui.ui.widgets.sidebar import Sidebar
from tests.ui.demo import Demo
from tests.ui.logs_demo import write as write_log
from tests.ui.money_demo import SCENES, press, settled
from tests.ui.money_demo import opened as opened_scene
from tests.ui.review_demo import SCENES as REVIEWS
from tests.ui.transcript_demo import Demo as Answers
from tests.ui.transcript_demo import palette, play

Compare = Callable[..., bool]

DRAFT = "Can I keep the index small if most orders stay open for weeks?"


def opened(conversation: str, *keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Open a conversation, type a draft, press keys; nothing blinks and nothing moves any more."""

    async def before(pilot: Pilot[Any]) -> None:
        await pilot.app.workers.wait_for_complete()
        pilot.app.screen.post_message(Sidebar.Opened(conversation))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        prompt = pilot.app.screen.query_one(Prompt)
        prompt.cursor_blink = False
        prompt.add(DRAFT)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        await pilot.pause()

    return before


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        ((80, 24), "ralex-dark"),
        ((120, 40), "ralex-dark"),
        ((160, 48), "ralex-light"),
        ((120, 40), "terminal"),
        ((200, 60), "high-contrast"),
    ],
)
def test_the_chat_looks_as_it_did(snap_compare: Compare, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    demo = Demo(tmp_path, theme=theme)
    demo.day()
    app = demo.app()

    assert snap_compare(app, terminal_size=size, run_before=opened(demo.shelf()))


@pytest.mark.parametrize(
    ("size", "theme"), [((80, 24), "ralex-dark"), ((160, 48), "ralex-dark"), ((120, 40), "terminal")]
)
def test_the_review_looks_as_it_did(snap_compare: Compare, tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    demo = Demo(tmp_path, theme=theme)
    demo.day()
    app = demo.app()

    assert snap_compare(app, terminal_size=size, run_before=opened(demo.shelf(), "shift+f4"))


@pytest.mark.parametrize(
    ("scene", "size", "theme"),
    [
        ("day", (80, 24), "ralex-dark"),
        ("day", (160, 48), "ralex-dark"),
        ("day", (100, 30), "ralex-light"),
        ("kinds", (80, 24), "terminal"),
        ("models", (120, 40), "ralex-light"),
        ("drill", (80, 24), "ralex-dark"),
        ("savings", (120, 40), "terminal"),
        ("month", (120, 40), "ralex-dark"),
        ("year", (120, 40), "ralex-dark"),
    ],
)
def test_a_scene_of_the_review_looks_as_it_did(
    snap_compare: Compare, tmp_path: Path, scene: str, size: tuple[int, int], theme: str
) -> None:
    demo = Demo(tmp_path, theme=theme)
    REVIEWS[scene].prepare(demo)

    async def before(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        await press(pilot, *REVIEWS[scene].keys)

    assert snap_compare(demo.app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize(
    ("size", "theme", "keys"),
    [((80, 24), "ralex-dark", ()), ((120, 40), "ralex-light", ("f", "up")), ((160, 48), "terminal", ("f",))],
)
def test_the_log_looks_as_it_did(
    snap_compare: Compare, tmp_path: Path, size: tuple[int, int], theme: str, keys: tuple[str, ...]
) -> None:
    demo = Demo(tmp_path, theme=theme)
    write_log(demo.logs.folder)

    async def before(pilot: Pilot[Any]) -> None:
        await pilot.app.workers.wait_for_complete()
        await pilot.app.run_action("screen.logs")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(demo.app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize(
    ("scene", "size", "theme"),
    [
        ("limit", (120, 40), "ralex-dark"),
        ("limit", (80, 24), "ralex-light"),
        ("limit", (160, 48), "high-contrast"),
        ("month", (120, 40), "terminal"),
        ("doubt", (80, 24), "ralex-dark"),
        ("warned", (120, 40), "ralex-dark"),
        ("cold", (160, 48), "ralex-light"),
        ("review", (160, 48), "ralex-dark"),
        ("decided", (80, 24), "terminal"),
        ("correct", (120, 40), "ralex-light"),
        ("price", (120, 40), "ralex-dark"),
        ("health", (120, 40), "ralex-dark"),
        ("health", (80, 24), "terminal"),
    ],
)
def test_a_scene_of_money_looks_as_it_did(
    snap_compare: Compare, tmp_path: Path, scene: str, size: tuple[int, int], theme: str
) -> None:
    demo = Demo(tmp_path, theme=theme)
    SCENES[scene].prepare(demo)
    conversation = demo.shelf()

    assert snap_compare(demo.app(), terminal_size=size, run_before=opened_scene(conversation, SCENES[scene].act))


@pytest.mark.parametrize("theme", ["ralex-dark", "ralex-light", "terminal"])
@pytest.mark.parametrize("size", [(80, 120), (120, 112), (200, 108)])
def test_an_answer_with_all_that_markdown_has_looks_as_it_did(
    snap_compare: Compare, size: tuple[int, int], theme: str
) -> None:
    colours = palette(theme)
    app = Answers(colours, is_native=colours.is_ansi)

    async def before(pilot: Pilot[Any]) -> None:
        play(app.transcript, "showcase")
        await pilot.pause()
        while app.transcript.is_colouring:
            await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
