"""One Engine for all models: the embedded one is started when it is asked, the others are reached as told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace

from ralex_tui.adapters.endpoints import EMBEDDED_REF, Endpoint
from ralex_tui.adapters.engine_router import Engines
from ralex_tui.adapters.scripted_engine import ScriptedEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.events import EngineEvent, TextDelta, Way
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest, EngineStatus

CLOUD = Endpoint("openai", "openai", Secret("k"))
LOCAL = Endpoint("local", "openai", Secret("l"), "http://127.0.0.1:1/v1", is_local=True)


class FakeServer:
    """Stands in for the embedded model."""

    is_running = False

    def __init__(self, *endpoints: Endpoint | EngineUnavailable) -> None:
        self.endpoints = list(endpoints)
        self.is_closed = False

    async def start(self) -> Endpoint:
        found = self.endpoints.pop(0)
        if isinstance(found, EngineUnavailable):
            raise found
        return found

    async def close(self) -> None:
        self.is_closed = True


class FakeRemote(ScriptedEngine):
    """A scripted engine that keeps what it was configured with."""

    def __init__(self) -> None:
        super().__init__("hello")
        self.told: list[tuple[Endpoint, ...]] = []

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self.told.append(tuple(endpoints))


async def play(engines: Engines, ref: ModelRef) -> list[EngineEvent]:
    events: AsyncGenerator[EngineEvent] = engines.stream(EngineRequest("r", ref, ((Role.USER, "q"),), 9))
    return [event async for event in events]


async def test_engines_start_the_embedded_model_only_when_it_is_asked() -> None:
    remote, server = FakeRemote(), FakeServer(LOCAL, LOCAL)
    engines = Engines(remote, server, [CLOUD])

    await engines.warm_up()
    await play(engines, ModelRef("openai/gpt-5-mini"))
    assert server.endpoints == [LOCAL, LOCAL]
    first = await play(engines, EMBEDDED_REF)
    await play(engines, EMBEDDED_REF)

    assert first[0] == TextDelta("hello")
    assert remote.told == [(CLOUD,), (CLOUD, LOCAL)]


async def test_engines_follow_a_restarted_model() -> None:
    moved = replace(LOCAL, api_base="http://127.0.0.1:2/v1")
    remote = FakeRemote()
    engines = Engines(remote, FakeServer(LOCAL, moved), [CLOUD])

    await play(engines, EMBEDDED_REF)
    await play(engines, EMBEDDED_REF)

    assert remote.told[-1] == (CLOUD, moved)


async def test_engines_keep_the_local_endpoint_when_the_others_change() -> None:
    remote = FakeRemote()
    engines = Engines(remote, FakeServer(LOCAL), [CLOUD])
    await play(engines, EMBEDDED_REF)

    engines.set_endpoints([])

    assert remote.told[-1] == (LOCAL,)


async def test_engines_warm_up_goes_on_without_the_embedded_model() -> None:
    remote = FakeRemote()
    engines = Engines(remote, FakeServer(EngineUnavailable("not there")), [], warm_embedded=True)

    await engines.warm_up()

    assert remote.is_warm


async def test_engines_close_everything() -> None:
    remote, server = FakeRemote(), FakeServer()

    await Engines(remote, server, []).close()

    assert remote.is_closed
    assert server.is_closed


async def test_stream_of_engines_closes_the_one_below() -> None:
    remote = FakeRemote()
    remote.script("a", "b")
    events = Engines(remote, FakeServer(), [CLOUD]).stream(
        EngineRequest("r", ModelRef("openai/x"), ((Role.USER, "q"),), 9)
    )
    await anext(events)

    await events.aclose()

    assert remote.n_closed_early == 1


async def test_engines_say_how_requests_are_carried() -> None:
    broken = EngineStatus(Way.DIRECT, why="LiteLLM can't be imported")
    remote = FakeRemote()

    assert Engines(remote, FakeServer(), []).status() == EngineStatus(Way.LITELLM)
    assert Engines(remote, FakeServer(), [], status=lambda: broken).status() is broken
