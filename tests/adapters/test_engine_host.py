"""The engine process and the app's side of it: real processes, a provider on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from ralex_tui.adapters import wire
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.engine_child import Inbox
from ralex_tui.adapters.engine_client import HostedEngine
from ralex_tui.adapters.engine_host import Gatherer
from ralex_tui.adapters.secret import Secret
from ralex_tui.adapters.spawned import spawn
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineBroken, EngineError, EngineUnavailable
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported, Way
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.processes import Parent, ended, is_listed, lines_with, mode, seen_from_outside
from tests.adapters.provider import Provider, Reply, running_provider

KEY = Secret("key-of-the-test-0123456789")
# LiteLLM's import may take long on a busy machine; what happens when it takes too long is tried elsewhere.
IMPORT_S = 120.0
COUNTED = {"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.5}

PARENT = """
import asyncio, sys
from pathlib import Path
from ralex_tui.adapters.engine_client import HostedEngine
from ralex_tui.domain.events import Way

async def main():
    engine = HostedEngine(log=Path(sys.argv[1]), engine=Way(sys.argv[2]))
    await engine.start()
    if sys.argv[3:]:
        await engine.load()
    print(engine.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


in_the_shared_loop = pytest.mark.asyncio(loop_scope="module")


def request(name: str = "r1", text: str = "hi") -> EngineRequest:
    return EngineRequest(name, ModelRef("lan/model"), ((Role.USER, text),), 50, 0.5)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "engine.log"


@dataclass
class Shared:
    """One engine for most tests, because each child imports LiteLLM for 3 s; with its provider and its log."""

    engine: HostedEngine
    provider: Provider
    log: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    log = tmp_path_factory.mktemp("engine") / "engine.log"
    async with running_provider() as provider:
        engine = HostedEngine(
            [Endpoint("lan", "openai", KEY, provider.url)],
            log=log,
            import_s=IMPORT_S,
            environ={**os.environ, "OPENAI_API_KEY": "sk-inherited-0123", "OPENAI_BASE_URL": "http://10.0.0.1"},
        )
        yield Shared(engine, provider, log)
        await engine.close()


async def answer(engine: HostedEngine, asked: EngineRequest) -> list[EngineEvent]:
    return [event async for event in engine.stream(asked)]


@in_the_shared_loop
async def test_answer_crosses_whole_and_in_order(shared: Shared) -> None:
    shared.provider.script(Reply(chunks=tuple(f"{n} " for n in range(500)), thinking=("h", "m"), usage=COUNTED))

    events = await answer(shared.engine, request(text="lone \ud800 half, ünd môre\n"))

    assert shared.provider.requests[0].body["messages"][0]["content"] == "lone \ufffd half, ünd môre\n"
    assert shared.provider.requests[0].headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert "".join(e.text for e in events if isinstance(e, ThinkingDelta)) == "hm"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "".join(f"{n} " for n in range(500))
    assert events[-2:] == [UsageReported(TokenUsage(7, 3), Usd(500_000_000)), Finished("stop")]
    assert shared.engine.state == "ready"


@in_the_shared_loop
async def test_errors_cross_with_all_that_they_say(shared: Shared) -> None:
    shared.provider.script(Reply(status=429, error={"message": "slow"}, headers={"retry-after": "9"}))

    with pytest.raises(errors.RateLimited) as caught:
        await answer(shared.engine, request())

    assert "slow" in caught.value.message
    assert "9 s" in caught.value.hint
    assert not caught.value.may_be_billed


@in_the_shared_loop
async def test_requests_do_not_disturb_each_other(shared: Shared) -> None:
    shared.provider.script(Reply(chunks=("one",), hold_after=0), Reply(chunks=("two",)))
    held = asyncio.create_task(answer(shared.engine, request("a")))
    await shared.provider.arrival(held)

    second = await answer(shared.engine, request("b"))
    shared.provider.release.set()

    assert second[0] == TextDelta("two")
    assert (await held)[0] == TextDelta("one")


@in_the_shared_loop
async def test_closing_the_stream_reaches_the_provider(shared: Shared) -> None:
    shared.provider.script(Reply(hold_after=1))

    async with aclosing(shared.engine.stream(request())) as events:
        assert await anext(events) == TextDelta("Hel")

    await asyncio.wait_for(shared.provider.requests[0].gone.wait(), 5)


@in_the_shared_loop
async def test_cancelling_the_task_reaches_the_provider(shared: Shared) -> None:
    shared.provider.script(Reply(hold_headers=True))
    task = asyncio.create_task(answer(shared.engine, request()))
    await shared.provider.arrival(task)

    task.cancel()

    await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(shared.provider.requests[0].gone.wait(), 5)


@in_the_shared_loop
async def test_two_attempts_may_bear_the_same_id(shared: Shared) -> None:
    shared.provider.script(Reply(status=500, error={"message": "x"}), Reply())

    for _ in range(3):
        with contextlib.suppress(EngineUnavailable):
            last = await answer(shared.engine, request("same"))

    assert last[-1] == Finished("stop")
    assert len(shared.provider.requests) == 3


@in_the_shared_loop
async def test_warm_up_asks_nobody(shared: Shared) -> None:
    shared.provider.script(Reply())

    await shared.engine.warm_up()

    assert shared.engine.state == "ready"
    assert shared.provider.requests == []


@in_the_shared_loop
async def test_endpoints_can_be_added_later(shared: Shared) -> None:
    shared.provider.script(Reply())
    asked = EngineRequest("r1", ModelRef("new/model"), ((Role.USER, "hi"),), 5)
    with pytest.raises(EngineUnavailable, match="no key and no address"):
        await answer(shared.engine, asked)

    both = [Endpoint(name, "openai", KEY, shared.provider.url) for name in ("lan", "new")]
    shared.engine.set_endpoints(both)

    assert (await answer(shared.engine, asked))[-1] == Finished("stop")


async def test_killed_host_fails_the_request_and_the_next_one_starts_it_anew(log: Path, provider: Provider) -> None:
    engine = HostedEngine([Endpoint("lan", "openai", KEY, provider.url)], log=log, import_s=IMPORT_S)
    provider.script(Reply(hold_headers=True), Reply())
    held = asyncio.create_task(answer(engine, request("a")))
    await provider.arrival(held)
    first = engine.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineBroken, match="ended while it answered") as caught:
        await held
    state = engine.state
    again = await answer(engine, request("b"))
    second = engine.pid
    await engine.close()

    assert not any(is_listed(pid) for pid in (first, second) if pid is not None)
    assert caught.value.may_be_billed
    assert state == "dead"
    assert again[-1] == Finished("stop")
    assert second not in (None, first)


