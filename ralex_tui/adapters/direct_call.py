"""One request over httpx: sent once, watched by the clock, its server-sent events as JSON, errors in our words."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import orjson

from ralex_tui.adapters.direct_requests import Order
from ralex_tui.adapters.obstacles import certificate_words, host_in, obstacle_of, other_place
from ralex_tui.adapters.provider_words import code_in, wait_asked, words_of
from ralex_tui.adapters.refusals import Fault, refusal, timeout, unreadable
from ralex_tui.adapters.sse import MAX_EVENT, EventTooLong, SseReader
from ralex_tui.adapters.usage_counts import COST_HEADER, cost_in_header, part
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd

# Of a refusal's body, and how long to wait for it: the status has said what matters.
_MOST_OF_A_REFUSAL = 64 * 1024
_REFUSAL_S = 5.0
_END = "[DONE]"


class DirectCall:
    """A request on its way: its chunks one by one, errors translated, closed for certain.

    Args:
        first_token_s: From sending to the first token; `inactivity_s`: between two chunks.
        redact: Takes keys out of the server's words.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        order: Order,
        ref: ModelRef,
        *,
        first_token_s: float,
        inactivity_s: float,
        redact: Callable[[str], str],
    ) -> None:
        self.ref = ref
        self.has_token = False
        self._client = client
        self._order = order
        self._host = host_in(order.url)
        self._first_token_s = first_token_s
        self._inactivity_s = inactivity_s
        self._redact = redact
        self._first_token_by = asyncio.get_running_loop().time() + first_token_s
        self._response: httpx.Response | None = None
        self._chunks: AsyncGenerator[dict[str, Any]] | None = None
        self._has_chunk = False
        self._evidence: list[dict[str, Any]] = []

    async def next(self) -> dict[str, Any] | None:
        """See `Call.next`."""
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(now + self._inactivity_s if self.has_token else self._first_token_by):
                if self._chunks is None:
                    self._chunks = self._read(await self._send())
                chunk = await anext(self._chunks, None)
        except TimeoutError as error:
            raise timeout(self.ref, self._inactivity_s if self.has_token else self._first_token_s) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            raise self._translated(error) from error
        if chunk is not None:
            self._has_chunk = True
        return chunk

    @property
    def evidence(self) -> Sequence[dict[str, Any]]:
        """Those chunks that say how it ended or what was counted: all of them are the provider's own."""
        return self._evidence

    @property
    def header_cost(self) -> Usd | None:
        """See `Call.header_cost`."""
        return None if self._response is None else cost_in_header(self._response.headers.get(COST_HEADER))

    async def close(self) -> None:
        """Close the connection, so that the provider stops writing."""
        if self._chunks is not None:
            await self._chunks.aclose()
        if self._response is not None:
            await self._response.aclose()

    async def _send(self) -> httpx.Response:
        """The answer's head, where it is one.

        Raises:
            EngineError: If it is a refusal.
        """
        order = self._order
        request = self._client.build_request("POST", order.url, headers=order.headers, content=orjson.dumps(order.body))
        self._response = response = await self._client.send(request, stream=True)
        if response.is_success:
            return response
        body = await self._refusal_of(response)
        fault = self._fault(body, status=response.status_code, retry_after_s=wait_asked(response.headers, body))
        if 300 <= response.status_code < 400:
            fault = replace(fault, moved_to=other_place(order.url, response.headers.get("location", "")))
        raise refusal(fault)

    async def _refusal_of(self, response: httpx.Response) -> str:
        """The first part of a refusal's body, as far as it comes in time."""
        body = bytearray()
        with contextlib.suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(_REFUSAL_S):
                async for data in response.aiter_bytes():
                    body += data
                    if len(body) >= _MOST_OF_A_REFUSAL:
                        break
        return bytes(body[:_MOST_OF_A_REFUSAL]).decode("utf-8", "replace")

    async def _read(self, response: httpx.Response) -> AsyncGenerator[dict[str, Any]]:
        """The chunks of an answer, up to its end.

        Raises:
            EngineError: If the provider reports one, or sends what can't be read.
        """
        if "json" in response.headers.get("content-type", ""):
            # Some servers do not stream, and brokers put errors into an answer of HTTP 200.
            yield self._chunk(await self._whole(response))
            return
        reader = SseReader()
        try:
            async for data in response.aiter_bytes():
                for event in reader.feed(data):
                    if event.strip() == _END:
                        return
                    if event.strip():
                        yield self._chunk(event)
        except EventTooLong as error:
            raise unreadable(self.ref, "a line without an end") from error
        for event in reader.close():
            # Some end without the blank line that ends an event; what was cut off within one is no JSON.
            if event.strip() not in ("", _END):
                yield self._chunk(event)

    async def _whole(self, response: httpx.Response) -> str:
        body = bytearray()
        async for data in response.aiter_bytes():
            body += data
            if len(body) > MAX_EVENT:
                raise unreadable(self.ref, "more than can be read")
        return body.decode("utf-8", "replace")

    def _chunk(self, text: str) -> dict[str, Any]:
        """An event as JSON.

        Raises:
            EngineError: If it is none, or an error.
        """
        try:
            # Not orjson, which refuses the half of a character that some servers escape on its own.
            chunk = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise unreadable(self.ref) from error
        if not isinstance(chunk, dict):
            raise unreadable(self.ref)
        if chunk.get("error"):
            raise refusal(self._reported(chunk["error"], text))
        if chunk.get("usage") or chunk.get("x_groq") or _ends(chunk):
            self._evidence.append(chunk)
        return chunk

    def _reported(self, error: Any, raw: str) -> Fault:
        """An error within an answer."""
        return self._fault(raw, status=code_in(error), has_started=True)

    def _fault(
        self, raw: str, *, status: int | None, has_started: bool = False, retry_after_s: float | None = None
    ) -> Fault:
        raw = self._redact(raw)
        return Fault(
            self.ref,
            status=status,
            # Once more: within JSON a key may be spelled with escapes, and be itself only when it is read.
            words=self._redact(words_of(raw)),
            raw=raw,
            has_started=has_started,
            host=self._host,
            retry_after_s=retry_after_s,
        )

    def _translated(self, error: Exception) -> EngineError:
        """The network's own failure."""
        obstacle = None
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.InvalidURL):
            obstacle = obstacle_of(error)
        return refusal(
            Fault(
                self.ref,
                words=self._redact(certificate_words(error)),
                has_started=self._has_chunk,
                host=self._host,
                obstacle=obstacle,
                is_timeout=isinstance(error, httpx.TimeoutException),
            )
        )


def _ends(chunk: dict[str, Any]) -> bool:
    choices = chunk.get("choices")
    return isinstance(choices, list) and any(part(choice, "finish_reason") for choice in choices)
