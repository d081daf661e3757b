"""The review's first and last line: which span, which come before and after, and the keys that help now. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from ralex_tui.domain.review import Grain, Span
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.review_state import Page, Stop, View
from ralex_tui.ui.themes import Ink

_WIDE = 90

Hint = tuple[str, str, int]


def title_line(view: View, width: int, ink: Ink, glyphs: Glyphs) -> Content:
    """What is shown, and between which others of its kind it stands."""
    span = view.report.span
    is_wide = width >= _WIDE
    left, right = ("<", ">") if glyphs is ASCII else ("‹", "›")
    gap = " " * (5 if is_wide else 3)
    after = span.after()
    dates = Content.assemble(
        (f"{left} {_short(span.before())}{gap}", ink("muted")),
        (_long(span, is_wide=is_wide), ink("strong")),
        ("" if after.first > view.today else f"{gap}{_short(after)} {right}", ink("muted")),
    )
    name = f"{span.grain.value.capitalize()} review"
    return spread(
        Content.assemble(("ralex     " if is_wide else "", ink("strong")), (name, ink("strong"))), dates, width
    )


def keys_line(view: View, width: int, ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str], *, is_wide: bool) -> Content:
    """The keys in the order of the screen, as many as fit."""
    hints = _hints(view, glyphs, keymap, is_wide=is_wide)
    for gap in (5, 4, 3):
        line = _line(hints, gap, ink)
        if line.cell_length <= width:
            return line
    while len(hints) > 1 and _line(hints, 3, ink).cell_length > width:
        hints.remove(max(hints, key=lambda hint: hint[2]))
    return _line(hints, 3, ink)


def _line(hints: list[Hint], gap: int, ink: Ink) -> Content:
    parts = [Content.assemble((key, ink("text")), (f" {word}", ink("muted"))) for key, word, _ in hints]
    return Content(" " * gap).join(parts)


def _hints(view: View, glyphs: Glyphs, keymap: Mapping[str, str], *, is_wide: bool) -> list[Hint]:
    """Key, word and rank: where room is short, the highest go first."""

    def of(command: str, word: str, rank: int) -> Hint:
        return "".join(keys_of(BY_ID[f"review.{command}"], keymap)[:1]), word, rank

    grain = view.grain
    across, along = ("left/right", "up/down") if glyphs is ASCII else ("←→", "↑↓")
    back = [of("back", _back_word(view), 0)]
    if view.drilled is not None:
        return [(along, "message", 1), of("open", "go there", 2), of("correct", "correct", 3), *back]
    if view.page is not Page.CHART:
        close = of("decided" if view.page is Page.DECIDED else "savings", "chart", 1)
        return [close, ("[ ]", grain.value, 2), *back]
    bar = {Grain.DAY: "hour", Grain.WEEK: "day", Grain.MONTH: "day", Grain.YEAR: "week"}[grain]
    is_table = view.stop is not Stop.MESSAGES
    down = "row" if is_table else "day" if grain is Grain.YEAR else "message"
    enter = "messages" if is_table else ("go there" if is_wide else "drill down") if view.is_day else "open the day"
    return [
        (across, bar, 2),
        *([(along, down, 5)] if is_table or grain in (Grain.DAY, Grain.YEAR) else []),
        of("open", enter, 1),
        ("[ ]", grain.value, 4),
        of("table_next", "tables", 3),
        *(
            of(command, "day" if grain is of_grain else of_grain.value, rank)
            for command, of_grain, rank in (("week", Grain.WEEK, 6), ("month", Grain.MONTH, 7), ("year", Grain.YEAR, 8))
        ),
        of("by_model", "by tier" if view.is_by_model else "by model", 12),
        of("savings", "savings", 9),
        of("export", "export", 10),
        *([of("correct", "correct", 13), of("decided", "decided", 11)] if view.is_day else []),
        *back,
    ]


def _back_word(view: View) -> str:
    return "back" if view.drilled is not None or view.page is not Page.CHART else "chat"


def _short(span: Span) -> str:
    first = span.first
    match span.grain:
        case Grain.DAY:
            return f"{first:%a} {first.day}"
        case Grain.WEEK:
            return f"{first.day} {first:%b}"
        case Grain.MONTH:
            return f"{first:%b}"
        case Grain.YEAR:
            return f"{span.last:%b %Y}"


def _long(span: Span, *, is_wide: bool) -> str:
    first, last = span.first, span.last
    month = "%B" if is_wide else "%b"
    match span.grain:
        case Grain.DAY:
            return f"{first:%a} {first.day} {first:{'%B %Y' if is_wide else '%b'}}"
        case Grain.WEEK:
            start = f"{first.day}" if first.month == last.month else f"{first.day} {first:{month}}"
            return f"{start} to {last.day} {last:{month}} {last:%Y}"
        case Grain.MONTH:
            return f"{first:%B %Y}"
        case Grain.YEAR:
            return f"{first:{month} %Y} to {last:{month} %Y}"
