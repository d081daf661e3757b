"""Stopped answers that are billed to their end all the same: heard out, so that their charge becomes exact."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

from ralex_tui.domain.charging import charge
from ralex_tui.domain.conversation import Message
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.money import Figure
from ralex_tui.services.answer import Answer
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.pump import Pump

_log = logging.getLogger(__name__)

# How long a stopped answer is listened to for its usage.
_HEAR_OUT_S = 180.0


class HearingOut:
    """Reads stopped answers to their end, in tasks of their own.

    Attributes:
        on_corrected: Called with a conversation's id and an answer of which the figure changed.
    """

    def __init__(self, ledger: LedgerService, library: LibraryService) -> None:
        self.on_corrected: Callable[[str, Message], None] | None = None
        self._ledger = ledger
        self._library = library
        self._tasks: dict[asyncio.Task[None], Pump] = {}

    def begin(self, turn: Answer, pump: Pump, answer: Message) -> None:
        """Listen to what is left of `pump`; its usage then corrects the upper estimate of `answer`."""
        task = asyncio.create_task(self._hear_out(turn, pump, answer), name="stopped answer")
        self._tasks[task] = pump
        task.add_done_callback(self._tasks.pop)

    async def close(self) -> None:
        """Give up listening; the upper estimates stand. Safe to call more than once."""
        tasks = dict(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A task that was cancelled before it began has closed nothing.
        for pump in tasks.values():
            await pump.close()

    async def _hear_out(self, turn: Answer, pump: Pump, answer: Message) -> None:
        try:
            async with asyncio.timeout(_HEAR_OUT_S), aclosing(pump.events()) as events:
                async for event in events:
                    turn.take_late(event)
        except (TimeoutError, RalexError) as error:
            _log.info("the usage of a stopped answer did not come: %s", type(error).__name__)
        finally:
            await pump.close()
        if turn.is_finished:
            try:
                await self._correct(turn, answer)
            except RalexError as error:
                _log.warning("the figure of a stopped answer could not be corrected: %s", error.message)

    async def _correct(self, turn: Answer, answer: Message) -> None:
        charged = charge(turn.reservation, turn.evidence(None))
        await self._ledger.correct(
            turn.reservation.day,
            turn.reservation.id,
            Figure(charged.amount, charged.accuracy),
            who="provider",
            why="its usage came after the stop",
            usage=charged.usage,
        )
        turn.recharge(charged)
        # Read anew: the user may have said what they think of it meanwhile.
        known = (await self._library.open(turn.conversation.id)).messages.get(answer.id, answer)
        answer = replace(known, cost=turn.cost, usage=charged.usage)
        await self._library.amend(turn.conversation.id, answer)
        if self.on_corrected is not None:
            self.on_corrected(turn.conversation.id, answer)
