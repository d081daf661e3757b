"""What is known of providers and is not in their prices: what they cache, and what a stop saves.

Sources, read on 2026-11-23: OpenRouter's, Anthropic's, OpenAI's and Google's pages on prompt caching,
and OpenRouter's page on streaming, which lists the providers that go on (and bill) after a client leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Caching(StrEnum):
    """How a provider comes to keep the beginning of a prompt."""

    NONE = "none"
    AUTOMATIC = "automatic"  # it does so by itself
    MARKED = "marked"  # where the request says so, and for a price


@dataclass(frozen=True, slots=True)
class Habits:
    """How a model's provider goes about it.

    Args:
        min_cached: Tokens that a prompt must have at least to be kept.
        warm_s: Seconds for which it is kept after its last use.
        bills_whole: Whether a stopped answer is written, and billed, to its end all the same.
        shows_thinking: Whether all that is billed as output is sent. Where it is not known to be, a cut
            answer may have cost all of its hold.
    """

    caching: Caching = Caching.NONE
    min_cached: int = 1_024
    warm_s: int = 300
    bills_whole: bool = False
    shows_thinking: bool = False


UNKNOWN_HABITS = Habits()
"""Of a provider of which nothing is known: keeps nothing, and stops when it is left."""
_OPENAI = Habits(Caching.AUTOMATIC, min_cached=1_024)
# The largest minimum of the family: a mark on a shorter prompt does nothing, and costs nothing. Thinking
# is asked for by nobody here, and so is not billed.
_ANTHROPIC = Habits(Caching.MARKED, min_cached=4_096, shows_thinking=True)
_GOOGLE = Habits(Caching.AUTOMATIC, min_cached=4_096, bills_whole=True)

_OF_KIND = {"openai": _OPENAI, "anthropic": _ANTHROPIC, "gemini": _GOOGLE}

# By the vendor in OpenRouter's ids.
_OF_VENDOR = {
    "openai": _OPENAI,
    "anthropic": _ANTHROPIC,
    "google": _GOOGLE,
    "deepseek": Habits(Caching.AUTOMATIC, shows_thinking=True),
    "x-ai": Habits(Caching.AUTOMATIC),
    "moonshotai": Habits(Caching.AUTOMATIC, shows_thinking=True),
    "meta-llama": Habits(shows_thinking=True),
    "mistralai": Habits(bills_whole=True),
    "perplexity": Habits(bills_whole=True),
    "minimax": Habits(bills_whole=True),
    "ai21": Habits(bills_whole=True),
    "amazon": Habits(bills_whole=True),
    "qwen": Habits(bills_whole=True),
}


def habits_of(kind: str, path: str, *, has_own_address: bool = False) -> Habits:
    """The habits of a model's provider.

    Args:
        kind: The kind of API, such as "openrouter" or "anthropic".
        path: The model's id as that provider knows it.
        has_own_address: Whether the API is at an address of the user's: only its form is known then.
    """
    if has_own_address:
        return UNKNOWN_HABITS
    if kind == "openrouter":
        return _OF_VENDOR.get(path.split("/", 1)[0], UNKNOWN_HABITS)
    return _OF_KIND.get(kind, UNKNOWN_HABITS)
