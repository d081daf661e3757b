"""The engine process and the app's side of it: real processes, a provider on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from ralex_tui.adapters import wire
from ralex_tui.adapters.child import child_command, child_env
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.engine_client import HostedEngine, Inbox
from ralex_tui.adapters.engine_host import Gatherer
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain import errors
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineError, EngineUnavailable
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ports.engine import EngineRequest
from tests.adapters.processes import Parent, ended, lines_with, mode, seen_from_outside
from tests.adapters.provider import Provider, Reply, running_provider

KEY = Secret("key-of-the-test-0123456789")
COUNTED = {"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.5}

PARENT = """
import asyncio, sys
from pathlib import Path
from ralex_tui.adapters.engine_client import HostedEngine

async def main():
    engine = HostedEngine(log=Path(sys.argv[1]))
    await engine.start()
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
    await shared.provider.arrived.wait()

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
    await shared.provider.arrived.wait()

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
    engine = HostedEngine([Endpoint("lan", "openai", KEY, provider.url)], log=log)
    provider.script(Reply(hold_headers=True), Reply())
    held = asyncio.create_task(answer(engine, request("a")))
    await provider.arrived.wait()
    first = engine.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    with pytest.raises(EngineUnavailable, match="ended while it answered") as caught:
        await held
    state = engine.state
    again = await answer(engine, request("b"))
    second = engine.pid
    await engine.close()

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
            pid = engine.pid
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(EngineUnavailable, match="ended while"):
                await anext(engine.stream(request()))
        with pytest.raises(EngineUnavailable, match="keeps ending") as caught:
            await engine.start()
        assert not caught.value.may_be_billed
    finally:
        await engine.close()


async def test_host_ends_with_its_parent(log: Path) -> None:
    parent = await Parent.run(PARENT, str(log))

    await parent.kill()

    await ended(parent.child)


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
    configure = wire.line({"op": "configure", "endpoints": [], "limits": {}})
    host = await asyncio.create_subprocess_exec(
        *child_command("ralex_tui.adapters.engine_host", str(log)),
        env=child_env(os.environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert host.stdin is not None
    assert host.stdout is not None
    assert host.stderr is not None
    host.stdin.write(configure + wire.line({"op": "warm"}))

    said = [wire.parse(await host.stdout.readline())["ev"] for _ in range(3)]
    host.stdin.close()
    rest = await host.stdout.read() + await host.stderr.read()

    assert await host.wait() == 0
    assert said == ["hello", "ready", "warmed"]
    assert rest == b""


async def test_prints_of_any_kind_go_to_the_log(log: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from ralex_tui.adapters.child import take_stdout\n"
        "protocol = take_stdout(Path(sys.argv[1]))\n"
        "print('from python', flush=True); print('to stderr', file=sys.stderr); os.system('echo from a child')\n"
        "os.write(protocol, b'protocol')\n"
    )
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", code, str(log)],
        env=child_env(os.environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    assert await process.communicate() == (b"protocol", b"")
    assert len(lines_with(log, ["from python", "to stderr", "from a child"])) == 3
    assert mode(log) == 0o600


async def test_host_ignores_what_lies_in_the_current_folder(
    provider: Provider, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = tmp_path / "cloned"
    hostile.mkdir()
    (hostile / "litellm.py").write_text("raise SystemExit('run from the current folder')")
    (hostile / ".env").write_text("OPENAI_API_KEY=sk-from-the-folder\nOPENAI_BASE_URL=http://10.0.0.1\n")
    monkeypatch.chdir(hostile)
    engine = HostedEngine([Endpoint("lan", "openai", KEY, provider.url)], log=log)

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


async def test_inbox_joins_deltas_for_a_slow_reader() -> None:
    inbox = Inbox()
    for item in (TextDelta("a"), TextDelta("b"), ThinkingDelta("c"), TextDelta("d"), Finished(None), None):
        inbox.put(item)

    read = [await inbox.get() for _ in range(5)]

    assert read == [TextDelta("ab"), ThinkingDelta("c"), TextDelta("d"), Finished(None), None]


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
