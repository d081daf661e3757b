"""Which of several links to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from ralex_tui.domain.text import visible_line
from ralex_tui.ui.bindings import BY_ID, bindings_for, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.screens.question import MOVES, QuestionScreen
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript.linked import Link
from ralex_tui.ui.ways import Way

_LONGEST = 48


class LinkChoice(QuestionScreen):
    """Dismissed with the number of the link, or "stop"; the question about that link comes after it."""

    SCOPE = "links"
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, *bindings_for("links")]

    def __init__(self, links: Sequence[Link], accent: str, ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str]) -> None:
        ways = [
            Way(str(n), "", visible_line(words, _LONGEST), more=visible_line(address, _LONGEST))
            for n, (address, words) in enumerate(links)
        ]
        keys = keys_of(BY_ID["links.stop"], keymap)
        super().__init__([*ways, Way("stop", "".join(keys[:1]), "None of them")], 0, accent, ink, glyphs)
        self.add_class("-warning")

    def heading(self, width: int) -> list[Content]:
        title = Content.styled("Which link?", self._ink("strong", bold=True))
        return [*title.wrap(width), Content("")]

    def facts(self, width: int) -> list[Content]:
        return []

    def notes(self, width: int) -> list[Content]:
        return []
