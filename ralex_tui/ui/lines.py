"""Lines of Content that fit: words are cut with `…`, figures never."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from textual.color import Color
from textual.content import Content
from textual.style import Style

from ralex_tui.ui.themes import Ink

Run: TypeAlias = tuple[str, Style]
"""Some text in one style."""


def joined(runs: Iterable[Run]) -> Content:
    """The runs as one line; neighbours with one style object are made one, which makes long lines quick to draw."""
    texts: list[list[str]] = []
    styles: list[Style] = []
    for text, style in runs:
        if styles and styles[-1] is style:
            texts[-1].append(text)
        else:
            texts.append([text])
            styles.append(style)
    return Content.assemble(*(("".join(parts), style) for parts, style in zip(texts, styles, strict=True)))


def spread(left: Content, right: Content, width: int) -> Content:
    """Two pieces at the two ends of a line; where it is too narrow the left one is cut, never the right."""
    room = width - right.cell_length - 1
    if left.cell_length > room:
        left = cut(left, room)
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)


def cut(content: Content, room: int) -> Content:
    """The content in at most `room` cells, with `…` where some had to go."""
    if content.cell_length <= room:
        return content
    return content.truncate(room, ellipsis=True) if room > 1 else Content("")


def beside(*pieces: Content, gap: int = 1) -> Content:
    """The pieces in a row with `gap` blanks between; empty ones leave no gap."""
    return Content(" " * gap).join([piece for piece in pieces if piece])


def highlighted(line: Content, ink: Ink) -> Content:
    """A line as the selected one: on its ground, or reversed where there are only the terminal's own."""
    if ink.palette.is_ansi:
        return Content.styled(line.plain, Style(bold=True, reverse=True))
    return line.stylize(Style(background=Color.parse(ink.palette["selected"])))
