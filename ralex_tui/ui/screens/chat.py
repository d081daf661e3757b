"""The chat: what the user does, handed on to the services. It decides nothing about money or models."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual import events, on

from ralex_tui.config.strict_yaml import nearest
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.models import Mode
from ralex_tui.services.services import Services
from ralex_tui.ui.bindings import BY_ID, actions_by_key, keys_of
from ralex_tui.ui.chat import Chat
from ralex_tui.ui.commands import parse_slash
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.screens.chat_overrule import ChatOverrule
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.turns import Waiting
from ralex_tui.ui.widgets.prompt import Prompt
from ralex_tui.ui.widgets.sidebar import Sidebar
from ralex_tui.ui.widgets.tier_bar import TierBar

_QUIT_WAIT_S = 5.0


class ChatScreen(ChatOverrule):
    """The app's first screen, and the one that others return to."""

    SCOPE = "chat"
    AUTO_FOCUS = "#prompt"

    def __init__(
        self, services: Services, inks: Mapping[str, Ink], theme: str, glyphs: Glyphs, told: list[str]
    ) -> None:
        super().__init__(services, inks, theme, glyphs, told)
        self._acts = actions_by_key("chat", services.settings.ui.keymap)
        self._sent = ""

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way, or being saved."""
        return self._runner.is_busy

    @property
    def unsent(self) -> str:
        """What the user wrote and was not sent yet: what waits in the queue, then the draft."""
        running = self._runner.running
        # Until it is routed, a message is in no conversation.
        leaving = [running.waiting.text] if running is not None and running.answer is None else []
        texts = [*leaving, *(waiting.text for waiting in self._runner.queue), self._prompt.draft]
        return "\n\n".join(text for text in texts if text.strip())

    def give_back(self, text: str) -> None:
        """Put what was not sent back into the prompt, before what was written since."""
        self._give_back([text])

    async def finish(self) -> None:
        """Stop the answer on its way and wait until it is settled and saved."""
        self._runner.stop()
        if self._turns is not None and not self._turns.is_finished:
            done = asyncio.create_task(self._turns.wait())
            await asyncio.wait([done], timeout=_QUIT_WAIT_S)

    @on(Prompt.Submitted)
    async def _submit(self, event: Prompt.Submitted) -> None:
        if not event.text.strip():
            self.notify("Type a question, then press enter.", timeout=3, markup=False)
            return
        try:
            call = parse_slash(event.text)
        except UsageError as error:
            self._give_back([event.text])
            self._toast(error)
            return
        if call is not None:
            await self.run_action(call.action)
            return
        self._sent = event.text
        self._send(Waiting(event.text, self._take_draft_mode(), self._runner.shown))

    @on(Prompt.Changed)
    def _draft_changed(self) -> None:
        self._transcript.make_way()
        self._requote()

    @on(Prompt.Slash)
    def _slash_typed(self) -> None:
        # Later, so that what came with it is in the draft: in a burst the loop may get to this after the slash alone.
        self.call_after_refresh(self._open_palette)

    def _open_palette(self) -> None:
        # With more behind it already, the slash begins a command that is being typed out.
        if self._prompt.draft == "/" and self.is_current:
            self.app.action_command_palette()

    def forget_slash(self) -> None:
        """A command was chosen: the slash that opened the palette, and what was typed meanwhile, goes."""
        if self._prompt.draft.startswith("/"):
            self._prompt.put("")

    @on(Prompt.Recall)
    def _recall(self) -> None:
        self._prompt.put(self._sent)

    @on(Prompt.Page)
    def _page(self, event: Prompt.Page) -> None:
        self._transcript.scroll_relative(y=event.by * max(1, self._transcript.size.height - 2), animate=False)

    @on(TierBar.Chosen)
    def _tab_chosen(self, event: TierBar.Chosen) -> None:
        self._use_mode(event.mode)

    @on(Sidebar.Opened)
    def _conversation_chosen(self, event: Sidebar.Opened) -> None:
        self.remove_class("-list-over")
        self._prompt.focus()
        self._start(self._open(event.conversation), "open", exclusive=True)

    async def on_key(self, event: events.Key) -> None:
        """What the widget with the focus had no use for: a key of ours, or a letter meant for the prompt."""
        action = self._act_of(event) or self._acts.get(event.key)
        if action is not None:
            event.stop()
            await self.run_action(action)
        elif event.is_printable or self.focused is None or self._prompt.has_focus:
            await self._prompt.take_key(event)

    def on_paste(self, event: events.Paste) -> None:
        if not self._prompt.has_focus:
            self._prompt.focus()
            self._prompt.add(event.text)

    def action_stop(self) -> None:
        """Close what lies over the chat, else stop the answer and take back what was queued behind it."""
        if self.has_class("-list-over") or self.has_class("-budget-over"):
            self.remove_class("-list-over", "-budget-over")
        elif self._runner.is_busy:
            self._give_back([each.text for each in self._runner.stop()])
            self.turn_changed()
        self._prompt.focus()

    def action_interrupt(self) -> None:
        """Copy what is selected, else stop, else say how to quit."""
        if self._copy_selected():
            return
        if self._runner.is_busy:
            self.action_stop()
        else:
            keys = keys_of(BY_ID["app.quit"], self._services.settings.ui.keymap)
            self.notify(f"{keys[0] if keys else '/quit'} quits.", timeout=3, markup=False)

    def action_step_tier(self, by: int) -> None:
        self._use_mode(self._mode.step(by))

    def action_set_tier(self, name: str) -> None:
        """Choose a tier by name."""
        known = [mode.value for mode in Mode]
        if name.lower() in known:
            self._use_mode(Mode(name.lower()))
        else:
            said = f"there is no tier {name!r}" if name else "/tier needs a name"
            self._toast(UsageError(said, hint=nearest(name, known) or f"they are {', '.join(known)}"))

    def action_toggle_budget(self) -> None:
        self.toggle_class("-budget-over" if self.has_class("-narrow") else "-budget-off")

    async def action_conversations(self) -> None:
        """Go to the list, opening it where it is folded; from the list back to the prompt."""
        if self._parts.sidebar.has_focus_within:
            self.remove_class("-list-over")
            self._prompt.focus()
            return
        await self._mount_sidebar()
        self.set_class(not self.has_class("-wide"), "-list-over")
        self.call_after_refresh(self._parts.sidebar.focus_list)

    def action_new_chat(self) -> None:
        self._show_chat(Chat())
        self.remove_class("-list-over")
        self._prompt.focus()

    def action_health(self) -> None:
        # Imported here: not needed before the first paint.
        from ralex_tui.ui.screens.health import HealthScreen

        self.app.push_screen(HealthScreen(self._services, self._parts.ink, self._parts.glyphs))

    def action_logs(self) -> None:
        # Imported here: not needed before the first paint.
        from ralex_tui.ui.screens.logs import LogsScreen

        self.app.push_screen(LogsScreen(self._services, self._parts.ink, self._parts.glyphs))
