"""ScriptedEngine keeps to its script and to the Engine contract."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from ralex_tui.adapters.scripted_engine import Fail, Finish, Hang, NoUsage, Pause, ScriptedEngine, Think, Use
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import RateLimited
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import Engine, EngineRequest

ASKED = EngineRequest("r1", ModelRef("demo/one"), ((Role.USER, "12345678"),), 100)


async def answer(engine: Engine) -> list[EngineEvent]:
    return [event async for event in engine.stream(ASKED)]


async def test_script_is_played_with_usage_and_finish_added() -> None:
    engine = ScriptedEngine()
    engine.script(Think("hmmm"), "Hello", " world")

    assert await answer(engine) == [
        ThinkingDelta("hmmm"),
        TextDelta("Hello"),
        TextDelta(" world"),
        UsageReported(TokenUsage(input=2, output=5, reasoning=1)),
        Finished("stop"),
    ]
    assert engine.requests == [ASKED]
    assert engine.n_closed_early == 0


async def test_given_usage_and_finish_take_the_place_of_the_added() -> None:
    engine = ScriptedEngine()
    engine.script("a", Use(TokenUsage(1, 2), Usd(7), is_counted=False), Finish(None))

    assert await answer(engine) == [
        TextDelta("a"),
        UsageReported(TokenUsage(1, 2), Usd(7), is_counted=False),
        Finished(None),
    ]


async def test_usage_can_be_left_out() -> None:
    engine = ScriptedEngine()
    engine.script("a", NoUsage())

    assert await answer(engine) == [TextDelta("a"), Finished("stop")]


async def test_scripts_are_used_in_order_then_the_default() -> None:
    engine = ScriptedEngine("default")
    engine.script("first")
    engine.script("second")

    heads = [(await answer(engine))[0] for _ in range(4)]

    assert heads == [TextDelta("first"), TextDelta("second"), TextDelta("default"), TextDelta("default")]


async def test_failure_is_raised_where_it_stands() -> None:
    engine = ScriptedEngine()
    engine.script("a", Fail(RateLimited("slow down")), "b")
    events: list[EngineEvent] = []

    async def collect() -> None:
        async for event in engine.stream(ASKED):
            events.append(event)

    with pytest.raises(RateLimited):
        await collect()

    assert events == [TextDelta("a")]
    assert engine.n_closed_early == 0


async def test_hang_lasts_until_the_stream_is_closed() -> None:
    engine = ScriptedEngine()
    engine.script("a", Hang())

    async with aclosing(engine.stream(ASKED)) as events:
        assert await anext(events) == TextDelta("a")
        waiting = asyncio.ensure_future(anext(events))
        done, _ = await asyncio.wait([waiting], timeout=0.01)
        assert not done
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert engine.n_closed_early == 1


async def test_pause_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("ralex_tui.adapters.scripted_engine.asyncio.sleep", sleep)
    engine = ScriptedEngine()
    engine.script("a", Pause(2.5), "b")

    await answer(engine)

    assert [seconds for seconds in slept if seconds] == [2.5]


async def test_warm_up_and_close_are_noted() -> None:
    engine = ScriptedEngine()

    await engine.warm_up()
    await engine.close()

    assert engine.is_warm
    assert engine.is_closed
