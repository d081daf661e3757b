"""The budget panel: one loud number, then text in columns. Draws snapshots and knows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from ralex_tui.domain.budget import BudgetState, Limit
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO
from ralex_tui.domain.usage import Sum
from ralex_tui.ui.digits import digit_rows
from ralex_tui.ui.figures import limit_words, money, overrun_words, seconds, tokens, until
from ralex_tui.ui.gauge import alarm_role, gauge
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.lines import cut, spread
from ralex_tui.ui.notices import ONLY
from ralex_tui.ui.snapshot import ChatFigures, DayFigures, Snapshot
from ralex_tui.ui.text import plain
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.widgets.tier_bar import tier_word

if TYPE_CHECKING:
    from ralex_tui.domain.review import Savings


class BudgetPanel(Widget):
    """Today's money, by tier, this conversation, the last answer, what Auto saved; as many as the height holds."""

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._snapshot = Snapshot()
        self._drawn: list[Content] = []

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, snapshot: Snapshot) -> None:
        """Draw new figures; the same ones cost nothing, and a clock that goes on costs its own line."""
        if snapshot == self._snapshot:
            return
        self._snapshot = snapshot
        old, new = self._drawn, self._lines()
        changed = [n for n, line in enumerate(new) if n < len(old) and line != old[n]]
        if len(old) != len(new):
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, n, self.content_size.width, 1) for n in changed))

    def render(self) -> Content:
        self._drawn = self._lines()
        return Content("\n").join(self._drawn)

    def _lines(self) -> list[Content]:
        size = self.content_size
        if size.width <= 0:
            return []  # folded away
        return panel_lines(self._snapshot, size.width, size.height, self._ink, self._glyphs)


