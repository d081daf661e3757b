"""The day in review: what the user can do there. What it shows stands in review_view.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from ralex_tui.domain.errors import RalexError, UsageError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.services.decided import decided, last_reconciliations
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.review_entry import entry_lines, title_of
from ralex_tui.ui.review_summary import abandoned
from ralex_tui.ui.screens.review_view import RANGE_DAYS, ReviewView

_DRIFT_DAYS = 30


class ReviewScreen(ReviewView):
    """One day by hour, or the last two weeks by day; left and right choose a bar, up and down a message."""

    SCOPE = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("review")

    def on_mount(self) -> None:
        self._load()

    def action_choose(self, by: int) -> None:
        """Move to the bar before or after; the first press goes to the dearest."""
        bars = self._bars
        if not bars:
            return
        if self._chosen is None:
            self._chosen = max(range(len(bars)), key=lambda index: bars[index].total.cost.amount)
        else:
            self._chosen = max(0, min(len(bars) - 1, self._chosen + by))
        self._selected = 0
        self._draw()

    def action_select(self, by: int) -> None:
        """Move to the message above or below."""
        self._selected = max(0, min(len(self._listed) - 1, self._selected + by))
        self._draw()

    def action_cut_off(self) -> None:
        """Go to the first message that was cut off by a crash and that nobody has looked at since."""
        found = abandoned(self._report.entries) if self._report is not None and not self._is_range else []
        if not found or self._report is None:
            self.notify("Nothing was cut off by a crash on this day.", timeout=3, markup=False)
            return
        hour = found[0].reservation.at.astimezone(self._services.policy.zone).hour
        self._chosen = [int(bar.label) for bar in self._report.hours].index(hour)
        self._selected = self._listed.index(found[0])
        self._draw()

    def action_day(self, by: int) -> None:
        """Go to the day before or after, never beyond today."""
        self._day = min(self._day + timedelta(days=by), self._services.ledger.today())
        self._is_range = False
        self._start_again()

    def action_toggle_range(self) -> None:
        """Show the last two weeks, or the one day again."""
        self._is_range = not self._is_range
        self._is_decided = False
        self._start_again()

    def action_toggle_decided(self) -> None:
        """Show what was decided in place of the chart and the table, or those again."""
        self._is_decided = not self._is_decided
        self._draw()

    def action_open(self) -> None:
        """Open the chosen day of the range."""
        if self._is_range and self._chosen is not None:
            self._day = self._range[self._chosen][0]
            self._is_range = False
            self._start_again()

    def action_correct(self) -> None:
        """Ask for another figure for the selected message."""
        # Imported here: its fields are not needed before they are asked for.
        from ralex_tui.ui.screens.form import Field, Form, FormScreen

        entry = self._entry
        if entry is None:
            self.notify("Choose an hour with ← and →, and a message with ↑ and ↓.", timeout=4, markup=False)
            return

        async def enter(values: Mapping[str, str]) -> Entry:
            return await self._correct(entry, values)

        title = f"{entry.reservation.at.astimezone(self._services.policy.zone):%H:%M}, {title_of(entry, self._titles)}"
        form = Form(
            title,
            entry_lines(entry, 58, self._ink, self._glyphs),
            [
                Field("amount", "charged, in dollars; 0 if it was not billed", "0"),
                Field("why", "why", hint="such as: not on the provider's bill"),
            ],
            enter,
            "writes it down beside the old figure",
        )
        self.app.push_screen(FormScreen(form, self._ink, self._glyphs), self._corrected)

    def action_back(self) -> None:
        self.dismiss(None)

    async def _correct(self, entry: Entry, values: Mapping[str, str]) -> Entry:
        amount = _amount(values["amount"])
        day, request = entry.reservation.day, entry.reservation.id
        figure = Figure(amount, Accuracy.EXACT)
        return await self._services.ledger.correct(day, request, figure, who="user", why=values["why"].strip())

    def _corrected(self, entry: Entry | None) -> None:
        if entry is not None:
            self._load()

    def _start_again(self) -> None:
        self._chosen = None
        self._selected = 0
        self._load()

    @work(exclusive=True, group="review")
    async def _load(self) -> None:
        services, day = self._services, self._day
        try:
            self._report = await services.reports.day(day)
            self._decided = decided(await services.ledger.books(day, day), services.policy.zone)
            books = await services.ledger.books(day - timedelta(days=_DRIFT_DAYS), day)
            self._drifts = {name: last.drift for name, last in last_reconciliations(books).items()}
            last = services.ledger.today()
            self._range = await services.reports.days(last - timedelta(days=RANGE_DAYS - 1), last)
            self._titles = {row.id: row.title for row in await services.library.list()}
        except RalexError as error:
            text = Content.styled(f"{self._glyphs.failed} {error.message}", self._ink("error", bold=True))
            self.query_one("#review-table", Static).update(text + Content.styled(f"\n{error.hint}", self._ink("muted")))
            return
        if self._chosen is None and not self._is_range and self._report.total.cost.amount:
            self.action_choose(0)
        self.call_after_refresh(self._draw)


def _amount(text: str) -> Usd:
    """An amount that was typed in.

    Raises:
        UsageError: If it is none, or less than zero.
    """
    try:
        amount = Usd.parse(text.strip().removeprefix("$"))
    except ValueError:
        raise UsageError("that is no amount of dollars", hint="write it as 0.0123") from None
    if amount < Usd(0):
        raise UsageError("a charge is never less than zero", hint="0 gives it back as a whole")
    return amount
