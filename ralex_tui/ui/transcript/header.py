"""How a message's own lines are drawn: who spoke, how it stands, what it took, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from ralex_tui.domain.conversation import Message, MessageState
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.text import unix_lines, visible, visible_line
from ralex_tui.ui import figures
from ralex_tui.ui.markdown.pens import MUTED, STRONG, TEXT, Look, Pen, Row, width_of
from ralex_tui.ui.markdown.wrap import clip, wrap
from ralex_tui.ui.themes import Ink

Word: TypeAlias = Literal["waiting", "thinking", "writing"]

_SHORTEST_MODEL = 4  # cells; less of a model's name says nothing


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How an answer on its way stands. `held` is what is set aside for it; None where it costs nothing."""

    word: Word
    elapsed_s: float
    tokens_per_second: float | None
    held: Usd | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know, kept in the transcript: what, a sentence why, the way out."""

    level: Literal["warning", "limit", "info"]
    heading: str
    text: str
    hint: str
    at: datetime


@dataclass(slots=True)
class Frame:
    """What all parts of a transcript are drawn with; `serial` grows when the theme changes.

    Args:
        is_wide: Whether the screen has room for tokens per second.
    """

    look: Look
    ink: Ink
    is_wide: bool = False
    serial: int = 0


def clock(at: datetime) -> str:
    """Local time, 14:05."""
    return at.astimezone().strftime("%H:%M")


def answer_header(message: Message, status: LiveStatus | None, frame: Frame, width: int) -> Row:
    """Tier and model at the left; at the right how it stands, how long it took, what it cost.

    Where room is short, tokens per second go first, then the time; then the model's name is cut. A
    figure never is.
    """
    tier = _tier(message, frame)
    model = visible_line((message.model or "").rsplit("/", 1)[-1], 60)
    left = width_of(tier) + (2 + cell_len(model) if model else 0)
    rights = _right_sides(message, status, frame)
    right = next((right for right in rights if left + 2 + width_of(right) <= width), rights[-1])
    room = width - width_of(tier) - width_of(right) - 4
    if model and cell_len(model) > room:
        model = clip(model, room) if room >= _SHORTEST_MODEL else ""
    row: Row = [*tier, *([("  ", TEXT), (model, MUTED)] if model else [])]
    return [*row, (" " * max(1, width - width_of(row) - width_of(right)), TEXT), *right]


def note_rows(message: Message, frame: Frame, width: int) -> list[Row]:
    """What the limit made of the message, below its header; nothing where it made nothing."""
    note = visible_line(message.note, 200)
    if not note:
        return []
    sign = f"{frame.look.glyphs.warning} "
    room = max(2, width - len(sign))
    lines = [(note[start:end], MUTED) for start, end in wrap(note, room)]
    return [[(sign if n == 0 else " " * len(sign), Pen("warn")), line] for n, line in enumerate(lines)]


def _tier(message: Message, frame: Frame) -> Row:
    if message.tier is None:
        return [("Answer", STRONG)]
    return [(f"{frame.look.glyphs.mode(message.tier)} {message.tier.label}", Pen(message.tier.value, bold=True))]


def _right_sides(message: Message, status: LiveStatus | None, frame: Frame) -> list[Row]:
    """The right side in full, without speed, without time either."""
    glyphs = frame.look.glyphs
    word: Row = []
    speed: float | None = None
    elapsed_s = message.duration_s
    if message.state is MessageState.PENDING and status is not None:
        word, elapsed_s, speed = [(status.word, MUTED)], status.elapsed_s, status.tokens_per_second
    elif message.state is MessageState.STOPPED:
        word = [(f"{glyphs.limit} stopped", MUTED)]
    elif message.state is MessageState.FAILED:
        word = [(f"{glyphs.failed} failed", Pen("error", bold=True))]
    else:
        speed = message.tokens_per_second
    word += _thumb(message, frame, is_first=not word)
    time: Row = [(figures.seconds(elapsed_s), MUTED)] if elapsed_s is not None else []
    money = _money(message, status, frame)
    rate: Row = [(f"{round(speed)} tok/s", MUTED)] if speed is not None and frame.is_wide and time else []
    full = _joined([word, time, rate, money], 2) if rate else _joined([word, time, money], 3)
    return [full, _joined([word, time, money], 3), _joined([word, money], 3)]


def _thumb(message: Message, frame: Frame, *, is_first: bool) -> Row:
    """What the user thinks of it: sign and word, so that it reads without colour."""
    if message.thumb not in (Opinion.UP, Opinion.DOWN):
        return []
    glyphs = frame.look.glyphs
    said = f"{glyphs.good} good" if message.thumb is Opinion.UP else f"{glyphs.bad} bad"
    return [("" if is_first else "  ", TEXT), (said, TEXT)]


def _money(message: Message, status: LiveStatus | None, frame: Frame) -> Row:
    if message.state is MessageState.PENDING:
        held = status.held if status is not None else None
        return runs_of(figures.held(held, frame.look.glyphs, frame.ink)) if held is not None else []
    if message.cost is None:
        return []
    if message.tier is Tier.LOCAL and not message.cost.amount and message.cost.accuracy is not Accuracy.UNKNOWN:
        return [("free", TEXT)]
    return runs_of(figures.money(message.cost, frame.look.glyphs, frame.ink))


def _joined(parts: Sequence[Row], between: int) -> Row:
    """Parts with space between them, three cells before the last, which is money."""
    row: Row = []
    for n, part in enumerate(parts):
        if part:
            if row:
                row.append((" " * (3 if n == len(parts) - 1 else between), TEXT))
            row.extend(part)
    return row


def runs_of(content: Content) -> Row:
    """A Content of ours, with styles side by side, as runs."""
    row: Row = []
    at = 0
    for span in content.spans:
        if span.start > at:
            row.append((content.plain[at : span.start], TEXT))
        assert isinstance(span.style, Style)
        row.append((content.plain[span.start : span.end], span.style))
        at = span.end
    if at < len(content.plain):
        row.append((content.plain[at:], TEXT))
    return row


def thinking_line(message: Message, thinking: str, frame: Frame, width: int) -> list[Row]:
    """The model's thinking in one muted line: its last words while it thinks, then how long it took."""
    if not thinking.strip() and not (message.usage and message.usage.reasoning):
        return []
    room = max(4, width - 2)
    if message.state is MessageState.PENDING:
        line = " ".join(visible(unix_lines(thinking[-4_000:])).rstrip().rsplit("\n", 1)[-1].split())
        # The last line of the wrapped text grows at its end, as writing does, and never slides.
        start, end = wrap(line, room - 1)[-1]
        text = line[start:end] + "…"
    else:
        took = f" for {figures.seconds(message.first_token_s)}" if message.first_token_s is not None else ""
        count = message.usage.reasoning if message.usage is not None else 0
        text = f"Thought{took}" + (f", {figures.tokens(count)} tokens" if count else "")
    return [[(f"{frame.look.glyphs.folded} {clip(text, room)}", MUTED)]]


def outcome(message: Message, width: int) -> list[Row]:
    """What stands below an answer that did not end well: who stopped it, or what failed and what helps."""
    if message.state is MessageState.STOPPED:
        is_estimated = message.cost is not None and message.cost.accuracy is Accuracy.ESTIMATED
        return _wrapped("You stopped it." + (" Charged by an upward estimate." if is_estimated else ""), MUTED, width)
    if message.state is not MessageState.FAILED:
        return []
    error = _wrapped(_sentence(message.error or "it failed"), Pen("error", bold=True), width)
    return error + (_wrapped(_sentence(message.error_hint), MUTED, width) if message.error_hint.strip() else [])


def _sentence(text: str) -> str:
    text = visible_line(text, 600)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…", ":", ")")) else text + "."


def _wrapped(text: str, pen: Pen, width: int) -> list[Row]:
    return [[(text[start:end], pen)] for start, end in wrap(text, max(2, width))]
