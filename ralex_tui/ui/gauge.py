"""The gauge of a day's money: spent heavy, held dashed, left light. Reads without colour."""

from __future__ import annotations

from textual.content import Content

from ralex_tui.domain.budget import DayBudget
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.themes import Ink


def alarm_role(percent: int) -> str | None:
    """The colour of money at a percentage of the limit: amber from 80, red from 96, else none of its own."""
    if percent >= 96:
        return "error"
    return "warn" if percent >= 80 else None


def gauge(budget: DayBudget, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """`width` cells; spent and held show at least one cell if not zero."""
    limit = max(1, budget.limit.nano)
    spent = _cells(budget.spent.amount.nano, limit, width)
    held = min(_cells(budget.held.nano, limit, width), width - min(spent, width - bool(budget.held)))
    spent = min(spent, width - held)
    role = alarm_role(budget.percent_used) or "text"
    return Content.assemble(
        (glyphs.spent * spent, ink(role)),
        (glyphs.held * held, ink("muted")),
        (glyphs.left * (width - spent - held), ink("faint")),
    )


def _cells(nano: int, limit: int, width: int) -> int:
    if nano <= 0:
        return 0
    return max(1, min(width, nano * width // limit))
