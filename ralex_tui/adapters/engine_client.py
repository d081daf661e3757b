"""The app's side of the engine process: starts it, speaks with it, starts it again when it died.

Imports neither LiteLLM nor httpx: they live in the child, see `engine_host`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ralex_tui.adapters import wire
from ralex_tui.adapters.child import child_command, child_env
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.domain.errors import EngineError, EngineUnavailable
from ralex_tui.domain.events import EngineEvent, TextDelta, ThinkingDelta
from ralex_tui.ports.engine import EngineRequest

_log = logging.getLogger(__name__)

_HOST = "ralex_tui.adapters.engine_host"
_STARTS_ALLOWED = 4
_STARTS_WITHIN_S = 60.0
_FAREWELL_S = 3.0


class Inbox:
    """What came for one request. A reader that falls behind finds the deltas joined."""

    def __init__(self) -> None:
        self._waiting: deque[EngineEvent | EngineError | None] = deque()
        self._arrived = asyncio.Event()

    def put(self, item: EngineEvent | EngineError | None) -> None:
        """Add an event, an error, or None for the end."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(item, TextDelta | ThinkingDelta) and type(last) is type(item):
            assert isinstance(last, TextDelta | ThinkingDelta)
            self._waiting[-1] = type(item)(last.text + item.text)
        else:
            self._waiting.append(item)
        self._arrived.set()

    async def get(self) -> EngineEvent | None:
        """The next event; None at the end.

        Raises:
            EngineError: The one that ended the request.
        """
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        item = self._waiting.popleft()
        if isinstance(item, EngineError):
            raise item
        return item


class HostedEngine:
    """An Engine whose work is done by a child process.

    Args:
        log: Where the child's log goes; its folder must be there.
        environ: The environment of which the child gets the harmless part.
        limits: Time limits in seconds for `LitellmEngine`: first_token_s, inactivity_s, local_first_token_s.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint] = (),
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        limits: Mapping[str, float] | None = None,
    ) -> None:
        self._endpoints = tuple(endpoints)
        self._log = log
        self._environ = os.environ if environ is None else environ
        self._limits = dict(limits or {})
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._inboxes: dict[str, Inbox] = {}
        self._starts: deque[float] = deque(maxlen=_STARTS_ALLOWED)
        self._serial = itertools.count(1)
        self._starting = asyncio.Lock()
        self._warmed = asyncio.Event()
        self._unusable: EngineError | None = None
        self._state = "starting"
        self._is_closed = False

    @property
    def state(self) -> str:
        """ "starting", "ready" (LiteLLM is there), "dead" (the next request starts it anew) or "closed"."""
        return "closed" if self._is_closed else self._state

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process else None

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached, for requests to come."""
        self._endpoints = tuple(endpoints)
        if self._process is not None:
            self._order({"op": "configure", **self._configuration()})

    async def start(self) -> None:
        """Have a child; returns as soon as it is spawned. Safe to call more than once.

        Raises:
            EngineUnavailable: If it can't be started, or ended too often.
        """
        async with self._starting:
            if self._is_closed:
                raise EngineUnavailable("the engine is closed", may_be_billed=False)
            if self._process is not None:
                return
            self._check_storm()
            await self._reap()
            self._unusable = None
            self._warmed = asyncio.Event()
            self._state = "starting"
            self._process = await self._spawn()
            self._listener = asyncio.create_task(self._listen(self._process))
            self._order({"op": "configure", **self._configuration()})

    async def warm_up(self) -> None:
        """Returns when the first request would be fast, or when the child died over it."""
        await self.start()
        warmed = self._warmed
        self._order({"op": "warm"})
        await warmed.wait()

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`."""
        await self.start()
        if self._unusable is not None:
            raise self._unusable
        # A name of its own for each attempt: what is left of one must not reach the next with the same id.
        name = f"{request.id}#{next(self._serial)}"
        inbox = self._inboxes[name] = Inbox()
        is_over = False
        try:
            self._order({"op": "start", **wire.pack_request(replace(request, id=name))})
            await self._drain()
            while (event := await inbox.get()) is not None:
                yield event
            is_over = True
        except EngineError:
            is_over = True
            raise
        finally:
            del self._inboxes[name]
            if not is_over:
                self._order({"op": "cancel", "id": name})

    async def close(self) -> None:
        self._is_closed = True
        async with self._starting:
            process = self._process
            if process is not None:
                self._order({"op": "close"})
                assert process.stdin is not None
                process.stdin.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_FAREWELL_S):
                        await process.wait()
            await self._reap()

    def _configuration(self) -> dict[str, Any]:
        return {"endpoints": [wire.pack_endpoint(each) for each in self._endpoints], "limits": self._limits}

    def _check_storm(self) -> None:
        now = time.monotonic()
        if len(self._starts) == _STARTS_ALLOWED and now - self._starts[0] < _STARTS_WITHIN_S:
            raise EngineUnavailable(
                "the engine process keeps ending", hint=f"the log tells why: {self._log}", may_be_billed=False
            )
        self._starts.append(now)

    async def _spawn(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *child_command(_HOST, str(self._log)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=child_env(self._environ),
                # Not the user's folder, where a LiteLLM of any version may look for files.
                cwd=self._log.parent,
                limit=wire.MAX_LINE,
                # Or ctrl+c in a terminal would end it with the answer half written.
                start_new_session=True,
            )
        except OSError as error:
            self._state = "dead"
            raise EngineUnavailable(
                f"the engine process can't be started: {error.strerror or error}", may_be_billed=False
            ) from error

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Hand out what the child says, until it says no more."""
        assert process.stdout is not None
        try:
            while said := await process.stdout.readline():
                self._hear(wire.parse(said))
        except ValueError:
            _log.exception("the engine process spoke nonsense")
        finally:
            self._bury(process)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _hear(self, message: dict[str, Any]) -> None:
        inbox = self._inboxes.get(message.get("id", ""))
        match message["ev"]:
            case "ready":
                self._state = "ready"
            case "warmed":
                self._warmed.set()
            case "unusable":
                self._unusable = wire.unpack_error(message)
            case "event" if inbox is not None:
                inbox.put(wire.unpack_event(message))
            case "error" if inbox is not None:
                inbox.put(wire.unpack_error(message))
            case "closed" if inbox is not None:
                inbox.put(None)

    def _bury(self, process: asyncio.subprocess.Process) -> None:
        if self._process is process:
            self._process = None
        self._state = "dead"
        self._warmed.set()
        for inbox in self._inboxes.values():
            inbox.put(
                EngineUnavailable(
                    "the engine process ended while it answered",
                    hint=f"try again, it starts anew; the log tells why: {self._log}",
                )
            )

    async def _reap(self) -> None:
        """Wait for the child's end, so that no zombie and no open pipe stays behind."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._listener is not None:
            await self._listener
            self._listener = None

    def _order(self, order: dict[str, Any]) -> None:
        """Write an order; a child that is gone is noticed by the listener."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(wire.line(order))

    async def _drain(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.drain()
