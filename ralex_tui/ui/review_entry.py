"""The day review's messages as lines of Content: the dearest of an hour, and all that is known of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from textual.content import Content
from textual.style import Style

from ralex_tui.domain.ledger import Entry, Outcome, Settlement
from ralex_tui.domain.money import Accuracy
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.services.decided import figures_of, signed
from ralex_tui.ui.figures import held, money, seconds, tokens
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import highlighted, spread
from ralex_tui.ui.review_lines import cost_of, model_name
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


def by_cost(entries: Sequence[Entry]) -> list[Entry]:
    """The dearest first; what is held counts as if it were spent."""
    return sorted(entries, key=lambda entry: entry.weight, reverse=True)


def title_of(entry: Entry, titles: Mapping[str, str]) -> str:
    """Of its conversation, clean."""
    return visible_line(titles.get(entry.reservation.conversation) or "A conversation that is gone", 80)


def dearest_lines(
    entries: Sequence[Entry],
    chosen: int | None,
    titles: Mapping[str, str],
    zone: tzinfo,
    width: int,
    ink: Ink,
    glyphs: Glyphs,
    most: int,
) -> list[Content]:
    """At most `most` of these entries, a line each, with the chosen one among them."""
    first = 0 if chosen is None else max(0, min(chosen - most // 2, len(entries) - most))
    lines = []
    for n, entry in list(enumerate(entries))[first : first + most]:
        reservation = entry.reservation
        at = reservation.at.astimezone(zone)
        is_cut_off = entry.settlement is not None and entry.settlement.outcome is Outcome.ABANDONED
        mark = glyphs.warning if is_cut_off and not entry.corrections else " "
        left = Content.assemble(
            (f"{at:%H:%M}", ink("muted")),
            (mark, ink("warn")),
            " ",
            (glyphs.mode(reservation.tier), ink(reservation.tier.value)),
            " ",
            (title_of(entry, titles), ink("strong", bold=True) if n == chosen else ink("text")),
        )
        line = spread(left, _cost(entry, ink, glyphs), width)
        lines.append(highlighted(line, ink) if n == chosen else line)
    return lines


def entry_lines(entry: Entry, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Everything the ledger knows of one request."""
    reservation, settlement = entry.reservation, entry.settlement
    if settlement is None:
        lines = Content.styled("It is still on its way, or its terminal is gone.", ink("muted")).wrap(width)
        return [*lines, Content(""), _row("held", held(reservation.amount, glyphs, ink), width, ink)]
    usage = entry.usage
    rates = reservation.price.rates
    price = "free" if reservation.price.is_free else f"{rates.input.show(2)} in  {rates.output.show(2)} out per M"
    back = reservation.amount - entry.cost.amount
    rows: list[tuple[str, Content]] = [
        ("model", plain_line(model_name(reservation.model), width - 12, ink("text"))),
        ("tokens in", Content.styled(tokens(usage.input) if usage else "?", ink("text"))),
    ]
    if usage and usage.cache_read:
        rows.append(("of them cached", Content.styled(tokens(usage.cache_read), ink("text"))))
    rows += [
        ("tokens out", Content.styled(tokens(usage.output) if usage else "?", ink("text"))),
        ("held before", held(reservation.amount, glyphs, ink)),
        *_charges(entry, ink, glyphs),
        ("given back" if back.nano >= 0 else "over the hold", Content.styled((max(back, -back)).show(), ink("text"))),
        *_variance(entry, settlement, ink),
        ("price", Content.styled(price, ink("muted"))),
    ]
    lines = [*_story(entry, settlement, width, ink, glyphs), Content("")]
    return lines + [_row(label, value, width, ink) for label, value in rows]


def _story(entry: Entry, settlement: Settlement, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """How it ended, where its figure comes from, and who has corrected it since."""
    after = f" after {seconds(settlement.duration_s)}" if settlement.duration_s is not None else ""
    lines = Content.styled(f"{_HOW[settlement.outcome]}{after}. {_WHY[settlement.accuracy]}", ink("muted")).wrap(width)
    if settlement.outcome is Outcome.ABANDONED and not entry.corrections:
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
    return [("charged", _cost(entry, ink, glyphs)), *(("was", figure) for figure in reversed(struck))]


def _variance(entry: Entry, settlement: Settlement, ink: Ink) -> list[tuple[str, Content]]:
    """Where the provider's figure and ours don't agree: both."""
    if entry.variance is None or settlement.computed is None or settlement.reported is None:
        return []
    return [
        ("the provider says", Content.styled(settlement.reported.show(), ink("text"))),
        ("by our price", Content.styled(settlement.computed.show(), ink("text"))),
        ("they differ by", Content.styled(signed(entry.variance), ink("warn"))),
    ]


def _cost(entry: Entry, ink: Ink, glyphs: Glyphs) -> Content:
    if entry.is_open:
        return held(entry.reservation.amount, glyphs, ink)
    if entry.corrections:
        # A charge corrected to nothing is a figure of its own, and not what a free model costs.
        return money(entry.cost, glyphs, ink)
    return cost_of(entry.reservation.tier, Sum.of([entry]), ink, glyphs)


def _row(label: str, value: Content, width: int, ink: Ink) -> Content:
    return spread(Content.styled(label, ink("text")), value, width)
