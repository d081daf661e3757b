"""The log of the program, read. All calls block: screens run them off the event loop."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ralex_tui.domain.log_lines import LogLine


class Logs(Protocol):
    """What all processes on the folder have logged."""

    @property
    def folder(self) -> Path:
        """Where the files are."""
        ...

    def newest(self, most: int) -> list[LogLine]:
        """The last `most` lines, oldest first; what can't be read is left out. `added` goes on from here."""
        ...

    def added(self) -> list[LogLine]:
        """What came since the last call, or since `newest`."""
        ...
