"""The budget in one line, for screens too narrow for the panel."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from ralex_tui.domain.budget import BudgetState
from ralex_tui.ui.figures import held, money
from ralex_tui.ui.gauge import alarm_role, gauge
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import cut, spread
from ralex_tui.ui.snapshot import Snapshot
from ralex_tui.ui.themes import Ink

_GAUGE = 14
_SHORT_GAUGE = 6


class StatusLine(Widget):
    """Left, gauge, spent, held, and what this conversation cost."""

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._snapshot = Snapshot()

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, snapshot: Snapshot) -> None:
        """Draw new figures; the same ones cost nothing."""
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self.refresh()

    def render(self) -> Content:
        return status_line(self._snapshot, self.content_size.width, self._ink, self._glyphs)


def status_line(snapshot: Snapshot, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """What is left always; then the gauge, spent, held and the conversation's cost, as far as they fit."""
    day = snapshot.day
    if day is None:
        words = "the ledger can't be read" if snapshot.problem is not None else ""
        return cut(Content.styled(words, ink("error")), width)
    budget = day.budget
    role = alarm_role(budget.percent_used) or "strong"
    state = "" if day.state is BudgetState.HEALTHY else f", {day.state.value}"
    left = Content.assemble((budget.left.show(2), ink(role, bold=True)), (f" left{state}", ink(_words(role))))
    spent = Content.assemble(money(budget.spent, glyphs, ink), (" spent", ink("text")))
    dashed = Content.assemble(held(budget.held, glyphs, ink), (" held", ink("muted", italic=True)))
    cost = snapshot.chat.cost
    chat = Content.assemble(("chat ", ink("muted")), money(cost, glyphs, ink)) if cost.amount else Content("")
    whole = [left, gauge(budget, _GAUGE, ink, glyphs), spent, *([dashed] if budget.held else [])]
    ways = [(whole, chat), (whole, Content("")), (whole[:3], Content("")), (whole[:2], Content(""))]
    for pieces, right in ways:
        line = Content("  ").join(pieces)
        if line.cell_length + 2 + right.cell_length <= width or (not right and line.cell_length <= width):
            return spread(line, right, width) if right else line
    short = Content.assemble(left, " ", gauge(budget, _SHORT_GAUGE, ink, glyphs))
    return short if short.cell_length <= width else cut(left, width)


def _words(role: str) -> str:
    return "text" if role == "strong" else role
