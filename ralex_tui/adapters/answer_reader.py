"""One answer, read chunk by chunk into our events. The same for LiteLLM's chunks and for a provider's own JSON.

A chunk is of the form of OpenAI's chat completions. What a provider itself said is its evidence; LiteLLM
adds to a stream what nobody said, so only the evidence passes as counted, and as whole.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, Protocol

from ralex_tui.adapters.refusals import gave_up, nothing_came
from ralex_tui.adapters.usage_counts import cost_of, counts_of, part, tokens_of, tokens_so_far
from ralex_tui.adapters.wire import sendable
from ralex_tui.domain.errors import EngineError
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd

# OpenRouter's reason for an answer that its provider gave up; LiteLLM would make "stop" of it.
_ERROR = "error"


class Call(Protocol):
    """A request on its way: LitellmCall, DirectCall.

    Attributes:
        has_token: Told by whoever reads, once the first word or thought has come: other limits hold then.
    """

    has_token: bool

    @property
    def ref(self) -> ModelRef:
        """The model that is asked."""
        ...

    async def next(self) -> Any:
        """The next chunk; the first call sends the request. None at the end of the stream.

        Raises:
            EngineError: In our own words, whatever it was.
        """
        ...

    @property
    def evidence(self) -> Sequence[Any] | None:
        """The chunks that came from the provider itself; None where that is not known."""
        ...

    @property
    def header_cost(self) -> Usd | None:
        """The cost that came ahead of the answer; None where there is none."""
        ...

    async def close(self) -> None:
        """Close the connection, so that the provider stops writing."""
        ...


async def events_of(call: Call) -> AsyncGenerator[EngineEvent]:
    """Send the request and yield its answer; close it however it ends.

    Raises:
        EngineError: As `Engine.stream`; what was counted until then is yielded before.
    """
    answer = AnswerReader()
    try:
        while (chunk := await call.next()) is not None:
            for event in answer.read(chunk):
                call.has_token = True
                yield event
        reasons = {_reason_of(chunk) for chunk in call.evidence or ()} - {""}
        if answer.is_empty and call.evidence is not None and not reasons:
            raise nothing_came(call.ref)
        if _ERROR in reasons:
            raise gave_up(call.ref)
        for event in answer.finish(call.evidence, call.header_cost):
            yield event
    except EngineError:
        for event in answer.break_off(call.evidence):
            yield event
        raise
    finally:
        await call.close()


class AnswerReader:
    """Makes our events of chunks."""

    def __init__(self) -> None:
        self.is_empty = True
        self._reason: str | None = None
        self._usage: Any = None
        self._has_text = False

    def read(self, chunk: Any) -> Iterator[EngineEvent]:
        """The deltas of a chunk; of several answers the first."""
        self._usage = part(chunk, "usage") or self._usage
        choices = part(chunk, "choices")
        for choice in choices[:1] if isinstance(choices, list) else ():
            delta = part(choice, "delta") or part(choice, "message")
            text, thought = _texts(part(delta, "content"))
            # DeepSeek's name, which LiteLLM gives to all, and OpenRouter's.
            thinking = part(delta, "reasoning_content") or part(delta, "reasoning") or thought
            if thinking and isinstance(thinking, str):
                self.is_empty = False
                yield ThinkingDelta(sendable(thinking))
            if text:
                self.is_empty = False
                self._has_text = True
                yield TextDelta(sendable(text))
            reason = part(choice, "finish_reason")
            self._reason = reason if reason and isinstance(reason, str) else self._reason

    def finish(self, evidence: Sequence[Any] | None, header_cost: Usd | None = None) -> Iterator[EngineEvent]:
        """What is known at the end: the usage, if any, and how it ended.

        Args:
            evidence: See `Call.evidence`. Without any, no usage passes as counted.
            header_cost: Counts where the answer itself names no cost.
        """
        said = evidence or ()
        is_whole = evidence is None or any(map(_reason_of, said))
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


def _reason_of(chunk: Any) -> str:
    """Why the provider ended its answer; empty where the chunk does not say so."""
    choices = part(chunk, "choices")
    reasons = (part(choice, "finish_reason") for choice in choices) if isinstance(choices, list) else ()
    return next((str(reason) for reason in reasons if reason), "")


def _texts(content: Any) -> tuple[str, str]:
    """The text of a delta, and the thinking that stands in it: a string, or a list of parts."""
    if isinstance(content, str) or not isinstance(content, list):
        return (content if isinstance(content, str) else ""), ""
    text = (part(each, "text") for each in content)
    # Mistral's form: a part of the type "thinking", which holds a list of texts.
    inner = (part(each, "thinking") for each in content)
    thoughts = (part(each, "text") for parts in inner if isinstance(parts, list) for each in parts)
    return _joined(text), _joined(thoughts)


def _joined(parts: Iterator[Any]) -> str:
    return "".join(each for each in parts if isinstance(each, str))
