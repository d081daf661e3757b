"""The review's messages as a list, dearest first: what stands at the side, and what a row is opened into. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.text import visible_line
from ralex_tui.ui.figures import money
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import cut, highlighted, spread
from ralex_tui.ui.review_entry import entry_lines, message_cost
from ralex_tui.ui.review_lines import answers
from ralex_tui.ui.review_state import Listed, Stop, View
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

_LEAST_RECORD = 8
_FEW = 3
_TWO_COLUMNS = 72
_WORDY = 60  # from this width on the two lines of the dearest say in words what they are


@dataclass(frozen=True, slots=True)
class Messages:
    """The lines; message `first` stands in line `at`, and `n` of them are shown."""

    lines: tuple[Content, ...]
    at: int = 0
    first: int = 0
    n: int = 0

    def message_at(self, line: int) -> int | None:
        """The number of the message in a line."""
        number = line - self.at
        return self.first + number if 0 <= number < self.n else None


def title_of(entry: Entry, titles: Mapping[str, str]) -> str:
    """Of its conversation, clean."""
    return visible_line(titles.get(entry.reservation.conversation) or "A conversation that is gone", 80)


def message_lines(view: View, width: int, most: int, ink: Ink, glyphs: Glyphs) -> Messages:
    """What the messages are of, at most `most` of them with the selected one among them."""
    listed = view.listed
    head = [
        spread(Content.styled(listed.title, ink("strong")), money(listed.total.cost, glyphs, ink, is_bold=True), width),
        Content.styled(_count(listed), ink("muted")),
        Content(""),
    ]
    n = min(most, len(listed.entries))
    selected = min(view.selected, len(listed.entries) - 1)
    first = max(0, min(selected - most // 2, len(listed.entries) - most))
    has_focus = view.drilled is not None or (view.stop is Stop.MESSAGES and view.is_day)
    lines = []
    for number in range(first, first + n):
        line = _line(view, listed.entries[number], width, ink, glyphs, is_selected=number == selected)
        lines.append(highlighted(line, ink) if number == selected and has_focus else line)
    return Messages((*head, *lines), len(head), first, n)


def message_page(view: View, width: int, height: int, ink: Ink, glyphs: Glyphs) -> Messages:
    """The list with all that is known of the selected message below it, in `height` lines."""
    entry = view.entry
    if entry is None:
        words = "No message is listed." if view.drilled is not None else "Nothing was asked."
        return Messages((Content.styled(view.listed.title, ink("strong")), Content.styled(words, ink("muted"))))
    record = record_lines(view, entry, width, ink, glyphs, n_columns=2 if width >= _TWO_COLUMNS else 1)
    most = height - 3 - 2 - len(record)
    if most < _FEW:
        most = max(_FEW, min(len(view.listed.entries), height - 3 - 2 - _LEAST_RECORD))
    shown = message_lines(view, width, most, ink, glyphs)
    gap = [Content("")] * (2 if len(shown.lines) + 2 + len(record) <= height else 1)
    lines = (*shown.lines, *gap, *record)[:height]
    return Messages(lines, shown.at, shown.first, shown.n)


def record_lines(
    view: View, entry: Entry, width: int, ink: Ink, glyphs: Glyphs, *, n_columns: int = 1
) -> list[Content]:
    """When, in which conversation, and what the ledger knows of it."""
    at = entry.reservation.at.astimezone(view.zone)
    heading = plain_line(f"{at:%H:%M}, {title_of(entry, view.titles)}", 120, ink("strong"))
    reason = view.reasons.get(entry.reservation.answer, "")
    return [cut(heading, width), *entry_lines(entry, width, ink, glyphs, reason=reason, n_columns=n_columns)]


def dearest_lines(view: View, width: int, ink: Ink, glyphs: Glyphs) -> list[Content]:
    """Two lines for screens without a side: what the chosen bar cost, and its dearest messages."""
    listed, bar = view.listed, view.bar
    if bar is None or not listed.entries:
        return []
    name = f"{view.report.bars[bar].hour or 0:02d}:00" if view.is_day else f"{view.entries_of or view.day:%a %-d %b}"
    cost = money(listed.total.cost, glyphs, ink)
    lead = Content.assemble((name, ink("strong")), "  ", cost, "  ")
    selected = min(view.selected, len(listed.entries) - 1)
    words = ["dearest: " if selected == 0 else f"{selected + 1} of {len(listed.entries):,}: ", "then: "]
    if width < _WORDY:
        words = ["", ""]
    room = max(map(len, words))
    lines = []
    for n, entry in enumerate(listed.entries[selected : selected + 2]):
        tier = entry.reservation.tier
        title = Content.styled(title_of(entry, view.titles), ink("strong" if n == 0 else "text"))
        figure = message_cost(entry, ink, glyphs)
        end = Content.styled(("  enter opens" if n == 0 else " " * 13) if width >= _WORDY else "", ink("muted"))
        before = Content.assemble(
            lead if n == 0 else " " * lead.cell_length,
            (words[n].ljust(room), ink("muted")),
            (f"{glyphs.mode(tier)} ", ink(tier.value)),
        )
        place = width - before.cell_length - figure.cell_length - end.cell_length - 1
        line = Content.assemble(before, cut(title, max(0, place)), " ", figure)
        lines.append(spread(line, end, width) if n == 0 and end else line)
    return lines


def _line(view: View, entry: Entry, width: int, ink: Ink, glyphs: Glyphs, *, is_selected: bool) -> Content:
    reservation = entry.reservation
    at = reservation.at.astimezone(view.zone)
    is_cut_off = entry.settlement is not None and entry.settlement.outcome is Outcome.ABANDONED
    mark = glyphs.warning if is_cut_off and not entry.corrections else " "
    when = f"{at:%H:%M}" if view.is_day or view.drilled is None else f"{at.day:>2} {at:%b}"
    left = Content.assemble(
        (when, ink("muted" if not is_selected else "text")),
        (mark, ink("warn")),
        " ",
        (glyphs.mode(reservation.tier), ink(reservation.tier.value)),
        " ",
        (title_of(entry, view.titles), ink("strong" if is_selected else "text")),
    )
    return spread(left, message_cost(entry, ink, glyphs), width)


def _count(listed: Listed) -> str:
    n = listed.total.n_answers + listed.total.n_held
    if len(listed.entries) < n:
        return f"the dearest {len(listed.entries):,} of {answers(n)}"
    return f"the dearest of {answers(n)}" if n > 1 else answers(n)
