"""The review's side on wide screens: the messages, one of them in full, and what was asked for. Pure."""

from __future__ import annotations

from textual.content import Content

from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.review_lines import GUESS, kind_words
from ralex_tui.ui.review_messages import Messages, message_lines, record_lines
from ralex_tui.ui.review_state import Stop, View
from ralex_tui.ui.themes import Ink

_MOST_LISTED = 12
_LEAST_LISTED = 3
_GAP = 2


def side(view: View, width: int, height: int, ink: Ink, glyphs: Glyphs) -> Messages:
    """As many of its groups as fit; the list is never less than a few messages."""
    asked = asked_lines(view, width, ink, glyphs)
    entry = view.entry
    if entry is None:
        return Messages(tuple(asked[:height]))
    record = record_lines(view, entry, width, ink, glyphs)
    head = 3
    room = height - head - _GAP - len(record)
    groups = [record]
    if asked and room - _GAP - len(asked) >= min(_LEAST_LISTED, len(view.listed.entries)):
        room -= _GAP + len(asked)
        groups.append(asked)
    shown = message_lines(view, width, max(_LEAST_LISTED, min(_MOST_LISTED, room)), ink, glyphs)
    lines = list(shown.lines)
    for group in groups:
        lines += [Content(""), Content(""), *group]
    return Messages(tuple(lines[:height]), shown.at, shown.first, shown.n)


def asked_lines(view: View, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """What was asked for in the span, and what it cost; nothing where the table says so already."""
    kinds = view.report.request_kinds
    if not kinds or view.stop is Stop.KINDS:
        return []
    heading = spread(Content.styled("What you asked for", ink("strong")), Content.styled("cost", ink("muted")), width)
    rows = [
        spread(Content.styled(kind_words(kind), ink("text")), money(total.cost, glyphs, ink), width)
        for kind, total in kinds.items()
    ]
    return [heading, *rows, Content.styled(GUESS, ink("muted"))]
