"""One chat turn: admit, save, ask until somebody answers, save. Knows no widget and no library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from ralex_tui.config.schema import TimeoutSettings
from ralex_tui.domain.auto import floor_of
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.caching import pays_to_mark
from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role, chat_history
from ralex_tui.domain.deployments import Next, Remedy, after_failure
from ralex_tui.domain.errors import EngineError, RalexError, UsageError
from ralex_tui.domain.events import Failed, Rerouted, Routed, Settled, Stopped, TurnEvent
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Catalogue, Mode
from ralex_tui.domain.pricing import estimate_tokens
from ralex_tui.domain.routing import Picks, Route
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import Engine
from ralex_tui.services.admission import Admission, Admitted, Request
from ralex_tui.services.answer import Answer
from ralex_tui.services.attempts import Attempts
from ralex_tui.services.deployments import Deployments
from ralex_tui.services.fallbacks import again, others
from ralex_tui.services.hearing_out import HearingOut
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.pump import StopSignal

_log = logging.getLogger(__name__)

MAX_PROMPT_BYTES = 4 * 1024 * 1024

# Requests that one turn may send, each with its own hold.
_MOST_REQUESTS = 5

# How often a growing answer is saved, so that a crash costs little of it; and only where it has grown by a
# quarter since, so that a long one is not written over and over.
_SAVE_EVERY_S = 5.0
_SAVE_GROWTH = 1.25

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
        question: The id of a question of the conversation that is to be answered anew; `text` is then its own.
    """

    text: str
    mode: Mode = Mode.AUTO
    conversation: str | None = None
    model_id: str | None = None
    allowed_because: str = ""
    question: str | None = None


