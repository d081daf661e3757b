"""Words and figures that all parts of the review share. Pure."""

from __future__ import annotations

from textual.content import Content

from ralex_tui.domain.kinds import Kind
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.review import Grain, Span
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.themes import Ink

GUESS = "a guess by the words in it"
"""What is said beside every kind of request."""

_KINDS = {
    Kind.CODE: "write code",
    Kind.DEBUG: "find a fault",
    Kind.EXPLAIN: "explain",
    Kind.WRITE: "write text",
    Kind.TRANSLATE: "translate",
    Kind.SUMMARISE: "summarise",
    Kind.DATA: "work on data",
    Kind.CHAT: "chat",
}


def model_name(model: str) -> str:
    """The last part of a model's full id."""
    return ModelRef(model).name if "/" in model.strip("/") else model


def tier_words(tier: Tier, ink: Ink, glyphs: Glyphs) -> Content:
    """`◆ Smart` in its colour."""
    return Content.styled(f"{glyphs.mode(tier)} {tier.label}", ink(tier.value))


def kind_words(kind: str) -> str:
    """What was asked for; records of earlier versions don't say."""
    if kind in list(Kind):
        return _KINDS[Kind(kind)]
    return visible_line(kind, 40) or "not known"


def cost_of(tier: Tier | None, total: Sum, ink: Ink, glyphs: Glyphs, *, is_bold: bool = False) -> Content:
    """What a group cost; `free` for a local one that cost nothing."""
    if tier is Tier.LOCAL and not total.cost.amount:
        return Content.styled("free", ink("text"))
    return money(total.cost, glyphs, ink, is_bold=is_bold)


def each_of(tier: Tier | None, total: Sum) -> str:
    """What one answer of a group cost, rounded up."""
    if not total.n_answers:
        return ""
    if tier is Tier.LOCAL and not total.cost.amount:
        return "free"
    return Usd(-(-total.cost.amount.nano // total.n_answers)).show()


def answers(count: int) -> str:
    """`1 answer`, `1,204 answers`."""
    return f"{count:,} answer" if count == 1 else f"{count:,} answers"


def this_span(span: Span) -> str:
    """`this week`, in words."""
    return "these twelve months" if span.grain is Grain.YEAR else f"this {span.grain.value}"
