"""One chat turn: route, reserve, save, stream, settle, save. Knows no widget and no library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from ralex_tui.domain.budget import CRITICAL_MAX_TOKENS, BudgetPolicy, BudgetState, Need
from ralex_tui.domain.charging import Charge, Evidence, charge
from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role, chat_history
from ralex_tui.domain.errors import EngineError, PriceUnknown, RalexError, UsageError
from ralex_tui.domain.events import (
    EngineEvent,
    Failed,
    Finished,
    Reserved,
    Routed,
    Settled,
    Stopped,
    TextDelta,
    ThinkingDelta,
    TurnEvent,
    UsageReported,
)
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Reservation, Settlement
from ralex_tui.domain.models import Catalogue, Mode
from ralex_tui.domain.money import Figure
from ralex_tui.domain.pricing import input_bound
from ralex_tui.domain.routing import Route, route
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import Engine, EngineRequest
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService

MAX_PROMPT_BYTES = 4 * 1024 * 1024

_STATE_OF = {
    Outcome.DONE: MessageState.DONE,
    Outcome.STOPPED: MessageState.STOPPED,
    Outcome.FAILED: MessageState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user sends.

    Args:
        conversation: The id of the conversation it belongs to; None opens a new one.
        model_id: A model chosen by name, before any mode.
    """

    text: str
    mode: Mode = Mode.AUTO
    conversation: str | None = None
    model_id: str | None = None


class StopSignal:
    """The user's wish to stop one turn; may be given at any time, also before the turn began."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def stop(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()


class TurnService:
    """Runs turns. One object serves any number of them at once."""

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: LedgerService,
        library: LibraryService,
        catalogue: Callable[[], Catalogue],
        policy: BudgetPolicy,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._library = library
        self._catalogue = catalogue
        self._policy = policy
        self._clock = clock

    async def run(self, ask: Ask, stop: StopSignal | None = None) -> AsyncGenerator[TurnEvent]:
        """One turn as events: Routed, Reserved, deltas, then one of Settled, Stopped, Failed.

        Where the money or a model is missing it yields only Failed: nothing was sent or saved, and
        the text is still the caller's. Closing the generator, or cancelling its task, counts as a
        stop: the turn is settled and saved all the same.
        """
        try:
            turn = await self._prepare(ask)
        except RalexError as error:
            yield Failed(error)
            return
        yield Routed(turn.route, turn.conversation.id, turn.question, turn.answer_id)
        yield Reserved(turn.reservation)
        events = self._answer(turn, stop or StopSignal())
        async with aclosing(events):
            async for event in events:
                yield event

    async def _prepare(self, ask: Ask) -> _Turn:
        """Route, reserve and save the question; when this returns the request may leave.

        Raises:
            RalexError: Nothing was sent, and nothing is held.
        """
        _check(ask.text)
        catalogue = self._catalogue()
        conversation = await self._library.open(ask.conversation) if ask.conversation else None
        budget = await self._ledger.day_budget()
        state = self._policy.state(budget.left)
        chosen = route(ask.text, ask.mode, catalogue, state, model_id=ask.model_id)
        history = chat_history(conversation.path()) if conversation else []
        messages = (*history, (Role.USER, ask.text))
        is_new = conversation is None
        conversation = conversation or self._library.new(ask.mode)
        request_id = new_id()
        need = self._need(chosen, conversation, messages, catalogue, state)
        reservation = await self._ledger.reserve(request_id, need, is_auto=chosen.is_auto)
        turn = _Turn(chosen, conversation, reservation, messages, catalogue.plan(chosen.tier).temperature, self._clock)
        try:
            if is_new:
                await self._library.add(conversation)
            await self._library.put(conversation.id, turn.question)
            await self._library.put(conversation.id, turn.message(MessageState.PENDING))
        except BaseException:
            # Nothing was sent, so nothing can be billed: the hold is given back at once.
            await asyncio.shield(self._settle(turn, Outcome.FAILED, Evidence(may_be_billed=False)))
            raise
        return turn

    def _need(
        self,
        chosen: Route,
        conversation: Conversation,
        messages: tuple[tuple[Role, str], ...],
        catalogue: Catalogue,
        state: BudgetState,
    ) -> Need:
        if chosen.model.price is None:
            raise PriceUnknown(
                f"the price of {chosen.model.ref} is not known, so its cost can't be reserved; nothing was sent",
                hint=f"enter it under prices: in config.yaml, as {chosen.model.ref}: {{input: ..., output: ...}}",
            )
        max_tokens = catalogue.plan(chosen.tier).max_tokens
        if state is BudgetState.CRITICAL and not chosen.model.price.is_free:
            max_tokens = min(max_tokens, CRITICAL_MAX_TOKENS)
        return Need(
            model=chosen.model,
            tier=chosen.tier,
            conversation=conversation.id,
            price=chosen.model.price,
            input_bound=input_bound([text for _, text in messages]),
            max_tokens=max_tokens,
        )

    async def _answer(self, turn: _Turn, stop: StopSignal) -> AsyncGenerator[TurnEvent]:
        """Stream the answer; settle and save it however it ends."""
        outcome, error = Outcome.STOPPED, None
        ended: TurnEvent | None = None
        try:
            async with aclosing(self._pumped(turn, stop)) as events:
                async for event in events:
                    if turn.take(event):
                        yield event  # type: ignore[misc]  # take() is true for deltas only
            if turn.is_finished:
                outcome = Outcome.DONE
        except RalexError as caught:
            outcome, error = Outcome.FAILED, caught
        finally:
            # Shielded: neither a second ctrl+c nor the app's end may leave the hold unsettled.
            ended = await asyncio.shield(self._end(turn, outcome, error))
        yield ended

    async def _pumped(self, turn: _Turn, stop: StopSignal) -> AsyncGenerator[EngineEvent]:
        """The engine's events until they end or the user stops; the request is closed on leaving."""
        queue: asyncio.Queue[EngineEvent | BaseException | None] = asyncio.Queue()

        async def pump() -> None:
            try:
                async with aclosing(self._engine.stream(turn.request)) as events:
                    async for event in events:
                        queue.put_nowait(event)
                queue.put_nowait(None)
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - handed to the consumer, which raises it
                queue.put_nowait(error)

        async def watch() -> None:
            await stop.wait()
            queue.put_nowait(None)

        tasks = [asyncio.create_task(pump(), name="engine"), asyncio.create_task(watch(), name="stop")]
        try:
            while (item := await queue.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, turn: _Turn, outcome: Outcome, error: RalexError | None) -> TurnEvent:
        """Settle first, then save the answer: the money is the promise, the text comes right after."""
        evidence = turn.evidence(error)
        problem = error
        charged: Charge | None = None
        try:
            charged = await self._settle(turn, outcome, evidence)
        except RalexError as failure:
            # The hold stays open on disk and is charged in full at the next start.
            problem = problem or failure
        answer = turn.message(_STATE_OF[outcome], charged, error)
        try:
            await self._library.put(turn.conversation.id, answer)
        except RalexError as failure:
            problem = problem or failure
        if problem is not None:
            return Failed(problem, answer)
        return Settled(answer) if outcome is Outcome.DONE else Stopped(answer)

    async def _settle(self, turn: _Turn, outcome: Outcome, evidence: Evidence) -> Charge:
        charged = charge(turn.reservation, evidence)
        settlement = Settlement(
            id=turn.reservation.id,
            at=self._clock.now(),
            charged=charged.amount,
            accuracy=charged.accuracy,
            outcome=outcome,
            usage=charged.usage,
            computed=charged.computed,
            reported=charged.reported,
            first_token_s=turn.first_token_s,
            duration_s=turn.elapsed_s,
        )
        await self._ledger.settle(turn.reservation.day, settlement)
        return charged


