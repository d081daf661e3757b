"""Scenes of failures on the sample day: an answer that broke off, one that another model gave, direct mode.

`python -m tests.ui.failure_demo SCENE WIDTHxHEIGHT THEME [KEY ...]` writes an SVG of one to standard output.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from textual.pilot import Pilot

from ralex_tui.adapters.scripted_engine import Fail, Use
from ralex_tui.domain.errors import AnswerTimeout, EngineUnavailable, KeyRefused, RateLimited
from ralex_tui.domain.events import Way
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.ui.widgets.prompt import Prompt
from tests.ui.demo import MODELS, Demo
from tests.ui.money_demo import Scene, picture, press, settled

OTHER = Model(ModelRef("openrouter/anthropic/claude-haiku-5.5"), MODELS[Tier.CHEAP].price, context=200_000)

HINT = "try again, or pick another tier (F2)"
BROKEN = EngineUnavailable("the answer broke off: the connection to openrouter was lost", hint=HINT)
BUSY = RateLimited(
    "openrouter has had too many requests: slow down, please", hint="try again in 30 s", retry_after_s=30
)
SILENT = AnswerTimeout("nothing came from openrouter/openai/gpt-5.6-terra for 120 s", hint=HINT)
REFUSED = KeyRefused(
    "openrouter refused the key: User not found",
    hint="check the key in its environment variable; `ralex doctor` names it",
    may_be_billed=False,
)


def two_for_cheap(demo: Demo) -> None:
    demo.day()
    demo.set_models(Tier.CHEAP, MODELS[Tier.CHEAP], OTHER)


def one_breaks_off(demo: Demo) -> None:
    two_for_cheap(demo)
    demo.engine.script(
        "A streaming parser keeps a small state between chunks: the bytes that did not yet", Fail(BROKEN)
    )


def one_is_busy(demo: Demo) -> None:
    two_for_cheap(demo)
    demo.engine.script(Fail(BUSY))
    demo.engine.script("Start with the tests.", Use(TokenUsage(1_200, 6), Usd.parse("0.0004")))


def all_fail(demo: Demo) -> None:
    demo.day()
    demo.engine.script(Fail(SILENT))
    demo.engine.script(Fail(REFUSED))
    demo.engine.script(Fail(REFUSED))


def litellm_is_gone(demo: Demo) -> None:
    demo.day()
    demo.engine_status = EngineStatus(
        Way.DIRECT, True, "LiteLLM can't be imported (ModuleNotFoundError)", "`ralex doctor` tells more"
    )


async def ask(pilot: Pilot[Any]) -> None:
    pilot.app.screen.query_one(Prompt).add("Say how the parser should stream.")
    await press(pilot, "enter")
    await settled(pilot)


SCENES = {
    "broken": Scene(one_breaks_off, ask),
    "rerouted": Scene(one_is_busy, ask),
    "failed": Scene(all_fail, ask),
    "direct": Scene(litellm_is_gone, ask),
}


if __name__ == "__main__":
    columns, rows = (int(part) for part in sys.argv[2].split("x"))
    sys.stdout.write(asyncio.run(picture(SCENES[sys.argv[1]], (columns, rows), sys.argv[3], sys.argv[4:])))
