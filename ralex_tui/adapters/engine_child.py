"""One life of the engine process, as the app sees it: what it was told, what it says, how it ended.

Whatever ends it, each of its requests ends in an error that says whether it may have been sent. Starting it
anew is `HostedEngine`'s.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

from ralex_tui.adapters import wire
from ralex_tui.adapters.spawned import Spawned, happened
from ralex_tui.domain.errors import EngineBroken, EngineError
from ralex_tui.domain.events import EngineEvent, TextDelta, ThinkingDelta
from ralex_tui.ports.engine import EngineRequest

_log = logging.getLogger(__name__)

# While it warms up it imports, and at the end of a long answer LiteLLM joins all its pieces: it answers late then.
_BUSY_FACTOR = 3.0
_FAREWELL_S = 3.0


class Inbox:
    """What came for one request. A reader that falls behind finds the deltas joined.

    Attributes:
        is_taken: Whether the child has said that it sends the request now.
        stirred: Set while something is there, once it is taken too.
    """

    def __init__(self) -> None:
        self.is_taken = False
        self.stirred = asyncio.Event()
        self._waiting: deque[EngineEvent | EngineError | None] = deque()

    def take(self) -> None:
        """The child has said that it sends the request now."""
        self.is_taken = True
        self.stirred.set()

    def put(self, item: EngineEvent | EngineError | None) -> None:
        """Add an event, an error, or None for the end."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(item, TextDelta | ThinkingDelta) and type(last) is type(item):
            assert isinstance(last, TextDelta | ThinkingDelta)
            self._waiting[-1] = type(item)(last.text + item.text)
        else:
            self._waiting.append(item)
        self.stirred.set()

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def pop(self) -> EngineEvent | None:
        """The next event; None at the end.

        Raises:
            EngineError: The one that ended the request.
        """
        item = self._waiting.popleft()
        if isinstance(item, EngineError):
            raise item
        return item


class EngineChild:
    """A child from its start to its end.

    Args:
        name: What it carries requests with, for sentences: LiteLLM.
        log: Where what it prints is found, for hints.
        patience_s: How long it may be silent when it is spoken to, in seconds; three times as long when it is busy.
        on_end: Called when it has ended, for whatever reason.

    Attributes:
        loaded: Set when requests can be sent, or never will be: see `failure`.
        failure: Why no request can go through it any more; None as long as it may be used.
    """

    def __init__(
        self, spawned: Spawned, name: str, log: Path, patience_s: float, on_end: Callable[[EngineBroken], None]
    ) -> None:
        self.loaded = asyncio.Event()
        self.failure: EngineBroken | None = None
        self.started_at = time.monotonic()
        self._spawned = spawned
        self._name = name
        self._log = log
        self._patience_s = patience_s
        self._on_end = on_end
        self._inboxes: dict[str, Inbox] = {}
        self._heard = asyncio.Event()
        self._warmed = asyncio.Event()
        self._is_warming = False
        self._what_happened = "ended"
        self._listener = asyncio.create_task(self._listen(), name="engine process")

    @property
    def pid(self) -> int:
        return self._spawned.process.pid

    @property
    def is_ready(self) -> bool:
        """Whether requests can be sent through it at once."""
        return self.loaded.is_set() and self.failure is None

    def order(self, op: str, **fields: Any) -> None:
        """Write an order; a child that is gone is noticed by the listener."""
        self._spawned.order(wire.line({"op": op, **fields}))

    async def warm_up(self) -> None:
        """Returns when the next request would be fast, or when it died over it."""
        self._is_warming = True
        self.order("warm")
        await self._warmed.wait()

    async def answer(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """Send a request whose id no other of this child bears. Only once it is ready.

        Raises:
            EngineError: The engine's; `EngineBroken` where the process died or no longer says anything.
        """
        inbox = self._inboxes[request.id] = Inbox()
        is_over = False
        try:
            self.order("start", **wire.pack_request(request))
            if self.failure is not None:
                self._put_end(inbox)
            if not await happened(inbox.stirred, self._patience()):
                self._give_up()
            while (event := await self._next(inbox)) is not None:
                yield event
            is_over = True
        except EngineError:
            is_over = True
            raise
        finally:
            del self._inboxes[request.id]
            if not is_over:
                self.order("cancel", id=request.id)

    async def check(self) -> None:
        """End it if it does not answer a call: it is frozen, and will never say so itself."""
        self._heard.clear()
        self.order("ping")
        if not await happened(self._heard, self._patience()):
            self._give_up()

    async def close(self, *, is_asked: bool = True) -> None:
        """Have it end, and wait for that; killed at once unless `is_asked` to."""
        if is_asked and self.failure is None:
            self.order("close")
            self._spawned.end_orders()
            await asyncio.wait([self._listener], timeout=_FAREWELL_S)
        self._spawned.kill()
        # Not awaited directly: whoever is cancelled here must not cancel the listener, which sees to the end.
        await asyncio.wait([self._listener])

    async def _next(self, inbox: Inbox) -> EngineEvent | None:
        while inbox.is_empty:
            inbox.stirred.clear()
            if not await happened(inbox.stirred, self._patience_s):
                await self.check()
        return inbox.pop()

    def _patience(self) -> float:
        is_busy = self._is_warming or any(inbox.is_taken for inbox in self._inboxes.values())
        return self._patience_s * (_BUSY_FACTOR if is_busy else 1.0)

    def _give_up(self) -> None:
        self._what_happened = "stopped answering"
        self._spawned.kill()

    async def _listen(self) -> None:
        """Hand out what the child says, until it says no more; then see to its end."""
        watch = asyncio.create_task(self._spawned.ended())
        try:
            while (said := await self._spawned.said.readline()).endswith(b"\n"):
                self._hear(wire.parse(said))
        except ValueError:
            _log.exception("the engine process spoke nonsense")
        finally:
            self._bury()
            await self._spawned.end()
            await watch

    def _hear(self, message: dict[str, Any]) -> None:
        self._heard.set()
        inbox = self._inboxes.get(message.get("id", ""))
        match message["ev"]:
            case "ready":
                self.loaded.set()
            case "warmed":
                self._is_warming = False
                self._warmed.set()
            case "unusable":
                error = wire.unpack_error(message)
                self.failure = EngineBroken(error.message, hint=error.hint, may_be_billed=False)
                self.loaded.set()
                self._spawned.kill()
            case "taken" if inbox is not None:
                inbox.take()
            case "event" if inbox is not None:
                inbox.put(wire.unpack_event(message))
            case "error" if inbox is not None:
                inbox.put(wire.unpack_error(message))
            case "closed" if inbox is not None:
                inbox.put(None)

    def _bury(self) -> None:
        when = "" if self.loaded.is_set() else " before it was loaded"
        if self.failure is None:
            self.failure = self._broken(when, may_be_billed=False)
        for event in (self.loaded, self._warmed, self._heard):
            event.set()
        for inbox in self._inboxes.values():
            self._put_end(inbox)
        self._on_end(self.failure)

    def _put_end(self, inbox: Inbox) -> None:
        # What it said is read to its end by now: where it never took the request, it has not sent it.
        when = " while it answered" if inbox.is_taken else " before it had sent the request"
        inbox.put(self._broken(when, may_be_billed=inbox.is_taken))

    def _broken(self, when: str, *, may_be_billed: bool) -> EngineBroken:
        return EngineBroken(
            f"{self._name}'s process {self._what_happened}{when}",
            hint=f"the log tells why: {self._log}",
            may_be_billed=may_be_billed,
        )
