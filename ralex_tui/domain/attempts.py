"""One request to one deployment, as it is remembered: for health, for cooldowns, for the log. No word of its texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Figure, Usd


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one request. A turn has several where models fail before their first word.

    Args:
        id: The reservation's; `turn` is the answer's, which all attempts of a turn share.
        at: When it ended.
        number: 1 for the first of its turn.
        way: None where it failed before it was handed over.
        charged: None where the ledger could not be written.
        error: The class of what went wrong, as in `domain/errors.py`; empty for none. `message`: its sentence.
        rest_s: For how many seconds the deployment rests because of it.
        max_tokens: The longest answer that was asked for.
    """

    id: str
    at: datetime
    conversation: str
    turn: str
    number: int
    tier: Tier
    model: str
    outcome: Outcome
    held: Usd
    way: Way | None = None
    charged: Figure | None = None
    n_input: int | None = None
    n_output: int | None = None
    first_token_s: float | None = None
    duration_s: float | None = None
    finish_reason: str | None = None
    error: str = ""
    message: str = ""
    rest_s: float = 0.0
    max_tokens: int | None = None

    @property
    def is_timeout(self) -> bool:
        return self.error == "AnswerTimeout"
