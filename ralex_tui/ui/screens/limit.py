"""The question at a limit: what is missing, that nothing was sent, and the ways on with their prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from ralex_tui.ports.clock import Clock
from ralex_tui.ui import limit_lines
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.limit_lines import LimitQuestion
from ralex_tui.ui.screens.question import MOVES, QuestionScreen
from ralex_tui.ui.themes import Ink


class LimitScreen(QuestionScreen):
    """Dismissed with the name of an answer, as `limit_lines.NAMES` has it."""

    SCOPE = "limit"
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, *bindings_for("limit")]

    def __init__(
        self, question: LimitQuestion, clock: Clock, accent: str, ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str]
    ) -> None:
        ways = limit_lines.ways(question, keymap, ink, glyphs)
        super().__init__(ways, question.first, accent, ink, glyphs)
        self._question = question
        self._clock = clock

    def heading(self, width: int) -> list[Content]:
        return limit_lines.heading(self._question, width, self._ink, self._glyphs)

    def facts(self, width: int) -> list[Content]:
        return limit_lines.facts(self._question, width, self._ink, self._glyphs)

    def notes(self, width: int) -> list[Content]:
        return limit_lines.notes(self._question, self._clock.now(), width, self._ink)
