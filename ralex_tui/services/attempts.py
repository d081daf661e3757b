"""One request of a turn: sent, heard, settled however it ends, and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ralex_tui.config.schema import TimeoutSettings
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.charging import Charge, Evidence, charge
from ralex_tui.domain.deployments import rest_s
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.events import Reserved, TurnEvent
from ralex_tui.domain.ledger import Outcome, Settlement
from ralex_tui.domain.money import Figure
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import Engine
from ralex_tui.services.answer import Answer, Ended
from ralex_tui.services.deployments import Deployments
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.patience import Patience
from ralex_tui.services.pump import Pump, StopSignal


class Attempts:
    """Sends requests that are reserved, one at a time for each turn."""

    def __init__(
        self,
        engine: Engine,
        ledger: LedgerService,
        deployments: Deployments,
        timeouts: TimeoutSettings,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._deployments = deployments
        self._timeouts = timeouts
        self._clock = clock
        self._unheard: dict[str, Pump] = {}

    async def run(self, turn: Answer, stop: StopSignal) -> AsyncGenerator[TurnEvent]:
        """Send the turn's request: Reserved, then the deltas. `turn.ended` tells the rest afterwards.

        It never raises a RalexError. Closing it counts as a stop. A stopped answer that is billed to its end
        anyhow is left open: see `take_unheard`.
        """
        outcome, error = Outcome.STOPPED, None
        pump = Pump(self._engine.stream(turn.request), stop)
        try:
            yield Reserved(turn.reservation)
            patience = Patience(self._timeouts, turn.route.model)
            async with aclosing(pump.events(patience)) as events:
                async for event in events:
                    if turn.take(event):
                        yield event  # type: ignore[misc]  # take() is true for deltas only
            if turn.is_finished:
                outcome = Outcome.DONE
        except RalexError as caught:
            outcome, error = Outcome.FAILED, caught
        finally:
            if stop.is_given and outcome is Outcome.STOPPED and turn.route.model.habits.bills_whole:
                self._unheard[turn.answer_id] = pump
            else:
                await pump.close()
            # Shielded: neither a second ctrl+c nor the app's end may leave the hold unsettled.
            await asyncio.shield(self._end(turn, outcome, error, turn.evidence(error)))

    async def give_back(self, turn: Answer) -> None:
        """Free the hold of a request that was never sent."""
        await asyncio.shield(self._end(turn, Outcome.STOPPED, None, Evidence(may_be_billed=False)))

    def take_unheard(self, turn: Answer) -> Pump | None:
        """The stream of a stopped answer that goes on, to be heard to its end for its usage, or closed."""
        return self._unheard.pop(turn.answer_id, None)

    async def _end(self, turn: Answer, outcome: Outcome, error: RalexError | None, evidence: Evidence) -> None:
        """Settle and remember. Where the ledger can't be written, the hold stays and the next start charges it."""
        charged: Charge | None = charge(turn.reservation, evidence)
        trouble: RalexError | None = None
        try:
            assert charged is not None
            await self._settle(turn, outcome, error, charged)
        except RalexError as failure:
            charged, trouble = None, failure
        turn.end(Ended(outcome, error, charged, trouble))
        self._deployments.note(self._attempt(turn, outcome, error, charged))

    async def _settle(self, turn: Answer, outcome: Outcome, error: RalexError | None, charged: Charge) -> None:
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
            error=type(error).__name__ if error else "",
        )
        await self._ledger.settle(turn.reservation.day, settlement)

    def _attempt(self, turn: Answer, outcome: Outcome, error: RalexError | None, charged: Charge | None) -> Attempt:
        model, usage = turn.route.model, charged.usage if charged else None
        return Attempt(
            id=turn.reservation.id,
            at=self._clock.now(),
            conversation=turn.conversation.id,
            turn=turn.answer_id,
            number=len(turn.asked),
            tier=turn.route.tier,
            model=model.ref.id,
            outcome=outcome,
            held=turn.reservation.amount,
            way=turn.way,
            charged=Figure(charged.amount, charged.accuracy) if charged else None,
            n_input=usage.input if usage else None,
            n_output=usage.output if usage else None,
            first_token_s=turn.first_token_s,
            duration_s=turn.elapsed_s,
            finish_reason=turn.finish_reason,
            error=type(error).__name__ if error else "",
            message=error.message if error else "",
            rest_s=rest_s(error, self._deployments.of(model.ref)) if error else 0.0,
            max_tokens=turn.reservation.max_tokens,
        )
