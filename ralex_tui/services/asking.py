"""Asks deployments a word each, to see that they answer: paid, and so reserved and settled like any other request."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ralex_tui.domain.budget import MIN_OUTPUT_TOKENS, Need
from ralex_tui.domain.conversation import Conversation, Message, Role
from ralex_tui.domain.errors import PriceUnknown, RalexError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Model, Tier
from ralex_tui.domain.money import ZERO, Figure, Usd
from ralex_tui.domain.pricing import input_bound
from ralex_tui.domain.routing import Route
from ralex_tui.ports.clock import Clock
from ralex_tui.services.admission import Admitted
from ralex_tui.services.answer import Answer
from ralex_tui.services.attempts import Attempts
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.pump import StopSignal

_WORD = "Hi"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one deployment.

    Args:
        cost: None where it was not asked.
        error: Why there was no answer; None where there was one.
    """

    tier: Tier
    model: Model
    first_token_s: float | None = None
    cost: Figure | None = None
    error: RalexError | None = None


class Asking:
    """One question of one word, to one deployment after another; nothing of it is saved but the money."""

    def __init__(self, attempts: Attempts, ledger: LedgerService, clock: Clock) -> None:
        self._attempts = attempts
        self._ledger = ledger
        self._clock = clock

    @staticmethod
    def at_most(models: Iterable[Model]) -> Usd:
        """The worst case of asking all of them; those without a price are not asked."""
        prices = [model.price for model in models if model.price is not None]
        return sum((price.worst_case(input_bound([_WORD]), MIN_OUTPUT_TOKENS) for price in prices), ZERO)

    async def ask_each(self, deployments: Sequence[tuple[Tier, Model]]) -> AsyncGenerator[Asked]:
        """What comes of asking each. A limit that does not cover one refuses it, and nothing is sent."""
        for tier, model in deployments:
            yield await self._ask(tier, model)

    async def _ask(self, tier: Tier, model: Model) -> Asked:
        # For one request: neither is ever saved.
        conversation = Conversation(new_id(), self._clock.now())
        question = Message(new_id(), Role.USER, _WORD, self._clock.now())
        turn = Answer(conversation, question, ((Role.USER, _WORD),), self._clock)
        try:
            if model.price is None:
                raise PriceUnknown(f"{model.ref.name} has no price", model=model.ref.id)
            bound = input_bound([_WORD])
            need = Need(model, tier, conversation.id, model.price, bound, MIN_OUTPUT_TOKENS)
            reservation = await self._ledger.reserve(new_id(), need, is_auto=False)
        except RalexError as refused:
            return Asked(tier, model, error=refused)
        turn.begin(Admitted(Route(tier, model, reason="asked by the doctor", is_named=True), reservation))
        async with aclosing(self._attempts.run(turn, StopSignal())) as events:
            async for _ in events:
                pass
        error = turn.ended.error or turn.ended.trouble if turn.ended else None
        return Asked(tier, model, turn.first_token_s, turn.cost, error)
