"""What the chat screen shows, and how that follows the services: money, conversations, the turn on its way.

What the user can do on it stands in chat.py.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import Worker, WorkerState

from ralex_tui.domain.budget import BudgetState, Scope
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.models import Mode
from ralex_tui.domain.routing import Route
from ralex_tui.domain.text import visible
from ralex_tui.services.services import Services
from ralex_tui.ui import notices
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.compositor import RowCompositor
from ralex_tui.ui.glyphs import ASCII, Glyphs
from ralex_tui.ui.quoter import Quoter
from ralex_tui.ui.screens.chat_parts import ChatParts
from ralex_tui.ui.snapshot import ChatFigures, MoneyWatch, Snapshot, minutes_left
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.turns import TurnRunner, Waiting
from ralex_tui.ui.widgets.quote_lines import Desk

WIDE = 140
"""From this width on the conversations stand at the left."""

_TINY_ROWS = 14

# How often to look whether another process wrote into the ledger; its spend shows within a second.
_LOOK_S = 0.4

_log = logging.getLogger(__name__)


class ChatView(Screen[None]):
    """Conversations, transcript, prompt and budget, kept up to date."""

    def __init__(
        self, services: Services, inks: Mapping[str, Ink], theme: str, glyphs: Glyphs, told: list[str]
    ) -> None:
        super().__init__(id="chat", classes="-auto -ascii" if glyphs is ASCII else "-auto")
        self._compositor = RowCompositor()
        self._services = services
        self._inks = inks
        self._told = told
        self._mode = Mode.AUTO
        self._told_state = BudgetState.HEALTHY
        self._watch = MoneyWatch(services)
        self._quoter = Quoter(services, self._watch)
        self._parts = ChatParts(inks[theme], glyphs, services.policy.zone, services.settings.ui)
        self._prompt = self._parts.prompt
        self._transcript = self._parts.transcript
        self._runner = TurnRunner(services, self._transcript, self)

    def compose(self) -> ComposeResult:
        yield from self._parts.compose(is_wide=self.has_class("-wide"))

    def on_mount(self) -> None:
        self._show_chat(Chat())
        for text in self._told:
            self._transcript.notice(notices.info(visible(text), self._services.clock.now()))
        self.app.theme_changed_signal.subscribe(self, self._use_theme)
        self.set_interval(1.0, self._tick)
        self.set_interval(_LOOK_S, self._look)
        self._start(self._load_money(), "money")
        self._start(self._recover(), "recovery")

    async def on_resize(self, event: events.Resize) -> None:
        self._fold(event.size)
        if event.size.width >= WIDE:
            await self._mount_sidebar()

    def _fold(self, size: Size) -> None:
        """Set the classes that a size gives. Textual does so too, but only after it has painted without them."""
        is_so = {"-tiny": size.height < _TINY_ROWS}
        points = ((self.app.HORIZONTAL_BREAKPOINTS, size.width), (self.app.VERTICAL_BREAKPOINTS, size.height))
        for breakpoints, cells in points:
            reached = [name for least, name in breakpoints or () if cells >= least]
            is_so |= {name: name == reached[-1] for _, name in breakpoints or ()}
        self.update_classes(is_so, animate=False)

    async def _mount_sidebar(self) -> None:
        """Put the conversations on the screen, if they were folded away since the start."""
        if not self._parts.sidebar.is_attached:
            await self.query_one("#body").mount(self._parts.sidebar, before=0)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        self._parts.show_busy(is_busy=self._runner.is_busy, is_finding=self.has_class("-finding"))

    @property
    def _draft_mode(self) -> Mode:
        """The mode in which the draft would be sent."""
        return self._mode

    def _take_draft_mode(self) -> Mode:
        """The same for a draft that is being sent: what holds for one message is used up."""
        return self._draft_mode

    def _overrule_words(self) -> str:
        """The key that sends the draft elsewhere, and where; empty where it goes where the user said."""
        return ""

    # What the runner tells

    def turn_changed(self) -> None:
        self._parts.show_busy(is_busy=self._runner.is_busy, is_finding=self.has_class("-finding"))
        queued = [(waiting.text, self._quoter.of_queued(waiting)) for waiting in self._runner.queue]
        self._parts.queue.show(queued)
        self._requote()

    def turn_routed(self, route: Route) -> None:
        """Say that money made Auto step down; once for each state of the day, not for each message."""
        day = self._watch.day
        if day is not None and route.wanted is not None and route.wanted not in day.state.tiers:
            if day.state is not self._told_state:
                self._transcript.notice(notices.stepped_down(route, day, self._services.clock.now()))
            self._told_state = day.state

    def money_changed(self) -> None:
        self._start(self._load_money(), "money")

    def conversations_changed(self) -> None:
        self._start(self._load_list(), "list")

    def turn_refused(self, waiting: list[Waiting], error: RalexError) -> None:
        self._give_back([each.text for each in waiting])
        self._refused(error)

    def turn_troubled(self, error: RalexError) -> None:
        self._tell(error, "The answer could not be kept as it should")

    # Workers

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """The workers' edge: whatever was not foreseen ends here, in the log and in one toast."""
        if event.state is WorkerState.ERROR:
            error = event.worker.error
            _log.error("the worker %s failed", event.worker.group, exc_info=error)
            text = f"Something failed inside ralex ({type(error).__name__}). The log file has the details."
            self.notify(text, severity="error", timeout=10, markup=False)

    def _start(self, work: Coroutine[Any, Any, None], group: str, *, exclusive: bool = False) -> Worker[None]:
        return self.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)

    async def _load_money(self) -> None:
        self._watch.conversation = self._runner.shown.id or ""
        await self._watch.load()
        self._show_money()
        self._requote()

    async def _load_list(self) -> None:
        try:
            rows = await self._services.library.list()
        except RalexError as error:
            self._tell(error, "The conversations can't be listed")
            return
        today = self._services.clock.now().astimezone(self._services.policy.zone).date()
        self._parts.sidebar.show(rows, today, self._runner.shown.id)

    async def _recover(self) -> None:
        try:
            entries = await self._services.ledger.recover()
        except RalexError as error:
            self._tell(error, "What was left open could not be charged")
            return
        if entries:
            self._transcript.notice(notices.recovered(entries, self._parts.glyphs, self._services.clock.now()))
            await self._load_money()

    async def _open(self, conversation: str) -> None:
        known = self._runner.chat_of(conversation)
        if known is not None:
            self._show_chat(known)
            return
        try:
            chat = Chat(await self._services.library.open(conversation))
        except RalexError as error:
            self._tell(error, "The conversation can't be opened")
            return
        await chat.measure()
        self._show_chat(chat)

    async def _quote_later(self, draft: str) -> None:
        self._quoter.current = await self._quoter.later(draft, self._draft_mode, self._runner.shown)
        self._show_quote()

    # Drawing

    def _tick(self) -> None:
        self._runner.tick()
        self._show_money()
        self._show_quote()

    def _look(self) -> None:
        """See whether another terminal has spent something: one `stat`."""
        if self._watch.has_changed():
            self.money_changed()

    def _requote(self) -> None:
        """Price the draft anew: it, the tier, the money or the conversation has changed."""
        draft = self._prompt.draft
        self.workers.cancel_group(self, "quote")
        if self._quoter.is_quick(draft):
            self._quoter.current = self._quoter.now(draft, self._draft_mode, self._runner.shown)
            self._show_quote()
        else:
            self._start(self._quote_later(draft), "quote", exclusive=True)

    def _show_quote(self) -> None:
        running = self._runner.running
        busy = (running.route.tier, running.doing) if running and running.route else None
        n_queued = len(self._runner.queue)
        lost = self._quoter.lost(self._runner.shown)
        is_empty, words = self._prompt.is_empty, self._overrule_words()
        self._parts.show_desk(Desk(self._mode, self._quoter.current, busy, n_queued, is_empty, lost, words))

    def _show_money(self) -> None:
        chat, day = self._runner.shown, self._watch.day
        now = self._services.clock.now()
        figures = ChatFigures.of(chat, self._quoter.model, now, self._watch.limit(Scope.CONVERSATION))
        month = self._watch.limit(Scope.MONTH)
        self._parts.show_money(Snapshot(day, figures, minutes_left(day, now), self._watch.problem, month))

    def _show_chat(self, chat: Chat) -> None:
        self._runner.show(chat, notices.empty_line(self._services.catalogue()))
        if self._services.policy.conversation is not None:
            self.money_changed()  # its own limit is another
        self._show_money()
        self._requote()
        self._start(self._load_list(), "list")

    def _use_mode(self, mode: Mode) -> None:
        """Make `mode` the current one: its colour is the accent of the whole screen."""
        self._mode = mode
        self.update_classes({f"-{each.value}": each is mode for each in Mode})
        self._transcript.set_accent(mode.value)
        self._requote()
        self._show_money()

    def _use_theme(self, theme: Theme) -> None:
        if theme.name in self._inks:
            self._parts.set_ink(self._inks[theme.name])

    def _give_back(self, texts: list[str]) -> None:
        """Return texts that were not sent to the prompt, before what was written since."""
        if texts:
            self._prompt.put("\n\n".join([*texts, *([self._prompt.draft] if not self._prompt.is_empty else [])]))

    def _tell(self, error: RalexError, heading: str) -> None:
        self._transcript.notice(notices.trouble(error, self._services.clock.now(), heading))

    def _refused(self, error: RalexError) -> None:
        self._transcript.notice(notices.refused(error, self._services.clock.now()))

    def _toast(self, error: RalexError) -> None:
        text = " ".join(part for part in (notices.sentence(error.message), notices.sentence(error.hint)) if part)
        self.notify(text, severity="warning", timeout=6, markup=False)
