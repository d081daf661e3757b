"""What the health screen shows: what to look at, the deployments, and the findings group by group.

What the user can do there stands in health.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ralex_tui.services.checks import Check, Group
from ralex_tui.services.deployment_rows import DeploymentRow
from ralex_tui.services.services import Services
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.health_lines import deployment_table, group_lines, n_troubles, trouble_lines
from ralex_tui.ui.lines import spread
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.themes import Ink

_WIDE = 140
_BESIDE = (Group.ENGINE, Group.LOCAL, Group.KEYS, Group.MONEY, Group.DISK, Group.TERMINAL)


class HealthView(LeavingOnce[None]):
    """What is known so far, drawn for the room there is."""

    CSS_PATH = "health.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (_WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__()
        self._services = services
        self._ink = ink
        self._glyphs = glyphs
        self._found: dict[Group, Sequence[Check]] = {}
        self._rows: Sequence[DeploymentRow] = ()
        self._looked_at: datetime | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield Static(id="health-top")
        with Horizontal(id="health-body"):
            with VerticalScroll(id="health-main", can_focus=False):
                yield Static(id="health-trouble")
                yield Static(id="health-deployments")
                yield Static(id="health-answers")
                yield Static(id="health-below")
            with VerticalScroll(id="health-side", can_focus=False):
                yield Static(id="health-beside")
        yield Static(id="health-keys")

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new widths only after this event.
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        is_wide = self.size.width >= _WIDE
        # Of the panes, not of what is in them: a part with nothing to say has no width.
        width = max(20, self.query_one("#health-main").content_size.width or self.size.width - 6)
        side = max(20, self.query_one("#health-side").content_size.width or 50) if is_wide else width
        self._put("health-top", [self._title_line()])
        self._put("health-keys", [self._keys_line()])
        self._put("health-trouble", self._trouble(width))
        self._put("health-deployments", self._deployments(width))
        self._put("health-answers", self._groups((Group.ANSWERS,), width))
        beside = self._groups(_BESIDE, side)
        self._put("health-beside", beside if is_wide else [])
        self._put("health-below", [] if is_wide else beside)

    def _trouble(self, width: int) -> list[Content]:
        ink, zone = self._ink, self._services.policy.zone
        lines = trouble_lines(self._found, self._rows, width, zone, ink, self._glyphs)
        if self._problem:
            lines.insert(0, Content.styled(self._problem, ink("error", bold=True)))
        return [Content.styled("To look at", ink("strong")), *lines] if lines else []

    def _deployments(self, width: int) -> list[Content]:
        ink, zone = self._ink, self._services.policy.zone
        heading = Content.assemble(("Deployments", ink("strong")), ("  the last 24 hours", ink("muted")))
        table = deployment_table(self._rows, width, zone, self._services.clock.now(), ink, self._glyphs)
        return [heading, *table]

    def _groups(self, groups: Sequence[Group], width: int) -> list[Content]:
        lines: list[Content] = []
        for group in groups:
            checks = self._found.get(group)
            lines += [Content("")] if lines else []
            lines += [Content.styled(group.value, self._ink("strong"))]
            lines += group_lines(checks, width, self._ink, self._glyphs)
        return lines

    def _title_line(self) -> Content:
        ink, n_wrong = self._ink, n_troubles(self._found, self._rows)
        name = Content.styled("Health", ink("strong"))
        if n_wrong:
            things = "one thing to look at" if n_wrong == 1 else f"{n_wrong} things to look at"
            state = Content.styled(f"{self._glyphs.warning} {things}", ink("warn"))
        elif self._looked_at is not None:
            state = Content.styled("all is well", ink("text"))
        else:
            state = Content("")
        when = "looking"
        if self._looked_at is not None:
            when = f"looked at {self._looked_at.astimezone(self._services.policy.zone):%H:%M:%S}"
        width = max(20, self.query_one("#health-top").content_size.width)
        return spread(Content.assemble(name, "   ", state), Content.styled(when, ink("muted")), width)

    def _keys_line(self) -> Content:
        ink, room = self._ink, max(20, self.query_one("#health-keys").content_size.width)
        keys = [self._key("health.look", "look again"), self._key("health.logs", "log"), ("↑↓", "scroll")]
        keys.append(("esc", "back to the chat"))
        parts = [Content.assemble((key, ink("text")), (f" {word}", ink("muted"))) for key, word in keys]
        ways = [Content(" " * gap).join(parts) for gap in (5, 3)]
        return next((way for way in ways if way.cell_length <= room), Content("  ").join(parts[:1] + parts[3:]))

    def _key(self, command: str, word: str) -> tuple[str, str]:
        return "".join(keys_of(BY_ID[command], self._services.settings.ui.keymap)[:1]), word

    def _put(self, widget_id: str, lines: Sequence[Content]) -> None:
        part = self.query_one(f"#{widget_id}", Static)
        part.update(Content("\n").join(lines))
        part.set_class(not lines, "-none")
