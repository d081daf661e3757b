"""Runs turns for the chat screen, one after another: from the service's events to the transcript.

It decides nothing about money or models; it only knows which conversation is on the screen.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.events import (
    Failed,
    Rerouted,
    Reserved,
    Routed,
    Settled,
    Stopped,
    TextDelta,
    ThinkingDelta,
    TurnEvent,
)
from ralex_tui.domain.models import Mode
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import estimate_tokens
from ralex_tui.domain.routing import Route
from ralex_tui.services.pump import StopSignal
from ralex_tui.services.services import Services
from ralex_tui.services.turn import Ask
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.transcript import LiveStatus, Transcript

# Below this the speed of writing is a guess that jumps about.
_MEASURABLE_S = 0.3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was submitted and not yet sent.

    Args:
        allowed_because: The user's reason to let it past the limits; empty for none.
        model_id: The model that is to answer, whatever the mode; None for the mode's.
        question: The id of a question of the chat that is to be answered anew; `text` is its own.
        instead_of: The id of the answer that the user was not content with; empty where it is no matter of that.
    """

    text: str
    mode: Mode
    chat: Chat
    allowed_because: str = ""
    model_id: str | None = None
    question: str | None = None
    instead_of: str = ""


@dataclass(slots=True)
class Running:
    """What is known of the turn on its way.

    Args:
        answer: The answer without text, as the transcript was given it; None until routed.
        since: When it began, on the monotonic clock; `first` is when the first delta came.
    """

    waiting: Waiting
    since: float
    stop: StopSignal = field(default_factory=StopSignal)
    route: Route | None = None
    answer: Message | None = None
    held: Usd | None = None
    first: float | None = None
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    n_tokens: int = 0

    @property
    def doing(self) -> Literal["waiting", "thinking", "writing"]:
        if self.text:
            return "writing"
        return "thinking" if self.thinking else "waiting"

    def take(self, pieces: list[str], delta: str, now: float) -> None:
        self.first = now if self.first is None else self.first
        self.n_tokens += estimate_tokens(delta)
        pieces.append(delta)

    def status(self, now: float) -> LiveStatus:
        writing_s = now - self.first if self.first is not None else 0.0
        speed = self.n_tokens / writing_s if writing_s > _MEASURABLE_S else None
        return LiveStatus(self.doing, now - self.since, speed, self.held)


class Listener(Protocol):
    """What the runner tells the screen."""

    def turn_changed(self) -> None:
        """A turn began, was routed, began to write, or ended; or the queue changed."""

    def turn_routed(self, route: Route) -> None:
        """The question stands on the screen, and `route` tells who answers; the answer comes below."""

    def money_changed(self) -> None:
        """Something was reserved or settled."""

    def conversations_changed(self) -> None:
        """A conversation was made or got longer."""

    def turn_refused(self, waiting: list[Waiting], error: RalexError) -> None:
        """Nothing was sent; the texts, those queued behind it included, are the user's again."""

    def turn_troubled(self, error: RalexError) -> None:
        """The answer is there, but it could not be saved or charged as it should."""


