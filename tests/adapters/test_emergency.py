"""Direct mode takes over from LiteLLM, and gives back: by a script first, then with LiteLLMs broken for real."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from ralex_tui.adapters.emergency import Emergency
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.engine_client import HostedEngine
from ralex_tui.adapters.scripted_engine import Fail, ScriptedEngine
from ralex_tui.adapters.secret import Secret
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import EngineBroken, RateLimited
from ralex_tui.domain.events import EngineEvent, Finished, Sent, TextDelta, Way
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest, EngineStatus
from tests.adapters import broken_litellm
from tests.adapters.processes import ended, lines_with
from tests.adapters.provider import Provider, Reply

KEY = Secret("key-of-the-test-0123456789")
LAN = Endpoint("lan", "openai", KEY, "http://127.0.0.1:9/v1")
ODD = Endpoint("odd", "a-kind-of-litellms", KEY, "http://127.0.0.1:9/v1")
UNSENT = EngineBroken("LiteLLM can't be imported", hint="reinstall it", may_be_billed=False)
SENT = EngineBroken("LiteLLM's process ended while it answered", may_be_billed=True)


def request(name: str = "r1", model: str = "lan/model") -> EngineRequest:
    return EngineRequest(name, ModelRef(model), ((Role.USER, "hi"),), 50)


class ScriptedCarrier(ScriptedEngine):
    """A way that is loaded, late, or gone, as the test wants it."""

    def __init__(self, *default: str) -> None:
        super().__init__(*default)
        self.on_end: Callable[[EngineBroken], None] | None = None
        self.is_ready = True
        self.overdue: EngineBroken | None = None
        self.loads: list[EngineBroken | None] = []
        """What the next attempts to load it come to."""
        self.n_loads = 0

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        pass

    async def load(self) -> None:
        self.n_loads += 1
        if self.loads and (error := self.loads.pop(0)) is not None:
            raise error


class Rests:
    """A clock that rests as long as the test lets it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._begun = asyncio.Event()
        self._over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._over.clear()
        self._begun.set()
        await self._over.wait()

    async def begun(self) -> None:
        """Wait until somebody rests."""
        await self._begun.wait()

    def end(self) -> None:
        self._begun.clear()
        self._over.set()


class Scripted:
    """An Emergency over two scripted ways."""

    def __init__(self) -> None:
        self.litellm = ScriptedCarrier("by LiteLLM")
        self.direct = ScriptedCarrier("directly")
        self.rests = Rests()
        self.engine = Emergency(self.litellm, self.direct, sleep=self.rests.sleep)
        self.engine.set_endpoints([LAN, ODD])


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    scripted = Scripted()
    yield scripted
    await scripted.engine.close()


async def play(engine: Emergency, asked: EngineRequest | None = None) -> list[EngineEvent]:
    events: AsyncGenerator[EngineEvent] = engine.stream(asked or request())
    return [event async for event in events]


