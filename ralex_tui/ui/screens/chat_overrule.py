"""Overruling Auto: one key sends this one message to the other tier; the next one is Auto's again."""

from __future__ import annotations

from typing import Any

from textual import on

from ralex_tui.domain.models import Mode, Tier
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.screens.chat_opinions import ChatOpinions
from ralex_tui.ui.widgets.prompt import Prompt


class ChatOverrule(ChatOpinions):
    """Knows whether the draft goes where Auto does not send it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._overruled: Mode | None = None

    @property
    def _draft_mode(self) -> Mode:
        return self._overruled or super()._draft_mode

    def action_escalate(self) -> None:
        """With a draft that Auto would send: send it to the other tier, or to Auto's again. Else ask a tier up."""
        if self._prompt.is_empty or self._mode is not Mode.AUTO:
            super().action_escalate()
            return
        other = self._other
        if self._overruled is not None:
            self._overruled = None
        elif other is not None:
            self._overruled = Mode(other.value)
        self._requote()

    def _use_mode(self, mode: Mode) -> None:
        self._overruled = None
        super()._use_mode(mode)

    def _take_draft_mode(self) -> Mode:
        mode, self._overruled = self._draft_mode, None
        return mode

    @on(Prompt.Changed)
    def _emptied(self) -> None:
        # Later, for a prompt that was sent is emptied before anyone hears of it.
        if self._prompt.is_empty and self._overruled is not None:
            self.call_after_refresh(self._forget_overruling)

    def _forget_overruling(self) -> None:
        if self._prompt.is_empty and self._overruled is not None:
            self._overruled = None
            self._requote()

    @property
    def _other(self) -> Tier | None:
        """The tier that Auto does not pick for the draft: Smart, or Cheap where it picks that; None without a model."""
        route = self._quoter.current.route if self._quoter.current else None
        if route is None or not route.is_auto:
            return None
        other = Tier.CHEAP if route.tier is Tier.SMART else Tier.SMART
        return other if self._services.catalogue().first(other) is not None else None

    def _overrule_words(self) -> str:
        keys = keys_of(BY_ID["answer.escalate"], self._services.settings.ui.keymap)
        if not keys or self._prompt.is_empty or self._mode is not Mode.AUTO:
            return ""
        if self._overruled is not None:
            return f"{keys[0]} Auto again"
        return f"{keys[0]} {self._other.label}" if self._other is not None else ""
