"""Time, so that tests can set it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The two clocks."""

    def now(self) -> datetime:
        """The moment in UTC, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, never going back: for durations."""
        ...
