"""All that is known of one message of the review, as lines of Content. Pure."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from ralex_tui.domain.ledger import Entry, Outcome, Settlement
from ralex_tui.domain.money import Accuracy
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import figures_of, signed
from ralex_tui.ui.figures import held, money, seconds, tokens
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.review_lines import cost_of, kind_words, model_name
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_HOW = {
    Outcome.DONE: "Answered",
    Outcome.STOPPED: "Stopped by you",
    Outcome.FAILED: "Failed",
    Outcome.ABANDONED: "Cut off by a crash",
}
_WHY = {
    Accuracy.EXACT: "The provider's own figure.",
    Accuracy.COMPUTED: "The provider's tokens at the price below.",
    Accuracy.ESTIMATED: "No figure came, so it is estimated upward.",
    Accuracy.UNKNOWN: "No figure is known.",
}


def entry_lines(
    entry: Entry, width: int, ink: Ink, glyphs: Glyphs, *, reason: str = "", n_columns: int = 1
) -> list[Content]:
    """Everything the ledger knows of one request.

    Args:
        reason: Why Auto picked the tier, raw; from the conversation, empty where that doesn't say.
        n_columns: 2 sets its figures side by side, for short screens.
    """
    reservation, settlement = entry.reservation, entry.settlement
    if settlement is None:
        lines = Content.styled("It is still on its way, or its terminal is gone.", ink("muted")).wrap(width)
        rows = [("held", held(reservation.amount, glyphs, ink)), *_picked_by(entry, ink, glyphs)]
        return [*lines, Content(""), *(_row(label, value, width, ink) for label, value in rows)]
    figures, picked = _figures(entry, settlement, width // n_columns, ink, glyphs), _picked_by(entry, ink, glyphs)
    why = plain_line(_quoted(reason, glyphs), 200, ink("muted")).wrap(width) if reason else []
    lines = [*_story(entry, settlement, width, ink, glyphs), Content("")]
    if n_columns > 1:
        rows = [*figures, *picked]
        half = (width - 4) // 2
        cells = [_row(label, value, half, ink) for label, value in rows]
        left, right = cells[: -(-len(cells) // 2)], cells[-(-len(cells) // 2) :]
        right += [Content("")] * (len(left) - len(right))
        return [*lines, *(Content.assemble(one, "    ", two) for one, two in zip(left, right, strict=True)), *why]
    lines += [_row(label, value, width, ink) for label, value in figures]
    first, *rest = [_row(label, value, width, ink) for label, value in picked]
    return [*lines, Content(""), first, *why, *rest]


def _figures(entry: Entry, settlement: Settlement, width: int, ink: Ink, glyphs: Glyphs) -> list[tuple[str, Content]]:
    reservation, usage = entry.reservation, entry.usage
    rates = reservation.price.rates
    price = "free" if reservation.price.is_free else f"{rates.input.show(2)} in  {rates.output.show(2)} out per M"
    back = reservation.amount - entry.cost.amount
    rows: list[tuple[str, Content]] = [
        ("model", plain_line(model_name(reservation.model), width - 12, ink("text"))),
        ("tokens in", Content.styled(tokens(usage.input) if usage else "?", ink("text"))),
    ]
    if usage and usage.cache_read:
        rows.append(("of them cached", Content.styled(tokens(usage.cache_read), ink("text"))))
    return [
        *rows,
        ("tokens out", Content.styled(tokens(usage.output) if usage else "?", ink("text"))),
        ("held before", held(reservation.amount, glyphs, ink)),
        *_charges(entry, ink, glyphs),
        ("given back" if back.nano >= 0 else "over the hold", Content.styled((max(back, -back)).show(), ink("text"))),
        *_variance(entry, settlement, ink),
        ("price", Content.styled(price, ink("muted"))),
    ]


def message_cost(entry: Entry, ink: Ink, glyphs: Glyphs) -> Content:
    """What it was charged, or holds."""
    if entry.is_open:
        return held(entry.reservation.amount, glyphs, ink)
    if entry.corrections:
        # A charge corrected to nothing is a figure of its own, and not what a free model costs.
        return money(entry.cost, glyphs, ink)
    return cost_of(entry.reservation.tier, Sum.of([entry]), ink, glyphs)


def _picked_by(entry: Entry, ink: Ink, glyphs: Glyphs) -> list[tuple[str, Content]]:
    """Who chose the tier, what it was for, and what the user thought of it."""
    who = Content.styled("you", ink("text"))
    if entry.reservation.is_auto:
        who = Content.assemble((glyphs.auto, ink("auto")), (" Auto", ink("text")))
    rows = [("picked by", who)]
    if entry.reservation.request_kind:
        kind = Content.styled(kind_words(entry.reservation.request_kind), ink("text"))
        rows.append(("asked for, as a guess", kind))
    if opinion := _opinion(entry):
        rows.append(("you", Content.styled(opinion, ink("text"))))
    return rows


def _quoted(reason: str, glyphs: Glyphs) -> str:
    return f'"{reason}"' if glyphs is ASCII else f"“{reason}”"


def _opinion(entry: Entry) -> str:
    words = []
    if entry.thumb is not Opinion.NONE:
        words.append(f"thumb {entry.thumb.value}")
    if entry.was(Opinion.ESCALATED):
        words.append("asked a tier up")
    elif entry.was(Opinion.AGAIN):
        words.append("asked again")
    return ", ".join(words)


def _story(entry: Entry, settlement: Settlement, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """How it ended, where its figure comes from, and who has corrected it since."""
    after = f" after {seconds(settlement.duration_s)}" if settlement.duration_s is not None else ""
    lines = Content.styled(f"{_HOW[settlement.outcome]}{after}. {_WHY[settlement.accuracy]}", ink("muted")).wrap(width)
    if entry.is_cut_off:
        words = f"{glyphs.warning} Its whole hold was charged. If it was not billed, c gives it back."
        lines += Content.styled(words, ink("warn")).wrap(width)
    for correction in entry.corrections:
        who = "you" if correction.who == "user" else "the provider"
        lines += Content.styled(f"Corrected by {who}: {visible_line(correction.why, 200)}", ink("text")).wrap(width)
    return lines


def _charges(entry: Entry, ink: Ink, glyphs: Glyphs) -> list[tuple[str, Content]]:
    """What it is charged, and the figures before that struck through."""
    *before, _ = figures_of(entry)
    struck = [money(figure, glyphs, ink).stylize(Style(strike=True)) for figure in before]
    return [("charged", message_cost(entry, ink, glyphs)), *(("was", figure) for figure in reversed(struck))]


def _variance(entry: Entry, settlement: Settlement, ink: Ink) -> list[tuple[str, Content]]:
    """Where the provider's figure and ours don't agree: both."""
    if entry.variance is None or settlement.computed is None or settlement.reported is None:
        return []
    return [
        ("the provider says", Content.styled(settlement.reported.show(), ink("text"))),
        ("by our price", Content.styled(settlement.computed.show(), ink("text"))),
        ("they differ by", Content.styled(signed(entry.variance), ink("warn"))),
    ]


def _row(label: str, value: Content, width: int, ink: Ink) -> Content:
    return spread(Content.styled(label, ink("text")), value, width)
