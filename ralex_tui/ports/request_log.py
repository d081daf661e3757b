"""Where it is kept what became of each request, for health, rates and whoever looks for a fault."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ralex_tui.domain.attempts import Attempt


class RequestLog(Protocol):
    """The requests of all processes that share the folder."""

    def write(self, attempt: Attempt) -> None:
        """Keep one more. Never raises: a log that can't be written must not cost an answer. Blocks for one write."""
        ...

    def recent(self, since: datetime) -> list[Attempt]:
        """Those that ended after `since`, oldest first; what can't be read is left out. Blocks."""
        ...