def panel_lines(snapshot: Snapshot, width: int, height: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """The panel as lines: the last groups go first where the height is short, the first never."""
    day = snapshot.day
    if day is None:
        heading = Content.styled("Today", ink("strong"))
        if snapshot.problem is None:
            return [heading]
        told = plain(snapshot.problem.message, ink("error")).wrap(width)
        return [heading, Content(""), *told, Content(""), *plain(snapshot.problem.hint, ink("muted")).wrap(width)]
    lines = _today(day, snapshot, width, ink, glyphs)
    if len(lines) > height:
        lines = _today_in_short(day, width, ink, glyphs)
    for group in (
        _by_tier(day, width, ink, glyphs),
        _conversation(snapshot.chat, width, ink, glyphs),
        _last_answer(snapshot.chat, width, ink, glyphs),
        _saved(day.savings, width, ink, glyphs),
    ):
        if len(lines) + 2 + len(group) > height:
            break
        if group:
            lines += [Content(""), Content(""), *group]
    return lines


def _today(day: DayFigures, snapshot: Snapshot, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    budget, left_s = day.budget, snapshot.left_s
    role = alarm_role(budget.percent_used)
    title = spread(_title(day, ink), Content.styled(f"{budget.day:%a %-d %b}", ink("muted")), width)
    left = budget.left.show(2)
    if glyphs is ASCII or 3 * len(left) > width:
        hero = [Content.styled(left, ink(role or "strong", bold=True))]
    else:
        hero = [Content.styled(row, ink(role or "strong", bold=True)) for row in digit_rows(left)]
    of = f"left of {budget.limit.show(2)}"
    dot = "," if glyphs is ASCII else " ·"
    ways = (f"{of}, new day in {until(left_s)}", f"{of}{dot} {until(left_s)} to go", f"{of}{dot} {until(left_s)}")
    reset = next((way for way in ways if len(way) <= width), of)
    return [
        title,
        Content(""),
        *hero,
        cut(Content.styled(reset, ink("muted")), width),
        Content(""),
        gauge(budget, width, ink, glyphs),
        Content(""),
        *_spent_held_left(day, width, ink, glyphs),
        *_month(snapshot.month, width, ink),
        *_overruns(day, width, ink),
        *_warning(day, ink, glyphs, width),
        *_clock(day, width, ink, glyphs),
    ]


def _title(day: DayFigures, ink: Ink) -> Content:
    """`Today`, and in a word how little is left."""
    if day.state is BudgetState.HEALTHY:
        return Content.styled("Today", ink("strong"))
    role = alarm_role(day.budget.percent_used) or "text"
    return Content.assemble(("Today  ", ink("strong")), (day.state.value, ink(role, bold=True)))


def _month(month: Limit | None, width: int, ink: Ink) -> list[Content]:
    return [] if month is None else [_left_of("month left", month, width, ink)]


def _left_of(label: str, limit: Limit, width: int, ink: Ink) -> Content:
    """What a limit beside the day's leaves, of how much."""
    percent = 100 if limit.amount.nano <= 0 else (limit.amount - limit.left).nano * 100 // limit.amount.nano
    left = Content.styled(limit.left.show(), ink(alarm_role(percent) or "text"))
    return _row(label, Content.assemble(left, (f" of {limit_words(limit.amount)}", ink("muted"))), width, ink)


def _overruns(day: DayFigures, width: int, ink: Ink) -> list[Content]:
    words = overrun_words(day.budget.n_overruns, day.budget.overrun)
    return Content.styled(words, ink("muted")).wrap(width) if words else []


def _clock(day: DayFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """That the clock can't be believed, where it can't."""
    budget = day.budget
    if budget.is_behind:
        words = f"the clock was set back: {budget.day:%a %-d %b} goes on"
    elif budget.doubted is not None:
        words = f"the clock says {budget.doubted:%a %-d %b}: a paid message asks first"
    else:
        return []
    return [Content(""), *Content.styled(f"{glyphs.warning} {words}", ink("warn")).wrap(width)]


def _today_in_short(day: DayFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """What never goes: left, gauge, spent, held, left."""
    budget = day.budget
    role = alarm_role(budget.percent_used) or "strong"
    return [
        spread(
            Content.styled(f"{budget.left.show(2)} left", ink(role, bold=True)),
            Content.styled(f"of {budget.limit.show(2)}", ink("muted")),
            width,
        ),
        gauge(budget, width, ink, glyphs),
        *_spent_held_left(day, width, ink, glyphs),
    ]


def _spent_held_left(day: DayFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    budget = day.budget
    role = alarm_role(budget.percent_used) or "text"
    held = Content.styled(budget.held.show(), ink("muted", italic=True))
    left = Content.styled(budget.left.show(), ink("text"))
    return [
        _share(
            day, glyphs.spent, "spent", role, budget.spent.amount.nano, money(budget.spent, glyphs, ink), width, ink
        ),
        _share(day, glyphs.held, "held", role, budget.held.nano, held, width, ink),
        _share(day, glyphs.left, "left", "faint", budget.left.nano, left, width, ink),
    ]


def _share(
    day: DayFigures, sign: str, word: str, role: str, nano: int, figure: Content, width: int, ink: Ink
) -> Content:
    limit = day.budget.limit.nano
    percent = round(nano * 100 / limit) if limit > 0 else 0
    right = Content.assemble((f"{percent} %", ink("muted")), " " * max(1, 10 - figure.cell_length), figure)
    return spread(Content.assemble((sign, ink(role)), (f" {word}", ink("text"))), right, width)


def _warning(day: DayFigures, ink: Ink, glyphs: Glyphs, width: int) -> list[Content]:
    """The highest threshold reached, in words; amber from 80 %, red from 96 %, before that a plain line."""
    reached = day.reached
    if reached is None:
        return []
    words = "Today's limit is reached" if reached >= 100 else f"{reached} % of today is gone"
    role = alarm_role(reached)
    if role is None:
        return [Content(""), Content.styled(f"{words}.", ink("muted"))]
    sign = glyphs.limit if role == "error" else glyphs.warning
    return [
        Content(""),
        Content.styled(f"{sign} {words}", ink(role, bold=True)),
        *Content.styled(ONLY[day.state], ink("muted")).wrap(width),
    ]


def _by_tier(day: DayFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    header = Content.styled(f"answers{'cost':>11}", ink("muted"))
    lines = [spread(Content.styled("By tier", ink("strong")), header, width)]
    if not any(total.n_answers for total in day.tiers.values()):
        words = f"Nothing spent today. {day.budget.limit.show(2)} is yours."
        return [*lines, *Content.styled(words, ink("muted")).wrap(width)]
    for tier, total in day.tiers.items():
        figure = _tier_cost(tier, total, ink, glyphs)
        right = Content.assemble((f"{total.n_answers:,}", ink("text")), " " * (11 - figure.cell_length), figure)
        lines.append(spread(tier_word(tier, ink, glyphs), right, width))
    return lines


def _tier_cost(tier: Tier, total: Sum, ink: Ink, glyphs: Glyphs) -> Content:
    if tier is Tier.LOCAL and not total.cost.amount:
        return Content.styled("free", ink("text"))
    if total.n_answers == 0:
        return Content.styled(ZERO.show(), ink("muted"))
    return money(total.cost, glyphs, ink)


def _conversation(chat: ChatFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    if not chat.n_messages:
        return []
    count = "1 message" if chat.n_messages == 1 else f"{chat.n_messages:,} messages"
    context = Content.styled(tokens(chat.n_context), ink("text"))
    of = f" of {tokens(chat.context)}" if chat.context is not None else " tokens"
    cost = Content.styled("free", ink("text"))
    if chat.cost.amount or chat.last is None:
        cost = money(chat.cost, glyphs, ink)
    return [
        spread(Content.styled("This conversation", ink("strong")), Content.styled(count, ink("muted")), width),
        _row("cost", cost, width, ink),
        _row("context", Content.assemble(context, (of, ink("muted"))), width, ink),
        *_cache(chat, width, ink, glyphs),
        *([] if chat.limit is None else [_left_of("limit left", chat.limit, width, ink)]),
    ]


def _cache(chat: ChatFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """How long the provider still keeps the conversation, or what it costs that it does no more."""
    if chat.cache is None:
        return []
    if chat.cache_left_s:
        minutes, rest = divmod(chat.cache_left_s, 60)
        value = Content.assemble(("warm", ink("cheap")), (f" {minutes}:{rest:02} left", ink("muted")))
        return [_row("prompt cache", value, width, ink)]
    worth = chat.cache.worth
    cold = Content.styled("cold", ink("text"))
    if not worth:
        return [_row("prompt cache", cold, width, ink)]
    more = Content.assemble((f"{glyphs.estimated}", ink("muted")), (f"{worth}", ink("text")), (" more", ink("muted")))
    return [_row("prompt cache", cold, width, ink), _row("  next costs", more, width, ink)]


def _last_answer(chat: ChatFigures, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    last = chat.last
    if last is None or last.cost is None:
        return []
    who = tier_word(last.tier, ink, glyphs) if last.tier is not None else Content("")
    cost = money(last.cost, glyphs, ink) if last.cost.amount else Content.styled("free", ink("text"))
    lines = [spread(Content.styled("Last answer", ink("strong")), who, width), _row("cost", cost, width, ink)]
    if last.usage is not None:
        usage = f"{tokens(last.usage.input)} in  {tokens(last.usage.output)} out"
        lines.append(_row("tokens", Content.styled(usage, ink("text")), width, ink))
    if last.first_token_s is not None:
        first = Content.styled(f"after {seconds(last.first_token_s)}", ink("text"))
        lines.append(_row("first token", first, width, ink))
    return lines


def _saved(savings: Savings | None, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """What Auto saved today beside Smart alone, or cost more; nothing where that is not known."""
    saved = savings.saved if savings is not None and savings.n_counted else None
    if not saved:
        return []
    words, amount = ("Auto saved today", saved) if saved > ZERO else ("Auto cost more today", -saved)
    shown = amount.show(2)
    figure = shown if shown.startswith("<") else f"{glyphs.estimated}{shown}"
    return [spread(Content.styled(words, ink("strong")), Content.styled(figure, ink("strong")), width)]


def _row(label: str, value: Content, width: int, ink: Ink) -> Content:
    return spread(Content.styled(label, ink("text")), value, width)
