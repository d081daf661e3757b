"""The review's tables: by tier and model, by conversation, by kind of request, and how the models did. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Figure
from ralex_tui.domain.review import Cell, ModelRecord
from ralex_tui.domain.usage import Sum
from ralex_tui.ui.charts import share_bar
from ralex_tui.ui.figures import money, tokens
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.review_lines import GUESS, cost_of, each_of, kind_words, model_name, tier_words
from ralex_tui.ui.review_series import ORDER, model_letters
from ralex_tui.ui.review_state import Stop, View
from ralex_tui.ui.tables import Col, Table
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_SHARE = 11
_WITH_MODELS = 96  # from this width on the first table has a row a model
_GONE = "A conversation that is gone"

_SUM_COLS = (
    Col("answers", 3),
    Col("in", 5),
    Col("out", 4),
    Col("each", 2),
    Col("cost"),
    Col("share", 1, is_left=True, least=_SHARE),
)
_MODEL_COLS = (
    Col("answers", 3),
    Col("first token", 1),
    Col("tok/s", 2),
    Col("failed", 4),
    Col("timed out", 5),
    Col("each"),
    Col("again", 7),
    Col("thumbs", 6),
)


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """A table, and what part of the span each row stands for."""

    table: Table
    cells: Sequence[Cell]
    titles: Sequence[str]


def review_table(view: View, width: int, ink: Ink, glyphs: Glyphs) -> ReviewTable:
    """The table at which the user is; by tier where that is none."""
    match view.stop:
        case Stop.CONVERSATIONS:
            return _conversations(view, ink, glyphs)
        case Stop.KINDS:
            return _kinds(view, width, ink, glyphs)
        case Stop.MODELS:
            return _models(view, ink, glyphs)
        case _:
            return _tiers(view, width, ink, glyphs)


def _tiers(view: View, width: int, ink: Ink, glyphs: Glyphs) -> ReviewTable:
    report = view.report
    rows: list[tuple[Content, Tier, str | None, Sum]] = []
    if width < _WITH_MODELS and not view.is_by_model:
        sums = [(tier, report.tiers[tier]) for tier in ORDER]
        rows = [
            (tier_words(tier, ink, glyphs), tier, None, total) for tier, total in sums if total.n_answers or total.held
        ]
        heading = Content.styled("tier", ink("muted"))
    else:
        letters = model_letters(report) if view.is_by_model else {}
        last: Tier | None = None
        for (tier, model), total in sorted(report.by_model.items(), key=lambda item: ORDER.index(item[0][0])):
            name = Content.assemble(
                tier_words(tier, ink, glyphs).pad_right(5 - len(tier.label)) if tier is not last else " " * 7,
                "  ",
                (f"{letters.get((tier, model), ' ')} " if letters else "", ink(tier.value)),
                plain_line(model_name(model), 40, ink("text")),
            )
            rows.append((name, tier, model, total))
            last = tier
        heading = Content.styled("By tier and model", ink("strong"))
    largest = max((total.cost.amount.nano for *_, total in rows), default=0)
    table = Table(
        heading,
        _SUM_COLS,
        [(name, _figures(tier, total, largest, ink, glyphs)) for name, tier, _, total in rows],
        _total(view, ink, glyphs) if width >= _WITH_MODELS else None,
    )
    titles = [f"{tier.label} {model_name(model)}" if model else tier.label for _, tier, model, _ in rows]
    return ReviewTable(table, [Cell(tier=tier, model=model) for _, tier, model, _ in rows], titles)


def _conversations(view: View, ink: Ink, glyphs: Glyphs) -> ReviewTable:
    groups = view.report.conversations
    largest = max((total.cost.amount.nano for total in groups.values()), default=0)
    rows = [
        (
            plain_line(view.titles.get(id_) or _GONE, 80, ink("text" if id_ in view.titles else "muted")),
            _figures(None, total, largest, ink, glyphs),
        )
        for id_, total in groups.items()
    ]
    heading = Content.styled("By conversation", ink("strong"))
    cells = [Cell(conversation=id_) for id_ in groups]
    table = Table(heading, _SUM_COLS, rows, _total(view, ink, glyphs))
    return ReviewTable(table, cells, [view.titles.get(id_) or _GONE for id_ in groups])


def _kinds(view: View, width: int, ink: Ink, glyphs: Glyphs) -> ReviewTable:
    groups = view.report.request_kinds
    largest = max((total.cost.amount.nano for total in groups.values()), default=0)
    rows = [
        (Content.styled(kind_words(kind), ink("text")), _figures(None, total, largest, ink, glyphs))
        for kind, total in groups.items()
    ]
    guess = f"  {GUESS}" if width >= _WITH_MODELS else "  a guess"
    heading = Content.assemble(("By kind", ink("strong")), (guess, ink("muted")))
    table = Table(heading, _SUM_COLS, rows, _total(view, ink, glyphs))
    return ReviewTable(table, [Cell(request_kind=kind) for kind in groups], [kind_words(kind) for kind in groups])


def _models(view: View, ink: Ink, glyphs: Glyphs) -> ReviewTable:
    records = view.report.models
    rows = [
        (
            plain_line(model_name(model), 40, ink("text")),
            _record(record, ink, glyphs, is_local=(Tier.LOCAL, model) in view.report.by_model),
        )
        for model, record in records.items()
    ]
    heading = Content.assemble(("Models", ink("strong")), ("  p50 / p95", ink("muted")))
    table = Table(heading, _MODEL_COLS, rows)
    return ReviewTable(table, [Cell(model=model) for model in records], [model_name(model) for model in records])


def _figures(
    tier: Tier | None, total: Sum, largest: int, ink: Ink, glyphs: Glyphs, *, is_total: bool = False
) -> list[Content]:
    share = "" if is_total else share_bar(total.cost.amount.nano, largest, _SHARE, glyphs)
    return [
        Content.styled(f"{total.n_answers:,}", ink("text")),
        Content.styled(tokens(total.n_input), ink("muted")),
        Content.styled(tokens(total.n_output), ink("muted")),
        Content.styled(each_of(tier, total), ink("muted")),
        cost_of(tier, total, ink, glyphs, is_bold=is_total),
        Content.styled(share, ink(tier.value if tier else "text")),
    ]


def _total(view: View, ink: Ink, glyphs: Glyphs) -> tuple[Content, Sequence[Content]]:
    return Content.styled("all", ink("text")), _figures(None, view.report.total, 0, ink, glyphs, is_total=True)


def _record(record: ModelRecord, ink: Ink, glyphs: Glyphs, *, is_local: bool) -> list[Content]:
    """Counts, not shares: two of three failed is another thing than two hundred of three hundred."""
    slash = "/" if glyphs is ASCII else " / "
    first = record.first_token_s
    speed = record.speed
    thumbs = [f"{sign}{count}" for sign, count in (("+", record.n_up), ("-", record.n_down)) if count]
    return [
        Content.styled(f"{record.n:,}", ink("text")),
        Content.styled(f"{first[0]:.1f}{slash}{first[1]:.1f} s" if first else glyphs.unknown, ink("text")),
        Content.styled(f"{speed[0]:.0f}{slash}{speed[1]:.0f}" if speed else glyphs.unknown, ink("text")),
        _count(record.n_failed, ink, "error"),
        _count(record.n_timeouts, ink, "error"),
        _each(record, ink, glyphs, is_local=is_local),
        _count(record.n_again, ink, "text"),
        Content.styled(" ".join(thumbs) or "0", ink("text" if thumbs else "muted")),
    ]


def _each(record: ModelRecord, ink: Ink, glyphs: Glyphs, *, is_local: bool) -> Content:
    if record.cost_each is None:
        return Content.styled(glyphs.unknown, ink("muted"))
    if is_local and not record.cost_each:
        return Content.styled("free", ink("text"))
    return money(Figure(record.cost_each, record.cost.accuracy), glyphs, ink)


def _count(count: int, ink: Ink, role: str) -> Content:
    return Content.styled(f"{count:,}", ink(role if count else "muted"))