class _Turn:
    """What is known of one turn while it runs."""

    def __init__(
        self,
        chosen: Route,
        conversation: Conversation,
        reservation: Reservation,
        messages: tuple[tuple[Role, str], ...],
        temperature: float | None,
        clock: Clock,
    ) -> None:
        self.route = chosen
        self.conversation = conversation
        self.reservation = reservation
        self.answer_id = new_id()
        self.question = Message(new_id(), Role.USER, messages[-1][1], clock.now(), parent=conversation.head)
        self.request = EngineRequest(reservation.id, chosen.model.ref, messages, reservation.max_tokens, temperature)
        self.first_token_s: float | None = None
        self._clock = clock
        self._started = clock.monotonic()
        self._ended: float | None = None
        self._text: list[str] = []
        self._thinking: list[str] = []
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

    @property
    def is_finished(self) -> bool:
        return self._finished is not None

    @property
    def elapsed_s(self) -> float:
        return (self._ended if self._ended is not None else self._clock.monotonic()) - self._started

    def evidence(self, error: RalexError | None) -> Evidence:
        n_bytes = sum(len(part.encode("utf-8", "surrogatepass")) for part in (*self._text, *self._thinking))
        may_be_billed = n_bytes > 0 or not isinstance(error, EngineError) or error.may_be_billed
        if self._usage is None:
            return Evidence(n_output_bytes=n_bytes, may_be_billed=may_be_billed)
        return Evidence(self._usage.usage, self._usage.is_counted, self._usage.cost, n_bytes, may_be_billed)

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
        )

    def _mark_first(self) -> None:
        if self.first_token_s is None:
            self.first_token_s = self._clock.monotonic() - self._started


def _check(text: str) -> None:
    if not text.strip():
        raise UsageError("the prompt is empty", hint="type a question, then press enter")
    n_bytes = len(text.encode("utf-8", "surrogatepass"))
    if n_bytes > MAX_PROMPT_BYTES:
        raise UsageError(
            f"the prompt has {n_bytes / 1e6:.1f} MB, and {MAX_PROMPT_BYTES / 1e6:.1f} MB is the most that is sent",
            hint="send the part that matters",
        )
