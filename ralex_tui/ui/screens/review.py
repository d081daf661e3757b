"""The review: what the user can do there. What it shows stands in review_view.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widgets import Static

from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.review import Grain, Span
from ralex_tui.ui.bindings import bindings_for
from ralex_tui.ui.review_entry import entry_lines
from ralex_tui.ui.review_facts import abandoned
from ralex_tui.ui.review_messages import title_of
from ralex_tui.ui.review_state import Page, Place, Stop, View
from ralex_tui.ui.screens.review_loading import ReviewLoading


class ReviewScreen(ReviewLoading):
    """A day, week, month or year; left and right choose a bar, up and down a message or a table's row.

    Ends with the message that the user wants to go to, or with None.
    """

    SCOPE = "review"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("review")

    def on_mount(self) -> None:
        self._load(Span.of(Grain.DAY, self._services.ledger.today()))

    # Moving

    def action_choose(self, by: int) -> None:
        """Move to the bar before or after."""
        view = self._view
        if view is None or not view.report.bars:
            return
        if view.is_day:
            last = len(view.report.bars) - 1
            hour = 0 if view.hour is None else max(0, min(last, view.hour + by))
            self._show(replace(view, hour=hour, selected=0, drilled=None))
        else:
            self._go_to_day(view, view.day + timedelta(days=by * (7 if view.grain is Grain.YEAR else 1)))

    def action_select(self, by: int) -> None:
        """Move to the row or message above or below; in a year to the day."""
        view = self._view
        if view is None:
            return
        if view.drilled is None and view.stop is not Stop.MESSAGES:
            self._show(replace(view, row=max(0, min(len(self._drawing.cells) - 1, view.row + by))))
        elif view.drilled is None and view.grain is Grain.YEAR:
            self._go_to_day(view, view.day + timedelta(days=by))
        else:
            self._show(replace(view, selected=max(0, min(len(view.listed.entries) - 1, view.selected + by))))

    def action_table(self, by: int) -> None:
        """Go to the next table, or the one before; the messages are one of them."""
        if self._view is not None and not self._view.is_empty:
            view = replace(self._view, page=Page.CHART, drilled=None, row=0)
            self._show(replace(view, stop=view.stop.step(by)))

    def action_step(self, by: int) -> None:
        """Go to the span before or after, never beyond today."""
        view = self._view
        if view is None:
            return
        span = view.report.span.after() if by > 0 else view.report.span.before()
        if span.first > view.today:
            return
        self._load(span, day=_same_place(view.day, view.report.span, span))

    def action_span(self, grain: str) -> None:
        """Show the week, month or year around the day; the same again goes back to the day."""
        view = self._view
        if view is None:
            return
        wanted = Grain(grain)
        self._back.clear()
        self._load(Span.of(Grain.DAY if view.grain is wanted else wanted, view.day), day=view.day)

    def action_cut_off(self) -> None:
        """Go to the first message that was cut off by a crash and that nobody has looked at since."""
        view = self._view
        found = abandoned(view.entries) if view is not None and view.is_day else []
        if view is None or not found:
            self.notify("Nothing was cut off by a crash on this day.", timeout=3, markup=False)
            return
        hour = view.hour_of(found[0])
        number = next(n for n, bar in enumerate(view.report.bars) if bar.hour == hour)
        view = replace(view, hour=number, drilled=None, page=Page.CHART, stop=Stop.MESSAGES)
        self._show(replace(view, selected=list(view.listed.entries).index(found[0])))

    def action_toggle_by_model(self) -> None:
        """Stack the bars by model, or by tier again."""
        if self._view is not None:
            self._show(replace(self._view, is_by_model=not self._view.is_by_model))

    def action_toggle_page(self, name: str) -> None:
        """Show something else in place of the chart and the table, or those again."""
        if self._view is not None:
            page = Page.CHART if self._view.page is Page(name) else Page(name)
            self._show(replace(self._view, page=page, drilled=None))

    def action_export(self) -> None:
        """Write what is shown as CSV and JSON."""
        if self._view is not None:
            self._export(self._view)

    # Opening and going back

    def action_open(self) -> None:
        """Open what is chosen: a day of a longer span, the messages of a row, a message in its conversation."""
        view = self._view
        if view is None or view.page is not Page.CHART or view.is_empty:
            return
        if view.drilled is not None:
            self._go_there(view)
        elif view.stop is not Stop.MESSAGES:
            if self._drawing.cells:
                row = min(view.row, len(self._drawing.cells) - 1)
                self._drill(self._drawing.cells[row], self._drawing.titles[row])
        elif not view.is_day:
            self._back.append(view)
            self._load(Span.of(Grain.DAY, view.day))
        elif self._has_side:
            self._go_there(view)
        elif view.entry is not None:
            self._show(replace(view, drilled=view.listed))

    def action_back(self) -> None:
        """Back by one level: from the messages of a row, a page, a table, an opened day; at last to the chat."""
        view = self._view
        if view is not None and view.drilled is not None:
            selected = 0 if view.drilled.cell is not None else view.selected
            self._show(replace(view, drilled=None, selected=selected))
        elif view is not None and view.page is not Page.CHART:
            self._show(replace(view, page=Page.CHART))
        elif view is not None and view.stop is not Stop.MESSAGES:
            self._show(replace(view, stop=Stop.MESSAGES))
        elif self._back:
            self.workers.cancel_group(self, "review")
            self._show(self._back.pop())
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked: a bar, a day, a row, a message."""
        view = self._view
        if view is None:
            return
        x, y = self._cell_of("review-main", event)
        if x >= 0:
            self._clicked_main(view, x, y)
        elif self._has_side:
            x, y = self._cell_of("review-side", event)
            number = self._listed.message_at(y) if x >= 0 else None
            if number is not None:
                self._show(replace(view, stop=view.stop if view.drilled else Stop.MESSAGES, selected=number))

    def _cell_of(self, pane: str, event: events.Click) -> tuple[int, int]:
        """The cell of a pane's text that was clicked; (-1, -1) where it was elsewhere."""
        region = self.query_one(f"#{pane}", Static).content_region
        if not region.contains(event.screen_x, event.screen_y):
            return -1, -1
        return event.screen_x - region.x, event.screen_y - region.y

    def _clicked_main(self, view: View, x: int, y: int) -> None:
        drawing = self._drawing
        if drawing.heat is not None and 0 <= y - drawing.heat[0] < len(drawing.heat[1].lines):
            day = drawing.heat[1].day_at(x, y - drawing.heat[0])
            if day is not None and view.report.span.first <= day <= view.report.span.last:
                self._go_to_day(view, day)
        elif drawing.chart is not None and 0 <= y - drawing.chart[0] < len(drawing.chart[1].lines):
            number = drawing.chart[1].column_at(x)
            if number is not None and view.is_day:
                self._show(replace(view, hour=number, selected=0))
            elif number is not None:
                self._go_to_day(view, view.report.bars[number].first)
        elif drawing.table is not None and (row := drawing.table[1].row_at(y - drawing.table[0])) is not None:
            stop = Stop.TIERS if view.stop is Stop.MESSAGES else view.stop
            self._show(replace(view, stop=stop, row=row, drilled=None))
        elif drawing.messages is not None:
            selected = drawing.messages[1].message_at(y - drawing.messages[0])
            if selected is not None:
                self._show(replace(view, selected=selected))

    def _go_to_day(self, view: View, day: date) -> None:
        span = view.report.span
        day = max(span.first, min(day, span.last, view.today))
        if day != view.day or view.drilled is not None:
            self._show(replace(view, day=day, selected=0, drilled=None))
            self._load_messages()

    def _go_there(self, view: View) -> None:
        """End with the selected message; where its conversation is gone, say so and stay."""
        entry = view.entry
        if entry is None:
            return
        reservation = entry.reservation
        if reservation.conversation not in view.titles:
            words = "The conversation of this message is gone; what it cost stays in the ledger."
            self.notify(words, timeout=4, markup=False)
            return
        self.dismiss(Place(reservation.conversation, reservation.answer))

    # Correcting

    def action_correct(self) -> None:
        """Ask for another figure for the selected message."""
        # Imported here: its fields are not needed before they are asked for.
        from ralex_tui.ui.screens.form import Field, Form, FormScreen

        view = self._view
        entry = view.entry if view is not None else None
        if view is None or entry is None:
            self.notify("Choose an hour with ← and →, and a message with ↑ and ↓.", timeout=4, markup=False)
            return

        async def enter(values: Mapping[str, str]) -> Entry:
            return await self._correct(entry, values)

        title = f"{entry.reservation.at.astimezone(view.zone):%H:%M}, {title_of(entry, view.titles)}"
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

    async def _correct(self, entry: Entry, values: Mapping[str, str]) -> Entry:
        amount = _amount(values["amount"])
        day, request = entry.reservation.day, entry.reservation.id
        figure = Figure(amount, Accuracy.EXACT)
        return await self._services.ledger.correct(day, request, figure, who="user", why=values["why"].strip())

    def _corrected(self, entry: Entry | None) -> None:
        if entry is not None and self._view is not None:
            self._load_again(self._view)


def _same_place(day: date, old: Span, new: Span) -> date:
    """The day as far into the new span as it was in the old one."""
    if old.grain is Grain.MONTH:
        return new.first.replace(day=min(day.day, new.last.day))
    if old.grain is Grain.YEAR:
        return min(new.last, new.first + (day - old.first))
    return new.first + (day - old.first)


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
