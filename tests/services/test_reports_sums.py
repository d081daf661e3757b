"""Every figure of the review equals a plain sum over the ledger's entries, for random ledgers, spans and cells."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ralex_tui.domain import kinds
from ralex_tui.domain.ledger import DayOpened, Entry, Outcome, Raise
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pace import NONE
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import Bar, Cell, Grain, ModelRecord, Report, Span
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from tests.services.ledgers import CONVERSATIONS, DAYS, MODELS, TODAY, Written, ledgers, policy, reports_of
from tests.services.plain_sums import cost, grouped, nearest_rank, plain_savings, plain_sum, weeks

spans = st.builds(Span.of, st.sampled_from(Grain), st.sampled_from(DAYS))
cells = st.builds(
    Cell,
    bar=st.none() | st.integers(0, 6),
    tier=st.none() | st.sampled_from(Tier),
    model=st.none() | st.sampled_from(MODELS),
    conversation=st.none() | st.sampled_from(CONVERSATIONS),
    request_kind=st.none() | st.sampled_from(("", *kinds.Kind)),
)
_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


async def asked(reports: ReportService, ledger: LedgerService, span: Span) -> tuple[Report, list[Entry]]:
    return await reports.report(span), await ledger.entries(span.first, span.last)


def bar_of(entry: Entry, span: Span, reset_hour: int) -> int:
    """The number of the bar that an entry belongs to."""
    made = entry.reservation
    if span.grain is Grain.DAY:
        return (made.at.astimezone(UTC).hour - reset_hour) % 24
    if span.grain is Grain.YEAR:
        return [first <= made.day <= last for first, last in weeks(span.first, span.last)].index(True)
    return (made.day - span.first).days


def assert_bars(bars: Sequence[Bar], entries: Sequence[Entry], span: Span, reset_hour: int) -> None:
    assert len(bars) == {Grain.DAY: 24, Grain.YEAR: len(weeks(span.first, span.last))}.get(span.grain, len(span.days))
    for number, bar in enumerate(bars):
        held = [entry for entry in entries if bar_of(entry, span, reset_hour) == number]
        assert bar.total == plain_sum(held)
        assert dict(bar.sums) == grouped(held, lambda entry: (entry.reservation.tier, entry.reservation.model))
        assert {tier: part for tier, part in bar.tiers.items() if part.n_answers + part.n_held} == grouped(
            held, lambda entry: entry.reservation.tier
        )


def assert_record(record: ModelRecord, entries: Sequence[Entry]) -> None:
    ended = [(entry, entry.settlement) for entry in entries if entry.settlement is not None]
    failed = [settled for _, settled in ended if settled.outcome is Outcome.FAILED]
    first = [settled.first_token_s for _, settled in ended if settled.first_token_s is not None]
    speeds = [
        entry.usage.output / (settled.duration_s - settled.first_token_s)
        for entry, settled in ended
        if settled.outcome is Outcome.DONE and entry.usage is not None and entry.usage.output
        if settled.duration_s is not None and settled.first_token_s is not None
        if settled.duration_s > settled.first_token_s
    ]
    again = [entry for entry, _ in ended if entry.was(Opinion.AGAIN) or entry.was(Opinion.ESCALATED)]
    assert (record.n, record.n_failed) == (len(ended), len(failed))
    assert record.n_timeouts == len([settled for settled in failed if settled.error == "AnswerTimeout"])
    assert record.n_done == len([settled for _, settled in ended if settled.outcome is Outcome.DONE])
    assert record.n_stopped == len([settled for _, settled in ended if settled.outcome is Outcome.STOPPED])
    assert record.cost == cost(entry for entry, _ in ended)
    assert record.n_again == len(again)
    assert record.n_up == len([entry for entry, _ in ended if entry.thumb is Opinion.UP])
    assert record.n_down == len([entry for entry, _ in ended if entry.thumb is Opinion.DOWN])
    for told, values in ((record.first_token_s, first), (record.speed, speeds)):
        assert (told is None) == (not values)
        for number, percent in enumerate((50, 95)):
            if told is not None:
                assert told[number] == pytest.approx(nearest_rank(values, percent), rel=1e-9, abs=1e-6)


def assert_report(report: Report, entries: Sequence[Entry], reset_hour: int) -> None:
    def made(name: str) -> dict[object, object]:
        return dict(grouped(entries, lambda entry: getattr(entry.reservation, name)))

    assert report.total == plain_sum(entries)
    assert dict(report.by_model) == grouped(entries, lambda entry: (entry.reservation.tier, entry.reservation.model))
    assert {tier: part for tier, part in report.tiers.items() if part.n_answers + part.n_held} == made("tier")
    assert dict(report.conversations) == made("conversation")
    assert dict(report.request_kinds) == made("request_kind")
    assert list(report.days) == report.span.days
    assert {day: part for day, part in report.days.items() if part.n_answers + part.n_held} == made("day")
    assert report.savings == plain_savings(entries)
    assert_bars(report.bars, entries, report.span, reset_hour)
    ended = [entry for entry in entries if entry.settlement is not None]
    assert set(report.models) == {entry.reservation.model for entry in ended}
    for model, record in report.models.items():
        assert_record(record, [entry for entry in entries if entry.reservation.model == model])


@given(ledgers(), spans)
@_SETTINGS
def test_every_figure_is_a_sum_over_the_entries(
    tmp_path_factory: pytest.TempPathFactory, written: Written, span: Span
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    written.store(folder)
    rule = policy(reset_hour=written.reset_hour)

    for _ in range(2):  # with the tallies made, then with those that were kept
        with reports_of(folder, rule) as (reports, ledger):
            report, entries = asyncio.run(asked(reports, ledger, span))
            assert_report(report, entries, written.reset_hour)

    with reports_of(folder, rule, is_cached=False) as (reports, ledger):
        assert asyncio.run(reports.report(span)) == report


@given(
    ledgers(),
    st.sampled_from((Grain.WEEK, Grain.MONTH, Grain.YEAR)).map(lambda grain: Span.of(grain, TODAY)) | spans,
    st.just(Cell()) | cells,
    st.integers(1, 4) | st.none(),
)
@_SETTINGS
def test_entries_of_a_cell_are_those_that_fit_dearest_first(
    tmp_path_factory: pytest.TempPathFactory, written: Written, span: Span, cell: Cell, most: int | None
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    written.store(folder)
    with reports_of(folder, policy(reset_hour=written.reset_hour)) as (reports, ledger):
        if cell.bar is not None and cell.bar >= len(asyncio.run(reports.report(span)).bars):
            cell = replace(cell, bar=None)

        found = asyncio.run(reports.entries(span, cell, most))

        fitting = [
            entry
            for entry in asyncio.run(ledger.entries(span.first, span.last))
            if cell.bar is None or bar_of(entry, span, written.reset_hour) == cell.bar
            if all(wanted is None or getattr(entry.reservation, name) == wanted for name, wanted in vars_of(cell))
        ]
        weights = sorted((entry.weight for entry in fitting), reverse=True)
        assert [entry.weight for entry in found] == weights[:most]
        assert {entry.reservation.id for entry in found} <= {entry.reservation.id for entry in fitting}
        assert len({entry.reservation.id for entry in found}) == len(found)


def vars_of(cell: Cell) -> list[tuple[str, object]]:
    """The cell's conditions by the name of the reservation's field, its bar aside."""
    return [(name, getattr(cell, name)) for name in ("tier", "model", "conversation", "request_kind")]


@given(ledgers(), st.sampled_from(DAYS), st.sampled_from(DAYS))
@_SETTINGS
def test_savings_of_any_days_are_a_sum_over_their_entries(
    tmp_path_factory: pytest.TempPathFactory, written: Written, one: date, other: date
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    written.store(folder)
    first, last = min(one, other), max(one, other)

    with reports_of(folder, policy()) as (reports, ledger):
        savings = asyncio.run(reports.savings(first, last))
        assert savings == plain_savings(asyncio.run(ledger.entries(first, last)))


@given(ledgers(), spans)
@_SETTINGS
def test_no_figure_of_the_past_changes_with_limits_or_the_heuristic(
    tmp_path_factory: pytest.TempPathFactory, written: Written, span: Span
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    written.store(folder)
    hour = written.reset_hour
    rules = policy(reset_hour=hour), policy(Usd(1), Usd(2), reset_hour=hour)
    found: list[Report] = []
    for rule in rules:
        with pytest.MonkeyPatch.context() as patch, reports_of(folder, rule) as (reports, _):
            if found:
                patch.setattr(kinds, "kind_of", lambda text: kinds.Kind.DATA)
            found.append(asyncio.run(reports.report(span)))

    before, after = found
    recorded = {
        day
        for day, records in written.days.items()
        if day < TODAY and any(isinstance(record, DayOpened) and record.limit is not None for record in records)
    }
    assert {day: limit for day, limit in before.limits.items() if day in recorded} == {
        day: limit for day, limit in after.limits.items() if day in recorded
    }
    assert replace(before, limits={}, pace=NONE, budget=None) == replace(after, limits={}, pace=NONE, budget=None)
    if span.last < TODAY and span.first in recorded:
        assert (before.pace, before.budget) == (after.pace, after.budget)


@given(ledgers())
@_SETTINGS
def test_limit_of_a_past_day_is_the_last_one_recorded_with_what_was_allowed(
    tmp_path_factory: pytest.TempPathFactory, written: Written
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    written.store(folder)
    expected, n_assumed = {}, 0
    for day, records in written.days.items():
        limits = [record.limit for record in records if isinstance(record, DayOpened) and record.limit is not None]
        raised = sum(record.amount.nano for record in records if isinstance(record, Raise))
        daily = limits[-1] if limits and day < TODAY else Usd.parse("5")
        n_assumed += not limits and day < TODAY
        expected[day] = Usd(daily.nano + raised)

    with reports_of(folder, policy(reset_hour=written.reset_hour)) as (reports, ledger):
        report = asyncio.run(reports.report(Span.of(Grain.YEAR, DAYS[-1])))
        budgets = {day: asyncio.run(ledger.day_budget(day)).limit for day in expected}

    assert report.limits == expected == budgets
    assert report.n_limits_assumed == n_assumed


def test_weeks_of_a_year_are_cut_off_at_its_ends() -> None:
    assert weeks(date(2026, 3, 1), date(2026, 3, 10)) == [
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 3, 2), date(2026, 3, 8)),
        (date(2026, 3, 9), date(2026, 3, 9) + timedelta(days=1)),
    ]