def text_of(events: list[EngineEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def became(engine: Emergency, is_so: Callable[[EngineStatus], bool]) -> EngineStatus:
    """Wait for a status of which `is_so` is true.

    Raises:
        TimeoutError: If none comes.
    """
    changed = asyncio.Event()
    engine.on_change = lambda _: changed.set()
    async with asyncio.timeout(120):
        while not is_so(engine.status()):
            changed.clear()
            await changed.wait()
    return engine.status()


def is_by_litellm(status: EngineStatus) -> bool:
    return status.way is Way.LITELLM


async def test_litellm_carries_requests_while_it_works(scripted: Scripted) -> None:
    events = await play(scripted.engine)

    assert events[:2] == [Sent(Way.LITELLM), TextDelta("by LiteLLM")]
    assert scripted.engine.status() == EngineStatus(Way.LITELLM)
    assert scripted.direct.requests == []
    assert not scripted.direct.is_warm


async def test_unsent_request_goes_on_directly(scripted: Scripted) -> None:
    scripted.litellm.script(Fail(UNSENT))

    events = await play(scripted.engine)

    assert events[:3] == [Sent(Way.LITELLM), Sent(Way.DIRECT), TextDelta("directly")]
    assert scripted.direct.requests == [request()]
    assert scripted.engine.status() == EngineStatus(Way.DIRECT, True, UNSENT.message, UNSENT.hint)


async def test_request_that_may_have_been_sent_is_not_sent_again(scripted: Scripted) -> None:
    scripted.litellm.script(Fail(SENT))

    with pytest.raises(EngineBroken) as caught:
        await play(scripted.engine)
    again = await play(scripted.engine, request("another"))

    assert caught.value is SENT
    assert again[:2] == [Sent(Way.DIRECT), TextDelta("directly")]
    assert [each.id for each in scripted.direct.requests] == ["another"]


async def test_answer_that_broke_off_is_not_begun_again(scripted: Scripted) -> None:
    scripted.litellm.script("Hel", Fail(UNSENT))

    with pytest.raises(EngineBroken):
        await play(scripted.engine)

    assert scripted.direct.requests == []


async def test_provider_without_a_known_address_stays_with_litellm(scripted: Scripted) -> None:
    scripted.litellm.script(Fail(UNSENT))

    with pytest.raises(EngineBroken) as caught:
        await play(scripted.engine, request(model="odd/model"))
    again = await play(scripted.engine, request(model="odd/model"))

    assert caught.value is UNSENT
    assert scripted.engine.status().way is Way.DIRECT
    assert again[:2] == [Sent(Way.LITELLM), TextDelta("by LiteLLM")]
    assert scripted.direct.requests == []


async def test_what_a_provider_says_breaks_nothing(scripted: Scripted) -> None:
    scripted.litellm.script(Fail(RateLimited("too many requests")))

    with pytest.raises(RateLimited):
        await play(scripted.engine)

    assert scripted.engine.status() == EngineStatus(Way.LITELLM)


async def test_one_that_takes_too_long_to_load_is_passed_at_once(scripted: Scripted) -> None:
    scripted.litellm.overdue = UNSENT

    assert scripted.engine.status().way is Way.DIRECT
    events = await play(scripted.engine)

    assert events[:2] == [Sent(Way.DIRECT), TextDelta("directly")]
    assert scripted.litellm.requests == []


async def test_one_that_was_slow_to_load_is_not_held_to_have_failed(scripted: Scripted) -> None:
    scripted.litellm.overdue, scripted.litellm.is_ready = UNSENT, False
    await play(scripted.engine)
    await scripted.rests.begun()
    scripted.litellm.overdue, scripted.litellm.is_ready = None, True
    scripted.rests.end()
    await became(scripted.engine, is_by_litellm)

    scripted.litellm.is_ready = False
    scripted.litellm.script(Fail(UNSENT))
    await play(scripted.engine)
    await scripted.rests.begun()

    assert scripted.rests.seconds == [0, 0]


async def test_process_that_is_gone_is_started_anew_at_once_and_used_again(scripted: Scripted) -> None:
    scripted.litellm.is_ready = False
    assert scripted.litellm.on_end is not None

    scripted.litellm.on_end(SENT)
    assert scripted.engine.status().way is Way.DIRECT
    await scripted.rests.begun()
    scripted.rests.end()
    await became(scripted.engine, is_by_litellm)

    assert scripted.rests.seconds == [0.0]
    assert text_of(await play(scripted.engine)) == "by LiteLLM"
    assert scripted.direct.is_warm


async def test_rests_double_while_it_can_not_be_loaded(scripted: Scripted) -> None:
    scripted.litellm.is_ready = False
    scripted.litellm.loads = [UNSENT] * 7 + [None]
    scripted.litellm.script(Fail(UNSENT))

    await play(scripted.engine)
    for _ in range(8):
        await scripted.rests.begun()
        scripted.rests.end()
    await became(scripted.engine, is_by_litellm)

    assert scripted.rests.seconds == [0, 60, 120, 240, 480, 960, 1800, 1800]


async def test_one_that_raises_rests_longer_each_time_until_it_has_answered(scripted: Scripted) -> None:
    for _ in range(2):
        scripted.litellm.script(Fail(UNSENT))
        await play(scripted.engine)
        await scripted.rests.begun()
        scripted.rests.end()
        await became(scripted.engine, is_by_litellm)
    await play(scripted.engine)
    scripted.litellm.script(Fail(UNSENT))
    await play(scripted.engine)
    await scripted.rests.begun()

    assert scripted.rests.seconds == [60, 120, 60]


async def test_one_death_that_fails_several_requests_counts_once(scripted: Scripted) -> None:
    for _ in range(3):
        scripted.litellm.script(Fail(SENT))
    streams = [scripted.engine.stream(request(str(n))) for n in range(3)]
    for stream in streams:
        await anext(stream)

    for stream in streams:
        with pytest.raises(EngineBroken):
            await anext(stream)
    await scripted.rests.begun()

    assert scripted.rests.seconds == [60]


async def test_closing_the_stream_closes_the_one_below(scripted: Scripted) -> None:
    async with aclosing(scripted.engine.stream(request())) as events:
        await anext(events)
        await anext(events)

    assert scripted.litellm.n_closed_early == 1


# From here on with real processes and a provider on loopback.


@asynccontextmanager
async def broken(folder: Path, provider: Provider, *, import_s: float = 120.0) -> AsyncIterator[Emergency]:
    """An Emergency whose LiteLLM is the one in `folder`."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    log = folder.with_name("engine.log")
    litellm = HostedEngine(log=log, environ=environ, import_s=import_s, patience_s=2.0)
    direct = HostedEngine(log=log, environ=environ, engine=Way.DIRECT, import_s=120.0)
    engine = Emergency(litellm, direct)
    engine.set_endpoints([Endpoint("lan", "openai", KEY, provider.url)])
    try:
        yield engine
    finally:
        await engine.close()


def went_directly(provider: Provider) -> list[bool]:
    """For each request that arrived, whether it came without LiteLLM, whose client says OpenAI."""
    return ["openai" not in asked.headers["user-agent"].lower() for asked in provider.requests]


@pytest.mark.parametrize(
    ("breaking", "sentence"),
    [
        (broken_litellm.missing, "LiteLLM can't be imported (ModuleNotFoundError)"),
        (broken_litellm.raising, "LiteLLM can't be imported (RuntimeError)"),
        (broken_litellm.exiting, "LiteLLM's process ended before it was loaded"),
        (broken_litellm.crashing, "LiteLLM's process ended before it was loaded"),
    ],
)
async def test_broken_litellm_costs_no_answer(
    breaking: Callable[[Path], Path], sentence: str, provider: Provider, tmp_path: Path
) -> None:
    async with broken(breaking(tmp_path / "broken"), provider) as engine:
        events = await play(engine)
        status = engine.status()

    assert text_of(events) == "Hello"
    assert [event for event in events if isinstance(event, Sent)] == [Sent(Way.LITELLM), Sent(Way.DIRECT)]
    assert events[-1] == Finished("stop")
    assert went_directly(provider) == [True]
    assert (status.way, status.is_ready, status.why) == (Way.DIRECT, True, sentence)
    assert status.hint


async def test_words_of_one_that_crashes_are_in_the_log(provider: Provider, tmp_path: Path) -> None:
    async with broken(broken_litellm.crashing(tmp_path / "broken"), provider) as engine:
        await play(engine)

    log = tmp_path / "engine.log"
    assert lines_with(log, ["last words of C"]) != []
    assert lines_with(log, ["Segmentation fault"]) != []
    assert lines_with(log, [str(tmp_path / "broken" / "litellm")]) != []


async def test_litellm_that_hangs_at_its_import_returns_by_itself(provider: Provider, tmp_path: Path) -> None:
    folder = broken_litellm.waiting(tmp_path / "broken")
    async with broken(folder, provider, import_s=0.5) as engine:
        first = await play(engine, request("a"))
        while_it_hangs = engine.status()
        second = await play(engine, request("b"))
        broken_litellm.gate(folder).touch()
        await became(engine, is_by_litellm)
        third = await play(engine, request("c"))

    assert first[:2] == [Sent(Way.LITELLM), Sent(Way.DIRECT)]
    assert (second[0], third[0]) == (Sent(Way.DIRECT), Sent(Way.LITELLM))
    assert [text_of(events) for events in (first, second, third)] == ["Hello"] * 3
    assert went_directly(provider) == [True, True, False]
    assert while_it_hangs.why == "LiteLLM has not been loaded within 0.5 s"


async def test_litellm_at_whose_import_all_stands_still_is_killed(provider: Provider, tmp_path: Path) -> None:
    async with broken(broken_litellm.freezing(tmp_path / "broken"), provider, import_s=0.5) as engine:
        await hosted(engine).start()
        pid = hosted(engine).pid
        assert pid is not None

        events = await play(engine)
        await became(engine, lambda status: "stopped answering before it was loaded" in status.why)
        await ended(pid)

    assert text_of(events) == "Hello"
    assert went_directly(provider) == [True]


async def test_litellm_that_raises_what_no_provider_says_costs_no_answer(provider: Provider, tmp_path: Path) -> None:
    async with broken(broken_litellm.confused(tmp_path / "broken"), provider) as engine:
        events = await play(engine)
        status = engine.status()

    # It has never made a connection, so it has sent nothing: the same request goes on.
    assert text_of(events) == "Hello"
    assert went_directly(provider) == [True]
    assert (status.way, status.why) == (Way.DIRECT, "LiteLLM failed unexpectedly (AttributeError)")


async def test_what_litellm_raises_after_it_made_connections_may_be_billed(provider: Provider, tmp_path: Path) -> None:
    async with broken(broken_litellm.confused(tmp_path / "broken", n_good=1), provider) as engine:
        first = await play(engine, request("a"))
        with pytest.raises(EngineBroken, match="failed unexpectedly") as caught:
            await play(engine, request("b"))
        third = await play(engine, request("c"))

    assert caught.value.may_be_billed
    assert (first[0], third[0]) == (Sent(Way.LITELLM), Sent(Way.DIRECT))
    assert went_directly(provider) == [False, True]


async def test_prints_of_litellm_are_in_the_log_and_harmless(
    provider: Provider, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with broken(broken_litellm.noisy(tmp_path / "broken"), provider) as engine:
        events = await play(engine)

    log = tmp_path / "engine.log"
    assert text_of(events) == "Hello"
    assert went_directly(provider) == [False]
    assert capfd.readouterr() == ("", "")
    # Four ways to print, at the import and at the request.
    assert log.read_text().count("NOISE-4711") == 8
    assert len(lines_with(log, ["from a shell"])) == 2
    assert "\x1b" not in log.read_text()


async def test_litellm_that_is_stopped_is_noticed_before_anything_was_sent(provider: Provider, tmp_path: Path) -> None:
    async with broken(tmp_path, provider) as engine:
        await engine.warm_up()
        pid = hosted(engine).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

        events = await play(engine)
        status = engine.status()

    assert text_of(events) == "Hello"
    assert went_directly(provider) == [True]
    assert status.why == "LiteLLM's process stopped answering"


async def test_litellm_that_is_stopped_while_it_answers_fails_the_request_only(
    provider: Provider, tmp_path: Path
) -> None:
    provider.script(Reply(hold_headers=True), Reply())
    async with broken(tmp_path, provider) as engine:
        await engine.warm_up()
        held = asyncio.create_task(play(engine, request("a")))
        await provider.arrival(held)
        pid = hosted(engine).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

        with pytest.raises(EngineBroken, match="stopped answering while it answered") as caught:
            await held
        again = await play(engine, request("b"))
        await became(engine, is_by_litellm)

    assert caught.value.may_be_billed
    assert again[0] == Sent(Way.DIRECT)
    assert went_directly(provider) == [False, True]


def hosted(engine: Emergency) -> HostedEngine:
    """The engine's LiteLLM."""
    carrier = engine._litellm
    assert isinstance(carrier, HostedEngine)
    return carrier
