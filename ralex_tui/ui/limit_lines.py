"""The question at a limit as lines of Content: what stands against it, and the ways on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from textual.content import Content

from ralex_tui.domain.budget import DayBudget, Scope, Shortfall
from ralex_tui.domain.remarks import Choice
from ralex_tui.domain.text import visible_line
from ralex_tui.services.choices import Option
from ralex_tui.services.quote import DraftQuote
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.figures import held, limit_words, money, until
from ralex_tui.ui.gauge import gauge
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.ways import Way
from ralex_tui.ui.widgets.tier_bar import tier_word

_OF = {Scope.DAY: "today's", Scope.MONTH: "this month's", Scope.CONVERSATION: "this conversation's"}
_RAISE = {Scope.DAY: "today", Scope.MONTH: "this month", Scope.CONVERSATION: "this conversation"}
# At this much room the sentence breaks where it breathes.
_SENTENCE = 60

NAMES = {
    Choice.STEP_DOWN: "step_down",
    Choice.LOCAL: "local",
    Choice.ALLOW: "allow",
    Choice.RAISE: "raise",
    Choice.STOP: "stop",
}
"""What the answers are called in the table of commands."""

_SAFE = (Choice.STEP_DOWN, Choice.LOCAL)


@dataclass(frozen=True, slots=True)
class LimitQuestion:
    """What the question at a limit says.

    Args:
        figures: The limit that refused, whichever scope it has, in the shape of a day's.
        options: The answers that are open, in their order.
        quote: What the message would cost on each tier.
    """

    shortfall: Shortfall
    figures: DayBudget
    options: Sequence[Option]
    quote: DraftQuote
    zone: tzinfo

    @property
    def first(self) -> int:
        """Where the choice begins: the first answer that spends no more than allowed."""
        safe = [n for n, option in enumerate(self.options) if option.choice in _SAFE]
        return safe[0] if safe else len(self.options) - 1


def heading(question: LimitQuestion, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Which limit; the date at the right where there is room."""
    words = f"{glyphs.limit} This would pass {_OF[question.shortfall.limit.scope]} limit"
    date = Content.styled(f"{question.figures.day:%a %-d %b}", ink("muted"))
    title = Content.styled(words, ink("error", bold=True))
    if title.cell_length + 2 + date.cell_length <= width:
        return [spread(title, date, width), Content("")]
    return title.wrap(width)


def facts(question: LimitQuestion, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Gauge and figures, then by how much the message is too dear, and that nothing was sent."""
    shortfall = question.shortfall
    left = shortfall.limit.left
    needs = Content.assemble(
        tier_word(shortfall.need.tier, ink, glyphs),
        (f" needs up to {shortfall.worst} for this message,", ink("text")),
    )
    missing = f"{shortfall.worst - left} more than is left. Nothing was sent."
    if width >= _SENTENCE:
        sentence = [needs, Content.styled(missing, ink("text"))]
    else:
        sentence = Content.assemble(needs, (f" {missing}", ink("text"))).wrap(width)
    return [
        gauge(question.figures, width, ink, glyphs),
        *_figures(question.figures, width, ink, glyphs),
        Content(""),
        *sentence,
        Content(""),
    ]


def _figures(figures: DayBudget, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Spent, held and left, of how much: on one line, or one each."""
    parts = [
        Content.assemble(("spent ", ink("muted")), money(figures.spent, glyphs, ink)),
        Content.assemble(("held ", ink("muted")), held(figures.held, glyphs, ink)),
        Content.assemble(("left ", ink("muted")), (figures.left.show(), ink("strong", bold=True))),
    ]
    of = Content.styled(f"of {limit_words(figures.limit)}", ink("muted"))
    line = Content("   ").join(parts)
    if line.cell_length + 2 + of.cell_length <= width:
        return [spread(line, of, width)]
    return [*parts[:2], spread(parts[2], of, width)]


def ways(question: LimitQuestion, keymap: Mapping[str, str], ink: Ink, glyphs: Glyphs) -> list[Way]:
    """The open answers with what each would cost."""
    return [_way(option, question, keymap, ink, glyphs) for option in question.options]


def _way(option: Option, question: LimitQuestion, keymap: Mapping[str, str], ink: Ink, glyphs: Glyphs) -> Way:
    name = NAMES[option.choice]
    key = "".join(keys_of(BY_ID[f"limit.{name}"], keymap)[:1])
    if option.choice is Choice.STOP:
        return Way(name, key, "Stop here, keep the draft")
    if option.choice is Choice.RAISE:
        scope = question.shortfall.limit.scope
        does = f"Raise {_RAISE[scope]} to {limit_words(option.limit)}"
        by = Content.styled(f"+{option.at_most}", ink("text"))
        return Way(name, key, does, price=by, more=_until(scope, question))
    if option.choice is Choice.ALLOW:
        about = _about(option, question, ink, glyphs)
        return Way(name, key, "Allow this one message", price=about, more=f"up to {option.at_most}")
    assert option.tier is not None  # the others name who answers
    who = tier_word(option.tier, ink, glyphs)
    if option.choice is Choice.LOCAL:
        model = visible_line(option.model.ref.name, 40) if option.model is not None else ""
        return Way(name, key, "Send on", who, Content.styled("free", ink("text")), f"{model}, has no limit")
    about = _about(option, question, ink, glyphs)
    return Way(name, key, "Send on", who, about, f"at most {option.max_tokens:,} tokens")


def _about(option: Option, question: LimitQuestion, ink: Ink, glyphs: Glyphs) -> Content:
    """About what the message would cost: never more than what would be held for it."""
    offer = question.quote.tiers.get(option.tier) if option.tier is not None else None
    if offer is None or offer.about is None:
        return Content.styled(glyphs.unknown, ink("muted"))
    text = min(offer.about, option.at_most).show()
    if text.startswith("<"):
        return Content.styled(text, ink("text"))
    return Content.assemble((glyphs.estimated, ink("muted")), (text, ink("text")))


def _until(scope: Scope, question: LimitQuestion) -> str:
    ends_at = question.figures.ends_at
    if scope is Scope.CONVERSATION or ends_at is None:
        return "for as long as it goes on"
    ends = ends_at.astimezone(question.zone)
    return f"until {ends:%H:%M}" if scope is Scope.DAY else f"until {ends:%-d %b}"


def notes(question: LimitQuestion, now: datetime, width: int, ink: Ink) -> list[Content]:
    """What is written down, and when there is new money."""
    lines = ["Raising and allowing are written into the day's record."]
    ends_at = question.figures.ends_at
    match question.shortfall.limit.scope:
        case Scope.DAY if ends_at is not None:
            left_s = -(-max(0.0, (ends_at - now).total_seconds()) // 60) * 60
            lines.append(f"A new day starts in {until(left_s)}.")
        case Scope.MONTH if ends_at is not None:
            lines.append(f"A new month starts on {ends_at.astimezone(question.zone):%a %-d %b}.")
        case Scope.CONVERSATION:
            lines.append("A new conversation starts with a limit of its own.")
    return [Content(""), *(line for text in lines for line in Content.styled(text, ink("muted")).wrap(width))]


def raised_because(question: LimitQuestion) -> str:
    """The reason that a raise or an allowance is recorded with."""
    need = question.shortfall.need
    return f"asked at the limit, for a message to {need.tier.label}"
