"""The question before a link is opened: the whole address, nothing cut, its host on a line of its own.

`Links.follow` in ui/links.py makes it and does what was answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.style import Style

from ralex_tui.domain.addresses import Address
from ralex_tui.ui.bindings import BY_ID, bindings_for, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.screens.question import MOVES, QuestionScreen
from ralex_tui.ui.text import plain
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.ways import Way


class LinkScreen(QuestionScreen):
    """Dismissed with "open", "copy" or "stop".

    Args:
        words: The words of the link, which may name another host than it leads to.
        obstacle: Why no browser can be opened here, as a sentence; empty where one can.
    """

    SCOPE = "link"
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, *bindings_for("link")]

    def __init__(
        self,
        address: Address,
        words: str,
        obstacle: str,
        accent: str,
        ink: Ink,
        glyphs: Glyphs,
        keymap: Mapping[str, str],
    ) -> None:
        ways = [
            *([] if obstacle else [Way("open", _key("link.open", keymap), "Open it in the browser")]),
            Way("copy", _key("link.copy", keymap), "Copy the address"),
            Way("stop", _key("link.stop", keymap), "Not now"),
        ]
        # Enter came to the link; pressed once more by habit, it must open nothing.
        super().__init__(ways, len(ways) - 1, accent, ink, glyphs)
        self._address = address
        self._obstacle = obstacle
        self._warnings = _warnings(address, words)
        self.add_class("-warning" if self._warnings else "-calm")

    def heading(self, width: int) -> list[Content]:
        title = Content.styled("This link leads to", self._ink("muted"))
        return [*title.wrap(width), *_folded(self._address.host, width, self._ink("strong", bold=True)), Content("")]

    def facts(self, width: int) -> list[Content]:
        lines = [*_folded(self._address.text, width, self._ink("text")), Content("")]
        for warning in self._warnings:
            lines += Content.styled(f"{self._glyphs.warning} {warning}", self._ink("warn")).wrap(width)
        return [*lines, *([Content("")] if self._warnings else [])]

    def notes(self, width: int) -> list[Content]:
        text = self._obstacle or "A page learns your network address and when you opened it."
        return [Content(""), *Content.styled(text, self._ink("muted")).wrap(min(width, 60))]


def _warnings(address: Address, words: str) -> list[str]:
    found = []
    if rival := address.rival(words):
        found.append(f"Its words name {rival}, and it does not lead there.")
    if address.has_login:
        found.append("What stands before the @ is a name or a password for the host above, not where it leads.")
    if address.is_punycode:
        found.append("The host has letters of other alphabets, written here as xn--: some look like Latin ones.")
    return found


def _folded(text: str, width: int, style: Style) -> list[Content]:
    """All of the text, cut at the edge and nowhere else: in an address a blank or a hyphen would mislead."""
    pieces = [text[at : at + width] for at in range(0, len(text), width)]
    return [plain(piece, style) for piece in pieces]


def _key(command: str, keymap: Mapping[str, str]) -> str:
    return "".join(keys_of(BY_ID[command], keymap)[:1])
