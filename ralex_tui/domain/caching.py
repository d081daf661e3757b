"""When a provider's prompt cache is warm, when marking a prompt for it pays, and what it saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ralex_tui.domain.conversation import Message, Role
from ralex_tui.domain.models import Model
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, TokenUsage
from ralex_tui.domain.providers import Caching


@dataclass(frozen=True, slots=True)
class CacheState:
    """What a provider keeps of a conversation, as far as can be told from here.

    Args:
        n_tokens: About how many tokens it keeps, or kept.
        warm_until: When it forgets them, unless they are used again.
        worth: What reading them from the cache saves; lost once it is cold.
    """

    n_tokens: int
    warm_until: datetime
    worth: Usd

    def is_warm(self, now: datetime) -> bool:
        return now < self.warm_until


def cache_state(path: Sequence[Message], model: Model) -> CacheState | None:
    """What `model`'s provider keeps of the conversation `path`; None where nothing, or nothing is known.

    Believed where an answer's own usage said so; the provider alone knows for sure.
    """
    if model.price is None or model.habits.caching is Caching.NONE:
        return None
    last = next((message for message in reversed(path) if _answered(message, model)), None)
    if last is None or last.usage is None:
        return None
    n_tokens = last.usage.cache_read + last.usage.cache_write
    if not n_tokens and model.habits.caching is Caching.AUTOMATIC and last.usage.input >= model.habits.min_cached:
        # Nothing was read yet, but what was sent is kept from now on.
        n_tokens = last.usage.input
    if not n_tokens:
        return None
    return CacheState(n_tokens, last.at + timedelta(seconds=model.habits.warm_s), _worth(model.price, n_tokens))


def pays_to_mark(path: Sequence[Message], model: Model, n_tokens: int) -> bool:
    """Whether a request of about `n_tokens` should ask the provider to keep it.

    Writing to a cache costs more (a quarter, with Anthropic) and reading less (a tenth), so that it pays
    from the first follow-up on. A conversation that had an answer of this model before is taken to go
    on; a first question is not, and costs what it would without.
    """
    if model.habits.caching is not Caching.MARKED or n_tokens < model.habits.min_cached:
        return False
    if model.price is None or _worth(model.price, n_tokens) <= _premium(model.price, n_tokens):
        return False
    return any(_answered(message, model) for message in path)


def _answered(message: Message, model: Model) -> bool:
    return message.role is Role.ASSISTANT and message.model == model.ref.id and message.usage is not None


def _worth(price: Price, n_tokens: int) -> Usd:
    return price.saved_by_cache(TokenUsage(n_tokens, 0, cache_read=n_tokens))


def _premium(price: Price, n_tokens: int) -> Usd:
    return -price.saved_by_cache(TokenUsage(n_tokens, 0, cache_write=n_tokens))
