"""The day review's bars and tables as lines of Content. Pure: a report and a width in, lines out."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.usage import Sum
from ralex_tui.services.reports import Bar, DayReport
from ralex_tui.ui.charts import STACK, Column, share_bar
from ralex_tui.ui.figures import money, tokens
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_SHARE_CELLS = 11

# As the bars stand, from below.
_ORDER = (*STACK, Tier.LOCAL)


def columns_of(bars: Sequence[Bar]) -> list[Column]:
    """The bars of a report as columns of a chart."""
    return [Column(bar.label, {tier: bar.tiers[tier].cost.amount.nano for tier in STACK}) for bar in bars]


def tier_table(report: DayReport, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Answers, tokens and cost by tier and, where there is room, by model; shares as lines."""
    with_models = width >= 96
    rows: list[tuple[Content, Tier, Sum]] = []
    if with_models:
        last: Tier | None = None
        for (tier, model), total in sorted(report.models.items(), key=lambda item: _ORDER.index(item[0][0])):
            name = Content.assemble(
                _tier(tier, ink, glyphs).pad_right(5 - len(tier.label)) if tier is not last else Content(" " * 7),
                "  ",
                plain_line(model_name(model), 26, ink("text")),
            )
            rows.append((name, tier, total))
            last = tier
    else:
        rows = [(_tier(tier, ink, glyphs), tier, report.tiers[tier]) for tier in _ORDER if report.tiers[tier].n_answers]
    name_width = 36 if with_models else 9
    lines = [_heading("By tier and model" if with_models else "tier", name_width, ink, is_strong=with_models)]
    if not rows:
        return [Content.styled(_nothing(report), ink("muted"))]
    if with_models:
        lines.append(Content(""))
    largest = max(total.cost.amount.nano for _, _, total in rows)
    lines += [_row(name, name_width, tier, total, largest, width, ink, glyphs) for name, tier, total in rows]
    if with_models:
        everything = _row(
            Content.styled("all", ink("text")), name_width, None, report.total, 0, width, ink, glyphs, is_total=True
        )
        lines += [Content(""), everything]
    return lines


def legend(ink: Ink, glyphs: Glyphs) -> Content:
    """Which glyph and colour is which tier."""
    parts = [_tier(tier, ink, glyphs) for tier in _ORDER]
    return Content("   ").join(parts) + Content.styled(" is free", ink("muted"))


def _row(
    name: Content,
    name_width: int,
    tier: Tier | None,
    total: Sum,
    largest: int,
    width: int,
    ink: Ink,
    glyphs: Glyphs,
    *,
    is_total: bool = False,
) -> Content:
    each = "free"
    if total.cost.amount and total.n_answers:
        each = type(total.cost.amount)(-(-total.cost.amount.nano // total.n_answers)).show()
    cost = cost_of(tier, total, ink, glyphs, is_bold=is_total)
    share = share_bar(total.cost.amount.nano, largest, _SHARE_CELLS, glyphs) if tier else ""
    room = width - name_width - 8 - 11 - 10 - 11 - 11 - 3
    return Content.assemble(
        name,
        " " * max(0, name_width - name.cell_length),
        (f"{total.n_answers:>8,}", ink("text")),
        (f"{tokens(total.n_input):>11}", ink("muted")),
        (f"{tokens(total.n_output):>10}", ink("muted")),
        (f"{each:>11}", ink("muted")),
        " " * max(1, 11 - cost.cell_length),
        cost,
        "   " if room >= _SHARE_CELLS else "",
        (share if room >= _SHARE_CELLS else "", ink(tier.value if tier else "text")),
    )


def _heading(first: str, name_width: int, ink: Ink, *, is_strong: bool) -> Content:
    return Content.assemble(
        (first.ljust(name_width), ink("strong" if is_strong else "muted")),
        (f"{'answers':>8}{'in':>11}{'out':>10}{'each':>11}{'cost':>11}   share", ink("muted")),
    )


def cost_of(tier: Tier | None, total: Sum, ink: Ink, glyphs: Glyphs, *, is_bold: bool = False) -> Content:
    if tier is Tier.LOCAL and not total.cost.amount:
        return Content.styled("free", ink("text"))
    return money(total.cost, glyphs, ink, is_bold=is_bold)


def _tier(tier: Tier, ink: Ink, glyphs: Glyphs) -> Content:
    return Content.styled(f"{glyphs.mode(tier)} {tier.label}", ink(tier.value))


def model_name(model: str) -> str:
    return ModelRef(model).name if "/" in model else model


def _nothing(report: DayReport) -> str:
    return f"Nothing spent. {report.budget.limit.show(2)} was yours to spend."
