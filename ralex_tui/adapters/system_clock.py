"""The computer's own clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime

# ntp_adjtime's answer where no time server steers the clock, or someone has set it since.
_TIME_ERROR = 5
# More than any system's `struct timex`; its first field, zero, asks to change nothing.
_TIMEX_BYTES = 512


class SystemClock:
    """See `ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def uptime(self) -> float:
        # Linux's monotonic clock stands still while the computer sleeps; macOS has no such id and needs none.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def is_synchronised(self) -> bool:
        import ctypes  # 10 ms, and asked only after a gap of days

        try:
            ask = ctypes.CDLL(None).ntp_adjtime
        except (OSError, AttributeError):
            return False
        state = int(ask(ctypes.create_string_buffer(_TIMEX_BYTES)))
        return 0 <= state < _TIME_ERROR
