"""The computer's own clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """See `ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