async def test_host_that_keeps_ending_is_not_started_for_ever(log: Path) -> None:
    engine = HostedEngine(log=log)
    try:
        for _ in range(4):
            await engine.start()
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGKILL)
            with pytest.raises(EngineBroken, match="ended before it was loaded") as caught:
                await anext(engine.stream(request()))
            assert not caught.value.may_be_billed
        with pytest.raises(EngineBroken, match="keeps ending: LiteLLM's process ended") as caught:
            await engine.start()
        assert not caught.value.may_be_billed
    finally:
        await engine.close()


@pytest.mark.parametrize("way", Way)
async def test_host_ends_with_its_killed_parent(log: Path, way: Way) -> None:
    parent = await Parent.run(PARENT, str(log), way)

    await parent.kill()

    await ended(parent.child)


async def test_stopped_host_ends_with_its_killed_parent(log: Path) -> None:
    parent = await Parent.run(PARENT, str(log), Way.DIRECT, "loaded")
    os.kill(parent.child, signal.SIGSTOP)

    await parent.kill()

    await ended(parent.child)


@pytest.fixture
async def direct(log: Path, provider: Provider) -> AsyncIterator[HostedEngine]:
    """An engine in direct mode, which is up at once, and impatient."""
    endpoints = [Endpoint("lan", "openai", KEY, provider.url)]
    engine = HostedEngine(endpoints, log=log, engine=Way.DIRECT, patience_s=0.5)
    yield engine
    await engine.close()


