"""One request through LiteLLM: watched by the clock, errors translated, closed for certain.

LiteLLM adds to a stream what the provider never said: a finish reason of "stop" to one that was
cut off, and a usage counted by itself to one whose provider counts nothing. What the provider did
say is in the wrapper's own list of chunks, which holds neither; that list is the evidence here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ralex_tui.adapters.litellm_errors import is_refusal, translate
from ralex_tui.adapters.refusals import timeout
from ralex_tui.adapters.usage_counts import COST_HEADER, cost_in_header, part
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd


class LitellmCall:
    """A request on its way: its chunks one by one, errors translated, closed for certain.

    Args:
        send: Sends the request; returns LiteLLM's stream once the provider begins to answer.
        address: Where it goes, for error messages.
        failures: The exceptions that are LiteLLM's or the network's, and not a bug of ours.
        first_token_s: From sending to the first token; `inactivity_s`: between two chunks.
        redact: Takes keys out of the server's words.
    """

    def __init__(
        self,
        send: Callable[[], Awaitable[Any]],
        ref: ModelRef,
        *,
        address: str,
        failures: tuple[type[Exception], ...],
        first_token_s: float,
        inactivity_s: float,
        redact: Callable[[str], str],
    ) -> None:
        self.ref = ref
        self.has_token = False
        self._send = send
        self._address = address
        self._failures = failures
        self._first_token_s = first_token_s
        self._inactivity_s = inactivity_s
        self._redact = redact
        self._response: Any = None
        self._first_token_by = asyncio.get_running_loop().time() + first_token_s
        self._has_chunk = False

    async def next(self) -> Any:
        """See `Call.next`."""
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(now + self._inactivity_s if self.has_token else self._first_token_by):
                if self._response is None:
                    self._response = await self._send()
                chunk = await anext(self._response, None)
                self._has_chunk = True
                return chunk
        except TimeoutError as error:
            waited_s = self._inactivity_s if self.has_token else self._first_token_s
            raise timeout(self.ref, waited_s) from error
        except self._failures as error:
            # LiteLLM's stream may be there before anything was sent: Gemini's request leaves with `anext`.
            has_started = self._has_chunk or (self._response is not None and not is_refusal(error))
            raise translate(
                error, self.ref, has_started=has_started, address=self._address, redact=self._redact
            ) from error

    @property
    def evidence(self) -> Sequence[Any] | None:
        """The chunks that came from the provider; None where LiteLLM does not tell."""
        chunks = getattr(self._response, "chunks", None)
        return chunks if isinstance(chunks, list) else None

    @property
    def header_cost(self) -> Usd | None:
        """See `Call.header_cost`."""
        hidden = getattr(self._response, "_hidden_params", None)
        return cost_in_header(part(part(hidden, "additional_headers"), f"llm_provider-{COST_HEADER}"))

    async def close(self) -> None:
        """Close the connection, so that the provider stops writing."""
        if self._response is not None:
            await self._response.aclose()
