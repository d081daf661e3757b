"""What the chat asks and tells about money: the questions at a limit and of a day in doubt, warnings, corrections.

What is shown of it all the time stands in chat_view.py, what the user does in chat.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from textual.worker import Worker

from ralex_tui.domain.budget import Scope, Shortfall
from ralex_tui.domain.conversation import Message
from ralex_tui.domain.errors import BudgetExceeded, DayInDoubt, RalexError
from ralex_tui.domain.models import Mode
from ralex_tui.domain.remarks import Choice
from ralex_tui.services.choices import Option, options
from ralex_tui.ui import notices
from ralex_tui.ui.limit_lines import NAMES, LimitQuestion, raised_because
from ralex_tui.ui.screens.chat_view import ChatView
from ralex_tui.ui.snapshot import load_limit
from ralex_tui.ui.thresholds import Thresholds
from ralex_tui.ui.turns import Waiting


class ChatMoney(ChatView):
    """Asks where a turn was refused, and sends it again as the user says."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._thresholds = Thresholds(self._services.policy.warn_at)
        self._turns: Worker[None] | None = None

    def on_mount(self) -> None:
        # Textual calls the one of each base class by itself.
        self._services.turns.on_corrected = self._corrected

    def turn_refused(self, waiting: list[Waiting], error: RalexError) -> None:
        """Ask where there is something to decide; else say why nothing was sent."""
        match error:
            case BudgetExceeded(shortfall=Shortfall() as shortfall):
                self._start(self._ask_limit(waiting, error, shortfall), "question")
            case DayInDoubt():
                self._start(self._ask_day(waiting, error), "question")
            case _:
                super().turn_refused(waiting, error)

    def _send(self, waiting: Waiting) -> None:
        if self._runner.submit(waiting):
            self._turns = self._start(self._runner.drain(), "turn")

    # At a limit

    async def _ask_limit(self, waiting: list[Waiting], error: RalexError, shortfall: Shortfall) -> None:
        # Imported here: the question is not needed before the first paint, which counts every import.
        from ralex_tui.ui.screens.limit import LimitScreen

        services, refused = self._services, waiting[0]
        try:
            figures = await load_limit(services, shortfall.limit, shortfall.need.conversation)
            today = await services.ledger.day_budget()
        except RalexError as trouble:
            super().turn_refused(waiting, trouble)
            return
        state = services.policy.state(today.left)
        open_ways = options(shortfall, services.catalogue(), state, services.policy.critical_tokens)
        quote = self._quoter.now(refused.text, refused.mode, refused.chat)
        question = LimitQuestion(shortfall, figures, open_ways, quote, services.policy.zone)
        # The draft stands in the prompt behind the question: whatever happens to it, nothing is lost.
        self._give_back([each.text for each in waiting])
        parts = self._parts
        screen = LimitScreen(
            question, services.clock, self._mode.value, parts.ink, parts.glyphs, services.settings.ui.keymap
        )
        self.app.push_screen(screen, partial(self._limit_answered, question, refused, error))

    def _limit_answered(self, question: LimitQuestion, waiting: Waiting, error: RalexError, answer: str | None) -> None:
        chosen = next(option for option in question.options if NAMES[option.choice] == (answer or "stop"))
        self._start(self._act(chosen, question, waiting, error), "answer")

    async def _act(self, option: Option, question: LimitQuestion, waiting: Waiting, error: RalexError) -> None:
        """Write down what was decided, then do it: nothing is sent that is not on disk as the user's decision."""
        try:
            await self._services.ledger.decide(option.choice, question.shortfall)
            if option.choice is Choice.RAISE:
                await self._raise(option, question, waiting)
        except RalexError as trouble:
            self._tell(trouble, "The decision could not be written down; nothing was sent")
            return
        self.money_changed()
        match option.choice:
            case Choice.STOP:
                self._refused(error)
            case Choice.STEP_DOWN | Choice.LOCAL if option.tier is not None:
                self._send_again(replace(waiting, mode=Mode(option.tier.value), model_id=None))
            case Choice.ALLOW:
                self._send_again(replace(waiting, allowed_because=raised_because(question)))
            case _:
                self._send_again(waiting)

    async def _raise(self, option: Option, question: LimitQuestion, waiting: Waiting) -> None:
        ledger, scope = self._services.ledger, question.shortfall.limit.scope
        conversation = ""
        if scope is Scope.CONVERSATION:
            if waiting.chat.conversation is None:
                # One that is not saved yet gets another id with each try; a raise must find it again.
                waiting.chat.conversation = await self._services.library.create(waiting.mode)
            conversation = waiting.chat.conversation.id
        await ledger.raise_limit(option.at_most, raised_because(question), scope=scope, conversation=conversation)

    def _send_again(self, waiting: Waiting) -> None:
        """Send what was refused, in its own conversation; what else is in the prompt stays there."""
        draft = self._prompt.draft
        if draft.startswith(waiting.text):
            self._prompt.put(draft.removeprefix(waiting.text).removeprefix("\n\n"))
        self._send(waiting)

    # Of a day in doubt

    async def _ask_day(self, waiting: list[Waiting], error: RalexError) -> None:
        # Imported here for the reason above.
        from ralex_tui.ui.screens.doubt import DoubtScreen

        try:
            budget = await self._services.ledger.day_budget()
        except RalexError as trouble:
            super().turn_refused(waiting, trouble)
            return
        if budget.doubted is None:
            # Confirmed meanwhile, in another terminal.
            for each in waiting:
                self._send(each)
            return
        self._give_back([each.text for each in waiting])
        parts, keymap = self._parts, self._services.settings.ui.keymap
        screen = DoubtScreen(budget.doubted, budget.day, self._mode.value, parts.ink, parts.glyphs, keymap)
        self.app.push_screen(screen, partial(self._day_answered, waiting[0], error))

    def _day_answered(self, waiting: Waiting, error: RalexError, answer: str | None) -> None:
        if answer == "open":
            self._start(self._open_day(waiting), "answer")
        else:
            self._refused(error)

    async def _open_day(self, waiting: Waiting) -> None:
        try:
            await self._services.ledger.confirm_day("confirmed in the app")
        except RalexError as error:
            self._tell(error, "The new day could not be opened; nothing was sent")
            return
        self.money_changed()
        self._send_again(waiting)

    # Warnings and corrections

    async def _load_money(self) -> None:
        await super()._load_money()
        day = self._watch.day
        reached = self._thresholds.news(day.budget) if day is not None else None
        if day is not None and reached is not None:
            self._transcript.notice(notices.threshold(reached, day, self._services.clock.now()))

    def _corrected(self, conversation: str, message: Message) -> None:
        if self.is_running:
            self._runner.corrected(conversation, message)
