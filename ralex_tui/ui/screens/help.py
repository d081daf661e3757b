"""Every key and command on one page, made from the one table in bindings.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ralex_tui.domain.money import Accuracy
from ralex_tui.ui.bindings import COMMANDS, Command, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink

_GROUPS = (
    ("Writing", "prompt."),
    ("The answer", "answer."),
    ("Tiers", "tier."),
    ("Money", "budget."),
    ("Prices", "prices."),
    ("Conversations", "conversation"),
    ("Scrolling", "transcript."),
    ("In the messages", "messages."),
    ("Finding words", "find."),
    ("The app", "app."),
    ("The day review", "review."),
    ("Health", "health."),
    ("The log", "logs."),
    ("When a limit is reached", "limit."),
    ("When the clock has leapt", "doubt."),
    ("When a link is followed", "link."),
    ("When a block has several links", "links."),
)
_MARKS = {
    Accuracy.EXACT: "exact: the provider said so",
    Accuracy.COMPUTED: "computed: the provider's tokens times a known price",
    Accuracy.ESTIMATED: "estimated, upward",
    Accuracy.UNKNOWN: "unknown, which is not zero",
}
_KEYS_WIDTH = 28


class HelpScreen(ModalScreen[None], LeavingOnce[None]):
    """Lies over what was there; esc or F1 closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "close", show=False)]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $r-bg 60%;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 90%;
            background: $r-raised; padding: 1 3;
            scrollbar-size-vertical: 1; scrollbar-background: $r-raised;
        }
        Static { width: 1fr; height: auto; }
        &:ansi > VerticalScroll { border: solid $r-line; }
    }
    """

    def __init__(self, ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._text = help_text(ink, glyphs, keymap)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._text)


def help_text(ink: Ink, glyphs: Glyphs, keymap: Mapping[str, str]) -> Content:
    """The whole page."""
    lines = [Content.styled("Keys and commands", ink("strong")), Content.styled("esc closes this", ink("muted"))]
    for title, prefix in _GROUPS:
        lines += [Content(""), Content.styled(title, ink("strong"))]
        lines += [_row(command, ink, keymap) for command in COMMANDS if command.id.startswith(prefix)]
    lines += [Content(""), Content.styled("Marks before an amount", ink("strong"))]
    lines += [
        Content.assemble((glyphs.mark(mark).ljust(_KEYS_WIDTH), ink("text")), (words, ink("muted")))
        for mark, words in _MARKS.items()
    ]
    lines.append(
        Content.assemble(
            (glyphs.held.ljust(_KEYS_WIDTH), ink("text")), ("held until the answer is charged", ink("muted"))
        )
    )
    return Content("\n").join(lines)


def _row(command: Command, ink: Ink, keymap: Mapping[str, str]) -> Content:
    ways = keys_of(command, keymap)
    if command.slash:
        ways.append(f"/{command.slash} {command.argument}".strip())
    return Content.assemble((", ".join(ways).ljust(_KEYS_WIDTH), ink("text")), " ", (command.says, ink("muted")))
