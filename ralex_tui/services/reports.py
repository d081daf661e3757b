"""What was spent and how the models did, for a day, week, month or year: sums over the ledger, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ralex_tui.domain.bars import day_bars, hour_bars, hour_of, parts_of
from ralex_tui.domain.budget import DayBudget
from ralex_tui.domain.cells import bound, fits
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pace import NONE as NO_PACE
from ralex_tui.domain.pace import days_pace, past_day_pace, today_pace
from ralex_tui.domain.review import Bar, Cell, Grain, Pace, Report, Savings, Span
from ralex_tui.domain.savings import add_picks, savings_of
from ralex_tui.domain.tally import NOTHING, Tally
from ralex_tui.domain.usage import Sum
from ralex_tui.ports.clock import Clock
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reader import DayReading

_EVERYTHING = Cell()
_ONE_DAY = timedelta(days=1)

# Reports of longer spans that are kept: some weeks and months, and two years, with their megabyte each.
_KEPT = 12


@dataclass(frozen=True, slots=True)
class _Known:
    """A report as it was made of these tallies, by this rule: the day that counted and its limit."""

    tallies: Mapping[date, Tally]
    rule: tuple[date, Usd]
    granted_month: Usd
    report: Report

    def is_good_for(self, tallies: Mapping[date, Tally], rule: tuple[date, Usd]) -> bool:
        """Whether all is as it was; the same tally is the same object for as long as its day's file is the same."""
        is_same = self.rule == rule and len(self.tallies) == len(tallies)
        return is_same and all(self.tallies.get(day) is tally for day, tally in tallies.items())


