"""What a provider counted and what it says that costs, made of its chunks: each has a way of its own.

Chunks are JSON objects, or what LiteLLM made of them. In our terms (`TokenUsage`) input holds what was
cached, and output what was thought. LiteLLM brings Anthropic's and Gemini's counts near to that;
OpenAI-like servers are passed on as they are. Where a count can be read in two ways, the dearer one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage

# xAI's unit: https://docs.x.ai/developers/cost-tracking
_TICKS_PER_DOLLAR = 10**10
COST_HEADER = "x-litellm-response-cost"
"""The header in which a LiteLLM proxy names the cost ahead of the answer."""
# Tokens that a provider may have made after it last counted in an answer that broke off.
_UNCOUNTED = 64


def counts_of(chunks: Sequence[Any]) -> list[Any]:
    """The counts in a provider's own chunks, in order."""
    # Groq's own field, for the time before it sent `usage` in streams too.
    held = (part(chunk, "usage") or part(part(chunk, "x_groq"), "usage") for chunk in chunks)
    return [usage for usage in held if usage is not None]


def tokens_of(counts: Sequence[Any]) -> TokenUsage:
    """The tokens of one stream: of each kind the most that was named, for those who count along add up.

    Not LiteLLM's own sum: it fills in what a provider leaves out, the tokens of thinking for one.
    """
    usages = [_in_our_terms(usage) for usage in counts]
    names = [field.name for field in fields(TokenUsage)]
    return TokenUsage(**{name: max((getattr(usage, name) for usage in usages), default=0) for name in names})


def tokens_so_far(counts: Sequence[Any]) -> TokenUsage:
    """At least the tokens of a stream that broke off."""
    usage = tokens_of(counts)
    return replace(usage, output=usage.output + _UNCOUNTED)


def cost_of(counts: Sequence[Any]) -> Usd | None:
    """The provider's own figure among its counts; None where there is none that can be believed."""
    costs = (_cost(usage) for usage in reversed(counts))
    return next((cost for cost in costs if cost is not None), None)


def cost_in_header(value: object) -> Usd | None:
    """The figure of `COST_HEADER`; None where it is none.

    A zero is none: that is what the proxy says where it will know only at the end.
    """
    cost = _decimal(value)
    return _usd(cost) if cost else None


def part(holder: Any, name: str) -> Any:
    """A field of an object or of a mapping; None where it has none."""
    return holder.get(name) if isinstance(holder, dict) else getattr(holder, name, None)


def _in_our_terms(usage: Any) -> TokenUsage:
    before, after = part(usage, "prompt_tokens_details"), part(usage, "completion_tokens_details")
    n_input, n_output = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    # DeepSeek's name beside the usual one.
    cache_read = max(_count(before, "cached_tokens"), _count(usage, "prompt_cache_hit_tokens"))
    hour = _count(part(before, "cache_creation_token_details"), "ephemeral_1h_input_tokens")
    cache_write = max(_count(before, "cache_write_tokens"), _count(before, "cache_creation_tokens"), hour)
    reasoning = _count(after, "reasoning_tokens")

    total = _count(usage, "total_tokens")
    cached = cache_read + cache_write
    if cached and (cached > n_input or total - n_input - n_output == cached != reasoning):
        # Counted beside the prompt, as Anthropic does, and xAI at times.
        n_input += cached
    # xAI counts thoughts beside the answer; some gateways to Gemini have them in the total only.
    n_output = max(n_output, total - n_input)
    if reasoning > n_output:
        n_output += reasoning
    return TokenUsage(n_input, n_output, cache_read, cache_write, reasoning, cache_write_1h=hour)


def _cost(usage: Any) -> Usd | None:
    ticks = _decimal(part(usage, "cost_in_usd_ticks"))
    if ticks is not None:
        return _usd(ticks / _TICKS_PER_DOLLAR)
    cost = _decimal(part(usage, "cost"))
    if cost is None:
        return None
    if part(usage, "is_byok") is not False:
        # OpenRouter's cost is its fee alone where the user's own key paid the provider behind it; in
        # answers older than `is_byok` the other part is there only then.
        cost += _decimal(part(part(usage, "cost_details"), "upstream_inference_cost")) or 0
    return _usd(cost)


def _usd(amount: Decimal) -> Usd | None:
    try:
        return Usd.parse(amount)
    except ValueError:
        return None


def _count(holder: Any, name: str) -> int:
    value = part(holder, name)
    return value if isinstance(value, int) and value > 0 else 0


def _decimal(value: object) -> Decimal | None:
    """A finite amount of zero or more; a refund or a NaN is nobody's price."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
