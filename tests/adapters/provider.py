"""A provider on loopback that speaks OpenAI's API as scripted: real HTTP, real server-sent events.

It keeps what it was asked and a bill of its own, notices clients that go away, and never sleeps:
a step that waits, waits for an event. Over TLS where it is given a certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

_PHRASES = {200: "OK", 429: "Too Many Requests"}
_STREAM = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
_CUT = object()
_DRIP_S = 0.02


@dataclass
class Asked:
    """One request as it arrived.

    Args:
        gone: Set when the client closed the connection before the answer was complete.
    """

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Reply:
    """How to answer one request.

    Args:
        status: Other than 200: `error`, or `wire`, is sent as the body and nothing else happens.
        chunks: The answer's text; `thinking` comes before it.
        hold_after: Chunks after which to wait for `Provider.release`; 0: after the headers.
        hold_headers: Wait before even the headers.
        drip_after: Chunks after which a comment that never ends comes, byte by byte, until the client goes.
        drop_after: Chunks after which the connection is closed; `drop_headers`: before even the headers.
        is_reset: Whether it is then reset, as by a router or a dying machine, and not ended.
        error_after: Chunks after which an error object comes in the stream.
        finish: The finish reason; None: the stream ends cleanly without one and without [DONE].
        usage: The usage object of the last chunk; None for a provider that counts nothing.
        raw: Data lines sent in place of all of these.
        wire: Pieces of the body, sent as they are in place of all of these; `hold_after`, `drop_after` and
            `drip_after` count them.
        headers: Sent along, whatever the status.
    """

    chunks: tuple[str, ...] = ("Hel", "lo")
    thinking: tuple[str, ...] = ()
    status: int = 200
    error: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hold_after: int | None = None
    hold_headers: bool = False
    drip_after: int | None = None
    drop_after: int | None = None
    drop_headers: bool = False
    is_reset: bool = False
    error_after: int | None = None
    finish: str | None = "stop"
    usage: Mapping[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 7, "completion_tokens": 3})
    raw: tuple[str, ...] | None = None
    wire: tuple[bytes, ...] | None = None


class Provider:
    """The server. Replies are used up in order; the last one stays.

    Args:
        tls: What it proves itself with; None for plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[Asked] = []
        self.billed: list[Mapping[str, Any]] = []
        self.release = asyncio.Event()
        self.arrived = asyncio.Event()
        self._replies: list[Reply] = []
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    def script(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.requests.clear()
        self.billed.clear()
        self.release.clear()
        self.arrived.clear()

    async def arrival(self, asked: asyncio.Task[Any]) -> None:
        """Wait until a request has arrived; `asked` is who sends it.

        Raises:
            Exception: What `asked` ended in before.
        """
        arriving = asyncio.create_task(self.arrived.wait())
        await asyncio.wait([arriving, asked], return_when=asyncio.FIRST_COMPLETED)
        arriving.cancel()
        if not self.arrived.is_set():
            asked.result()

    @property
    def root(self) -> str:
        assert self._server is not None
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            asked = await _read(reader)
            self.requests.append(asked)
            self.arrived.set()
            await self._answer(asked, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, a script dropped it, or the test is over
        finally:
            self._serving.discard(task)
            writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        watch = asyncio.create_task(_watch(reader, asked))
        try:
            await self._reply(reply, asked, writer)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _reply(self, reply: Reply, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if reply.hold_headers:
            await self._hold(asked)
        if reply.drop_headers:
            _drop(writer, reply)
        if reply.status != 200:
            _send_whole(writer, reply)
            await writer.drain()
            return
        _send_head(writer, 200, {**_STREAM, **reply.headers})
        async for piece in self._pieces(reply, asked):
            if piece is None:
                _drop(writer, reply)
            _send_piece(writer, piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _pieces(self, reply: Reply, asked: Asked) -> AsyncIterator[bytes | None]:
        """What goes over the wire; None where the connection is to be cut."""
        if reply.wire is not None:
            for at, piece in enumerate((*reply.wire, b"")):
                if reply.hold_after == at:
                    await self._hold(asked)
                if reply.drop_after == at:
                    yield None
                if reply.drip_after == at:
                    async for byte in _drip(asked):
                        yield byte
                if piece:
                    yield piece
            return
        async for line in self._lines(reply, asked):
            yield None if line is _CUT else line if isinstance(line, bytes) else f"data: {line}\n\n".encode()

    async def _lines(self, reply: Reply, asked: Asked) -> AsyncIterator[object]:
        if reply.raw is not None:
            for line in reply.raw:
                yield line
            return
        model = asked.body.get("model", "?")
        yield _chunk(model, {"role": "assistant", "content": ""})
        for text in reply.thinking:
            yield _chunk(model, {"reasoning_content": text, "reasoning": text})  # DeepSeek's name and OpenRouter's
        for at in range(len(reply.chunks) + 1):
            if reply.hold_after == at:
                await self._hold(asked)
            if reply.drop_after == at:
                yield _CUT
            if reply.drip_after == at:
                async for byte in _drip(asked):
                    yield byte
            if reply.error_after == at:
                yield json.dumps({"error": reply.error})
                return
            if at < len(reply.chunks):
                yield _chunk(model, {"content": reply.chunks[at]})
        if reply.finish is None:
            return
        yield _chunk(model, {}, finish=reply.finish)
        if reply.usage is not None:
            self.billed.append(reply.usage)
            yield _chunk(model, None, usage=reply.usage)
        yield "[DONE]"

    async def _hold(self, asked: Asked) -> None:
        """Wait for the test or for the client to go."""
        waits = [asyncio.create_task(self.release.wait()), asyncio.create_task(asked.gone.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        if asked.gone.is_set():
            raise ConnectionResetError


@contextlib.asynccontextmanager
async def running_provider(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    provider = Provider(tls)
    provider.script(*(replies or (Reply(),)))
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()


def event(content: str, finish: str | None = None) -> bytes:
    """One event of an answer, for `Reply.wire`."""
    return f"data: {_chunk('m', {'content': content}, finish)}\n\n".encode()


def usage_event(**usage: Any) -> bytes:
    """The event that counts, for `Reply.wire`."""
    return f"data: {_chunk('m', None, usage=usage)}\n\n".encode()


async def _drip(asked: Asked) -> AsyncIterator[bytes]:
    """A byte each time that the client has not gone yet."""
    yield b":"
    while not asked.gone.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked.gone.wait(), _DRIP_S)
        yield b"."
    raise ConnectionResetError


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(first.split()[1], headers, json.loads(body) if body else {})


async def _watch(reader: asyncio.StreamReader, asked: Asked) -> None:
    """Set `gone` once the connection ends; nothing else comes, each connection is for one request."""
    with contextlib.suppress(ConnectionError):
        await reader.read(1)
    asked.gone.set()


def _chunk(
    model: str, delta: Mapping[str, Any] | None, finish: str | None = None, usage: Mapping[str, Any] | None = None
) -> str:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk: dict[str, Any] = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model}
    chunk["choices"] = choices
    if usage is not None:
        chunk["usage"] = {"total_tokens": usage.get("prompt_tokens", 0) + usage.get("completion_tokens", 0), **usage}
    return json.dumps(chunk)


def _drop(writer: asyncio.StreamWriter, reply: Reply) -> NoReturn:
    """Leave the client without the rest.

    Raises:
        ConnectionResetError: Always.
    """
    if reply.is_reset:
        # Closed with nothing to linger for, TCP sends a reset.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise ConnectionResetError


def _send_piece(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """A chunk of HTTP's own framing, whatever it holds."""
    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def _send_whole(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = json.dumps({"error": reply.error}).encode() if reply.wire is None else b"".join(reply.wire)
    extra = {"content-type": "application/json", "content-length": str(len(body)), **reply.headers}
    _send_head(writer, reply.status, extra)
    writer.write(body)


def _send_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str]) -> None:
    named = [f"{name}: {value}" for name, value in headers.items()]
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, 'Status')}", "connection: close", *named]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