class TurnService:
    """Runs turns. One object serves any number of them at once.

    Args:
        catalogue: What can answer now, each tier's models in the order in which to ask them.
        auto: Picks the tier where the user leaves it to Auto.
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
        deployments: Deployments,
        auto: Picks,
        timeouts: TimeoutSettings | None = None,
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._admission = Admission(ledger, policy, auto)
        self._attempts = Attempts(engine, ledger, deployments, timeouts or TimeoutSettings(), clock)
        self._hearing_out = HearingOut(ledger, library)
        self._clock = clock

    @property
    def on_corrected(self) -> Callable[[str, Message], None] | None:
        """Called with a conversation's id and an answer of which the figure changed after its turn had ended."""
        return self._hearing_out.on_corrected

    @on_corrected.setter
    def on_corrected(self, called: Callable[[str, Message], None] | None) -> None:
        self._hearing_out.on_corrected = called

    async def run(self, ask: Ask, stop: StopSignal | None = None) -> AsyncGenerator[TurnEvent]:
        """One turn as events: Routed, Reserved, deltas, then one of Settled, Stopped, Failed.

        A failure before the first word leads to another try, with a hold of its own: Rerouted, Reserved.
        Where the money or a model is missing it yields only Failed: nothing was sent or saved, and
        the text is still the caller's. Closing the generator, or cancelling its task, counts as a
        stop: the turn is settled and saved all the same.
        """
        try:
            turn, request = await self._prepare(ask)
        except RalexError as error:
            yield Failed(error)
            return
        async with aclosing(self._answer(turn, request, stop or StopSignal())) as events:
            async for event in events:
                yield event

    async def close(self) -> None:
        """Give up listening to stopped answers; their upper estimates stand. Safe to call more than once."""
        await self._hearing_out.close()

    async def _prepare(self, ask: Ask) -> tuple[Answer, Request]:
        """Route, reserve and save the question; when this returns the request may leave.

        Raises:
            RalexError: Nothing was sent, and nothing is held.
        """
        _check(ask.text)
        catalogue = self._catalogue()
        is_new = ask.conversation is None
        conversation = await self._library.open(ask.conversation) if ask.conversation else self._library.new(ask.mode)
        question, path = _question(ask, conversation, self._clock)
        messages = (*chat_history(path), (Role.USER, question.text))
        turn = Answer(conversation, question, messages, self._clock)
        request = Request(
            ask.mode, conversation.id, messages, turn.answer_id, floor_of(path), ask.model_id, ask.allowed_because
        )
        admitted = await self._admission.admit(request, catalogue)
        self._begin(turn, admitted, catalogue)
        try:
            if is_new:
                await self._library.add(conversation)
            if ask.question is None:
                await self._library.put(conversation.id, question)
            await self._library.put(conversation.id, turn.message(MessageState.PENDING))
        except BaseException:
            # Nothing was sent, so nothing can be billed: the hold is given back at once.
            await self._attempts.give_back(turn)
            raise
        return turn, request

    def _begin(self, turn: Answer, admitted: Admitted, catalogue: Catalogue) -> None:
        chosen = admitted.route
        n_tokens = sum(estimate_tokens(text) for _, text in turn.messages)
        path = turn.conversation.path(turn.question.parent) if turn.question.parent else []
        turn.begin(
            admitted,
            temperature=catalogue.plan(chosen.tier).temperature,
            is_cached=pays_to_mark(path, chosen.model, n_tokens),
        )

    async def _answer(self, turn: Answer, request: Request, stop: StopSignal) -> AsyncGenerator[TurnEvent]:
        """Ask until somebody answers; save what came however it ends."""
        last: TurnEvent | None = None
        try:
            yield Routed(turn.route, turn.conversation.id, turn.question, turn.answer_id)
            while True:
                async with aclosing(self._words(turn, stop)) as events:
                    async for event in events:
                        yield event
                routes, step = self._next(turn, stop)
                if step.wait_s:
                    assert turn.ended is not None
                    assert turn.ended.error is not None  # a remedy is for an error
                    yield Rerouted(routes[0], turn.ended.error, step.wait_s)
                    await stop.wait_for(step.wait_s)
                error = turn.ended.error if turn.ended else None
                if stop.is_given or not await self._begin_other(turn, request, routes):
                    break
                if error is not None and not step.wait_s:
                    yield Rerouted(turn.route, error)
        finally:
            if turn.ended is None:
                await self._attempts.give_back(turn)
            # Shielded, as the settlement is: what came is saved whoever goes meanwhile.
            last = await asyncio.shield(self._save(turn, stop))
        yield last

    async def _words(self, turn: Answer, stop: StopSignal) -> AsyncGenerator[TurnEvent]:
        """One request's events, the growing answer saved from time to time."""
        saved_at, saved_chars = self._clock.monotonic(), 0
        async with aclosing(self._attempts.run(turn, stop)) as events:
            async for event in events:
                now = self._clock.monotonic()
                if now - saved_at >= _SAVE_EVERY_S and turn.n_chars > saved_chars * _SAVE_GROWTH:
                    saved_at, saved_chars = now, turn.n_chars
                    self._library.keep_growing(turn.conversation.id, turn.message(MessageState.PENDING))
                yield event

    def _next(self, turn: Answer, stop: StopSignal) -> tuple[list[Route], Next]:
        """What follows on the request that has ended: the routes that may be taken, the nearest first."""
        ended = turn.ended
        assert ended is not None
        nothing: tuple[list[Route], Next] = ([], Next(Remedy.NONE))
        if not isinstance(ended.error, EngineError) or ended.trouble is not None:
            return nothing
        if turn.has_words or stop.is_given or len(turn.asked) >= _MOST_REQUESTS:
            return nothing
        catalogue = self._catalogue()
        elsewhere = list(others(turn.route, ended.error, turn.asked, catalogue))
        step = after_failure(ended.error, turn.asked, has_other=bool(elsewhere))
        match step.remedy:
            case Remedy.RETRY:
                return [again(turn.route, ended.error)], step
            case Remedy.OTHER:
                return elsewhere, step
            case _:
                return nothing

    async def _begin_other(self, turn: Answer, request: Request, routes: list[Route]) -> bool:
        """Reserve the first of these routes that the money covers, and start over with it."""
        catalogue = self._catalogue()
        for route in routes:
            try:
                admitted = await self._admission.admit_route(route, request, catalogue)
            except RalexError as error:
                _log.info("no hold for %s after a failure: %s", route.model.ref, error.message)
                continue
            self._begin(turn, admitted, catalogue)
            return True
        return False

    async def _save(self, turn: Answer, stop: StopSignal) -> TurnEvent:
        """Save the answer as it ended, and tell how."""
        ended = turn.ended
        assert ended is not None
        outcome = Outcome.STOPPED if stop.is_given and ended.outcome is Outcome.FAILED else ended.outcome
        error = ended.error if outcome is Outcome.FAILED else None
        answer = turn.message(_STATE_OF[outcome], error)
        problem = error or ended.trouble
        try:
            await self._library.put(turn.conversation.id, answer)
        except RalexError as failure:
            problem = problem or failure
        pump = self._attempts.take_unheard(turn)
        if pump is not None:
            self._hearing_out.begin(turn, pump, answer)
        if problem is not None:
            return Failed(problem, answer)
        return Settled(answer) if outcome is Outcome.DONE else Stopped(answer)


def _question(ask: Ask, conversation: Conversation, clock: Clock) -> tuple[Message, list[Message]]:
    """The question, and the messages before it.

    Raises:
        UsageError: If one is to be answered anew that isn't there.
    """
    if ask.question is None:
        question = Message(new_id(), Role.USER, ask.text, clock.now(), parent=conversation.head)
        return question, conversation.path()
    known = conversation.messages.get(ask.question)
    if known is None or known.role is not Role.USER:
        raise UsageError("the question to be answered anew is not in the conversation", hint="send it again")
    return known, conversation.path(known.parent) if known.parent else []


def _check(text: str) -> None:
    if not text.strip():
        raise UsageError("the prompt is empty", hint="type a question, then press enter")
    n_bytes = len(text.encode("utf-8", "surrogatepass"))
    if n_bytes > MAX_PROMPT_BYTES:
        raise UsageError(
            f"the prompt has {n_bytes / 1e6:.1f} MB, and {MAX_PROMPT_BYTES / 1e6:.1f} MB is the most that is sent",
            hint="send the part that matters",
        )
