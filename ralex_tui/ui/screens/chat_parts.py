"""The widgets of the chat screen: where they stand, and how they are given what to draw."""

from __future__ import annotations

from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from ralex_tui.config.schema import UiSettings
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.snapshot import Snapshot
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript import Transcript
from ralex_tui.ui.widgets.budget_panel import BudgetPanel
from ralex_tui.ui.widgets.footer import Footer, State
from ralex_tui.ui.widgets.prompt import Prompt
from ralex_tui.ui.widgets.quote_lines import Desk, QueueLines, QuoteLines
from ralex_tui.ui.widgets.sidebar import Sidebar
from ralex_tui.ui.widgets.status_line import StatusLine
from ralex_tui.ui.widgets.tier_bar import TierBar

_PLACEHOLDER = "Write a message."
_BUSY_PLACEHOLDER = "Write on. Enter queues the message."


class ChatParts:
    """All widgets of the chat screen, by name."""

    def __init__(self, ink: Ink, glyphs: Glyphs, zone: tzinfo, ui: UiSettings) -> None:
        self.ink = ink
        self.glyphs = glyphs
        list_keys = keys_of(BY_ID["conversations.open"], ui.keymap)
        self.bar = TierBar(ink, glyphs, id="bar")
        self.sidebar = Sidebar(ink, glyphs, zone, key="".join(list_keys[:1]), id="conversations")
        self.transcript = Transcript(ink, glyphs, id="transcript")
        self.queue = QueueLines(ink, glyphs, id="queue")
        self.status = StatusLine(ink, glyphs, id="status")
        self.prompt = Prompt(id="prompt")
        self.lines = QuoteLines(ink, glyphs, id="quote")
        self.panel = BudgetPanel(ink, glyphs, id="budget")
        self.footer = Footer(ink, ui.keymap, id="keys")
        self.prompt.placeholder = _PLACEHOLDER
        self._offer = ""
        self._is_doubt = False

    def compose(self, *, is_wide: bool) -> ComposeResult:
        """The layout; what folds at which width stands in chat.tcss.

        The conversations come later where they are folded: the first paint need not wait for them.
        """
        yield self.bar
        with Horizontal(id="body"):
            if is_wide:
                yield self.sidebar
            with Vertical(id="talk"):
                yield self.transcript
                with Vertical(id="below"):
                    yield self.queue
                    yield self.status
                    with Vertical(id="ask"):
                        yield self.prompt
                        yield self.lines
            yield self.panel
        yield self.footer

    def set_ink(self, ink: Ink) -> None:
        """Draw everything in another theme's colours."""
        self.ink = ink
        self.transcript.set_ink(ink)
        self.sidebar.set_ink(ink)
        for part in (self.bar, self.queue, self.status, self.lines, self.panel, self.footer):
            part.set_ink(ink)

    def show_money(self, snapshot: Snapshot) -> None:
        self.panel.show(snapshot)
        self.status.show(snapshot)

    def show_desk(self, desk: Desk) -> None:
        """Draw who would answer the draft, and whether an answer is on its way."""
        self.bar.show(desk.mode, desk.quote.route if desk.quote else None)
        self.lines.show(desk)

    def offer(self, text: str, *, is_doubt: bool = False) -> None:
        """Say in the empty prompt what a key would do about the last answer; empty for nothing.

        Args:
            text: Without its full stop.
            is_doubt: Whether the answer is whole, but does not look good; else it broke off.
        """
        self._offer = text
        self._is_doubt = is_doubt

    def show_busy(self, *, is_busy: bool, is_finding: bool = False) -> None:
        """Say what the keys do where the focus is, what enter does in the prompt, and how to stop."""
        idle: State = "idle" if not self._offer else "doubtful" if self._is_doubt else "broken"
        if self.sidebar.has_focus_within:
            self.footer.show("list")
        elif self.transcript.has_focus:
            self.footer.show("messages")
        else:
            self.footer.show("find" if is_finding else "busy" if is_busy else idle)
        offer = f"{_PLACEHOLDER[:-1]}; {self._offer}." if self._offer else _PLACEHOLDER
        self.prompt.placeholder = _BUSY_PLACEHOLDER if is_busy else offer
