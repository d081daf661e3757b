"""`ralex` with a fault planted in it: `python -m tests.e2e.crashing WHERE [ARGUMENT ...]`.

The fault goes off when ctrl+g is pressed, or at the start for those called so. A local variable of the code
that fails holds a value that must never be seen again.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_FPS", "400")

from textual import events
from textual.app import App

from ralex_tui.cli.main import main
from ralex_tui.ui.app import RalexApp
from ralex_tui.ui.screens.chat import ChatScreen
from ralex_tui.ui.transcript import Transcript
from ralex_tui.ui.widgets.prompt import Prompt

PLANTED = "planted-5b1f77-local"


def fail(*_args: object, **_options: object) -> Any:
    """Raise, with something in the local variables that is nobody's business."""
    password = PLANTED
    raise ValueError(f"{len(password)} characters: {password}")


def on_key(act: Callable[[RalexApp], None]) -> None:
    """Do something to the app when ctrl+g is pressed."""
    usual = App.on_event

    async def on_event(self: App[None], event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == "ctrl+g" and isinstance(self, RalexApp):
            act(self)
            return
        await usual(self, event)

    App.on_event = on_event  # type: ignore[method-assign, assignment]


def in_render(app: RalexApp) -> None:
    Transcript.render_lines = fail  # type: ignore[method-assign]
    app.screen.query_one(Transcript).refresh()


def in_widget(app: RalexApp) -> None:
    prompt = app.screen.query_one(Prompt)
    prompt.call_later(fail)


def in_screen(app: RalexApp) -> None:
    app.screen.call_later(fail)


def in_app(app: RalexApp) -> None:
    app.call_later(fail)


def in_timer(app: RalexApp) -> None:
    app.screen.set_timer(0.01, fail)


def in_worker(app: RalexApp) -> None:
    async def work() -> None:
        fail()

    app.screen.run_worker(work(), exit_on_error=False)


def in_dying_worker(app: RalexApp) -> None:
    async def work() -> None:
        fail()

    app.screen.run_worker(work())


def in_thread(_app: RalexApp) -> None:
    threading.Thread(target=fail).start()


def in_task(app: RalexApp) -> None:
    async def work() -> None:
        fail()

    asyncio.get_running_loop().create_task(work(), name="nobody awaits me")


def in_c(_app: RalexApp) -> None:
    ctypes.string_at(0)


def picture(app: RalexApp) -> None:
    """No fault: what the app looks like, as the palette's screenshots have it."""
    Path(os.environ["HOME"], "picture.svg").write_text(app.export_screenshot())


ON_KEY = {
    "nothing": picture,
    "render": in_render,
    "widget": in_widget,
    "screen": in_screen,
    "app": in_app,
    "timer": in_timer,
    "worker": in_worker,
    "dying_worker": in_dying_worker,
    "thread": in_thread,
    "task": in_task,
    "c": in_c,
}


def plant(where: str) -> None:
    """Put the fault in its place."""
    match where:
        case "compose":
            ChatScreen.compose = fail  # type: ignore[method-assign]
        case "mount":
            ChatScreen.on_mount = fail  # type: ignore[method-assign]
        case "style":
            RalexApp.CSS_PATH = ["missing.tcss"]
        case "import":
            sys.modules["ralex_tui.ui.app"] = None  # type: ignore[assignment]
        case _:
            on_key(ON_KEY[where])


if __name__ == "__main__":
    plant(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
