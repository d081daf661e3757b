"""One answer of LiteLLM's: watched by the clock, and read into our events.

LiteLLM adds to a stream what the provider never said: a finish reason of "stop" to one that was
cut off, and a usage counted by itself to one whose provider counts nothing. What the provider did
say is in the wrapper's own list of chunks, which holds neither; that list is the evidence here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ralex_tui.adapters.litellm_errors import timeout, translate
from ralex_tui.adapters.wire import sendable
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage


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
                return await anext(self._response, None)
        except TimeoutError as error:
            waited_s = self._inactivity_s if self.has_token else self._first_token_s
            raise timeout(self._ref, waited_s) from error
        except self._failures as error:
            has_started = self._response is not None
            raise translate(error, self._ref, has_started=has_started, redact=self._redact) from error

    @property
    def evidence(self) -> Sequence[Any] | None:
        """The chunks that came from the provider; None where LiteLLM does not tell."""
        chunks = getattr(self._response, "chunks", None)
        return chunks if isinstance(chunks, list) else None

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

    def finish(self, evidence: Sequence[Any] | None) -> Iterator[EngineEvent]:
        """What is known at the end: the usage, if any, and how it ended.

        Args:
            evidence: See `LitellmCall.evidence`. Without any, no usage passes as counted.
        """
        said = evidence or ()
        is_whole = evidence is None or any(choice.finish_reason for chunk in said for choice in chunk.choices)
        counts = [chunk.usage for chunk in said if getattr(chunk, "usage", None) is not None]
        if self._usage is not None:
            usage = _tokens(counts or [self._usage])
            # A provider that "counts" nothing for an answer that has come does not count.
            is_plausible = usage.input > 0 and (usage.output > 0 or not self._has_text)
            is_counted = bool(counts) and is_whole and is_plausible
            yield UsageReported(usage, _cost(counts), is_counted)
        yield Finished(self._reason if is_whole else None)


def _tokens(usages: Sequence[Any]) -> TokenUsage:
    """The counts of one stream, each the highest that was named: providers that report more than once add up.

    Not LiteLLM's own sum: it fills in what a provider leaves out, the tokens of thinking for one.
    """
    before = [getattr(usage, "prompt_tokens_details", None) for usage in usages]
    after = [getattr(usage, "completion_tokens_details", None) for usage in usages]
    return TokenUsage(
        input=_highest(usages, "prompt_tokens"),
        output=_highest(usages, "completion_tokens"),
        cache_read=_highest(before, "cached_tokens"),
        cache_write=_highest(before, "cache_write_tokens") or _highest(before, "cache_creation_tokens"),
        reasoning=_highest(after, "reasoning_tokens"),
    )


def _highest(holders: Sequence[Any], name: str) -> int:
    values = (getattr(holder, name, None) for holder in holders)
    return max((value for value in values if isinstance(value, int) and value > 0), default=0)


def _cost(counts: Sequence[Any]) -> Usd | None:
    """The provider's own figure; None where there is none that can be believed."""
    for usage in reversed(counts):
        cost = _decimal(getattr(usage, "cost", None))
        if cost is None:
            continue
        if getattr(usage, "is_byok", None) is True:
            # OpenRouter's cost is its fee alone where the user's own key paid the provider behind it.
            details = getattr(usage, "cost_details", None) or {}
            cost += (_decimal(details.get("upstream_inference_cost")) if isinstance(details, dict) else None) or 0
        try:
            return Usd.parse(cost)
        except ValueError:
            continue
    return None


def _decimal(value: object) -> Decimal | None:
    """A finite amount of zero or more; a refund or a NaN is nobody's price."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
