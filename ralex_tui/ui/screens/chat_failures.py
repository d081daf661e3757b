"""What the chat offers after a failure: going on with another model, asking again; and how requests are carried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import NoModel, UsageError
from ralex_tui.domain.events import Way
from ralex_tui.domain.models import Mode, Model, Tier
from ralex_tui.domain.text import visible_line
from ralex_tui.services.fallbacks import GO_ON, to_continue
from ralex_tui.ui import notices
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.screens.chat_messages import ChatMessages
from ralex_tui.ui.turns import Waiting

# How old the last look for local servers may be when Local is chosen.
_LOCAL_LOOK_S = 30.0


class ChatFailures(ChatMessages):
    """Watches the last answer and the engine."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._told_way = Way.LITELLM

    def on_mount(self) -> None:
        # After the first paint, which waits for neither: Textual calls the one of each base class by itself.
        self.call_after_refresh(lambda: self._start(self._look_around(), "around"))

    async def _look_around(self) -> None:
        """Learn how the models fared of late, in other terminals too, and which servers this computer has."""
        await self._services.deployments.load()
        await self._services.find_local()
        self._requote()

    def _use_mode(self, mode: Mode) -> None:
        super()._use_mode(mode)
        if mode is Mode.LOCAL:
            self._start(self._look_for_local(), "around")

    async def _look_for_local(self) -> None:
        if await self._services.local.look(max_age_s=_LOCAL_LOOK_S):
            self._requote()

    @property
    def _broken(self) -> Message | None:
        """The last answer of the conversation shown, where it did not come to its end."""
        path = self._runner.shown.path
        last = path[-1] if path else None
        if last is None or last.role is not Role.ASSISTANT or self._is_answering:
            return None
        is_cut = last.state is MessageState.DONE and last.finish_reason in (None, "length")
        return last if is_cut or last.state in (MessageState.FAILED, MessageState.STOPPED) else None

    @property
    def _is_answering(self) -> bool:
        running = self._runner.running
        return running is not None and running.waiting.chat is self._runner.shown

    def action_go_on(self) -> None:
        """Go on where the last answer broke off: with another model if it failed, else with its own."""
        last = self._broken
        if last is None:
            self.notify("The last answer is whole.", timeout=3, markup=False)
            return
        model = self._who_goes_on(last)
        if model is None:
            self._toast(NoModel("no model can be reached to go on", hint="F9 tells why"))
        elif last.text:
            self._send(Waiting(GO_ON, self._mode, self._runner.shown, model_id=model.ref.id))
        else:
            self._answer_again(last, model.ref.id)

    def action_again(self) -> None:
        """Answer the last question again, on the tier that is chosen now; the answer that is there is kept."""
        path = self._runner.shown.path
        if self._is_answering or len(path) < 2 or path[-1].role is not Role.ASSISTANT:
            self._toast(UsageError("there is no answer to be asked for again"))
        else:
            self._answer_again(path[-1], None, is_judged=True)

    def turn_changed(self) -> None:
        self._offer()
        super().turn_changed()
        last = self._broken
        if last is not None and last.tier is Tier.LOCAL and last.state is MessageState.FAILED:
            # Its server may be gone, or another have come.
            self._start(self._look_for_local(), "around")

    def _show_chat(self, chat: Chat) -> None:
        super()._show_chat(chat)
        self.turn_changed()

    def _look(self) -> None:
        super()._look()
        status = self._services.engine_status()
        self._parts.bar.show_way(status.way)
        if status.way is not self._told_way:
            self._told_way = status.way
            self._transcript.notice(notices.way_changed(status, self._services.clock.now()))

    def _answer_again(
        self, answer: Message, model_id: str | None, mode: Mode | None = None, *, is_judged: bool = False
    ) -> None:
        """Send the question of `answer` once more; it stays in the conversation, on the branch beside.

        Args:
            mode: For this once; else the chosen one.
            is_judged: Whether the user was not content with the answer.
        """
        chat = self._runner.shown
        assert chat.conversation is not None  # it has an answer
        question = chat.conversation.messages[answer.parent or ""]
        has_words = bool(answer.text) and answer.state is not MessageState.FAILED
        instead_of = answer.id if is_judged and has_words else ""
        again = Waiting(question.text, mode or self._mode, chat, model_id=model_id, question=question.id)
        self._send(replace(again, instead_of=instead_of))

    def _who_goes_on(self, last: Message) -> Model | None:
        catalogue = self._services.catalogue()
        own = catalogue.find(last.model) if last.model and last.state is not MessageState.FAILED else None
        now, health = self._services.clock.now(), self._services.deployments.health
        resting = [model for model, known in health.items() if known.is_resting(now)]
        found = own or to_continue(last.tier, last.model, catalogue, resting)
        return found[1] if found else None

    def _offer(self) -> None:
        """Say in the empty prompt how to go on, and with whom."""
        self._parts.offer(self._going_on())

    def _going_on(self) -> str:
        """Which key goes on where the last answer broke off, without its full stop; empty where it is whole."""
        last = self._broken
        model = self._who_goes_on(last) if last is not None else None
        if last is None or model is None:
            return ""
        keys = keys_of(BY_ID["answer.go_on"], self._services.settings.ui.keymap)
        does = "goes on" if last.text else "asks again"
        return f"{keys[0] if keys else '/continue'} {does} with {visible_line(model.ref.name, 40)}"
