"""One answer of LiteLLM's: watched by the clock, and read into our events.

LiteLLM adds to a stream what the provider never said: a finish reason of "stop" to one that was
cut off, and a usage counted by itself to one whose provider counts nothing. What the provider did
say is in the wrapper's own list of chunks, which holds neither; that list is the evidence here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from ralex_tui.adapters.litellm_errors import is_refusal, timeout, translate
from ralex_tui.adapters.litellm_usage import cost_in_headers, cost_of, counts_of, tokens_of, tokens_so_far
from ralex_tui.adapters.wire import sendable
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd


class LitellmCall:
    """A request on its way: its chunks one by one, errors translated, closed for certain.

    Args:
        send: Sends the request; returns LiteLLM's stream once the provider begins to answer.
        failures: The exceptions that are LiteLLM's or the network's, and not a bug of ours.
        first_token_s: From sending to the first token; `inactivity_s`: between two chunks.
        redact: Takes keys out of the server's words.
    """

    def __init__(
        self,
        send: Callable[[], Awaitable[Any]],
        ref: ModelRef,
        *,
        failures: tuple[type[Exception], ...],
        first_token_s: float,
        inactivity_s: float,
        redact: Callable[[str], str],
    ) -> None:
        self._send = send
        self._ref = ref
        self._failures = failures
        self._first_token_s = first_token_s
        self._inactivity_s = inactivity_s
        self._redact = redact
        self._response: Any = None
        self._first_token_by = asyncio.get_running_loop().time() + first_token_s
        self._has_chunk = False
        self.has_token = False

    async def next(self) -> Any:
        """The next chunk, or None at the end of the stream.

        Raises:
            EngineError: In our own words, whatever it was.
        """
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
            raise timeout(self._ref, waited_s) from error
        except self._failures as error:
            # LiteLLM's stream may be there before anything was sent: Gemini's request leaves with `anext`.
            has_started = self._has_chunk or (self._response is not None and not is_refusal(error))
            raise translate(error, self._ref, has_started=has_started, redact=self._redact) from error

    @property
    def evidence(self) -> Sequence[Any] | None:
        """The chunks that came from the provider; None where LiteLLM does not tell."""
        chunks = getattr(self._response, "chunks", None)
        return chunks if isinstance(chunks, list) else None

    @property
    def header_cost(self) -> Usd | None:
        """The cost that came ahead of the answer; None where there is none."""
        return cost_in_headers(self._response)

    async def close(self) -> None:
        """Close the connection, so that the provider stops writing."""
        if self._response is not None:
            await self._response.aclose()


class AnswerReader:
    """Makes our events of LiteLLM's chunks."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._usage: Any = None
        self._has_text = False

    def read(self, chunk: Any) -> Iterator[EngineEvent]:
        """The deltas of a chunk."""
        self._usage = getattr(chunk, "usage", None) or self._usage
        for choice in chunk.choices[:1]:
            thinking = getattr(choice.delta, "reasoning_content", None)
            if thinking:
                yield ThinkingDelta(sendable(thinking))
            if choice.delta.content:
                self._has_text = True
                yield TextDelta(sendable(choice.delta.content))
            self._reason = choice.finish_reason or self._reason

    def finish(self, evidence: Sequence[Any] | None, header_cost: Usd | None = None) -> Iterator[EngineEvent]:
        """What is known at the end: the usage, if any, and how it ended.

        Args:
            evidence: See `LitellmCall.evidence`. Without any, no usage passes as counted.
            header_cost: Counts where the answer itself names no cost.
        """
        said = evidence or ()
        is_whole = evidence is None or any(choice.finish_reason for chunk in said for choice in chunk.choices)
        counts = counts_of(said)
        if counts and not is_whole:
            yield from self.break_off(evidence)
        elif counts or self._usage is not None:
            usage, cost = tokens_of(counts or [self._usage]), cost_of(counts)
            # A provider that "counts" nothing for an answer that has come does not count.
            is_plausible = usage.input > 0 and (usage.output > 0 or not self._has_text)
            is_counted = bool(counts) and is_plausible
            yield UsageReported(usage, header_cost if cost is None and is_whole else cost, is_counted)
        yield Finished(self._reason if is_whole else None)

    def break_off(self, evidence: Sequence[Any] | None) -> Iterator[EngineEvent]:
        """The usage of an answer that broke off, where its provider counts along: at least this was made.

        A cost named before the end is left out: it is one of what had been made by then.
        """
        if counts := counts_of(evidence or ()):
            yield UsageReported(tokens_so_far(counts), is_counted=False)