async def test_direct_mode_runs_in_a_process_like_litellm(direct: HostedEngine, provider: Provider) -> None:
    provider.script(Reply(usage=COUNTED))

    events = await answer(direct, request())

    assert events[-2:] == [UsageReported(TokenUsage(7, 3), Usd(500_000_000)), Finished("stop")]
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert direct.pid is not None
    assert KEY.reveal().encode() not in seen_from_outside(direct.pid)


async def test_request_given_to_a_stopped_host_was_not_sent(direct: HostedEngine, provider: Provider) -> None:
    await direct.load()
    assert direct.pid is not None
    os.kill(direct.pid, signal.SIGSTOP)

    with pytest.raises(EngineBroken, match="stopped answering before it had sent") as caught:
        await answer(direct, request(text="x" * 1_000_000))

    assert not caught.value.may_be_billed
    assert provider.requests == []


async def test_request_in_a_host_that_stops_may_have_been_billed(direct: HostedEngine, provider: Provider) -> None:
    provider.script(Reply(hold_after=1))
    events = direct.stream(request())
    assert await anext(events) == TextDelta("Hel")
    assert direct.pid is not None
    os.kill(direct.pid, signal.SIGSTOP)

    with pytest.raises(EngineBroken, match="stopped answering while it answered") as caught:
        await anext(events)

    assert caught.value.may_be_billed


async def test_host_that_waits_for_a_slow_provider_is_left_alone(direct: HostedEngine, provider: Provider) -> None:
    provider.script(Reply(hold_after=1))
    pongs: list[str] = []
    child = await direct.load()
    hear = child._hear

    def overhear(message: dict[str, object]) -> None:
        if message["ev"] == "pong":
            pongs.append("pong")
            provider.release.set()
        hear(message)

    child._hear = overhear  # type: ignore[method-assign]

    events = await answer(direct, request())

    assert pongs
    assert events[-1] == Finished("stop")


async def test_death_between_requests_is_told(direct: HostedEngine) -> None:
    told: asyncio.Future[EngineBroken] = asyncio.get_running_loop().create_future()
    direct.on_end = told.set_result
    await direct.load()
    assert direct.pid is not None

    os.kill(direct.pid, signal.SIGKILL)

    assert (await asyncio.wait_for(told, 10)).message == "direct mode's process ended"
    assert direct.state == "dead"
    assert direct.pid is None


async def test_host_ends_when_closed(log: Path) -> None:
    engine = HostedEngine(log=log)
    await engine.start()
    pid = engine.pid
    assert pid is not None

    await engine.close()
    await engine.close()

    await ended(pid)
    assert engine.state == "closed"
    with pytest.raises(EngineUnavailable, match="closed"):
        await engine.start()


@in_the_shared_loop
async def test_keys_are_in_no_command_line_environment_or_log(shared: Shared) -> None:
    shared.provider.script(Reply(status=401, error={"message": f"bad key {KEY.reveal()}"}), Reply(drop_after=1))
    for name in "ab":
        with pytest.raises(EngineError):
            await answer(shared.engine, request(name))
    assert shared.engine.pid is not None

    seen = seen_from_outside(shared.engine.pid)

    assert b"engine_host" in seen
    assert KEY.reveal().encode() not in seen
    assert b"sk-inherited" not in seen
    assert b"OPENAI" not in seen
    assert lines_with(shared.log, [KEY.reveal(), "sk-inherited"]) == []
    assert mode(shared.log) == 0o600


async def test_host_speaks_the_protocol_alone(log: Path) -> None:
    host = await spawn("ralex_tui.adapters.engine_host", str(log), log=log, environ=os.environ, redact=str)
    host.order(wire.line({"op": "configure", "engine": "litellm", "endpoints": [], "limits": {}}))
    host.order(wire.line({"op": "warm"}))

    said = [wire.parse(await host.said.readline())["ev"] for _ in range(3)]
    host.end_orders()
    rest = await host.said.read()
    code = await host.process.wait()
    await host.end()

    assert code == 0
    assert said == ["hello", "ready", "warmed"]
    assert rest == b""
    assert lines_with(log, [""]) == []


