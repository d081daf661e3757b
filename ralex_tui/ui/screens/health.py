"""The health screen: what the user can do there. What it shows stands in health_view.py."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import VerticalScroll

from ralex_tui.domain.errors import RalexError
from ralex_tui.services.health import examine
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.screens.health_view import HealthView


class HealthScreen(HealthView):
    """Opens with what is known, and fills in as the checks end. All requests are free ones."""

    SCOPE = "health"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("health")

    def on_mount(self) -> None:
        self._look()

    def action_look(self) -> None:
        """Look at everything again; what was found stays until it is known anew."""
        self._look()

    def action_logs(self) -> None:
        """Read the log."""
        # Imported here: a screen of its own, not needed to show this one.
        from ralex_tui.ui.screens.logs import LogsScreen

        self.app.push_screen(LogsScreen(self._services, self._ink, self._glyphs))

    def action_scroll_by(self, by: int) -> None:
        """Scroll by a row, both columns alike."""
        for pane in self.query(VerticalScroll):
            pane.scroll_relative(y=by, animate=False)

    def action_page_by(self, by: int) -> None:
        """Scroll by a page."""
        for pane in self.query(VerticalScroll):
            pane.scroll_relative(y=by * max(1, pane.size.height - 1), animate=False)

    def action_back(self) -> None:
        self.dismiss(None)

    @work(exclusive=True, group="health")
    async def _look(self) -> None:
        services = self._services
        self._looked_at, self._problem = None, ""
        try:
            # In a thread: what looks at the computer is imported now.
            facts = await asyncio.to_thread(services.facts)
            assert facts.deployments is not None  # the app's facts have all
            self._rows = await facts.deployments()
            self._draw()
            now, today = services.clock.now(), services.ledger.today()
            async with aclosing(examine(facts, now, today)) as found:
                async for findings in found:
                    self._found[findings.group] = findings.checks
                    self._draw()
            self._rows = await facts.deployments()
        except RalexError as error:
            self._problem = error.message
        self._looked_at = services.clock.now()
        self._draw()
