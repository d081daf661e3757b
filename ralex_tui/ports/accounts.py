"""What a provider itself has counted for a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ralex_tui.domain.money import Usd


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """A key's spend, by its provider.

    Args:
        total: Since the key was made.
        today: Since midnight UTC; None where the provider does not tell.
    """

    total: Usd
    today: Usd | None = None


class Account(Protocol):
    """A key at a provider that tells what it has spent."""

    provider: str
    """As in the ids of its models."""

    async def usage(self) -> AccountUsage:
        """Ask; free of charge.

        Raises:
            EngineError: If it can't be reached, refuses the key, or tells no sums.
        """
        ...
