"""Screens that end once: a key pressed twice in a burst must end neither the screen below nor the app."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit
from textual.screen import Screen, ScreenResultType


class LeavingOnce(Screen[ScreenResultType]):
    """A screen whose second dismissal does nothing; Textual (8.2.8) would take the screen below for it, or crash.

    Behind another base, which Textual takes its styles from.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        if self not in self.app.screen_stack:
            return AwaitComplete()
        return super().dismiss(result)


class Commands(CommandPalette, LeavingOnce[None]):
    """Textual's palette, ended once: enter twice in a burst is what typing a slash command fast comes to."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        if self not in self.app.screen_stack:
            # What is selected is run right after this; it has been run already.
            self._selected_command = DiscoveryHit("", lambda: None)
        return super().dismiss(result)
