"""What was decided on a day, as lines of Content. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from textual.content import Content

from ralex_tui.services.decided import Decided
from ralex_tui.ui.lines import cut
from ralex_tui.ui.themes import Ink

_TIME = 7
_WHO = 12


def decided_lines(decided: Sequence[Decided], zone: tzinfo, width: int, ink: Ink) -> list[Content]:
    """Time, who, what, and below it why; the newest first."""
    heading = Content.styled("What was decided", ink("strong"))
    if not decided:
        words = "Nothing: no limit was raised, no message allowed past it, no charge corrected."
        return [heading, Content(""), *Content.styled(words, ink("muted")).wrap(width)]
    return [heading, Content(""), *(line for each in reversed(decided) for line in _lines(each, zone, width, ink))]


def _lines(each: Decided, zone: tzinfo, width: int, ink: Ink) -> list[Content]:
    lead = Content.assemble(
        (f"{each.at.astimezone(zone):%H:%M}".ljust(_TIME), ink("muted")),
        cut(Content.styled(each.who, ink("text")), _WHO - 1).pad_right(max(1, _WHO - len(each.who))),
    )
    indent = lead.cell_length
    if width < 60:
        what = Content.styled(each.what, ink("text")).wrap(max(8, width - 2))
        body = [lead, *(Content.assemble("  ", line) for line in what)]
        indent = 2
    else:
        what = Content.styled(each.what, ink("text")).wrap(width - indent)
        body = [Content.assemble(lead, what[0]), *(Content.assemble(" " * indent, line) for line in what[1:])]
    why = Content.styled(each.why, ink("muted")).wrap(max(8, width - indent)) if each.why else []
    return body + [Content.assemble(" " * indent, line) for line in why]
