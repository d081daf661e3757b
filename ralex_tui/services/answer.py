"""One answer while it comes: its text, its figures, and the evidence by which it is charged."""

from __future__ import annotations

from dataclasses import dataclass

from ralex_tui.domain.charging import Charge, Evidence
from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role
from ralex_tui.domain.errors import EngineError, RalexError
from ralex_tui.domain.events import EngineEvent, Finished, Sent, TextDelta, ThinkingDelta, UsageReported, Way
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import Figure
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import EngineRequest
from ralex_tui.services.admission import Admitted


@dataclass(frozen=True, slots=True)
class Ended:
    """How one request ended.

    Args:
        error: What the engine ended in; `trouble`: what kept the ledger from being written.
        charged: None where the ledger could not be written; the hold is then charged in full at the next start.
    """

    outcome: Outcome
    error: RalexError | None = None
    charged: Charge | None = None
    trouble: RalexError | None = None


class Answer:
    """What is known of one answer while it comes, over all the requests that it takes.

    Args:
        question: Saved already where it is answered anew.
        messages: All that is sent, the question last.

    Attributes:
        asked: The full ids of the models that were asked, in order.
        ended: How the last request ended; None while it is on its way.
    """

    def __init__(
        self, conversation: Conversation, question: Message, messages: tuple[tuple[Role, str], ...], clock: Clock
    ) -> None:
        self.conversation = conversation
        self.answer_id = new_id()
        self.question = question
        self.messages = messages
        self.asked: list[str] = []
        self._clock = clock
        self._charged: list[Figure] = []

    def begin(self, admitted: Admitted, *, temperature: float | None = None, is_cached: bool = False) -> None:
        """Start with a request, or start over with another one before any word came.

        Args:
            temperature: By the tier's settings; None for the provider's own.
            is_cached: Whether the messages are worth keeping at the provider.
        """
        self.route = chosen = admitted.route
        self.reservation = reservation = admitted.reservation
        self.asked.append(chosen.model.ref.id)
        self.request = EngineRequest(
            id=reservation.id,
            model=chosen.model.ref,
            messages=self.messages,
            max_tokens=reservation.max_tokens,
            temperature=temperature,
            is_cached=is_cached,
            max_rates=None if reservation.price.is_free else reservation.price.max_rates,
            tier=chosen.tier,
        )
        self.ended: Ended | None = None
        self.way: Way | None = None
        self.first_token_s: float | None = None
        self._started = self._clock.monotonic()
        self._ended: float | None = None
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._n_late_bytes = 0
        self._usage: UsageReported | None = None
        self._finished: Finished | None = None

    def take(self, event: EngineEvent) -> bool:
        """Remember an event; true if it is a delta, which is to be handed on."""
        match event:
            case TextDelta(text):
                self._mark_first()
                self._text.append(text)
                return True
            case ThinkingDelta(text):
                self._mark_first()
                self._thinking.append(text)
                return True
            case UsageReported():
                self._usage = event
            case Finished():
                self._finished = event
                self._ended = self._clock.monotonic()
            case Sent(way):
                self.way = way
        return False

    def end(self, ended: Ended) -> None:
        """The request has ended, and was settled as `ended` tells."""
        self.ended = ended
        if ended.charged is not None:
            self._charged.append(Figure(ended.charged.amount, ended.charged.accuracy))

    def recharge(self, charged: Charge) -> None:
        """The last request came to something else than was first known."""
        self._charged[-1:] = [Figure(charged.amount, charged.accuracy)]

    def take_late(self, event: EngineEvent) -> None:
        """Count an event that came after the stop: it is billed, and not part of the answer."""
        match event:
            case TextDelta(text) | ThinkingDelta(text):
                self._n_late_bytes += _n_bytes(text)
            case UsageReported():
                self._usage = event
            case Finished():
                self._finished = event

    @property
    def is_finished(self) -> bool:
        return self._finished is not None

    @property
    def has_words(self) -> bool:
        """Whether anything came that the user has seen: from then on nobody else may answer unasked."""
        return bool(self._text or self._thinking)

    @property
    def n_chars(self) -> int:
        """Characters of the answer and its thinking so far."""
        return sum(map(len, self._text)) + sum(map(len, self._thinking))

    @property
    def finish_reason(self) -> str | None:
        return self._finished.reason if self._finished else None

    @property
    def cost(self) -> Figure | None:
        """What all its requests were charged; None where none was yet."""
        return Figure.total(self._charged) if self._charged else None

    @property
    def elapsed_s(self) -> float:
        return (self._ended if self._ended is not None else self._clock.monotonic()) - self._started

    def evidence(self, error: RalexError | None) -> Evidence:
        n_bytes = self._n_late_bytes + sum(map(_n_bytes, (*self._text, *self._thinking)))
        may_be_billed = n_bytes > 0 or not isinstance(error, EngineError) or error.may_be_billed
        habits = self.route.model.habits
        is_cut = self._finished is None or self._finished.reason is None
        is_bounded = habits.shows_thinking and not (habits.bills_whole and is_cut)
        if self._usage is None:
            return Evidence(n_output_bytes=n_bytes, may_be_billed=may_be_billed, is_bounded=is_bounded)
        told = self._usage
        return Evidence(told.usage, told.is_counted, told.cost, n_bytes, may_be_billed, is_bounded)

    def message(self, state: MessageState, error: RalexError | None = None) -> Message:
        """The answer as it stands, to be saved."""
        charged = self.ended.charged if self.ended else None
        return Message(
            id=self.answer_id,
            role=Role.ASSISTANT,
            text="".join(self._text),
            at=self._clock.now(),
            parent=self.question.id,
            state=state,
            thinking="".join(self._thinking),
            tier=self.route.tier,
            model=self.route.model.ref.id,
            reason=self.route.reason,
            usage=charged.usage if charged else None,
            cost=self.cost,
            first_token_s=self.first_token_s,
            duration_s=self.elapsed_s,
            finish_reason=self.finish_reason,
            error=error.message if error else "",
            error_hint=error.hint if error else "",
            note=self.route.note,
        )

    def _mark_first(self) -> None:
        if self.first_token_s is None:
            self.first_token_s = self._clock.monotonic() - self._started


def _n_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
