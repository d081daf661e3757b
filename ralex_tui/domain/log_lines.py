"""A line of the log, as those who show it need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd

REQUEST = "request"
"""The event of the lines that tell what became of a request."""

LEVELS = ("debug", "info", "warning", "error", "critical")
"""From the least to the most severe."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event.

    Args:
        level: One of LEVELS; "info" where the line says nothing that we know.
        fields: All that the line holds, these three included.
        raw: As it stands in the file, without its newline.
    """

    at: datetime
    level: str
    event: str
    fields: Mapping[str, object]
    raw: bytes

    @property
    def is_request(self) -> bool:
        return self.event == REQUEST

    @property
    def is_failure(self) -> bool:
        """Whether something went wrong: a request that failed, or a warning or worse."""
        if self.is_request:
            return self.fields.get("outcome") == "failed"
        return self.is_at_least("warning")

    def is_at_least(self, level: str) -> bool:
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def text(self, name: str) -> str:
        """A field as text; empty where it has none."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> float | None:
        """A field as a number; None where it is none."""
        value = self.fields.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def tier(self) -> Tier | None:
        """A request's tier; None where the line names none that we have."""
        name = self.text("tier")
        return Tier(name) if name in list(Tier) else None

    @property
    def charged(self) -> Figure:
        """What a request was charged; unknown where the line does not say."""
        nano, mark = self.fields.get("charged_nano"), self.text("accuracy")
        if type(nano) is not int or mark not in list(Accuracy):
            return Figure(ZERO, Accuracy.UNKNOWN)
        return Figure(Usd(nano), Accuracy(mark))