async def test_host_ignores_what_lies_in_the_current_folder(
    provider: Provider, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = tmp_path / "cloned"
    hostile.mkdir()
    (hostile / "litellm.py").write_text("raise SystemExit('run from the current folder')")
    (hostile / ".env").write_text("OPENAI_API_KEY=sk-from-the-folder\nOPENAI_BASE_URL=http://10.0.0.1\n")
    monkeypatch.chdir(hostile)
    engine = HostedEngine([Endpoint("lan", "openai", KEY, provider.url)], log=log, import_s=IMPORT_S)

    try:
        events = await answer(engine, request())
    finally:
        await engine.close()

    assert events[-1] == Finished("stop")
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY.reveal()}"


async def test_gatherer_sends_the_first_delta_at_once_and_joins_the_rest() -> None:
    said: list[EngineEvent] = []
    gatherer = Gatherer(said.append)

    for text in "abc":
        gatherer.take(TextDelta(text))
    at_once = list(said)
    gatherer.take(ThinkingDelta("x"))
    gatherer.take(Finished("stop"))

    assert at_once == [TextDelta("a")]
    assert said == [TextDelta("a"), TextDelta("bc"), ThinkingDelta("x"), Finished("stop")]


async def test_gatherer_sends_what_it_holds_after_a_while() -> None:
    arrived = asyncio.Event()
    said: list[EngineEvent] = []

    def say(event: EngineEvent) -> None:
        said.append(event)
        if event == TextDelta("bc"):
            arrived.set()

    gatherer = Gatherer(say)
    for text in "abc":
        gatherer.take(TextDelta(text))

    await asyncio.wait_for(arrived.wait(), 5)
    assert said == [TextDelta("a"), TextDelta("bc")]


def test_inbox_joins_deltas_for_a_slow_reader() -> None:
    inbox = Inbox()
    for item in (TextDelta("a"), TextDelta("b"), ThinkingDelta("c"), TextDelta("d"), Finished(None), None):
        inbox.put(item)

    read = [inbox.pop() for _ in range(5)]

    assert read == [TextDelta("ab"), ThinkingDelta("c"), TextDelta("d"), Finished(None), None]
    assert inbox.is_empty


@pytest.mark.parametrize(
    "event",
    [
        TextDelta("a\n\u2028\x1b \U0001f600"),
        ThinkingDelta(""),
        UsageReported(TokenUsage(1, 2, 3, 4, 5), Usd(10**24), is_counted=False),
        UsageReported(TokenUsage(1, 2)),
        Finished("length"),
        Finished(None),
    ],
)
def test_events_survive_the_wire(event: EngineEvent) -> None:
    crossed = wire.parse(wire.line(wire.pack_event(event)))

    assert wire.unpack_event(crossed) == event


@pytest.mark.parametrize(
    "kind",
    [
        EngineError,
        errors.EngineUnavailable,
        errors.KeyRefused,
        errors.RateLimited,
        errors.ContextTooLong,
        errors.ContentRefused,
        errors.AnswerTimeout,
    ],
)
@pytest.mark.parametrize("is_billed", [True, False])
def test_errors_survive_the_wire(kind: type[EngineError], is_billed: bool) -> None:
    crossed = wire.unpack_error(wire.parse(wire.line(wire.pack_error(kind("m", hint="h", may_be_billed=is_billed)))))

    assert type(crossed) is kind
    assert (crossed.message, crossed.hint, crossed.may_be_billed) == ("m", "h", is_billed)


def test_requests_and_endpoints_survive_the_wire() -> None:
    asked = EngineRequest("r", ModelRef("a/b/c"), ((Role.USER, "q\n"), (Role.ASSISTANT, "ä")), 9, None)
    endpoint = Endpoint("lan", "openai", KEY, "http://127.0.0.1:1/v1", is_local=True)

    assert wire.unpack_request(wire.parse(wire.line(wire.pack_request(asked)))) == asked
    assert wire.unpack_endpoint(wire.parse(wire.line(wire.pack_endpoint(endpoint)))) == endpoint


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("plain", "plain"),
        ("ünd \U0001f600", "ünd \U0001f600"),
        ("\ud83d\ude00", "\U0001f600"),
        ("a\ud800b", "a\ufffdb"),
        ("\udfff", "\ufffd"),
    ],
)
def test_surrogates_are_mended_before_they_cross(text: str, sent: str) -> None:
    assert wire.sendable(text) == sent
