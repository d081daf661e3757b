"""With what a piece of text is written: a role and its emphasis, turned into a terminal style once for each theme."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.style import Style as RichStyle
from textual.color import Color
from textual.style import Style

from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.themes import Ink


class Pen(NamedTuple):
    """A role of the palette with emphasis; `ground` is the role of what lies beneath, "" for the page."""

    role: str = "text"
    bold: bool = False
    italic: bool = False
    strike: bool = False
    ground: str = ""
    is_aside: bool = False  # a remark of ours, such as a link's host; the model did not write it


Run: TypeAlias = tuple[str, Pen | Style]
Row: TypeAlias = list[Run]

TEXT = Pen()
STRONG = Pen("strong", bold=True)
MUTED = Pen("muted")
ASIDE = Pen("muted", is_aside=True)
LINE = Pen("line")


class Pens:
    """The terminal styles of a theme's pens."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._made: dict[Pen | Style, RichStyle] = {}
        # On the terminal's own ground there is none to paint.
        self._page = Style() if ink.palette.is_ansi else Style(background=Color.parse(ink.palette["bg"]))

    def __getitem__(self, pen: Pen | Style) -> RichStyle:
        style = self._made.get(pen)
        if style is None:
            style = self._made[pen] = (self._page + self._style(pen)).rich_style
        return style

    def _style(self, pen: Pen | Style) -> Style:
        if isinstance(pen, Style):
            return pen
        style = self._ink(pen.role, bold=pen.bold or None, italic=pen.italic or None, on=pen.ground or None)
        return style + Style(strike=True) if pen.strike else style


class Look(NamedTuple):
    """What of theme and glyphs decides how many rows something takes.

    Args:
        has_grounds: Whether shade parts areas; where it can't, a thin line does.
    """

    glyphs: Glyphs
    has_grounds: bool

    @property
    def has_edges(self) -> bool:
        """Whether raised areas have half-row edges; ASCII has no glyph for them."""
        return self.has_grounds and self.glyphs.writing == "▌"

    @property
    def thick_bar(self) -> str:
        return "▌" if self.glyphs.writing == "▌" else self.glyphs.bar

    @property
    def thin_bar(self) -> str:
        """Parts what belongs to the chosen one from it; never the thick one's twin."""
        return "│" if self.glyphs.writing == "▌" else ":"

    @property
    def bullet(self) -> str:
        return "•" if self.glyphs.writing == "▌" else "-"


def width_of(row: Row | tuple[Run, ...]) -> int:
    """Cells that a row takes."""
    return sum(cell_len(text) for text, _ in row)