class ReportService:
    """Reads the ledger for the review screen, the budget panel and `ralex spend`. All work is done in threads.

    A day's report reads that day's book. Those of longer spans are added up from the days' tallies, which the
    store keeps: once they are made, no book is read.
    """

    def __init__(self, ledger: LedgerService, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        # What a month came to, with the days' tallies that it was added up from: the same ones, the same sum.
        self._months: dict[tuple[int, int], tuple[Sequence[Tally], Tally]] = {}
        self._known: dict[Span, _Known] = {}

    async def report(self, span: Span) -> Report:
        """All figures of a span.

        Raises:
            LedgerUnreadable: If a book of it can't be read.
        """
        if not self._ledger.is_ready:
            await self._ledger.look()
        if span.grain is Grain.DAY:
            reading = await self._ledger.read_day(span.first)
            return await asyncio.to_thread(self._of_day, span, reading)
        tallies = await self._tallies(span.first, span.last)
        today = await self._ledger.day_budget()
        days = await self._ledger.days()
        return await asyncio.to_thread(self._of_days, span, tallies, today, days[0] if days else None)

    async def prepare(self, day: date) -> None:
        """Have the month and the year of `day` at hand, so that their reports are quick. Seconds, the first time."""
        for grain in (Grain.MONTH, Grain.YEAR):
            await self.report(Span.of(grain, day))

    async def entries(self, span: Span, cell: Cell = _EVERYTHING, most: int | None = None) -> list[Entry]:
        """The entries of a part of a span, dearest first, of those that cost the same the later one first.

        Args:
            most: How many at most. With it only the books of days that can hold one of those are read; which of
                several that cost the same are among them is not said.

        Raises:
            LedgerUnreadable: If a book of it can't be read.
        """
        first, last, hour = self._times(span, cell.bar)
        tallies = await self._tallies(first, last)
        bounds = {day: dearest for day, tally in tallies.items() if (dearest := bound(tally, cell)) is not None}
        found: list[Entry] = []
        zone = self._ledger.policy.zone
        for day in sorted(bounds, key=lambda day: (bounds[day], day), reverse=True):
            if most is not None and len(found) >= most and found[most - 1].weight.nano >= bounds[day]:
                break
            held = await self._ledger.entries(day, day)
            found += [
                entry
                for entry in held
                if fits(entry, cell) and (hour is None or hour_of(entry.reservation.at, zone) == hour)
            ]
            found.sort(key=lambda entry: (entry.weight, entry.reservation.at), reverse=True)
        return found[:most]

    async def savings(self, first: date, last: date) -> Savings:
        """What Auto's picks cost from `first` to `last`, both included, beside the same tokens on one tier alone.

        Raises:
            LedgerUnreadable: If a book of it can't be read.
        """
        tallies = await self._tallies(first, last)
        return savings_of(add_picks([tally.picks for tally in tallies.values()]))

    async def _tallies(self, first: date, last: date) -> Mapping[date, Tally]:
        """Those of the days that have records. Where many have to be made, others come to the ledger in between."""
        found: dict[date, Tally] = {}
        while True:
            part, is_all = await self._ledger.tallies(first, last)
            found |= part
            if is_all:
                return found
            first = max(part) + _ONE_DAY

    def _times(self, span: Span, bar: int | None) -> tuple[date, date, int | None]:
        """The days, and the hour, for which a bar stands; all of the span for none."""
        if bar is None:
            return span.first, span.last, None
        if span.grain is Grain.DAY:
            return span.first, span.last, (self._ledger.policy.reset_hour + bar) % 24
        return *parts_of(span)[bar], None

    def _of_day(self, span: Span, reading: DayReading) -> Report:
        policy, budget = self._ledger.policy, reading.budget
        bars = hour_bars(span.first, reading.entries, policy.zone, policy.reset_hour)
        now, ends_at = self._clock.now(), budget.ends_at
        if ends_at is None or ends_at <= now:
            pace = past_day_pace(budget.spent.amount, budget.limit)
        else:
            pace = today_pace(reading.entries, budget, now, ends_at)
        limits = {span.first: budget.limit} if reading.entries else {}
        n_assumed = int(bool(limits) and not reading.is_limit_known)
        return _report(span, {span.first: reading.tally}, reading.tally, bars, pace, limits, n_assumed, budget)

    def _of_days(self, span: Span, tallies: Mapping[date, Tally], today: DayBudget, since: date | None) -> Report:
        rule = today.day, self._ledger.policy.daily
        known = self._known.pop(span, None)
        if known is None or not known.is_good_for(tallies, rule):
            known = self._made(span, tallies, rule)
        self._known[span] = known
        while len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)), None)
        pace = days_pace(
            span,
            known.report.total,
            since=since,
            today=today.day,
            now=self._clock.now(),
            ends_at=today.ends_at or self._clock.now(),
            limit=self._monthly(span, today.day, known.granted_month),
        )
        return replace(known.report, pace=pace)

    def _made(self, span: Span, tallies: Mapping[date, Tally], rule: tuple[date, Usd]) -> _Known:
        today, daily = rule
        past = {day for day in tallies if day < today}
        limits = {day: tally.limit_or(daily, is_over=day in past) for day, tally in tallies.items()}
        n_assumed = sum(tallies[day].limit is None for day in past)
        whole = self._merged(tallies)
        report = _report(span, tallies, whole, day_bars(span, tallies), NO_PACE, limits, n_assumed, None)
        return _Known(tallies, rule, Usd(whole.granted_month), report)

    def _monthly(self, span: Span, today: date, granted: Usd) -> Usd | None:
        """The limit of this month. What that of an earlier one was, nobody recorded."""
        monthly = self._ledger.policy.monthly
        return monthly + granted if monthly is not None and span == Span.of(Grain.MONTH, today) else None

    def _merged(self, tallies: Mapping[date, Tally]) -> Tally:
        """All of them together, by way of the months, which are kept."""
        months: dict[tuple[int, int], list[Tally]] = {}
        for day, tally in tallies.items():
            months.setdefault((day.year, day.month), []).append(tally)
        return Tally.total([self._month(name, days) for name, days in months.items()])

    def _month(self, name: tuple[int, int], days: Sequence[Tally]) -> Tally:
        known, merged = self._months.get(name, ((), NOTHING))
        if len(known) != len(days) or any(one is not other for one, other in zip(known, days, strict=True)):
            merged = Tally.total(days)
            self._months[name] = days, merged
        return merged


def _report(
    span: Span,
    tallies: Mapping[date, Tally],
    whole: Tally,
    bars: tuple[Bar, ...],
    pace: Pace,
    limits: Mapping[date, Usd],
    n_assumed: int,
    budget: DayBudget | None,
) -> Report:
    nothing = Sum()
    return Report(
        span=span,
        budget=budget,
        limits=limits,
        total=whole.sum,
        savings=whole.savings(),
        bars=bars,
        tiers=whole.by_tier(),
        by_model=whole.by_model(),
        conversations=whole.by_conversation(),
        request_kinds=whole.by_kind(),
        models=whole.model_records(),
        pace=pace,
        days={day: tallies[day].sum if day in tallies else nothing for day in span.days},
        n_limits_assumed=n_assumed,
    )
