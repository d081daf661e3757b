"""The ledger's remarks: records that stand beside the money and change no figure.

What the user answered and thought, what providers count, what each tier cost that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price


class Choice(StrEnum):
    """What the user answered when a limit refused a message."""

    STEP_DOWN = "step down"
    LOCAL = "local"
    ALLOW = "allow this one"
    RAISE = "raise"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Decision:
    """The user's answer to the question at a limit. It changes no figure.

    Args:
        tier: That was refused.
        needed: The least it would have had to hold, and `left` what there was.
    """

    id: str
    day: date
    at: datetime
    choice: Choice
    conversation: str
    tier: Tier
    needed: Usd
    left: Usd


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A provider's own sum beside the ledger's, for the same time. It changes no figure.

    Args:
        since: The beginning of that time; its end is `at`.
        total: What the provider counts for the key since it was made.
    """

    id: str
    day: date
    at: datetime
    provider: str
    since: datetime
    theirs: Usd
    ours: Usd
    total: Usd

    @property
    def drift(self) -> Usd:
        """How much more the provider counts; negative where the ledger does."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Tariff:
    """What each tier's first model cost at that time, so that savings are reckoned by the prices of the day.

    Written with the first request of a day for which it holds. It changes no figure.

    Args:
        tiers: The model's full id and its price, for each tier that had a model with a known one.
    """

    id: str
    day: date
    at: datetime
    tiers: Mapping[Tier, tuple[str, Price]]


class Opinion(StrEnum):
    """What the user thought of an answer."""

    UP = "up"
    DOWN = "down"
    NONE = "none"  # a thumb taken back
    AGAIN = "again"  # asked for again on the same tier
    ESCALATED = "escalated"  # asked for again a tier up


THUMBS = (Opinion.UP, Opinion.DOWN, Opinion.NONE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the user thought of a request's answer. Of thumbs the last one counts. It changes no figure.

    Args:
        of: The reservation's id; of the same day.
    """

    id: str
    of: str
    at: datetime
    opinion: Opinion
