"""The question about a day in doubt: whether the clock, which leapt far ahead, is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from ralex_tui.ui.bindings import BY_ID, bindings_for, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.screens.question import MOVES, QuestionScreen
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.ways import Way


class DoubtScreen(QuestionScreen):
    """Dismissed with "open" or "stop".

    Args:
        named: The day that the clock names, and `last` the one of the newest entry.
    """

    SCOPE = "doubt"
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, *bindings_for("doubt")]

    def __init__(
        self, named: date, last: date, accent: str, ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str]
    ) -> None:
        ways = [
            Way("open", _key("doubt.open", keymap), f"Open {named:%a %-d %b}", more="the clock is right"),
            Way("stop", _key("doubt.stop", keymap), "Not now", more="the draft is kept"),
        ]
        super().__init__(ways, 1, accent, ink, glyphs)
        self.add_class("-warning")
        self._named = named
        self._last = last

    def heading(self, width: int) -> list[Content]:
        title = f"{self._glyphs.warning} Is it {self._named:%a %-d %b %Y}?"
        return [*Content.styled(title, self._ink("warn", bold=True)).wrap(width), Content("")]

    def facts(self, width: int) -> list[Content]:
        text = (
            f"So the clock says. The last entry is of {self._last:%a %-d %b %Y}, more than 36 hours before. "
            "Nothing was sent."
        )
        return [*Content.styled(text, self._ink("text")).wrap(min(width, 60)), Content("")]

    def notes(self, width: int) -> list[Content]:
        text = "A new day has a new limit. Opening it is written into the day's record."
        return [Content(""), *Content.styled(text, self._ink("muted")).wrap(min(width, 60))]


def _key(command: str, keymap: Mapping[str, str]) -> str:
    return "".join(keys_of(BY_ID[command], keymap)[:1])
