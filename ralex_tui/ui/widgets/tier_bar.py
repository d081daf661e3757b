"""The top bar: which tier you are in, and who would answer at what price."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from ralex_tui.domain.events import Way
from ralex_tui.domain.models import Mode, Model, Tier
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.routing import Route
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import beside, cut
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_WIDE = 140
_NORMAL = 100


class TierBar(Widget):
    """Tabs for the modes at the left, model and price at the right; a click on a tab chooses it."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, mode: Mode) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self, ink: Ink, glyphs: Glyphs, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._ink = ink
        self._glyphs = glyphs
        self._mode = Mode.AUTO
        self._route: Route | None = None
        self._way = Way.LITELLM
        self._tabs: list[tuple[range, Mode]] = []

    def set_ink(self, ink: Ink) -> None:
        self._ink = ink
        self.refresh()

    def show(self, mode: Mode, route: Route | None) -> None:
        """Draw `mode` as the current tab, and who would answer the draft; None where nobody can."""
        if (mode, route) != (self._mode, self._route):
            self._mode = mode
            self._route = route
            self.refresh()

    def show_way(self, way: Way) -> None:
        """Draw how requests are carried; only what is not as usual is drawn."""
        if way is not self._way:
            self._way = way
            self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        screen_width = self.app.size.width
        left = self._tab_row(screen_width)
        if left.cell_length > width:
            left = self._tab(self._mode)
            self._tabs = [(range(left.cell_length), self._mode)]
        room = width - left.cell_length - 1
        sign = self._direct_sign() if self._way is Way.DIRECT else Content("")
        right = answerer(self._mode, self._route, room - sign.cell_length, screen_width, self._ink, self._glyphs)
        right = Content.assemble(sign, right)
        return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)

    def _direct_sign(self) -> Content:
        return Content.assemble((f"{self._glyphs.warning} direct", self._ink("warn")), "  ")

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        for columns, mode in self._tabs:
            if offset is not None and offset.x in columns:
                self.post_message(self.Chosen(mode))

    def _tab_row(self, screen_width: int) -> Content:
        """The tabs with the name before them, and F2 after where there is room; notes where each tab lies."""
        ink = self._ink
        row = Content("")
        gap = ""
        if screen_width >= _NORMAL:
            gap = " "
            row = Content.assemble(("ralex", ink("strong")), " " * (5 if screen_width >= _WIDE else 3))
        self._tabs = []
        for mode in Mode:
            tab = self._tab(mode)
            self._tabs.append((range(row.cell_length, row.cell_length + tab.cell_length), mode))
            row = Content.assemble(row, tab, gap)
        return Content.assemble(row, ("  F2", ink("muted"))) if screen_width >= _WIDE else row

    def _tab(self, mode: Mode) -> Content:
        ink, sign = self._ink, self._glyphs.mode(mode)
        if mode is self._mode:
            return Content.styled(f" {sign} {mode.label} ", ink("bg", bold=True, on=mode.value))
        return Content.assemble(" ", (sign, ink(mode.value)), (f" {mode.label} ", ink("muted")))


def answerer(mode: Mode, route: Route | None, room: int, screen_width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """Who would answer and at what price, in at most `room` cells: the pick goes first, then the price."""
    if route is None:
        return cut(Content.styled("no model can be reached", ink("muted")), max(0, room))
    sign = Content.styled(glyphs.mode(route.tier), ink(route.tier.value))
    name = plain_line(route.model.ref.name, 60, ink("text"))
    price = Content.styled(price_words(route.model, screen_width), ink("muted"))
    gap = 2 if screen_width >= _NORMAL else 1
    ways = [
        beside(beside(sign, name), price, gap=gap),
        beside(sign, name),
    ]
    if mode is Mode.AUTO and screen_width >= _WIDE:
        ways.insert(0, beside(picks(route.tier, ink, glyphs), name, price, gap=gap))
    for way in ways:
        if way.cell_length <= room:
            return way
    return cut(ways[-1], room) if room >= 6 else Content("")


def picks(tier: Tier, ink: Ink, glyphs: Glyphs, role: str = "muted") -> Content:
    """`◇ Auto picks ¢ Cheap`, its verb in `role`."""
    return Content.assemble(
        (f"{glyphs.mode(Mode.AUTO)} {Mode.AUTO.label}", ink("auto")),
        (" picks ", ink(role)),
        tier_word(tier, ink, glyphs),
    )


def tier_word(tier: Tier | Mode, ink: Ink, glyphs: Glyphs, *, is_bold: bool = False) -> Content:
    """A tier as it is always written: glyph and word in its colour."""
    return Content.styled(f"{glyphs.mode(tier)} {tier.label}", ink(tier.value, bold=is_bold or None))


def price_words(model: Model, screen_width: int) -> str:
    """`$0.30 in  $2.50 out per M`, shorter on narrow screens; `free`; `price unknown`."""
    price: Price | None = model.price
    if price is None:
        return "price unknown"
    if price.is_free:
        return "free"
    into, out = price.rates.input.show(2), price.rates.output.show(2)
    if screen_width >= _WIDE:
        return f"{into} in  {out} out per M"
    if screen_width >= _NORMAL:
        return f"{into}/{out} per M"
    return f"{into}/{out.removeprefix('$')}"
