"""The lines around the prompt: what waits in the queue, who would answer the draft, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.services.quote import DraftQuote, TierQuote
from ralex_tui.ui.figures import tokens
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside, cut, spread
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.widgets.tier_bar import picks, tier_word

_ROOM_FOR_TOKENS = 36
_ROOM_FOR_WHO = 14


@dataclass(frozen=True, slots=True)
class Desk:
    """What the quote lines show.

    Args:
        busy: The tier that answers now and what it does ("writing"); None where nothing is on its way.
        is_empty: Whether there is no draft yet.
        lost: What the message costs more since the prompt cache has gone cold; None where that is no matter.
        overrule: The key that sends the draft where Auto does not, and where that is; empty where there is none.
    """

    mode: Mode = Mode.AUTO
    quote: DraftQuote | None = None
    busy: tuple[Tier, str] | None = None
    n_queued: int = 0
    is_empty: bool = True
    lost: Usd | None = None
    overrule: str = ""


class QuoteLines(Widget):
    """Two lines below the prompt: who answers and why, then all four tiers with their price; else the prices."""

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._desk = Desk()

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, desk: Desk) -> None:
        """Draw a new state; the same one costs nothing."""
        if desk != self._desk:
            self._desk = desk
            self.refresh()

    def render(self) -> Content:
        width, height = self.content_size
        prices = price_line(self._desk.quote, width, self._ink, self._glyphs)
        if height < 2:
            return prices
        return Content.assemble(who_line(self._desk, width, self._ink, self._glyphs), "\n", prices)


class QueueLines(Widget):
    """The messages that wait for the answer before them, one a line; without any it takes no room."""

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._queued: Sequence[tuple[str, TierQuote | None]] = ()
        self.display = False

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, queued: Sequence[tuple[str, TierQuote | None]]) -> None:
        """Draw the queue: each message with what it would cost."""
        if queued or self._queued:
            self._queued = queued
            self.display = bool(queued)
            self.refresh(layout=True)

    def render(self) -> Content:
        muted = self._ink("muted")
        lines = []
        for n, (text, offer) in enumerate(self._queued, 1):
            head = f"{'queued' if n == 1 else '':<8}{n:<4}"
            left = Content.assemble((head, muted), plain_line(text, 200, muted))
            right = price_of(offer, False, self._ink, self._glyphs) if offer else Content("")
            lines.append(spread(left, right, self.content_size.width))
        return Content("\n").join(lines)


def who_line(desk: Desk, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """`◇ Auto picks ¢ Cheap: a reason`, and the draft's tokens at the right."""
    quote = desk.quote
    if desk.busy is not None:
        tier, doing = desk.busy
        left = Content.assemble(tier_word(tier, ink, glyphs), (f" is {doing}, esc stops it", ink("muted")))
        queued = f"{desk.n_queued} queued" if desk.n_queued else ""
        return spread(left, Content.styled(queued, ink("muted")), width)
    if quote is None:
        return Content("")
    who = _who(desk, quote, ink, glyphs)
    cold = _cold(desk.lost, ink, glyphs) if desk.lost is not None and quote.route is not None else Content("")
    count = Content("")
    if not desk.is_empty and width >= _ROOM_FOR_TOKENS:
        count = Content.styled(f"{tokens(quote.n_tokens)} tokens", ink("muted"))
    if desk.overrule and width >= _ROOM_FOR_TOKENS:
        key, _, where = desk.overrule.partition(" ")
        count = beside(Content.assemble((key, ink("text")), (f" {where}", ink("muted"))), count, gap=3)
    both = beside(cold, count, gap=3)
    if who.cell_length + 2 + both.cell_length <= width or not cold:
        return spread(who, both, width) if both else cut(who, width)
    # The price of a cold cache is news, the count of tokens is not.
    return spread(who, cold, width) if cold.cell_length + _ROOM_FOR_WHO <= width else cut(who, width)


def _cold(lost: Usd, ink: Ink, glyphs: Glyphs) -> Content:
    """That the cache is cold, and what of the price below comes of it."""
    return Content.assemble(
        ("cold cache: ", ink("warn")), (glyphs.estimated, ink("muted")), (f"{lost} more", ink("text"))
    )


def _who(desk: Desk, quote: DraftQuote, ink: Ink, glyphs: Glyphs) -> Content:
    route = quote.route
    if route is None:
        words = quote.problem.message if quote.problem is not None else "no model can be reached"
        return plain_line(words, 200, ink("warn"))
    if not route.is_auto:
        return Content.assemble(tier_word(route.tier, ink, glyphs), (f" is {route.reason}", ink("muted")))
    if desk.is_empty and route.wanted is None:
        words = " picks a tier by what you write"
        return Content.assemble(tier_word(Mode.AUTO, ink, glyphs), (words, ink("muted")))
    instead = f" instead of {route.wanted.label}" if route.wanted is not None else ""
    return Content.assemble(
        picks(route.tier, ink, glyphs, "text"),
        (f"{instead}: ", ink("muted")),
        plain_line(route.reason, 200, ink("muted")),
    )


def price_line(quote: DraftQuote | None, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """All four tiers with what the draft would cost; the one that would answer is bold. Figures are never cut."""
    if quote is None:
        return Content("")
    chosen = quote.route.tier if quote.route is not None else None
    offers = {tier: _offer(quote.tiers[tier], chosen is tier, ink, glyphs) for tier in quote.tiers}
    # The bar above is the legend of the glyphs, should the words of the other tiers not fit.
    short = [
        offer if tier is chosen else _offer(quote.tiers[tier], False, ink, glyphs, has_word=False)
        for tier, offer in offers.items()
    ]
    for pieces, gap in ((offers.values(), 3), (offers.values(), 2), (short, 3), (short, 2)):
        line = beside(*pieces, gap=gap)
        if line.cell_length <= width:
            return line
    if chosen is None:
        return Content("")
    price = price_of(quote.tiers[chosen], True, ink, glyphs)
    ways = (offers[chosen], beside(Content.styled(glyphs.mode(chosen), ink(chosen.value)), price), price)
    return next((way for way in ways if way.cell_length <= width), Content(""))


def _offer(offer: TierQuote, is_chosen: bool, ink: Ink, glyphs: Glyphs, *, has_word: bool = True) -> Content:
    sign = Content.styled(glyphs.mode(offer.tier), ink(offer.tier.value))
    word = Content.styled(offer.tier.label, ink(offer.tier.value if is_chosen else "muted", bold=is_chosen or None))
    return beside(sign, word if has_word else Content(""), price_of(offer, is_chosen, ink, glyphs))


def price_of(offer: TierQuote, is_chosen: bool, ink: Ink, glyphs: Glyphs) -> Content:
    """`≈$0.0014`, `free`, `?` for an unknown price, `no key` where nothing can be reached."""
    style = ink("strong", bold=True) if is_chosen else ink("muted")
    if offer.model is None:
        return Content.styled("none" if offer.tier is Tier.LOCAL else "no key", ink("muted"))
    if offer.is_free:
        return Content.styled("free", style)
    if offer.about is None:
        return Content.styled(glyphs.unknown, ink("muted"))
    text = offer.about.show()
    if text.startswith("<"):
        return Content.styled(text, style)
    return Content.assemble((glyphs.estimated, ink("muted")), (text, style))
