"""Where copied text goes: to a program that keeps the system's clipboard, and to the terminal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Copied:
    """What is known of a text that was offered to the programs there are.

    Args:
        program: What took it, by its own word (exit code 0); empty where none did.
        is_certain: Whether it is in the clipboard of the computer the user sits at. A buffer of tmux is not.
        trouble: How the programs that should have taken it failed; empty where none failed.
        hint: What would make the next copy certain; empty where nothing would.
    """

    program: str = ""
    is_certain: bool = False
    trouble: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the terminal can be told of a copied text (OSC 52).

    Args:
        has_clipboard: False for the terminals that are known to have none; else nobody knows.
        is_screen: Whether GNU screen stands between, which passes on only what is wrapped for it.
    """

    has_clipboard: bool = True
    is_screen: bool = False


class Clipboard(Protocol):
    """The system's clipboard, as far as there is one."""

    terminal: Terminal

    async def copy(self, text: str) -> Copied:
        """Offer the text, which is `visible()`, to the programs there are; never raises for what they do."""
        ...
