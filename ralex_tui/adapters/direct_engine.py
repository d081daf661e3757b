"""The emergency way: an OpenAI-compatible stream over httpx, for when LiteLLM can't be used.

It sends each request once, like the engine proper, and never imports LiteLLM or OpenAI's client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path

import httpx

from ralex_tui.adapters.answer_reader import events_of
from ralex_tui.adapters.direct_call import DirectCall
from ralex_tui.adapters.direct_requests import address_of, can_reach, is_sendable, order_for
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.refusals import bad_key, no_endpoint
from ralex_tui.adapters.secret import redact
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.events import EngineEvent
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest

# A proxy can't reach this computer's own loopback, where the local models are.
_UNPROXIED = ("all://127.0.0.1", "all://localhost", "all://[::1]")


class DirectEngine:
    """Answers over HTTP alone, in this process. The arguments are those of `LitellmEngine`.

    Args:
        log: Not used: there is nobody else's output to keep.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint] = (),
        *,
        log: Path | None = None,
        first_token_s: float = 60.0,
        inactivity_s: float = 60.0,
        local_first_token_s: float = 300.0,
    ) -> None:
        self._first_token_s = first_token_s
        self._inactivity_s = inactivity_s
        self._local_first_token_s = local_first_token_s
        self._endpoints = {endpoint.provider: endpoint for endpoint in endpoints}
        self._client: httpx.AsyncClient | None = None
        self._preparing = asyncio.Lock()

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached. Requests on their way go on as they are."""
        self._endpoints = {endpoint.provider: endpoint for endpoint in endpoints}

    def can_reach(self, ref: ModelRef) -> bool:
        """Whether an OpenAI-compatible address is known for the model's provider."""
        return can_reach(ref, self._endpoints.values())

    async def prepare(self) -> None:
        """Read the certificates (30 ms), in a thread.

        Raises:
            EngineUnavailable: If the proxy or the certificates that the environment names can't be used.
        """
        async with self._preparing:
            if self._client is not None:
                return
            try:
                self._client = await asyncio.to_thread(_client, self._inactivity_s)
            except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
                raise EngineUnavailable(
                    f"no connection can be prepared: {type(error).__name__}",
                    hint="check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE in the environment",
                    may_be_billed=False,
                ) from error

    async def warm_up(self) -> None:
        """The same as `prepare`: there is nothing else that is slow."""
        await self.prepare()

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`. An error after the provider began to answer is always marked as maybe billed."""
        endpoint = self._endpoints.get(request.model.provider)
        address = None if endpoint is None else address_of(endpoint)
        if endpoint is None or address is None:
            raise no_endpoint(request.model)
        if not is_sendable(endpoint.key.reveal()):
            raise bad_key(request.model)
        await self.prepare()
        assert self._client is not None
        call = DirectCall(
            self._client,
            order_for(request, endpoint, address),
            request.model,
            first_token_s=self._local_first_token_s if endpoint.is_local else self._first_token_s,
            inactivity_s=self._inactivity_s,
            redact=self._redact,
        )
        async with aclosing(events_of(call)) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        """Close all connections. Safe to call more than once; the next request opens others."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _redact(self, text: str) -> str:
        return redact(text, (endpoint.key for endpoint in self._endpoints.values()))


def _client(connect_s: float) -> httpx.AsyncClient:
    """A client that follows nobody. How long to wait for words is watched by `DirectCall`."""
    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=connect_s),
        mounts=dict.fromkeys(_UNPROXIED),
        headers={"user-agent": "ralex-tui"},
    )
