"""Which tier answers, and the money for it on disk: nothing leaves before `admit` has returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ralex_tui.domain.budget import BudgetPolicy, BudgetState, Need
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.errors import BudgetExceeded, LedgerUnreadable, PriceUnknown
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Reservation
from ralex_tui.domain.models import Catalogue, Mode, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import estimate_tokens, input_bound
from ralex_tui.domain.routing import Picks, Route, route
from ralex_tui.domain.rules import Prompt
from ralex_tui.services.choices import affordable, allowed_tokens
from ralex_tui.services.ledger import LedgerService


@dataclass(frozen=True, slots=True)
class Request:
    """What wants to leave.

    Args:
        messages: All that is sent, the question last.
        answer: The id of the message that is to hold the answer.
        floor: The tier that the conversation is on.
        model_id: A model chosen by name, before any mode.
        allowed_because: The user's reason to let it past the limits; empty for none.
    """

    mode: Mode
    conversation: str
    messages: tuple[tuple[Role, str], ...]
    answer: str
    floor: Tier | None = None
    model_id: str | None = None
    allowed_because: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who answers, and the hold that pays for it."""

    route: Route
    reservation: Reservation


class Admission:
    """Routes and reserves."""

    def __init__(self, ledger: LedgerService, policy: BudgetPolicy, auto: Picks) -> None:
        self._ledger = ledger
        self._policy = policy
        self._auto = auto

    async def admit(self, request: Request, catalogue: Catalogue) -> Admitted:
        """Choose tier and model and reserve their worst case.

        Auto steps down, dearest first, to what the money left still covers; a tier that the user
        chose is kept or refused.

        Raises:
            RalexError: Nothing is held. `BudgetExceeded` names the tier that was wanted first.
        """
        left = await self._left()
        # Without a ledger nothing paid may leave; what is free goes on.
        state = BudgetState.SPENT if left is None else self._policy.state(left)
        prompt = Prompt(request.messages[-1][1], sum(estimate_tokens(text) for _, text in request.messages))
        floor, model_id = request.floor, request.model_id
        chosen = route(prompt, request.mode, catalogue, state, self._auto, floor=floor, model_id=model_id)
        if left is None:
            chosen = replace(chosen, reason="the ledger can't be read") if chosen.is_auto else chosen
        elif chosen.wanted is not None and chosen.wanted not in state.tiers:
            chosen = replace(chosen, note=f"{_left_of(left)}: {chosen.tier.label} in place of {chosen.wanted.label}")
        need = self._need(chosen, request, catalogue, state)
        try:
            reservation = await self._reserve(chosen, need, request)
        except BudgetExceeded as refused:
            if not chosen.is_auto or refused.shortfall is None:
                raise
            return await self._step_down(chosen, request, catalogue, state, refused)
        return Admitted(_with_note(chosen, reservation, catalogue, left), reservation)

    async def admit_route(self, chosen: Route, request: Request, catalogue: Catalogue) -> Admitted:
        """Reserve the worst case of just that route; for what follows on a failure.

        Raises:
            RalexError: Nothing is held.
        """
        left = await self._left()
        state = BudgetState.SPENT if left is None else self._policy.state(left)
        reservation = await self._reserve(chosen, self._need(chosen, request, catalogue, state), request)
        return Admitted(chosen, reservation)

    async def _left(self) -> Usd | None:
        """What the day has left; None where the ledger can't be read."""
        try:
            return (await self._ledger.day_budget()).left
        except LedgerUnreadable:
            return None

    async def _reserve(self, chosen: Route, need: Need, request: Request) -> Reservation:
        because = request.allowed_because
        return await self._ledger.reserve(new_id(), need, is_auto=chosen.is_auto, allowed_because=because)

    async def _step_down(
        self, chosen: Route, request: Request, catalogue: Catalogue, state: BudgetState, refused: BudgetExceeded
    ) -> Admitted:
        """The dearest tier below that gets its hold; the first refusal where none does."""
        assert refused.shortfall is not None
        left = refused.shortfall.limit.left
        need, most = refused.shortfall.need, self._policy.critical_tokens
        paid = [option.tier for option in affordable(need, refused.shortfall, catalogue, state, most)]
        for tier in (*paid, *_free(catalogue)):
            model = catalogue.first(tier)
            assert model is not None  # only tiers with a model are offered
            note = f"{_left_of(left)}, too little for {chosen.tier.label}: {tier.label} in its place"
            reason = f"{chosen.tier.label} costs more than is left"
            wanted = chosen.wanted or chosen.tier
            lower = Route(tier, model, reason, is_auto=True, wanted=wanted, note=note, score=chosen.score)
            need = self._need(lower, request, catalogue, state)
            try:
                return Admitted(lower, await self._reserve(lower, need, request))
            except BudgetExceeded:
                continue  # another terminal was quicker, or a tighter limit holds
        raise refused

    def _need(self, chosen: Route, request: Request, catalogue: Catalogue, state: BudgetState) -> Need:
        if chosen.model.price is None:
            raise PriceUnknown(
                f"the price of {chosen.model.ref} is not known, so its cost can't be reserved; nothing was sent",
                hint=f"`ralex prices set {chosen.model.ref} --input DOLLARS --output DOLLARS`, for a million tokens",
                model=chosen.model.ref.id,
            )
        # Imported here: its patterns are not needed before the first message.
        from ralex_tui.domain.kinds import kind_of

        return Need(
            model=chosen.model,
            tier=chosen.tier,
            conversation=request.conversation,
            price=chosen.model.price,
            input_bound=input_bound([text for _, text in request.messages]),
            max_tokens=allowed_tokens(catalogue, chosen.tier, chosen.model, state, self._policy.critical_tokens),
            answer=request.answer,
            request_kind=kind_of(request.messages[-1][1]),
            tariff=catalogue.tariff,
        )


def _with_note(chosen: Route, reservation: Reservation, catalogue: Catalogue, left: Usd | None) -> Route:
    """With a word about an answer that is kept short for want of money."""
    if reservation.max_tokens >= catalogue.plan(chosen.tier).max_tokens or left is None:
        return chosen
    cut = f"{_left_of(left)}: at most {reservation.max_tokens} tokens of answer"
    return replace(chosen, note=f"{chosen.note}; {cut}" if chosen.note else cut)


def _free(catalogue: Catalogue) -> Iterable[Tier]:
    model = catalogue.first(Tier.LOCAL)
    return [Tier.LOCAL] if model is not None and model.is_free else []


def _left_of(left: Usd) -> str:
    return f"{max(left, Usd(0))} left"
