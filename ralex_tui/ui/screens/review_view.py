"""What the day review shows: what it cost, hour by hour or day by day, and what the dear messages were.

What the user can do there stands in review.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Digits, Static

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Usd
from ralex_tui.services.decided import Decided
from ralex_tui.services.reports import Bar, DayReport
from ralex_tui.services.services import Services
from ralex_tui.ui.bindings import BY_ID, keys_of
from ralex_tui.ui.charts import bar_chart
from ralex_tui.ui.figures import money
from ralex_tui.ui.gauge import alarm_role
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.review_decided import decided_lines
from ralex_tui.ui.review_entry import by_cost, dearest_lines, entry_lines, title_of
from ralex_tui.ui.review_lines import columns_of, legend, tier_table
from ralex_tui.ui.review_summary import summary_line, summary_lines
from ralex_tui.ui.screens.leaving import LeavingOnce
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

RANGE_DAYS = 14

_WIDE = 140
_TALL = 36
_DEAREST = 7
_DECIDED = 9  # rows below the table at most


class ReviewView(LeavingOnce[None]):
    """A day's report, drawn for the room there is."""

    CSS_PATH = "review.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (_WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__()
        self._services = services
        self._ink = ink
        self._glyphs = glyphs
        self._day = services.ledger.today()
        self._is_range = False
        self._is_decided = False
        self._report: DayReport | None = None
        self._range: list[tuple[date, Bar]] = []
        self._decided: Sequence[Decided] = ()
        self._drifts: Mapping[str, Usd] = {}
        self._titles: dict[str, str] = {}
        self._chosen: int | None = None
        self._selected = 0

    def compose(self) -> ComposeResult:
        yield Static(id="review-top")
        with Horizontal(id="review-body"):
            with VerticalScroll(id="review-main", can_focus=False):
                yield Static(id="review-summary")
                with Horizontal(id="review-hero"):
                    yield Digits(id="review-spent")
                    yield Static(id="review-facts")
                yield Static(id="review-legend")
                yield Static(id="review-chart")
                yield Static(id="review-table")
                yield Static(id="review-dearest")
            with Vertical(id="review-side"):
                yield Static(id="review-side-text")
        yield Static(id="review-keys")

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new widths only after this event.
        self.call_after_refresh(self._draw)

    @property
    def _bars(self) -> list[Bar]:
        if self._is_range:
            return [bar for _, bar in self._range]
        return list(self._report.hours) if self._report else []

    @property
    def _listed(self) -> list[Entry]:
        """The messages of the chosen hour, the dearest first; of the whole day where none is chosen."""
        return by_cost(self._chosen_entries())

    @property
    def _entry(self) -> Entry | None:
        """The selected message."""
        listed = self._listed
        return listed[min(self._selected, len(listed) - 1)] if listed else None

    def _chosen_entries(self) -> list[Entry]:
        if self._report is None or self._is_range:
            return []
        entries = list(self._report.entries)
        if self._chosen is None:
            return entries
        hour = int(self._report.hours[self._chosen].label)
        zone = self._services.policy.zone
        return [entry for entry in entries if entry.reservation.at.astimezone(zone).hour == hour]

    def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        ink, glyphs = self._ink, self._glyphs
        main = self.query_one("#review-main")
        width = max(20, main.content_size.width or self.size.width - 2)
        self._put("review-top", self._title_line())
        self._put("review-keys", self._keys_line())
        self._put("review-summary", summary_line(report, ink, glyphs))
        n_facts = self._draw_hero(report, width)
        if self._is_decided:
            lines = decided_lines(self._decided, self._services.policy.zone, width, ink)
            self._draw_main([], [], lines, [])
        else:
            title = f"The last {RANGE_DAYS} days" if self._is_range else "By hour"
            heading = [spread(Content.styled(title, ink("strong")), legend(ink, glyphs), width)]
            table = self._day_table(width) if self._is_range else tier_table(report, width, ink, glyphs)
            dearest = [] if self.size.width >= _WIDE else self._dearest(width, 2)
            below = [] if self._is_range else self._decided_below(width)
            height = self._chart_height(n_facts, len(table) + len(below), len(dearest))
            self._draw_main(heading, self._chart(width, height), [*table, *below], dearest)
        side = max(20, self.query_one("#review-side-text").content_size.width or 40)
        self._put("review-side-text", Content("\n").join(self._side(side)))

    def _draw_hero(self, report: DayReport, width: int) -> int:
        """The large figure and the facts beside it; how many rows they take."""
        spent = report.budget.spent.amount.show(2)
        digits = self.query_one("#review-spent", Digits)
        digits.update(spent)
        digits.styles.color = self._ink.palette[alarm_role(report.budget.percent_used) or "strong"]
        room = max(20, width - max(14, 3 * len(spent)) - 6)
        facts = summary_lines(report, self._drifts, room, self._ink, self._glyphs)
        self._put("review-facts", Content("\n").join(facts))
        return max(3, len(facts))

    def _draw_main(
        self, heading: list[Content], chart: list[Content], table: list[Content], dearest: list[Content]
    ) -> None:
        parts = {"legend": heading, "chart": chart, "table": table, "dearest": dearest}
        for name, lines in parts.items():
            self._put(f"review-{name}", Content("\n").join(lines))
            self.query_one(f"#review-{name}").set_class(not lines, "-none")

    def _chart(self, width: int, height: int) -> list[Content]:
        has_color = not self.app.no_color
        columns = columns_of(self._bars)
        return bar_chart(columns, width, height, self._ink, self._glyphs, chosen=self._chosen, has_color=has_color)

    def _chart_height(self, n_facts: int, n_table: int, n_dearest: int) -> int:
        """The rows that are left for the bars: as many as let everything stand on the screen at once."""
        is_tall = self.size.height >= _TALL
        around = n_facts + 1 + 3 if is_tall else 2  # the hero and the legend, or the summary's line
        below = 2 + 1 + n_table + (1 + n_dearest if n_dearest else 0)  # axis, labels, table, dearest
        return max(4, min(15, self.query_one("#review-main").content_size.height - around - below))

    def _decided_below(self, width: int) -> list[Content]:
        """The last that was decided, to stand below the table where the screen is large."""
        if not self._decided or self.size.height < _TALL or self.size.width < _WIDE:
            return []
        lines = decided_lines(self._decided, self._services.policy.zone, width, self._ink)
        if len(lines) > _DECIDED:
            key = "".join(keys_of(BY_ID["review.decided"], self._services.settings.ui.keymap)[:1])
            lines = [*lines[: _DECIDED - 1], Content.styled(f"{key} shows all", self._ink("muted"))]
        return [Content(""), *lines]

    def _put(self, widget_id: str, content: Content) -> None:
        self.query_one(f"#{widget_id}", Static).update(content)

    def _title_line(self) -> Content:
        ink = self._ink
        width = max(20, self.query_one("#review-top").content_size.width)
        day, before, after = self._day, self._day - timedelta(days=1), self._day + timedelta(days=1)
        is_last = day >= self._services.ledger.today()
        wide = self.size.width >= 100
        dates = Content.assemble(
            (f"‹ {before:%a} {before.day}   ", ink("muted")),
            (f"{day:%a} {day.day} {day:{'%B %Y' if wide else '%b'}}", ink("strong")),
            ("" if is_last else f"   {after:%a} {after.day} ›", ink("muted")),
        )
        name = Content.assemble(("ralex     " if wide else "", ink("strong")), ("Day review", ink("strong")))
        return spread(name, dates, width)

    def _keys_line(self) -> Content:
        keys = [("←→", "day" if self._is_range else "hour"), ("↑↓", "row"), ("[ ]", "day")]
        if self._is_range:
            keys[1] = ("enter", "open the day")
        else:
            keys += [self._key("review.correct", "correct"), self._key("review.decided", "decided")]
        keys += [self._key("review.range", "one day" if self._is_range else "two weeks"), ("esc", "back to the chat")]
        ink, room = self._ink, max(20, self.query_one("#review-keys").content_size.width)
        parts = [Content.assemble((key, ink("text")), (f" {word}", ink("muted"))) for key, word in keys]
        ways = [Content(" " * gap).join(parts) for gap in (5, 3)]
        return next((way for way in ways if way.cell_length <= room), Content("  ").join(parts[:1] + parts[3:]))

    def _key(self, command: str, word: str) -> tuple[str, str]:
        return "".join(keys_of(BY_ID[command], self._services.settings.ui.keymap)[:1]), word

    def _day_table(self, width: int) -> list[Content]:
        """The range as a table: each day with answers and cost, the newest first."""
        ink = self._ink
        lines = []
        for index, (day, bar) in reversed(list(enumerate(self._range))):
            if not bar.total.n_answers and day != self._services.ledger.today():
                continue
            style = ink("strong" if index == self._chosen else "text")
            left = Content.assemble(
                (f"{day:%a} {day.day:>2} {day:%b}".ljust(14), style),
                (f"{bar.total.n_answers:>5,} answers", ink("muted")),
            )
            lines.append(spread(left, money(bar.total.cost, self._glyphs, ink), min(width, 48)))
        return lines

    def _dearest(self, width: int, most: int) -> list[Content]:
        listed, zone = self._listed, self._services.policy.zone
        chosen = min(self._selected, len(listed) - 1)
        return dearest_lines(listed, chosen, self._titles, zone, width, self._ink, self._glyphs, most)

    def _side(self, width: int) -> list[Content]:
        ink, entry = self._ink, self._entry
        if entry is None:
            return [Content.styled("Choose a bar with ← and →.", ink("muted"))] if self._is_range else []
        label = "The whole day"
        if self._chosen is not None and self._report is not None:
            hour = int(self._report.hours[self._chosen].label)
            label = f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00"
        at = entry.reservation.at.astimezone(self._services.policy.zone)
        return [
            Content.styled(label, ink("strong")),
            Content.styled(f"the dearest of {len(self._listed):,}", ink("muted")),
            Content(""),
            *self._dearest(width, _DEAREST),
            Content(""),
            Content(""),
            plain_line(f"{at:%H:%M}, {title_of(entry, self._titles)}", width, ink("strong")),
            *entry_lines(entry, width, ink, self._glyphs),
        ]
