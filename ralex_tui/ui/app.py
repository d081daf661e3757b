"""The full-screen app: themes, keymap, palette and the first screen. No business logic."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import ClassVar, cast

from textual import on
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.keys import Keys
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from ralex_tui.config.palette import Palette
from ralex_tui.config.strict_yaml import nearest
from ralex_tui.ports.rescue import Rescue
from ralex_tui.services.services import Services
from ralex_tui.ui.bindings import BY_ID, bindings_for, clashes, unknown_ids
from ralex_tui.ui.commands import palette_entries
from ralex_tui.ui.glyphs import glyphs
from ralex_tui.ui.markdown.prepare import prepare
from ralex_tui.ui.screens.chat import ChatScreen
from ralex_tui.ui.screens.chat_view import WIDE
from ralex_tui.ui.screens.leaving import Commands
from ralex_tui.ui.steadfast import SteadfastApp
from ralex_tui.ui.themes import Ink, textual_theme
from ralex_tui.ui.widgets.prompt import Prompt

_log = logging.getLogger(__name__)


class RalexApp(SteadfastApp):
    """Ralex on the full screen.

    Args:
        palettes: The themes by name; never empty. Where `ui.theme` names none of them, the first is used.
        notices: Sentences to show at the start, such as what was odd about the configuration.
        when_painted: Called once the first frame stands.
        rescue: Keeps the draft if the app crashes, and gives back the one of a crash before; None for neither.
    """

    TITLE = "ralex"
    BINDINGS = bindings_for("app")
    # Classes of every screen; what folds at which size stands in the style sheets.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012 - as Textual has it
    # The chat's style sheet stands here: Textual 8.2.8 does not load that of a default screen.
    CSS_PATH: ClassVar = ["app.tcss", "screens/chat.tcss"]

    def __init__(
        self,
        services: Services,
        palettes: Mapping[str, Palette],
        *,
        notices: Sequence[str] = (),
        when_painted: Callable[[], None] | None = None,
        rescue: Rescue | None = None,
    ) -> None:
        super().__init__(rescue)
        _teach_alt_enter()
        self._when_painted = when_painted
        self._services = services
        self._palettes = palettes
        self._inks = {name: Ink(palette) for name, palette in palettes.items()}
        self._glyphs = glyphs(services.settings.ui.glyphs)
        self._user_keys = services.settings.ui.keymap
        for palette in palettes.values():
            self.register_theme(textual_theme(palette))
        wanted = services.settings.ui.theme
        first = wanted if wanted in palettes else next(iter(palettes))
        self._given_back = rescue.draft() if rescue is not None else ""
        told = [*notices, *_about_theme(wanted, palettes), *_about_keys(self._user_keys)]
        if self._given_back:
            told.append("Your draft from before the crash is back.")
        self._chat = ChatScreen(services, self._inks, first, self._glyphs, told)
        self.theme = first
        # The style sheets are read for the first time with this theme's colours, so they need not be read again.
        self.stylesheet.set_variables(self.get_css_variables())
        self._is_css_fresh = True
        self.set_keymap({key: value for key, value in self._user_keys.items() if key in BY_ID})

    def get_default_screen(self) -> Screen[None]:
        # The classes that Textual would give it after its first layout; known now, they save a second one.
        width, height = self.size
        self._chat.add_class(_class_for(width, self.HORIZONTAL_BREAKPOINTS), update=False)
        self._chat.add_class(_class_for(height, self.VERTICAL_BREAKPOINTS), update=False)
        return self._chat

    def refresh_css(self, animate: bool = True) -> None:
        """Apply the theme; the first time it is applied already."""
        if self._is_css_fresh:
            self._is_css_fresh = False
        else:
            super().refresh_css(animate)

    def on_mount(self) -> None:
        if self._given_back:
            # The screen's widgets are mounted after this.
            self._chat.call_after_refresh(self._chat.give_back, self._given_back)
        # After the first paint: it starts a child process, and the paint should not wait for that.
        self.call_after_refresh(self._warm_up)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything in the one table, and nothing of Textual's own: all of it works and is explained."""
        for entry in palette_entries(self._palettes, self._user_keys, getattr(screen, "SCOPE", "app")):
            yield SystemCommand(entry.title, entry.says, partial(screen.run_action, entry.action))

    def action_command_palette(self) -> None:
        """Open the palette, if it isn't."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Commands(id="--command-palette"))

    def on_command_palette_closed(self, event: CommandPalette.Closed) -> None:
        if event.option_selected:
            self._chat.forget_slash()

    def action_choose_theme(self, name: str = "") -> None:
        """Change the theme; without a name the palette offers them."""
        if name in self._palettes:
            self.theme = name
            return
        if not name:
            self.action_command_palette()
            return
        hint = nearest(name, self._palettes) or f"they are {', '.join(self._palettes)}"
        self.notify(f"There is no theme {name!r}: {hint}", severity="warning", markup=False)

    def action_help(self) -> None:
        # Imported here: a screen of its own, not needed before the first paint.
        from ralex_tui.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self._inks[self.theme], self._glyphs, self._user_keys))

    async def action_quit(self) -> None:
        """Quit: an answer on its way is stopped and settled first."""
        await self.finish()
        await self.let_go()
        self.exit()

    # What SteadfastApp wants to know

    def unsent(self) -> str:
        return self._chat.unsent

    def is_answering(self) -> bool:
        return self._chat.is_answering

    async def finish(self) -> None:
        await self._chat.finish()

    async def let_go(self) -> None:
        await self._services.close()

    @on(Prompt.Submitted)
    def _draft_sent(self) -> None:
        if self._rescue is not None and self._given_back:
            self._rescue.forget_draft()
            self._given_back = ""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Preparations that failed are found again by the first message, which says what is wrong."""
        if event.state is WorkerState.ERROR:
            _log.warning("the preparations failed", exc_info=event.worker.error)

    def _warm_up(self) -> None:
        if self._when_painted is not None:
            self._when_painted()

        async def work() -> None:
            await asyncio.to_thread(prepare)
            await self._services.warm_up()

        self.run_worker(work(), group="engine", exit_on_error=False)


def _teach_alt_enter() -> None:
    """Make alt+enter break the line on terminals without the kitty protocol.

    They send escape and enter in one, which Textual 8.2.8 reads as a plain enter: it would send the message.
    """
    sequences = cast(dict[str, object], ANSI_SEQUENCES_KEYS)
    sequences.setdefault("\x1b\r", (Keys.ControlJ,))


def _class_for(size: int, breakpoints: Sequence[tuple[int, str]]) -> str:
    return [name for least, name in breakpoints if size >= least][-1]


def _about_theme(wanted: str, palettes: Mapping[str, Palette]) -> list[str]:
    if wanted in palettes:
        return []
    hint = nearest(wanted, palettes) or f"there are {', '.join(palettes)}"
    return [f"ui.theme names {wanted!r}, which is no theme: {hint}"]


def _about_keys(keymap: Mapping[str, str]) -> list[str]:
    unknown = [f"ui.keymap names {key!r}, which is no command: {nearest(key, BY_ID)}" for key in unknown_ids(keymap)]
    shared = [f"ui.keymap gives {key} to several commands: {', '.join(ids)}" for key, ids in clashes(keymap)]
    return unknown + shared
