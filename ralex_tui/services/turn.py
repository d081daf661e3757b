"""One chat turn: admit, save, stream, settle, save. Knows no widget and no library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.caching import pays_to_mark
from ralex_tui.domain.charging import Charge, Evidence, charge
from ralex_tui.domain.conversation import Message, MessageState, Role, chat_history
from ralex_tui.domain.errors import RalexError, UsageError
from ralex_tui.domain.events import Failed, Reserved, Routed, Settled, Stopped, TurnEvent
from ralex_tui.domain.ledger import Outcome, Settlement
from ralex_tui.domain.models import Catalogue, Mode
from ralex_tui.domain.money import Figure
from ralex_tui.domain.pricing import estimate_tokens
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import Engine
from ralex_tui.services.admission import Admission, Request
from ralex_tui.services.answer import Answer
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.pump import Pump, StopSignal

_log = logging.getLogger(__name__)

MAX_PROMPT_BYTES = 4 * 1024 * 1024

# How long a stopped answer that is billed to its end is listened to for its usage.
_HEAR_OUT_S = 180.0

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
        allowed_because: The user's reason to let this one past the limits; empty for none.
    """

    text: str
    mode: Mode = Mode.AUTO
    conversation: str | None = None
    model_id: str | None = None
    allowed_because: str = ""


class TurnService:
    """Runs turns. One object serves any number of them at once.

    Attributes:
        on_corrected: Called with a conversation's id and an answer of which the figure changed
            after its turn had ended.
    """

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
        self.on_corrected: Callable[[str, Message], None] | None = None
        self._engine = engine
        self._ledger = ledger
        self._library = library
        self._catalogue = catalogue
        self._admission = Admission(ledger, policy)
        self._clock = clock
        self._heard_out: dict[asyncio.Task[None], Pump] = {}

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

    async def close(self) -> None:
        """Give up listening to stopped answers; their upper estimates stand. Safe to call more than once."""
        heard_out = dict(self._heard_out)
        for task in heard_out:
            task.cancel()
        await asyncio.gather(*heard_out, return_exceptions=True)
        # A task that was cancelled before it began has closed nothing.
        for pump in heard_out.values():
            await pump.close()

    async def _prepare(self, ask: Ask) -> Answer:
        """Route, reserve and save the question; when this returns the request may leave.

        Raises:
            RalexError: Nothing was sent, and nothing is held.
        """
        _check(ask.text)
        catalogue = self._catalogue()
        is_new = ask.conversation is None
        conversation = await self._library.open(ask.conversation) if ask.conversation else self._library.new(ask.mode)
        path = conversation.path()
        messages = (*chat_history(path), (Role.USER, ask.text))
        request = Request(ask.mode, conversation.id, messages, ask.model_id, ask.allowed_because)
        admitted = await self._admission.admit(request, catalogue)
        n_tokens = sum(estimate_tokens(text) for _, text in messages)
        turn = Answer(
            admitted,
            conversation,
            messages,
            self._clock,
            temperature=catalogue.plan(admitted.route.tier).temperature,
            is_cached=pays_to_mark(path, admitted.route.model, n_tokens),
        )
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

    async def _answer(self, turn: Answer, stop: StopSignal) -> AsyncGenerator[TurnEvent]:
        """Stream the answer; settle and save it however it ends."""
        outcome, error = Outcome.STOPPED, None
        ended: TurnEvent | None = None
        pump = Pump(self._engine.stream(turn.request), stop)
        try:
            async with aclosing(pump.events()) as events:
                async for event in events:
                    if turn.take(event):
                        yield event  # type: ignore[misc]  # take() is true for deltas only
            if turn.is_finished:
                outcome = Outcome.DONE
        except RalexError as caught:
            outcome, error = Outcome.FAILED, caught
        finally:
            # An answer that is billed to its end anyhow is heard to its end, for its usage.
            is_heard_out = stop.is_given and outcome is Outcome.STOPPED and turn.route.model.habits.bills_whole
            if not is_heard_out:
                await pump.close()
            # Shielded: neither a second ctrl+c nor the app's end may leave the hold unsettled.
            ended = await asyncio.shield(self._end(turn, outcome, error))
            if is_heard_out:
                task = asyncio.create_task(self._hear_out(turn, pump, ended), name="stopped answer")
                self._heard_out[task] = pump
                task.add_done_callback(self._heard_out.pop)
        yield ended

    async def _end(self, turn: Answer, outcome: Outcome, error: RalexError | None) -> TurnEvent:
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

    async def _settle(self, turn: Answer, outcome: Outcome, evidence: Evidence) -> Charge:
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

    async def _hear_out(self, turn: Answer, pump: Pump, ended: TurnEvent) -> None:
        """Read a stopped answer to its end; its usage then corrects the upper estimate it was charged."""
        try:
            async with asyncio.timeout(_HEAR_OUT_S), aclosing(pump.events()) as events:
                async for event in events:
                    turn.take_late(event)
        except (TimeoutError, RalexError) as error:
            _log.info("the usage of a stopped answer did not come: %s", type(error).__name__)
        finally:
            await pump.close()
        if turn.is_finished and isinstance(ended, Stopped):
            try:
                await self._correct(turn, ended.answer)
            except RalexError as error:
                _log.warning("the figure of a stopped answer could not be corrected: %s", error.message)

    async def _correct(self, turn: Answer, answer: Message) -> None:
        charged = charge(turn.reservation, turn.evidence(None))
        cost = Figure(charged.amount, charged.accuracy)
        await self._ledger.correct(
            turn.reservation.day,
            turn.reservation.id,
            cost,
            who="provider",
            why="its usage came after the stop",
            usage=charged.usage,
        )
        answer = replace(answer, cost=cost, usage=charged.usage)
        await self._library.amend(turn.conversation.id, answer)
        if self.on_corrected is not None:
            self.on_corrected(turn.conversation.id, answer)


def _check(text: str) -> None:
    if not text.strip():
        raise UsageError("the prompt is empty", hint="type a question, then press enter")
    n_bytes = len(text.encode("utf-8", "surrogatepass"))
    if n_bytes > MAX_PROMPT_BYTES:
        raise UsageError(
            f"the prompt has {n_bytes / 1e6:.1f} MB, and {MAX_PROMPT_BYTES / 1e6:.1f} MB is the most that is sent",
            hint="send the part that matters",
        )
