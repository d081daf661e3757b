"""The day review as lines of Content. Pure: a report and a width in, lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from textual.content import Content

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Accuracy
from ralex_tui.domain.usage import Sum
from ralex_tui.services.reports import Bar, DayReport
from ralex_tui.ui.charts import STACK, Column, share_bar
from ralex_tui.ui.figures import held, money, seconds, tokens
from ralex_tui.ui.gauge import gauge
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_SHARE_CELLS = 11

# As the bars stand, from below.
_ORDER = (*STACK, Tier.LOCAL)


def columns_of(bars: Sequence[Bar]) -> list[Column]:
    """The bars of a report as columns of a chart."""
    return [Column(bar.label, {tier: bar.tiers[tier].cost.amount.nano for tier in STACK}) for bar in bars]


def summary_line(report: DayReport, ink: Ink, glyphs: Glyphs) -> Content:
    """One line for narrow screens: spent, limit, gauge, percent, answers."""
    budget = report.budget
    percent = budget.percent_used
    return Content.assemble(
        (budget.spent.amount.show(2), ink("strong")),
        (f" of {budget.limit.show(2)}  ", ink("muted")),
        gauge(budget, 16, ink, glyphs),
        (f"  {percent} %, {_answers(report.total.n_answers)}", ink("muted")),
    )


def summary_lines(report: DayReport, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Three lines beside the hero: what was spent, how sure that is, what is still held."""
    budget = report.budget
    first = Content.assemble(
        ("spent of ", ink("muted")),
        (budget.limit.show(2), ink("text")),
        (f", {budget.percent_used} %, in {_answers(report.total.n_answers)}", ink("muted")),
    )
    third = Content.styled("Nothing is held.", ink("muted"))
    if budget.held:
        third = Content.assemble(held(budget.held, glyphs, ink), (" is held for requests on their way", ink("muted")))
    return [first, _certainty(report.entries, ink, glyphs), third]


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
                plain_line(_model_name(model), 26, ink("text")),
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


def dearest_lines(
    entries: Sequence[Entry], titles: Mapping[str, str], zone: tzinfo, width: int, ink: Ink, glyphs: Glyphs, most: int
) -> list[Content]:
    """The dearest requests of a bar, the dearest first."""
    charged = sorted(
        (entry for entry in entries if not entry.is_open), key=lambda entry: entry.cost.amount, reverse=True
    )
    lines = []
    for entry in charged[:most]:
        tier = entry.reservation.tier
        at = entry.reservation.at.astimezone(zone)
        cost = _cost(tier, Sum.of([entry]), ink, glyphs)
        title = plain_line(
            titles.get(entry.reservation.conversation, "a conversation that is gone"),
            max(8, width - 20),
            ink("text"),
        )
        left = Content.assemble((f"{at:%H:%M}  ", ink("muted")), (glyphs.mode(tier), ink(tier.value)), " ", title)
        lines.append(spread(left, cost, width))
    return lines


def entry_lines(entry: Entry, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Everything the ledger knows of one request."""
    reservation, settlement = entry.reservation, entry.settlement
    if settlement is None:
        return [Content.styled("It is still on its way.", ink("muted"))]
    how = {
        Outcome.DONE: "Answered",
        Outcome.STOPPED: "Stopped by you",
        Outcome.FAILED: "Failed",
        Outcome.ABANDONED: "Cut off by a crash",
    }[settlement.outcome]
    after = f" after {seconds(settlement.duration_s)}" if settlement.duration_s is not None else ""
    why = {
        Accuracy.EXACT: "The provider's own figure.",
        Accuracy.COMPUTED: "The provider's tokens at the price below.",
        Accuracy.ESTIMATED: "No figure came, so it is estimated upward.",
        Accuracy.UNKNOWN: "No figure is known.",
    }[settlement.accuracy]
    rates = reservation.price.rates
    price = "free" if reservation.price.is_free else f"{rates.input.show(2)} in  {rates.output.show(2)} out per M"
    back = reservation.amount - settlement.charged
    rows: list[tuple[str, Content]] = [
        ("model", plain_line(_model_name(reservation.model), width - 12, ink("text"))),
        ("tokens in", Content.styled(tokens(settlement.usage.input) if settlement.usage else "?", ink("text"))),
        ("tokens out", Content.styled(tokens(settlement.usage.output) if settlement.usage else "?", ink("text"))),
        ("held before", held(reservation.amount, glyphs, ink)),
        ("charged", _cost(reservation.tier, Sum.of([entry]), ink, glyphs)),
        ("given back" if back.nano >= 0 else "over the hold", Content.styled(back.show(), ink("text"))),
        ("price", Content.styled(price, ink("muted"))),
    ]
    lines = [Content.styled(f"{how}{after}.", ink("muted")), Content.styled(why, ink("muted")), Content("")]
    return lines + [spread(Content.styled(label, ink("text")), value, width) for label, value in rows]


def legend(ink: Ink, glyphs: Glyphs) -> Content:
    """Which glyph and colour is which tier."""
    parts = [_tier(tier, ink, glyphs) for tier in _ORDER]
    return Content("   ").join(parts) + Content.styled(" is free", ink("muted"))


def _certainty(entries: Sequence[Entry], ink: Ink, glyphs: Glyphs) -> Content:
    """How much of the money is exact, computed, estimated, in percent of the money."""
    by_mark = dict.fromkeys(Accuracy, 0)
    for entry in entries:
        by_mark[entry.cost.accuracy] += entry.cost.amount.nano
    whole = sum(by_mark.values())
    if not whole:
        return Content.styled("Nothing was charged.", ink("muted"))
    words = {Accuracy.EXACT: "confirmed", Accuracy.COMPUTED: "computed", Accuracy.ESTIMATED: "estimated"}
    parts = [
        Content.assemble(
            (f"{glyphs.mark(mark)} ", ink("text")), (f"{by_mark[mark] * 100 // whole} % {word}", ink("muted"))
        )
        for mark, word in words.items()
        if by_mark[mark]
    ]
    return Content("   ").join(parts)


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
    cost = _cost(tier, total, ink, glyphs, is_bold=is_total)
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


def _cost(tier: Tier | None, total: Sum, ink: Ink, glyphs: Glyphs, *, is_bold: bool = False) -> Content:
    if tier is Tier.LOCAL and not total.cost.amount:
        return Content.styled("free", ink("text"))
    return money(total.cost, glyphs, ink, is_bold=is_bold)


def _tier(tier: Tier, ink: Ink, glyphs: Glyphs) -> Content:
    return Content.styled(f"{glyphs.mode(tier)} {tier.label}", ink(tier.value))


def _model_name(model: str) -> str:
    return ModelRef(model).name if "/" in model else model


def _answers(count: int) -> str:
    return f"{count:,} answer" if count == 1 else f"{count:,} answers"


def _nothing(report: DayReport) -> str:
    return f"Nothing spent. {report.budget.limit.show(2)} was yours to spend."
