"""The day in review: what it cost, hour by hour or day by day, and what the dear messages were."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Digits, Static

from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.ledger import Entry
from ralex_tui.services.reports import Bar, DayReport
from ralex_tui.services.services import Services
from ralex_tui.ui.charts import bar_chart
from ralex_tui.ui.figures import money
from ralex_tui.ui.gauge import alarm_role
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.lines import spread
from ralex_tui.ui.review_lines import (
    columns_of,
    dearest_lines,
    entry_lines,
    legend,
    summary_line,
    summary_lines,
    tier_table,
)
from ralex_tui.ui.text import plain_line
from ralex_tui.ui.themes import Ink

RANGE_DAYS = 14

_WIDE = 140
_TALL = 36


class ReviewScreen(Screen[None]):
    """One day by hour, or the last two weeks by day; left and right choose a bar, enter opens a day."""

    CSS_PATH = "review.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (_WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "bar before", show=False, id="review.left"),
        Binding("right", "choose(1)", "next bar", show=False, id="review.right"),
        Binding("left_square_bracket", "day(-1)", "day before", show=False, id="review.day-before"),
        Binding("right_square_bracket", "day(1)", "next day", show=False, id="review.day-after"),
        Binding("w", "toggle_range", "two weeks", show=False, id="review.range"),
        Binding("enter", "open", "open the day", show=False, id="review.open"),
        Binding("escape,q,shift+f4", "back", "back to the chat", show=False, id="review.back"),
    ]

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__()
        self._services = services
        self._ink = ink
        self._glyphs = glyphs
        self._day = services.ledger.today()
        self._is_range = False
        self._report: DayReport | None = None
        self._range: list[tuple[date, Bar]] = []
        self._titles: dict[str, str] = {}
        self._chosen: int | None = None

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

    def on_mount(self) -> None:
        self._load()

    def on_resize(self, _event: events.Resize) -> None:
        # The panes get their new widths only after this event.
        self.call_after_refresh(self._draw)

    def action_choose(self, by: int) -> None:
        """Move to the bar before or after; the first press goes to the dearest."""
        bars = self._bars
        if not bars:
            return
        if self._chosen is None:
            self._chosen = max(range(len(bars)), key=lambda index: bars[index].total.cost.amount)
        else:
            self._chosen = max(0, min(len(bars) - 1, self._chosen + by))
        self._draw()

    def action_day(self, by: int) -> None:
        """Go to the day before or after, never beyond today."""
        self._day = min(self._day + timedelta(days=by), self._services.ledger.today())
        self._is_range = False
        self._chosen = None
        self._load()

    def action_toggle_range(self) -> None:
        """Show the last two weeks, or the one day again."""
        self._is_range = not self._is_range
        self._chosen = None
        self._load()

    def action_open(self) -> None:
        """Open the chosen day of the range."""
        if self._is_range and self._chosen is not None:
            self._day = self._range[self._chosen][0]
            self._is_range = False
            self._chosen = None
            self._load()

    def action_back(self) -> None:
        self.dismiss(None)

    @work(exclusive=True, group="review")
    async def _load(self) -> None:
        try:
            self._report = await self._services.reports.day(self._day)
            last = self._services.ledger.today()
            self._range = await self._services.reports.days(last - timedelta(days=RANGE_DAYS - 1), last)
            self._titles = {row.id: row.title for row in await self._services.library.list()}
        except RalexError as error:
            text = Content.styled(f"{self._glyphs.failed} {error.message}", self._ink("error", bold=True))
            self.query_one("#review-table", Static).update(text + Content.styled(f"\n{error.hint}", self._ink("muted")))
            return
        if self._chosen is None and not self._is_range and self._report.total.cost.amount:
            self.action_choose(0)
        self.call_after_refresh(self._draw)

    @property
    def _bars(self) -> list[Bar]:
        if self._is_range:
            return [bar for _, bar in self._range]
        return list(self._report.hours) if self._report else []

    def _chosen_entries(self) -> list[Entry]:
        """The entries of the chosen hour; of the whole day where none is chosen."""
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
        self.query_one("#review-spent", Digits).update(report.budget.spent.amount.show(2))
        role = alarm_role(report.budget.percent_used) or "strong"
        self.query_one("#review-spent", Digits).styles.color = ink.palette[role]
        self._put("review-facts", Content("\n").join(summary_lines(report, ink, glyphs)))
        heading = f"The last {RANGE_DAYS} days" if self._is_range else "By hour"
        self._put("review-legend", spread(Content.styled(heading, ink("strong")), legend(ink, glyphs), width))
        table = self._day_table(width) if self._is_range else tier_table(report, width, ink, glyphs)
        dearest = [] if self.size.width >= _WIDE else self._dearest(width, 2)
        chart = bar_chart(
            columns_of(self._bars),
            width,
            self._chart_height(len(table), len(dearest)),
            ink,
            glyphs,
            chosen=self._chosen,
            has_color=not self.app.no_color,
        )
        self._put("review-chart", Content("\n").join(chart))
        self._put("review-table", Content("\n").join(table))
        self._put("review-dearest", Content("\n").join(dearest))
        side = max(20, self.query_one("#review-side-text").content_size.width or 40)
        self._put("review-side-text", Content("\n").join(self._side(side)))

    def _chart_height(self, n_table: int, n_dearest: int) -> int:
        """The rows that are left for the bars: as many as let everything stand on the screen at once."""
        is_tall = self.size.height >= _TALL
        around = 4 + 3 if is_tall else 2  # the hero and the legend, or the summary's line
        below = 2 + 1 + n_table + (1 + n_dearest if n_dearest else 0)  # axis, labels, table, dearest
        return max(4, min(15, self.query_one("#review-main").content_size.height - around - below))

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
        keys = [("←→", "day" if self._is_range else "hour"), ("[ ]", "day")]
        if self._is_range:
            keys.append(("enter", "open the day"))
        keys += [("w", "one day" if self._is_range else "two weeks"), ("esc", "back to the chat")]
        ink = self._ink
        gap = "     " if self.size.width >= 100 else "   "
        parts = [Content.assemble((key, ink("text")), (f" {word}", ink("muted"))) for key, word in keys]
        return Content(gap).join(parts)

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
        entries = self._chosen_entries()
        if not entries or self._report is None:
            return []
        zone = self._services.policy.zone
        return dearest_lines(entries, self._titles, zone, width, self._ink, self._glyphs, most)

    def _side(self, width: int) -> list[Content]:
        entries = [entry for entry in self._chosen_entries() if not entry.is_open]
        ink = self._ink
        if not entries or self._report is None:
            return [Content.styled("Choose a bar with ← and →.", ink("muted"))] if self._is_range else []
        label = "The whole day"
        if self._chosen is not None:
            hour = int(self._report.hours[self._chosen].label)
            label = f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00"
        dearest = max(entries, key=lambda entry: entry.cost.amount)
        lines = [
            Content.styled(label, ink("strong")),
            Content.styled(f"the dearest of {len(entries):,}", ink("muted")),
            Content(""),
            *self._dearest(width, 7),
            Content(""),
            Content(""),
            plain_line(
                self._titles.get(dearest.reservation.conversation, "A conversation that is gone"), width, ink("strong")
            ),
            *entry_lines(dearest, width, ink, self._glyphs),
        ]
        return lines
