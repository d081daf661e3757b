"""What a draft would cost on each tier, before it is sent. Pure arithmetic: quick enough for every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ralex_tui.domain.auto import floor_of
from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.conversation import Message, chat_history
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.models import Catalogue, Mode, Model, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage, estimate_tokens, input_bound
from ralex_tui.domain.routing import Picks, Route, route
from ralex_tui.domain.rules import Prompt

# An answer's length where the tier has none to learn from yet, in tokens.
USUAL_ANSWER = 350


@dataclass(frozen=True, slots=True)
class TierQuote:
    """What a draft would cost on one tier.

    Args:
        model: None where the tier has no model that can be reached.
        about: An estimate with an answer of the usual length; None where the price is unknown.
        at_most: The worst case, which would be held; None where the price is unknown.
    """

    tier: Tier
    model: Model | None
    about: Usd | None = None
    at_most: Usd | None = None

    @property
    def is_free(self) -> bool:
        return self.model is not None and self.model.is_free


@dataclass(frozen=True, slots=True)
class DraftQuote:
    """The draft's price on every tier, and the route it would take now.

    Args:
        route: None where it can't be sent; `problem` then says why.
        n_tokens: About how many input tokens, history included.
    """

    route: Route | None
    problem: RalexError | None
    n_tokens: int
    tiers: Mapping[Tier, TierQuote]


@dataclass(frozen=True, slots=True)
class History:
    """What is sent along with a draft, in figures; made once a turn, not once a key.

    Args:
        tier: The one that the conversation is on; see `domain.auto.floor_of`.
    """

    n_tokens: int = 0
    bound: int = 0
    tier: Tier | None = None

    @staticmethod
    def of(path: list[Message]) -> History:
        texts = [text for _, text in chat_history(path)]
        return History(
            sum(estimate_tokens(text) + 4 for text in texts), input_bound(texts) if texts else 0, floor_of(path)
        )


def quote(
    draft: str,
    mode: Mode,
    catalogue: Catalogue,
    state: BudgetState,
    history: History,
    usual_answer: Mapping[Tier, int],
    auto: Picks,
    *,
    model_id: str | None = None,
    warm: Mapping[str, int] | None = None,
) -> DraftQuote:
    """Price a draft on every tier.

    Args:
        usual_answer: Output tokens of a usual answer, by tier, where that is known.
        warm: Tokens of the history that a provider keeps now, by the model's id.
    """
    chosen: Route | None = None
    problem: RalexError | None = None
    n_tokens = history.n_tokens + estimate_tokens(draft) + 7
    try:
        chosen = route(Prompt(draft, n_tokens), mode, catalogue, state, auto, floor=history.tier, model_id=model_id)
    except RalexError as error:
        problem = error
    bound = history.bound + input_bound([draft])
    quotes = {}
    for tier in Tier:
        plan = catalogue.tiers.get(tier)
        model = chosen.model if chosen and chosen.tier is tier else catalogue.first(tier)
        if plan is None or model is None or model.price is None:
            quotes[tier] = TierQuote(tier, model)
            continue
        n_answer = min(plan.max_tokens, usual_answer.get(tier, USUAL_ANSWER))
        n_cached = min((warm or {}).get(model.ref.id, 0), history.n_tokens)
        about = model.price.cost(TokenUsage(n_tokens, n_answer, cache_read=n_cached))
        quotes[tier] = TierQuote(tier, model, about, model.price.worst_case(bound, plan.max_tokens))
    return DraftQuote(chosen, problem, n_tokens, quotes)
