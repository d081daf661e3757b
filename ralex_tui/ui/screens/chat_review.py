"""The review in the chat: how it is opened, and how a message that was found in it is gone to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ralex_tui.ui.screens.chat_money import ChatMoney

if TYPE_CHECKING:
    from ralex_tui.ui.review_state import Place

_TOLD_S = 4


class ChatReview(ChatMoney):
    """From the day's spend to the message it came from."""

    def action_review(self) -> None:
        # Imported here: its charts are not needed before the first paint, which counts every import.
        from ralex_tui.ui.screens.review import ReviewScreen

        self.app.push_screen(ReviewScreen(self._services, self._parts.ink, self._parts.glyphs), self._reviewed)

    def _reviewed(self, place: Place | None) -> None:
        if place is not None:
            self._start(self._go_to(place), "open", exclusive=True)

    async def _go_to(self, place: Place) -> None:
        """Open the conversation and put the cursor on the message; where that can't be, say so in a sentence."""
        await self._open(place.conversation)
        chat = self._runner.shown
        if chat.id != place.conversation:
            return  # it could not be opened, and that was said
        if not place.answer:
            words = "This is the conversation; which of its messages it was is not in records of that time."
            self.notify(words, timeout=_TOLD_S, markup=False)
            return
        if not self._transcript.go_to(place.answer):
            self._turn_to(place.answer)

    def _turn_to(self, message_id: str) -> None:
        """Go to a message that is not on the branch shown: show its own, unless an answer is being written there."""
        chat = self._runner.shown
        if chat.conversation is None or message_id not in chat.conversation.messages:
            words = "The message is gone; this is the conversation it stood in."
        elif self._runner.is_busy:
            words = "The message stands on another branch; it can be shown once the answer is done."
        else:
            chat.turn_to(message_id)
            self._show_chat(chat)
            self._transcript.go_to(message_id)
            words = "This is another branch of the conversation."
        self.notify(words, timeout=_TOLD_S, markup=False)
