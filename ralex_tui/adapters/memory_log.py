"""A request log that lives as long as its process: for tests and demos, shipped like the scripted engine."""

from __future__ import annotations

from datetime import datetime

from ralex_tui.domain.attempts import Attempt


class MemoryRequestLog:
    """See `ports.request_log.RequestLog`.

    Attributes:
        attempts: All that was written, oldest first.
    """

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def write(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def recent(self, since: datetime) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.at > since]
