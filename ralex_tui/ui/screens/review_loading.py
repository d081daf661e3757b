"""What the review reads, off the event loop. What was shown stays until what comes next is there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from textual import work
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Usd
from ralex_tui.domain.review import Cell, Grain, Span
from ralex_tui.domain.text import visible_line
from ralex_tui.services.decided import decided, last_reconciliations
from ralex_tui.services.services import Services
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.review_state import Listed, Page, View, dearest_hour, sum_of
from ralex_tui.ui.screens.review_view import ReviewView
from ralex_tui.ui.themes import Ink

_DRIFT_DAYS = 30
_MOST_LISTED = 300
_EXPORT_TOLD_S = 12

_log = logging.getLogger(__name__)


class ReviewLoading(ReviewView):
    """The review, kept fed."""

    def __init__(self, services: Services, ink: Ink, glyphs: Glyphs) -> None:
        super().__init__(services, ink, glyphs)
        self._back: list[View] = []
        """Spans from which a day was opened."""
        self._titles: Mapping[str, str] = {}
        self._asked_reason = ""
        self._is_prepared = False

    def _show(self, view: View) -> None:
        """Draw a view, and look up what it leaves open."""
        self._view = view
        self._fit_side()
        self._draw()
        entry = view.entry
        if entry is not None and self._has_side:
            self._ask_reason(entry)

    @work(exclusive=True, group="review", exit_on_error=False)
    async def _load(self, span: Span, *, day: date | None = None) -> None:
        """Show another span; in it, `day`."""
        today = self._services.ledger.today()
        try:
            view = await self._read(span, max(span.first, min(day or span.last, span.last, today)), today)
            self._show(view)
            await self._read_more(view)
        except RalexError as error:
            self._tell(error)
        self._look_ahead(span.before())
        if not self._is_prepared:
            self._is_prepared = True
            self._prepare()

    @work(exclusive=True, group="review", exit_on_error=False)
    async def _load_again(self, old: View) -> None:
        """Read the same anew after a correction; what is chosen stays chosen."""
        try:
            view = await self._read(old.report.span, old.day, old.today)
            drilled = old.drilled
            if drilled is not None and drilled.cell is not None:
                entries = await self._entries(view, drilled.cell)
                drilled = replace(drilled, total=sum_of(view.report, drilled.cell), entries=entries)
            elif drilled is not None:
                drilled = replace(view, hour=old.hour).listed
            view = replace(view, hour=old.hour, page=old.page, stop=old.stop, row=old.row, selected=old.selected)
            self._show(replace(view, is_by_model=old.is_by_model, drilled=drilled, drifts=old.drifts))
            await self._read_more(view)
        except RalexError as error:
            self._tell(error)

    async def _read(self, span: Span, day: date, today: date) -> View:
        """What the first paint of a span needs."""
        services, old = self._services, self._view
        report = await services.reports().report(span)
        if not self._titles:
            self._titles = {row.id: row.title for row in await services.library.list()}
        view = View(report, day, today, services.policy.zone, self._titles)
        if old is not None:
            view = replace(view, is_by_model=old.is_by_model, page=old.page, stop=old.stop, reasons=old.reasons)
            if old.page is Page.DECIDED and not view.is_day:
                view = replace(view, page=Page.CHART)
        if view.is_day:
            entries = await services.reports().entries(span, Cell())
            view = replace(view, entries=entries, entries_of=day, hour=dearest_hour(report))
        elif old is not None and old.entries_of == day:
            view = replace(view, entries=old.entries, entries_of=day)
        return view

    async def _read_more(self, view: View) -> None:
        """What can come after the first paint: what was decided, drifts, the messages of the chosen day."""
        ledger, day = self._services.ledger, view.day
        if not view.is_day:
            await self._read_messages()
            return
        books = await ledger.books(day, day)
        found = decided(books, view.zone)
        if found and self._view is not None:
            self._show(replace(self._view, decided=found))
        books = await ledger.books(day - timedelta(days=_DRIFT_DAYS), day)
        drifts: dict[str, Usd] = {name: last.drift for name, last in last_reconciliations(books).items()}
        if drifts and self._view is not None:
            self._show(replace(self._view, drifts=drifts))

    @work(exclusive=True, group="review-before", exit_on_error=False)
    async def _look_ahead(self, span: Span) -> None:
        """Have the span at hand that is one key away: most look backwards."""
        try:
            await self._services.reports().report(span)
        except RalexError as error:
            _log.warning("the span before can't be read yet: %s", error.message)

    @work(group="review-ahead", exit_on_error=False)
    async def _prepare(self) -> None:
        """Have the longer spans at hand before they are asked for; the first time it takes a while."""
        try:
            await self._services.reports().prepare(self._services.ledger.today())
        except RalexError as error:
            _log.warning("the longer spans can't be prepared: %s", error.message)

    @work(exclusive=True, group="review-messages", exit_on_error=False)
    async def _load_messages(self) -> None:
        """Read the messages of the chosen day of a longer span."""
        try:
            await self._read_messages()
        except RalexError as error:
            self._tell(error)

    async def _read_messages(self) -> None:
        view = self._view
        if view is None or view.is_day or view.entries_of == view.day:
            return
        day = view.day
        entries = await self._services.reports().entries(Span.of(Grain.DAY, day), Cell())
        if self._view is not None and self._view.day == day and not self._view.is_day:
            self._show(replace(self._view, entries=entries, entries_of=day))

    @work(exclusive=True, group="review-messages", exit_on_error=False)
    async def _drill(self, cell: Cell, title: str) -> None:
        """List the messages of a part of the span."""
        view = self._view
        if view is None:
            return
        try:
            entries = await self._entries(view, cell)
        except RalexError as error:
            self._tell(error)
            return
        if self._view is not None and self._view.report.span == view.report.span:
            self._show(replace(self._view, drilled=Listed(title, sum_of(view.report, cell), entries, cell), selected=0))

    async def _entries(self, view: View, cell: Cell) -> Sequence[Entry]:
        """The messages of a part of the span; of long ones the dearest, for which not every book is read."""
        return await self._services.reports().entries(view.report.span, cell, None if view.is_day else _MOST_LISTED)

    def _ask_reason(self, entry: Entry) -> None:
        """Look up why Auto picked the tier: the conversation knows, the ledger does not."""
        answer, conversation = entry.reservation.answer, entry.reservation.conversation
        view = self._view
        if view is None or not answer or answer == self._asked_reason or answer in view.reasons:
            return
        if conversation in view.titles:
            self._asked_reason = answer
            self._look_up_reason(conversation)

    @work(exclusive=True, group="review-reason", exit_on_error=False)
    async def _look_up_reason(self, conversation: str) -> None:
        try:
            messages = (await self._services.library.open(conversation)).messages
        except RalexError:
            return  # the figures stand without it
        if self._view is not None:
            found = {message.id: message.reason for message in messages.values() if message.reason}
            self._view = replace(self._view, reasons={**self._view.reasons, **found})
            self._draw()

    @work(exclusive=True, group="review-export", exit_on_error=False)
    async def _export(self, view: View) -> None:
        """Write the span as it is shown, and say where."""
        try:
            folder = await self._services.exports().save(view.report, view.titles)
        except RalexError as error:
            self._tell(error)
            return
        self.notify(f"Written to\n{visible_line(str(folder), 500)}", timeout=_EXPORT_TOLD_S, markup=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The workers' edge: whatever was not foreseen ends here, in the log and in one toast."""
        event.stop()
        if event.state is WorkerState.ERROR:
            _log.error("the worker %s failed", event.worker.group, exc_info=event.worker.error)
            words = (
                f"Something failed inside ralex ({type(event.worker.error).__name__}). The log file has the details."
            )
            self.notify(words, severity="error", timeout=10, markup=False)

    def _tell(self, error: RalexError) -> None:
        """In place of a first picture, or over the one that stands."""
        if self._view is not None:
            self.notify(f"{error.message}: {error.hint}", severity="warning", timeout=6, markup=False)
            return
        text = Content.styled(f"{self._glyphs.failed} {error.message}", self._ink("error", bold=True))
        hint = Content.styled(f"\n{error.hint}", self._ink("muted"))
        self.query_one("#review-main", Static).update(text + hint, layout=False)
