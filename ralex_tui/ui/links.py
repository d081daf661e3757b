"""Following a link of foreign text: its whole address is shown, and only then opened or copied.

links = Links(app, services.browser, copier, glyphs, keymap)
links.follow(address, words, accent, ink)   # words: the link's text; accent: the role of the tier's colour
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.app import App

from ralex_tui.domain.addresses import Address, parse_address
from ralex_tui.domain.errors import UsageError
from ralex_tui.ports.browser import Browser
from ralex_tui.ui.copying import Copier
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.notices import sentence
from ralex_tui.ui.screens.link import LinkScreen
from ralex_tui.ui.themes import Ink


class Links:
    """Asks before a link is opened, and does what is answered."""

    def __init__(
        self, app: App[Any], browser: Browser, copier: Copier, glyphs: Glyphs, keymap: Mapping[str, str]
    ) -> None:
        self._app = app
        self._browser = browser
        self._copier = copier
        self._glyphs = glyphs
        self._keymap = keymap

    def follow(self, address: str, words: str, accent: str, ink: Ink) -> None:
        """Show where a link leads and ask; what is neither http nor https is refused in one sentence.

        Args:
            address: As the text has it, raw.
            words: The words of the link, as they are shown.
            accent: The role of the keys' colour.
        """
        try:
            read = parse_address(address)
        except UsageError as error:
            self._warn(f"{sentence(error.message)} {sentence(error.hint)}")
            return
        screen = LinkScreen(read, words, self._browser.obstacle, accent, ink, self._glyphs, self._keymap)
        self._app.push_screen(screen, partial(self._answered, read))

    async def _answered(self, address: Address, way: str | None) -> None:
        if way == "copy":
            self._app.run_worker(self._copier.copy(address.text, "the address"), group="copy")
        elif way == "open":
            self._app.run_worker(self._open(address), group="browser")

    async def _open(self, address: Address) -> None:
        if await self._browser.open(address.text):
            self._app.notify(f"The browser was asked to open {address.host}.", timeout=3, markup=False)
        else:
            self._warn("No browser took the address; following the link again, it can be copied.")

    def _warn(self, words: str) -> None:
        self._app.notify(words, severity="warning", timeout=8, markup=False)
