"""One answer while it comes: its text, its figures, and the evidence by which it is charged."""

from __future__ import annotations

from ralex_tui.domain.charging import Charge, Evidence
from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role
from ralex_tui.domain.errors import EngineError, RalexError
from ralex_tui.domain.events import EngineEvent, Finished, TextDelta, ThinkingDelta, UsageReported
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.money import Figure
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import EngineRequest
from ralex_tui.services.admission import Admitted


class Answer:
    """What is known of one answer while it comes."""

    def __init__(
        self,
        admitted: Admitted,
        conversation: Conversation,
        messages: tuple[tuple[Role, str], ...],
        clock: Clock,
        *,
        temperature: float | None = None,
        is_cached: bool = False,
    ) -> None:
        self.route = chosen = admitted.route
        self.reservation = reservation = admitted.reservation
        self.conversation = conversation
        self.answer_id = new_id()
        self.question = Message(new_id(), Role.USER, messages[-1][1], clock.now(), parent=conversation.head)
        self.request = EngineRequest(
            id=reservation.id,
            model=chosen.model.ref,
            messages=messages,
            max_tokens=reservation.max_tokens,
            temperature=temperature,
            is_cached=is_cached,
            max_rates=None if reservation.price.is_free else reservation.price.max_rates,
        )
        self.first_token_s: float | None = None
        self._clock = clock
        self._started = clock.monotonic()
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
        return False

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

    def message(self, state: MessageState, charged: Charge | None = None, error: RalexError | None = None) -> Message:
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
            cost=Figure(charged.amount, charged.accuracy) if charged else None,
            first_token_s=self.first_token_s,
            duration_s=self.elapsed_s,
            finish_reason=self._finished.reason if self._finished else None,
            error=error.message if error else "",
            error_hint=error.hint if error else "",
            note=self.route.note,
        )

    def _mark_first(self) -> None:
        if self.first_token_s is None:
            self.first_token_s = self._clock.monotonic() - self._started


def _n_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
