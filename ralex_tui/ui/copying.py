"""Copying: a text to the clipboard in every way there is, and one toast that says what is known of it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from textual.app import App
from textual.notifications import SeverityLevel

from ralex_tui.domain.text import visible
from ralex_tui.ports.clipboard import Clipboard, Copied

# Some terminals drop an OSC 52 that is longer than 100,000 bytes: 8 of its own, and 4 for each 3 of the text.
_SAFE_BYTES = 74_994
# tmux drops one that is longer than 1 MiB, and no terminal is worth a longer one.
_MOST_BYTES = 750_000
# GNU screen passes on what comes in a DCS, of 256 bytes in old versions and 768 in new ones.
_SCREEN_PIECE = 240

# Seconds that a toast stays: one that is read at a glance, and any other.
_SHORT_S, _LONG_S = 3, 8
_GLANCE = 60  # characters


class Copier:
    """Copies what the user asks for, and says how that went: never more than is known.

    Args:
        app: Whose terminal is told, and who shows the toast.
        clipboard: The system's own.
    """

    def __init__(self, app: App[Any], clipboard: Clipboard) -> None:
        self._app = app
        self._clipboard = clipboard
        self._has_hinted = False

    async def copy(self, text: str, what: str) -> None:
        """Copy `text` and tell it in one toast.

        Args:
            what: What it is, as in "the message", "the block", "the selection", "the address".
        """
        text = visible(text)
        if not text:
            self._say(f"There is nothing to copy in {what}.", is_warning=True)
            return
        n_bytes = len(text.encode())
        is_sent = self._clipboard.terminal.has_clipboard and n_bytes <= _MOST_BYTES
        self._offer(text, is_sent=is_sent)
        copied = await self._clipboard.copy(text)
        amount = f"{len(text):,} character{'' if len(text) == 1 else 's'}"
        if copied.is_certain:
            self._say(f"Copied {what}: {amount}.")
        elif copied.program or is_sent:
            self._say(_in_doubt(what, amount, copied, is_sent=is_sent, n_bytes=n_bytes) + self._hint(copied))
        else:
            self._say(_failed(what, amount, copied, n_bytes), is_warning=True)

    def _offer(self, text: str, *, is_sent: bool) -> None:
        """Give the text to the terminal, and to what is pasted inside the app."""
        app = self._app
        if is_sent and not self._clipboard.terminal.is_screen:
            app.copy_to_clipboard(text)
            return
        # Textual 8.2.8 sends OSC 52 bare, which GNU screen, when it is long, prints: keep what pastes read, as it does.
        app._clipboard = text
        if is_sent and app._driver is not None:
            app._driver.write(for_screen(text))

    def _hint(self, copied: Copied) -> str:
        """What to do if it did not work, the first time only."""
        if self._has_hinted or not copied.hint:
            return ""
        self._has_hinted = True
        return f" {copied.hint}"

    def _say(self, words: str, *, is_warning: bool = False) -> None:
        severity: SeverityLevel = "warning" if is_warning else "information"
        timeout = _SHORT_S if len(words) < _GLANCE and not is_warning else _LONG_S
        self._app.notify(words, severity=severity, timeout=timeout, markup=False)


def for_screen(text: str) -> str:
    """OSC 52 in pieces that GNU screen hands to the terminal around it, one after the other."""
    sequence = f"\x1b]52;c;{b64encode(text.encode()).decode()}\a"
    pieces = [sequence[at : at + _SCREEN_PIECE] for at in range(0, len(sequence), _SCREEN_PIECE)]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def _in_doubt(what: str, amount: str, copied: Copied, *, is_sent: bool, n_bytes: int) -> str:
    unknown = "Whether it took them can't be known here."
    if copied.program:
        return f"Copied {what}, {amount}, into the buffer of {copied.program}, which tells the terminal. {unknown}"
    failed = f" {copied.trouble[:1].upper()}{copied.trouble[1:]}." if copied.trouble else ""
    if n_bytes > _SAFE_BYTES:
        unknown = f"Many take no more than {_SAFE_BYTES:,} bytes at once; whether it took them can't be known here."
    return f"Sent {what}, {amount}, to the terminal.{failed} {unknown}"


def _failed(what: str, amount: str, copied: Copied, n_bytes: int) -> str:
    if copied.trouble:
        why = copied.trouble
    elif n_bytes > _MOST_BYTES:
        why = f"{amount} are too many for a terminal"
    else:
        why = "this terminal has no clipboard"
    return f"{what[:1].upper()}{what[1:]} was not copied: {why}. {copied.hint}".strip()
