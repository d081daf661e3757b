"""The web browser of the computer the user sits at."""

from __future__ import annotations

from typing import Protocol


class Browser(Protocol):
    """Opens addresses, each of which the user has seen whole and said yes to."""

    @property
    def obstacle(self) -> str:
        """Why no browser can be opened here, as a sentence; empty where one can."""
        ...

    async def open(self, address: str) -> bool:
        """Have the browser open an http or https address; whether one took it."""
        ...
