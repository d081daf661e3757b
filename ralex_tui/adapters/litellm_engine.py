"""The engine proper: LiteLLM's Router, a group of deployments for each tier, streaming.

It sends each request once: retries, fallbacks and their money are the turn service's. It does not
know who listens: it runs in a child process, see `engine_host`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx

from ralex_tui.adapters.answer_reader import events_of
from ralex_tui.adapters.direct_requests import SIGNATURE, base_of, is_sendable, max_price_of, messages_of
from ralex_tui.adapters.endpoints import Endpoint
from ralex_tui.adapters.litellm_setup import load_litellm
from ralex_tui.adapters.litellm_stream import LitellmCall
from ralex_tui.adapters.refusals import bad_key, no_endpoint
from ralex_tui.adapters.secret import redact
from ralex_tui.domain.errors import EngineBroken
from ralex_tui.domain.events import EngineEvent
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.ports.engine import EngineRequest

_log = logging.getLogger(__name__)

# How much later than ours LiteLLM's own limits come, in seconds.
_GRACE_S = 5.0
_REHEARSAL = "ralex-rehearsal"
_REHEARSED = (
    'data: {"id":"r","object":"chat.completion.chunk","created":1,"model":"r","choices":'
    '[{"index":0,"delta":{"role":"assistant","content":"r"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
_SSE = {"content-type": "text/event-stream"}


class LitellmEngine:
    """Answers through LiteLLM, in this process.

    Args:
        endpoints: What can be reached at first; see `set_endpoints`.
        log: Where LiteLLM's own warnings go; None for nowhere.
        first_token_s: How long to wait for the first token, in seconds.
        inactivity_s: How long to connect, and to wait between two tokens.
        local_first_token_s: As `first_token_s`, for models on this computer: loading one and
            reading a long conversation takes a slow CPU minutes.
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
        self._log = log
        self._first_token_s = first_token_s
        self._inactivity_s = inactivity_s
        self._local_first_token_s = local_first_token_s
        self._endpoints = {endpoint.provider: endpoint for endpoint in endpoints}
        self._asked: set[tuple[str, ModelRef]] = set()  # tiers and models that requests have named
        self._litellm: Any = None
        self._router: Any = None
        self._loading = asyncio.Lock()
        self._rehearsed: set[str] = set()

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Replace what can be reached. Requests on their way go on as they are."""
        self._endpoints = {endpoint.provider: endpoint for endpoint in endpoints}
        self._asked = {(tier, ref) for tier, ref in self._asked if ref.provider in self._endpoints}
        if self._router is not None:
            self._router.set_model_list(self._deployments())

    async def prepare(self) -> None:
        """Import LiteLLM, in a thread, so that messages are still read meanwhile.

        Raises:
            EngineBroken: If it can't be imported.
        """
        async with self._loading:
            if self._litellm is not None:
                return
            try:
                self._litellm = await asyncio.to_thread(load_litellm, self._log, self._redact)
            except Exception as error:  # an import runs other people's code, which may raise anything
                _log.exception("litellm can't be imported")
                raise EngineBroken(
                    f"LiteLLM can't be imported ({type(error).__name__})",
                    hint="reinstall ralex-tui; `ralex doctor` tells more",
                    may_be_billed=False,
                ) from error

    async def warm_up(self) -> None:
        """Import LiteLLM and answer a made-up request of each kind in use, from memory.

        The first real one would else spend 0.4 to 0.7 s on imports alone.

        Raises:
            EngineBroken: If LiteLLM can't be imported.
        """
        await self.prepare()
        for endpoint in list(self._endpoints.values()):
            if endpoint.kind not in self._rehearsed:
                self._rehearsed.add(endpoint.kind)
                await self._rehearse(endpoint)

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        """See `Engine.stream`. An error after the provider began to answer is always marked as maybe billed."""
        endpoint = self._endpoints.get(request.model.provider)
        if endpoint is None:
            raise no_endpoint(request.model)
        if not is_sendable(endpoint.key.reveal()):
            raise bad_key(request.model)
        await self.prepare()
        first_token_s = self._local_first_token_s if endpoint.is_local else self._first_token_s
        call = LitellmCall(
            lambda: self._send(request, endpoint, first_token_s),
            request.model,
            address=base_of(endpoint),
            failures=self._failures(),
            first_token_s=first_token_s,
            inactivity_s=self._inactivity_s,
            redact=self._redact,
        )
        async with aclosing(events_of(call)) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        if self._litellm is not None:
            await self._litellm.close_litellm_async_clients()

    async def _send(self, request: EngineRequest, endpoint: Endpoint, first_token_s: float) -> Any:
        extra: dict[str, Any] = {} if request.temperature is None else {"temperature": request.temperature}
        if bound := max_price_of(request, endpoint):
            extra["extra_body"] = bound
        # Ours are the limits that count; LiteLLM's come later, except for the connection. Only OpenAI's
        # client takes them one by one.
        longest_s = max(first_token_s, self._inactivity_s) + _GRACE_S
        return await self._router_for(request.tier, request.model).acompletion(
            model=_deployment_id(_group_name(request.tier), request.model),
            messages=messages_of(request, is_marked=request.is_cached),
            max_tokens=request.max_tokens,
            stream=True,
            stream_options={"include_usage": True},
            timeout=httpx.Timeout(longest_s, connect=self._inactivity_s),
            num_retries=0,
            **extra,
        )

    def _router_for(self, tier: Tier | None, ref: ModelRef) -> Any:
        """The router, with the model among its tier's group. There is one only: LiteLLM keeps state in globals."""
        pair = (_group_name(tier), ref)
        is_new = pair not in self._asked
        self._asked.add(pair)
        if self._router is None:
            self._router = self._litellm.Router(model_list=self._deployments(), num_retries=0, disable_cooldowns=True)
        elif is_new:
            self._router.set_model_list(self._deployments())
        return self._router

    def _deployments(self) -> list[dict[str, Any]]:
        return [self._deployment(group, ref, self._endpoints[ref.provider]) for group, ref in sorted(self._asked)]

    def _deployment(self, group: str, ref: ModelRef, endpoint: Endpoint) -> dict[str, Any]:
        """One model of a tier. Requests name it by its id: which one it is decides the hold, so it is chosen before."""
        params: dict[str, Any] = {
            "model": endpoint.litellm_model(ref),
            "api_key": endpoint.key.reveal(),
            "max_retries": 0,
            # Some models take no temperature; without this LiteLLM refuses the request for it.
            "drop_params": True,
        }
        if endpoint.api_base is not None:
            params["api_base"] = endpoint.api_base
        if endpoint.kind == "openrouter":
            params["extra_headers"] = SIGNATURE  # LiteLLM else signs with its own name
        return {"model_name": group, "litellm_params": params, "model_info": {"id": _deployment_id(group, ref)}}

    async def _rehearse(self, endpoint: Endpoint) -> None:
        """Go once through all that a request of this kind goes through, except the network."""
        ref = ModelRef(f"{endpoint.provider}/{_REHEARSAL}")
        message = {"role": "user", "content": "r"}
        known: dict[str, Any] = {"model": endpoint.litellm_model(ref), "messages": [message], "stream": True}
        self._router_for(None, ref)
        if endpoint.kind == "openai":
            # A mock answer does not reach OpenAI's own client, whose imports are most of the wait.
            transport = httpx.MockTransport(lambda _: httpx.Response(200, text=_REHEARSED, headers=_SSE))
            client = self._litellm.openai.AsyncOpenAI(
                api_key="none", base_url="http://127.0.0.1", http_client=httpx.AsyncClient(transport=transport)
            )
            known["client"] = client
        else:
            known["mock_response"] = "r"
        async for _ in await self._litellm.acompletion(api_key="none", **known):
            pass

    def _failures(self) -> tuple[type[Exception], ...]:
        # All of LiteLLM's own derive from OpenAI's, except those of providers that it asks only when the
        # first chunk is wanted, such as Gemini; its Router also raises bare ValueErrors.
        unmapped = self._litellm.llms.base_llm.chat.transformation.BaseLLMException
        return (self._litellm.openai.OpenAIError, unmapped, httpx.HTTPError, OSError, ValueError)

    def _redact(self, text: str) -> str:
        return redact(text, (endpoint.key for endpoint in self._endpoints.values()))


def _group_name(tier: Tier | None) -> str:
    return "none" if tier is None else tier.value


def _deployment_id(group: str, ref: ModelRef) -> str:
    return f"{group}:{ref.id}"