class TurnRunner:
    """The queue of messages and the turn on its way. `shown` is the conversation on the screen."""

    def __init__(self, services: Services, transcript: Transcript, listener: Listener) -> None:
        self._services = services
        self._transcript = transcript
        self._listener = listener
        self.shown = Chat()
        self.running: Running | None = None
        self.queue: list[Waiting] = []
        self.is_busy = False

    def submit(self, waiting: Waiting) -> bool:
        """Put a message at the queue's end; true if `drain` must be started to send it."""
        self.queue.append(waiting)
        if self.is_busy:
            self._listener.turn_changed()
            return False
        self.is_busy = True
        return True

    async def drain(self) -> None:
        """Send the queued messages one after another until none is left."""
        try:
            while self.queue:
                await self._turn(self.queue.pop(0))
        finally:
            self.is_busy = False
            self.running = None
            self._listener.turn_changed()

    def stop(self) -> list[Waiting]:
        """Stop the answer on its way; what was queued behind it is the user's again: nothing more is sent."""
        if self.running is not None:
            self.running.stop.stop()
        returned, self.queue = self.queue, []
        return returned

    def chat_of(self, conversation: str) -> Chat | None:
        """The conversation as it is held already: on the screen, being answered, or waiting to be."""
        held = [self.shown, *(waiting.chat for waiting in self.queue)]
        if self.running is not None:
            held.append(self.running.waiting.chat)
        return next((chat for chat in held if chat.id == conversation), None)

    def show(self, chat: Chat, empty: str) -> None:
        """Put a conversation on the screen, with the part of its answer that is already there."""
        self.shown = chat
        self._transcript.show(chat.path, empty)
        running = self.running
        if running is not None and running.waiting.chat is chat and running.answer is not None:
            self._transcript.add(running.answer)
            if running.thinking:
                self._transcript.write_thinking(running.answer.id, "".join(running.thinking))
            if running.text:
                self._transcript.write(running.answer.id, "".join(running.text))
            self.tick()

    def corrected(self, conversation: str, message: Message) -> None:
        """The figure of an answer changed after its turn had ended."""
        chat = self.chat_of(conversation)
        if chat is not None:
            chat.amend(message)
            if chat is self.shown:
                self._transcript.finish(message)
        self._listener.money_changed()
        self._listener.conversations_changed()

    def tick(self) -> None:
        """Write the seconds of the answer on its way."""
        running = self.running
        if running is not None and running.answer is not None and self._is_shown(running):
            self._transcript.set_status(running.answer.id, running.status(self._now()))

    async def _turn(self, waiting: Waiting) -> None:
        self.running = running = Running(waiting, self._now())
        self._listener.turn_changed()
        chat_id, model_id, allowed = waiting.chat.id, waiting.model_id, waiting.allowed_because
        ask = Ask(waiting.text, waiting.mode, chat_id, model_id, allowed, waiting.question)
        async with aclosing(self._services.turns.run(ask, running.stop)) as events:
            async for event in events:
                await self._take(running, event)

    async def _take(self, running: Running, event: TurnEvent) -> None:
        match event:
            case TextDelta(text):
                self._delta(running, running.text, text)
            case ThinkingDelta(text):
                self._delta(running, running.thinking, text)
            case Routed():
                await self._routed(running, event)
            case Reserved(reservation):
                running.held = reservation.amount
                self.tick()
                self._listener.money_changed()
            case Rerouted(route):
                self._rerouted(running, route)
            case Failed(error, None):
                returned, self.queue = [running.waiting, *self.queue], []
                self._listener.turn_refused(returned, error)
            case Settled(answer) | Stopped(answer):
                await self._ended(running, answer)
            case Failed(error, answer) if answer is not None:
                await self._ended(running, answer)
                if answer.state is not MessageState.FAILED:
                    self._listener.turn_troubled(error)

    async def _routed(self, running: Running, event: Routed) -> None:
        waiting, route, question = running.waiting, event.route, event.question
        running.route = route
        running.answer = Message(
            id=event.answer_id,
            role=Role.ASSISTANT,
            text="",
            at=question.at,
            parent=question.id,
            state=MessageState.PENDING,
            tier=route.tier,
            model=route.model.ref.id,
            reason=route.reason,
            note=route.note,
        )
        is_new = waiting.chat.id is None
        # Nothing is awaited between these: whoever opens the conversation meanwhile must find all or none.
        waiting.chat.keep(event.conversation, waiting.mode, question)
        if self._is_shown(running):
            if waiting.question is None:
                self._transcript.add(question)
            else:
                # Another branch: it ends at the question, and the answer that was there is on the one before.
                self._transcript.show(waiting.chat.path, "")
            self._listener.turn_routed(route)
            self._transcript.add(running.answer)
            self.tick()
        if is_new:
            self._listener.conversations_changed()
        self._listener.turn_changed()

    def _rerouted(self, running: Running, route: Route) -> None:
        """Another deployment answers, or the same once more; what is on the screen says so."""
        assert running.answer is not None  # made when the turn was routed
        running.route, running.held = route, None
        running.answer = replace(running.answer, tier=route.tier, model=route.model.ref.id, note=route.note)
        if self._is_shown(running):
            self._transcript.renew(running.answer)
            self.tick()
        self._listener.money_changed()
        self._listener.turn_changed()

    def _delta(self, running: Running, pieces: list[str], delta: str) -> None:
        before = running.doing
        running.take(pieces, delta, self._now())
        if running.answer is not None and self._is_shown(running):
            if pieces is running.text:
                self._transcript.write(running.answer.id, delta)
            else:
                self._transcript.write_thinking(running.answer.id, delta)
        if running.doing != before:
            self.tick()
            self._listener.turn_changed()

    async def _ended(self, running: Running, answer: Message) -> None:
        waiting = running.waiting
        assert waiting.chat.id is not None  # given by Routed
        waiting.chat.keep(waiting.chat.id, waiting.mode, answer)
        self.running = None
        if self._is_shown(running):
            self._transcript.finish(answer)
        await waiting.chat.measure()
        self._listener.money_changed()
        self._listener.conversations_changed()
        self._listener.turn_changed()

    def _is_shown(self, running: Running) -> bool:
        return running.waiting.chat is self.shown

    def _now(self) -> float:
        return self._services.clock.monotonic()
