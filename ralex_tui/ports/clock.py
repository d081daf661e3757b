"""Time, so that tests can set it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The computer's clocks."""

    def now(self) -> datetime:
        """The moment in UTC, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, never going back: for durations."""
        ...

    def uptime(self) -> float:
        """Seconds since some moment, the computer's sleep included; nobody can set it."""
        ...

    def is_synchronised(self) -> bool:
        """Whether `now` is known to follow a time server; false where that can't be told."""
        ...
