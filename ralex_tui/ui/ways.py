"""The answers to a question as lines: key, what it does, what it costs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.themes import Ink

# The columns where there is room for all of them: a key ends in column 4, prices stand from 33 to 40.
_KEY = 4
_LABEL = 26
_PRICE = 8
_GAP = 5
_ROOMY = 62

_NOTHING = Content("")


@dataclass(frozen=True, slots=True)
class Way:
    """One answer to a question.

    Args:
        name: What the screen is told when it is given.
        key: The key that gives it, as people write it.
        does: What it does; `who` follows, in colours of its own.
        price: What it would cost; empty where that is no matter.
        more: A few words more.
    """

    name: str
    key: str
    does: str
    who: Content = _NOTHING
    price: Content = _NOTHING
    more: str = ""

    @property
    def width(self) -> int:
        """Cells of what it does."""
        return len(self.does) + bool(self.who) + self.who.cell_length


def way_lines(ways: Sequence[Way], chosen: int, width: int, accent: str, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Each way as Content of one or two lines; details go below, or prices too, where a line is too short."""
    if not ways:
        return []
    label = max(way.width for way in ways)
    price = max(_PRICE, *(way.price.cell_length for way in ways))
    more = max(len(way.more) for way in ways)
    key = max(len(way.key) for way in ways)
    roomy = width >= _ROOMY
    lead = _KEY + 3 if roomy else key + 4
    columns = ((max(_LABEL, label + 1), _GAP), (label + 1, _GAP), (label + 1, 2))
    line = next((each for each in columns if lead + each[0] + price + each[1] + more <= width), None)
    at = None if line is None else (lead + line[0] + price, line[1])
    return [_way(way, n == chosen, lead, at, width, accent, ink, glyphs) for n, way in enumerate(ways)]


def _way(
    way: Way, is_chosen: bool, lead: int, at: tuple[int, int] | None, width: int, accent: str, ink: Ink, glyphs: Glyphs
) -> Content:
    """One way; `at` is where prices end and how far behind details begin, or None where they go below."""
    sign = glyphs.chosen if is_chosen else " "
    head = Content.assemble((sign, ink(accent)), (way.key.rjust(lead - 3), ink(accent, bold=True)), "  ")
    does = Content.assemble(
        (way.does, ink("strong", bold=True) if is_chosen else ink("text")), " " if way.who else "", way.who
    )
    more = Content.styled(way.more, ink("text" if is_chosen else "muted"))
    if at is not None:
        blank = max(1, at[0] - lead - does.cell_length - way.price.cell_length)
        return Content.assemble(head, does, " " * blank, way.price, " " * at[1], more).rstrip()
    room = max(4, width - lead)
    lines = [does] if does.cell_length <= room else does.wrap(room)
    if way.price and lines[-1].cell_length + 1 + way.price.cell_length <= room:
        lines[-1] = spread(lines[-1], way.price, room)
    elif way.price:
        lines.append(way.price)
    lines += more.wrap(room) if way.more else []
    first = Content.assemble(head, lines[0])
    return Content("\n").join([first, *(Content.assemble(" " * lead, line) for line in lines[1:])])
