"""The child process that carries requests: `python -m ralex_tui.adapters.engine_host DESCRIPTOR LOG`.

It runs LiteLLM, or direct mode in its place. It reads orders from stdin and writes events to the pipe
DESCRIPTOR, see `wire`; it ends when stdin does. Its stdout and stderr belong to the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ralex_tui.adapters import wire
from ralex_tui.adapters.child import die_with_parent, take_protocol
from ralex_tui.domain.errors import EngineBroken, EngineError
from ralex_tui.domain.events import EngineEvent, TextDelta, ThinkingDelta, Way
from ralex_tui.ports.engine import EngineRequest

_log = logging.getLogger(__name__)

_GATHER_S = 0.030
_FAREWELL_S = 2.0


class Outlet:
    """Writes messages to the app; waits where the app does not read as fast."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        # Drained means written to the last byte: what was said before this process dies is heard.
        writer.transport.set_write_buffer_limits(high=0)

    def say(self, ev: str, **fields: Any) -> None:
        self._writer.write(wire.line({"ev": ev, **fields}))

    async def drain(self) -> None:
        await self._writer.drain()


class Network:
    """Knows whether this process has made a connection since `watch`; before that it can have sent nothing."""

    def __init__(self) -> None:
        self.was_used = False

    def watch(self) -> None:
        """Begin to look. After the imports: the hook would cost each of their 40,000 events a microsecond."""
        sys.addaudithook(self._look)

    def _look(self, event: str, _args: tuple[object, ...]) -> None:
        if event == "socket.connect":
            self.was_used = True


class Gatherer:
    """Holds deltas back for 30 ms, so that a fast stream crosses in few messages; the first goes at once."""

    def __init__(self, say: Callable[[EngineEvent], None]) -> None:
        self._say = say
        self._kind: type[TextDelta] | type[ThinkingDelta] = TextDelta
        self._parts: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._has_spoken = False

    def take(self, event: EngineEvent) -> None:
        """Pass the event on, now or soon, in order."""
        if not isinstance(event, TextDelta | ThinkingDelta):
            self.flush()
            self._say(event)
            return
        if type(event) is not self._kind:
            self.flush()
            self._kind = type(event)
        self._parts.append(event.text)
        if not self._has_spoken:
            self._has_spoken = True
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_GATHER_S, self.flush)

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._parts:
            text = "".join(self._parts)
            self._parts.clear()
            self._say(self._kind(text))


class Host:
    """Carries out the app's orders; each request is a task of its own."""

    def __init__(self, outlet: Outlet, log: Path, network: Network) -> None:
        self._outlet = outlet
        self._log = log
        self._network = network
        self._name = "the engine"
        self._engine: Any = None
        self._requests: dict[str, asyncio.Task[None]] = {}
        self._chores: set[asyncio.Task[None]] = set()

    def obey(self, order: dict[str, Any]) -> bool:
        """Carry out one order, or begin to. Returns whether to go on."""
        match order.get("op"):
            case "configure":
                self._configure(order)
            case "warm":
                self._begin(self._warm())
            case "ping":
                self._outlet.say("pong")
            case "start":
                request = wire.unpack_request(order)
                self._requests[request.id] = asyncio.create_task(self._answer(request))
            case "cancel":
                if task := self._requests.get(order["id"]):
                    task.cancel()
            case "close":
                return False
            case other:
                raise ValueError(f"an unknown order: {other!r}")
        return True

    async def close(self) -> None:
        """Stop all requests at their providers."""
        tasks = [*self._requests.values(), *self._chores]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._engine is not None:
            await self._engine.close()

    def _configure(self, order: dict[str, Any]) -> None:
        endpoints = [wire.unpack_endpoint(each) for each in order["endpoints"]]
        if self._engine is None:
            way = Way(order["engine"])
            self._name = wire.NAMES[way]
            self._engine = _engine(way)(endpoints, log=self._log, **order["limits"])
            self._begin(self._prepare())
        else:
            self._engine.set_endpoints(endpoints)

    def _begin(self, chore: Any) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _prepare(self) -> None:
        try:
            await self._engine.prepare()
        except EngineError as error:
            self._outlet.say("unusable", **wire.pack_error(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge of a chore: an import may raise anything
            _log.exception("what carries requests can't be loaded")
            self._outlet.say("unusable", **wire.pack_error(self._unexpected("can't be loaded", error)))
        else:
            self._network.watch()
            self._outlet.say("ready")

    async def _warm(self) -> None:
        try:
            await self._engine.warm_up()
        except Exception:  # noqa: BLE001 - the edge of a chore: its failure costs half a second later, no more
            _log.exception("warming up failed")
        # LiteLLM's modules are a million objects that stay: looked through at each full collection, they take
        # a quarter of the time of an answer that comes all at once (0.83 s for 2,000 tokens, 0.63 s without).
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 1_000)
        self._outlet.say("warmed")

    async def _answer(self, request: EngineRequest) -> None:
        gatherer = Gatherer(lambda event: self._outlet.say("event", id=request.id, **wire.pack_event(event)))
        try:
            try:
                self._outlet.say("taken", id=request.id)
                await self._outlet.drain()
                async with contextlib.aclosing(self._engine.stream(request)) as events:
                    async for event in events:
                        gatherer.take(event)
                        await self._outlet.drain()
            finally:
                gatherer.flush()
        except EngineError as error:
            self._outlet.say("error", id=request.id, **wire.pack_error(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge of a request's task: a bug, ours or LiteLLM's
            _log.exception("request %s failed", request.id)
            self._outlet.say("error", id=request.id, **wire.pack_error(self._unexpected("failed unexpectedly", error)))
        finally:
            del self._requests[request.id]
            self._outlet.say("closed", id=request.id)

    def _unexpected(self, what: str, error: BaseException) -> EngineBroken:
        """What no provider says: a bug in what carries requests."""
        return EngineBroken(
            f"{self._name} {what} ({type(error).__name__})",
            hint=f"the log tells more: {self._log}",
            may_be_billed=self._network.was_used,
        )


def _engine(way: Way) -> Any:
    """The class of what carries requests. Imported after the handshake: what it imports (httpx) takes 0.14 s."""
    if way is Way.DIRECT:
        from ralex_tui.adapters.direct_engine import DirectEngine

        return DirectEngine
    from ralex_tui.adapters.litellm_engine import LitellmEngine

    return LitellmEngine


async def serve(protocol: int, log: Path, network: Network) -> None:
    """Obey until the app says so or is gone; then end the process."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=wire.MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, flow = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(protocol, "wb", buffering=0)
    )
    outlet = Outlet(asyncio.StreamWriter(transport, flow, None, loop))
    host = Host(outlet, log, network)
    outlet.say("hello")
    while order := await reader.readline():
        if not host.obey(wire.parse(order)):
            break
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            await host.close()
    # Not a plain return: asyncio would wait for an import in its thread, LiteLLM's exit handlers
    # for the network, and nothing of ours is left to be written.
    os._exit(0)


def main() -> None:
    """Run until stdin ends."""
    die_with_parent()
    protocol, log = take_protocol(int(sys.argv[1])), Path(sys.argv[2])
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(protocol, log, Network()))


if __name__ == "__main__":
    main()
