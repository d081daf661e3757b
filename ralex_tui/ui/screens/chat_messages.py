"""Reading in the chat: the messages by keyboard, what is copied from them, links that are followed, finding words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.theme import Theme

from ralex_tui.domain.text import visible
from ralex_tui.ui.bindings import BY_ID, actions_by_key, keys_of
from ralex_tui.ui.copying import Copier
from ralex_tui.ui.screens.chat_prices import ChatPrices
from ralex_tui.ui.transcript import Transcript
from ralex_tui.ui.transcript.linked import Link
from ralex_tui.ui.transcript.reading import Move
from ralex_tui.ui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from ralex_tui.ui.links import Links
    from ralex_tui.ui.widgets.find_bar import FindBar


class ChatMessages(ChatPrices):
    """What can be done with the messages on the screen. The mode is where the focus is: in them, or in the prompt."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        keymap = self._services.settings.ui.keymap
        self._message_acts = actions_by_key("messages", keymap)
        self._find_acts = actions_by_key("find", keymap)
        self._find_bar: FindBar | None = None
        self._last_query = ""

    def _act_of(self, event: events.Key) -> str | None:
        """What a key means in the messages, or while words are looked for; None elsewhere."""
        acts: Mapping[str, str] = {}
        if self._transcript.has_focus:
            acts = self._message_acts
        elif self._is_finding:
            acts = self._find_acts
        return acts.get(event.key)

    @on(Prompt.Up)
    def _up_from_prompt(self) -> None:
        if self._runner.queue:
            self._prompt.put(self._runner.queue.pop().text)
            self.turn_changed()
        else:
            self.action_messages()
        if self.focused is not self._transcript:
            self._prompt.stay()

    @on(Prompt.Late)
    async def _late_key(self, event: Prompt.Late) -> None:
        """Act on a key as it was meant: in the messages, if up has led there."""
        is_there = self.focused is self._transcript
        action = self._message_acts.get(event.key.key) if is_there else None
        if action is not None:
            await self.run_action(action)
        else:
            await self._prompt.take_key(event.key)

    @on(events.DescendantFocus)
    def _focus_gained(self) -> None:
        """With the focus back in the prompt, nothing of the messages stays marked."""
        has_focus = self._transcript.has_focus
        end = "messages.last" if has_focus else "transcript.end"
        keys = keys_of(BY_ID[end], self._services.settings.ui.keymap)
        self._transcript.end_key = keys[-1] if keys else ""
        if self._prompt.has_focus:
            self._hide_find()
            self._transcript.leave()

    # Moving

    def action_messages(self) -> None:
        """Go to the messages."""
        if self._transcript.has_messages:
            self._transcript.enter()
        else:
            self.notify("There is no message yet.", timeout=3, markup=False)

    def action_leave_messages(self) -> None:
        if self._transcript.is_selecting:
            self._transcript.stop_selecting()
        self._prompt.focus()

    def action_move(self, step: Move) -> None:
        self._transcript.move(step)

    def action_down(self) -> None:
        """Go to the next message; below the last one is the prompt."""
        if not self._transcript.move("next_message"):
            self.action_leave_messages()

    def action_read_page(self, by: int) -> None:
        self._transcript.page(by)

    def action_jump(self, by: int) -> None:
        """Scroll to the question before or after."""
        self._transcript.jump(by)

    def action_end(self) -> None:
        self._transcript.scroll_to_end()

    # Copying

    def copy(self, text: str, what: str) -> None:
        """Copy a text and say how that went; `what` it is, as in "the message"."""
        self._start(self._copier.copy(text, what), "copy")

    @cached_property
    def _copier(self) -> Copier:
        return Copier(self.app, self._services.clipboard)

    @on(Prompt.Copied)
    def _copy_draft(self, event: Prompt.Copied) -> None:
        self.copy(event.text, "the selection")

    def _copy_selected(self) -> bool:
        """Copy what is selected on the screen, and select nothing; whether there was something."""
        selected = self._prompt.selected_draft or visible(self.get_selected_text() or "")
        if selected:
            self.copy(selected, "the selection")
            self._transcript.stop_selecting()
        return bool(selected)

    def action_copy_message(self) -> None:
        """Copy the current message; what is selected, if something is."""
        if self._transcript.selected is None:
            self.copy(self._transcript.source_of_message(), "the message")
        else:
            self.copy(self._transcript.source_of_selection(), "the selection")
            self._transcript.stop_selecting()

    def action_copy_block(self) -> None:
        self.copy(self._transcript.source_of_block(), "the block")

    def action_select_blocks(self) -> None:
        self._transcript.toggle_selecting()

    # Links

    @cached_property
    def _links(self) -> Links:
        # Imported here: the question about a link is not needed before the first paint.
        from ralex_tui.ui.links import Links

        services = self._services
        return Links(self.app, services.browser, self._copier, self._parts.glyphs, services.settings.ui.keymap)

    @on(Transcript.LinkClicked)
    def _link_clicked(self, event: Transcript.LinkClicked) -> None:
        self._follow_link(Link(event.address, event.words))

    def action_follow_link(self) -> None:
        """Follow the link of the current block; where it has several, ask which."""
        # Imported here, as is what it is made of: not needed before the first paint.
        from ralex_tui.ui.screens.link_choice import LinkChoice

        links = self._transcript.links()
        if not links:
            self.notify("No link in this block.", timeout=3, markup=False)
        elif len(links) == 1:
            self._follow_link(links[0])
        else:
            keymap = self._services.settings.ui.keymap
            choice = LinkChoice(links, self._mode.value, self._parts.ink, self._parts.glyphs, keymap)

            def follow(name: str | None) -> None:
                if name and name.isdigit():
                    self._follow_link(links[int(name)])

            self.app.push_screen(choice, follow)

    def _follow_link(self, link: Link) -> None:
        self._links.follow(link.address, link.words, self._mode.value, self._parts.ink)

    # Finding

    @property
    def _is_finding(self) -> bool:
        return self._find_bar is not None and self.has_class("-finding") and self._find_bar.has_focus_within

    async def action_find(self) -> None:
        """Open the line to find words with; with the words of the last time, which typing replaces."""
        if self._find_bar is None:
            # Imported here: a field to type in is not needed before the first paint.
            from ralex_tui.ui.widgets.find_bar import FindBar

            self._find_bar = FindBar(self._parts.ink, id="find")
            await self.query_one("#talk").mount(self._find_bar, before="#below")
        self._transcript.begin_find()
        self.add_class("-finding")
        self._find_bar.open(self._last_query)
        if self._last_query:
            self._transcript.find(self._last_query)

    def action_find_step(self, by: int) -> None:
        self._transcript.find_step(by)

    async def action_find_again(self, by: int) -> None:
        """Go to the next match of the last search, or the one before; without one, ask for words."""
        if not self._last_query:
            await self.action_find()
        elif self._transcript.finder is None:
            self._transcript.begin_find()
            self._transcript.find(self._last_query)
        elif not self._transcript.find_step(by):
            self.notify("No message has it.", timeout=3, markup=False)

    def action_close_find(self) -> None:
        """Close the line; the cursor stays at the match, and without one the prompt has the focus again."""
        has_match = self._transcript.finder is not None and self._transcript.finder.current is not None
        self._hide_find()
        if has_match:
            self._transcript.enter()
        else:
            self._prompt.focus()

    @on(Transcript.FindChanged)
    def _find_changed(self, event: Transcript.FindChanged) -> None:
        if self._find_bar is not None and self.has_class("-finding"):
            self._find_bar.show(event.found)

    def on_find_bar_changed(self, event: FindBar.Changed) -> None:
        """Find what stands in the line now."""
        self._last_query = event.query
        self._transcript.find(event.query)

    def _hide_find(self) -> None:
        self.remove_class("-finding")

    def _use_theme(self, theme: Theme) -> None:
        super()._use_theme(theme)
        if self._find_bar is not None:
            self._find_bar.set_ink(self._parts.ink)
