"""What outlives a crash of the app: the draft, and a report of what went wrong. Nothing here ever raises."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Rescue(Protocol):
    """Files in the state folder, for their owner only. All calls block for one small file."""

    def draft(self) -> str:
        """The draft that a crash has left; empty where there is none."""
        ...

    def keep_draft(self, text: str) -> bool:
        """Keep what was written and not sent, for the next start; whether that worked.

        A draft that another terminal has left meanwhile stays, before this one.
        """
        ...

    def forget_draft(self) -> None:
        """The draft that was given back is sent, or is not wanted any more."""
        ...

    def report(self, error: BaseException, *, columns: int = 0, rows: int = 0) -> Path | None:
        """Write down what went wrong, without a variable's value, a text or a key; where it stands, if that worked.

        Args:
            columns: The terminal's size, as `rows`; 0 where it is not known.
        """
        ...
