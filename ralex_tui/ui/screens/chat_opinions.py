"""What the user thinks of an answer: asking a tier up, thumbs, and the hint that an answer may not be good enough."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import NoModel, RalexError, UsageError
from ralex_tui.domain.escalation import is_above, tier_above
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.remarks import Opinion
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.screens.chat_failures import ChatFailures
from ralex_tui.ui.turns import Running

if TYPE_CHECKING:
    from ralex_tui.domain.doubts import Doubt

# A weaker sign is wrong more often than right.
_WORTH_A_HINT = 0.5

_SAID = {Opinion.UP: "Marked as good.", Opinion.DOWN: "Marked as bad.", Opinion.NONE: "The mark is taken back."}


class ChatOpinions(ChatFailures):
    """Writes opinions into the ledger, and has Auto learn from them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # One after the other: the same key twice gives a thumb and takes it back.
        self._judging = asyncio.Lock()
        self._noted: Running | None = None
        self._doubted: tuple[Message | None, Doubt | None] = (None, None)

    def on_mount(self) -> None:
        # After the first paint, which waits for none of it: Textual calls the one of each base class by itself.
        self.call_after_refresh(lambda: self._start(self._load_learned(), "learning"))

    async def _load_learned(self) -> None:
        """Let Auto use what it learned here, in other terminals too."""
        learned = await self._services.learning.learned()
        if learned.is_used:
            self._requote()

    # A tier up

    def action_escalate(self) -> None:
        """Answer the last question again, a tier up; the answer that is there is kept, and so is the chosen mode."""
        last = self._last_answer
        if last is None:
            self._toast(UsageError("there is no answer to be asked for again"))
            return
        tier = self._above(last)
        if tier is not None:
            self._answer_again(last, None, Mode(tier.value), is_judged=True)
        elif last.tier is Tier.SMART:
            self._toast(UsageError("Smart gave this answer, and there is no tier above it", hint="r asks it again"))
        else:
            self._toast(NoModel("no tier above has a model that can be reached", hint="F9 tells why"))

    @property
    def _last_answer(self) -> Message | None:
        """The last answer of the conversation shown, once it has ended."""
        path = self._runner.shown.path
        is_there = len(path) > 1 and path[-1].role is Role.ASSISTANT and not self._is_answering
        return path[-1] if is_there else None

    def _above(self, answer: Message) -> Tier | None:
        return tier_above(answer.tier or Tier.CHEAP, self._services.catalogue())

    def turn_changed(self) -> None:
        super().turn_changed()
        running = self._runner.running
        if running is not None and running is not self._noted and running.route is not None:
            # Only now is the hold on disk: a question that was refused has replaced no answer.
            if self._noted is None:
                self._start(self._prepare_doubts(), "learning")
            self._noted = running
            if running.waiting.instead_of:
                self._note_again(running, running.route.tier)

    def _note_again(self, running: Running, tier: Tier) -> None:
        """Write down that another answer was wanted, a tier up or from the same."""
        chat = running.waiting.chat
        assert chat.conversation is not None  # it has an answer
        answer = chat.conversation.messages[running.waiting.instead_of]
        is_up = running.waiting.mode is not Mode.AUTO and is_above(tier, answer.tier or tier)
        opinion = Opinion.ESCALATED if is_up else Opinion.AGAIN
        self._start(self._keep_opinion(chat, answer, opinion), "opinion")

    async def _keep_opinion(self, chat: Chat, answer: Message, opinion: Opinion) -> None:
        async with self._judging:
            await self._judge(chat, answer, opinion)

    # Thumbs

    def action_judge(self, opinion: str) -> None:
        """Say what the answer under the cursor is worth: "up" or "down"; the same again takes it back."""
        self._thumb(self._transcript.current_answer, Opinion(opinion))

    def action_judge_last(self, opinion: str) -> None:
        """The same for the last answer."""
        path = self._runner.shown.path
        self._thumb(path[-1] if path else None, Opinion(opinion))

    def _thumb(self, answer: Message | None, opinion: Opinion) -> None:
        running = self._runner.running
        chat = self._runner.shown
        known = chat.conversation.messages if chat.conversation else {}
        on_its_way = running.answer if running is not None else None
        if answer is not None and on_its_way is not None and answer.id == on_its_way.id:
            self._toast(UsageError("this answer is still on its way", hint="judge it when it has ended"))
        elif answer is None or answer.id not in known or answer.role is not Role.ASSISTANT:
            still = " yet" if self._is_answering else ""
            self._toast(UsageError(f"there is no answer to be judged here{still}"))
        else:
            self._start(self._keep_thumb(chat, answer.id, opinion), "opinion")

    async def _keep_thumb(self, chat: Chat, answer_id: str, opinion: Opinion) -> None:
        async with self._judging:
            assert chat.conversation is not None  # it has the answer
            before = chat.conversation.messages[answer_id]
            thumb = Opinion.NONE if before.thumb is opinion else opinion
            if not await self._judge(chat, before, thumb):
                return
            # Read anew: its figure may have been corrected meanwhile.
            message = replace(chat.conversation.messages[answer_id], thumb=thumb)
            chat.amend(message)
            if chat is self._runner.shown:
                self._transcript.finish(message)
            try:
                await self._services.library.amend(chat.conversation.id, message)
            except RalexError as error:
                self._toast(error)
            else:
                self.notify(_SAID[thumb], timeout=2, markup=False)

    async def _judge(self, chat: Chat, answer: Message, opinion: Opinion) -> bool:
        """Write an opinion into the ledger, then learn from it; whether the ledger has it. Else the user is told."""
        try:
            entry = await self._services.ledger.judge(answer.id, answer.at, opinion)
        except RalexError as error:
            self._toast(type(error)(f"your opinion was not kept: {error.message}", hint=error.hint))
            return False
        try:
            await self._learn(chat, answer, entry)
        except RalexError as error:
            self._toast(type(error)(f"Auto could not learn from it: {error.message}", hint=error.hint))
        return True

    async def _learn(self, chat: Chat, answer: Message, entry: Entry) -> None:
        auto, messages = self._services.auto, chat.conversation.messages if chat.conversation else {}
        question = messages.get(answer.parent or "")
        if question is None:
            return
        opinions = [verdict.opinion for verdict in entry.verdicts]
        shipped, version = auto.shipped(question.text), auto.scorer.version
        await self._services.learning.heed(answer.id, entry.reservation.tier, opinions, shipped, version)
        self._requote()

    # The hint

    async def _prepare_doubts(self) -> None:
        """While the first answer is on its way: its end must not wait for an import."""
        await asyncio.to_thread(import_module, "ralex_tui.domain.doubts")

    def _offer(self) -> None:
        """Say in the empty prompt how to go on; else that the answer looks as if a tier up should be asked."""
        goes_on, hint = self._going_on(), self._hint()
        if goes_on and hint:
            self._parts.offer(f"{goes_on}; {hint[0]}")
        elif hint:
            self._parts.offer(f"{hint[0]} again: {hint[1]}", is_doubt=True)
        else:
            super()._offer()

    def _hint(self) -> tuple[str, str] | None:
        """Which key asks whom, and why; None where the answer looks good, or nobody above may be asked."""
        last = self._last_answer
        if last is None or last.state is not MessageState.DONE:
            return None
        day, tier = self._watch.day, self._above(last)
        if tier is None or (day is not None and tier not in day.state.tiers):
            return None
        found = self._doubt_of(last)
        if found is None or found.weight < _WORTH_A_HINT:
            return None
        keys = keys_of(BY_ID["answer.escalate"], self._services.settings.ui.keymap)
        return f"{keys[0] if keys else '/escalate'} asks {tier.label}", found.why

    def _doubt_of(self, answer: Message) -> Doubt | None:
        """What speaks against an answer; worked out once for it."""
        if self._doubted[0] is not answer:
            # Imported here: its expressions take 20 ms to be made ready, and the first paint needs none of them.
            from ralex_tui.domain.doubts import doubt

            messages = self._runner.shown.conversation.messages if self._runner.shown.conversation else {}
            question = messages.get(answer.parent or "")
            asked = question.text if question is not None else ""
            self._doubted = (answer, doubt(asked, answer.text, answer.finish_reason))
        return self._doubted[1]
