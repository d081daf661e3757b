"""Lines of Content that fit: words are cut with `…`, figures never."""

from __future__ import annotations

from textual.content import Content


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
