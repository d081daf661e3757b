"""The reports of one desk: what is frozen with a request, what stays as it was, and what is said beside the sums."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain import kinds
from ralex_tui.domain.budget import BudgetPolicy, Scope
from ralex_tui.domain.errors import LedgerUnreadable, UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import DayOpened, Entry, Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import Cell, Grain, Report, Span
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from tests.samples import DAY, NOON, PRICE, SetClock, free_need, need, reservation, settlement

TARIFF = {Tier.SMART: ("lan/large", Price(Rates(Usd.parse("10"), Usd.parse("20")), source="test"))}


class Office:
    """A ledger on disk with the clock of the test's own."""

    def __init__(self, folder: Path, policy: BudgetPolicy) -> None:
        self.clock = SetClock()
        self.store = TinydbLedger(folder / "ledger", folder / "owners", sums=folder / "sums")
        self.ledger = LedgerService(self.store, policy, self.clock)
        self.reports = ReportService(self.ledger, self.clock)

    async def spend(self, charged: str = "0.001", **fields: object) -> Entry:
        """A settled request, picked by Auto."""
        wanted = replace(need(answer=new_id(), request_kind="code", tariff=TARIFF), **fields)  # type: ignore[arg-type]
        held = await self.ledger.reserve(new_id(), wanted, is_auto=True)
        end = settlement(held, charged, at=self.clock.now(), usage=None)
        return await self.ledger.settle(held.day, end)

    async def report(self, grain: Grain = Grain.DAY, day: date = DAY) -> Report:
        return await self.reports.report(Span.of(grain, day))


@pytest.fixture
async def office(tmp_path: Path, policy: BudgetPolicy) -> AsyncIterator[Office]:
    made = Office(tmp_path, policy)
    yield made
    made.ledger.close()
    made.store.close()


async def test_request_is_recorded_with_its_answer_its_kind_and_the_days_tariff(office: Office) -> None:
    first, second = await office.spend(answer="a"), await office.spend()

    assert (first.reservation.answer, first.reservation.request_kind) == ("a", "code")
    assert first.tariff is not None
    assert first.tariff.tiers == TARIFF
    assert second.reservation.tariff == first.reservation.tariff


async def test_tariff_is_written_again_once_a_price_has_changed(office: Office) -> None:
    before = await office.spend()
    after = await office.spend(tariff={Tier.SMART: ("lan/large", PRICE)})
    none = await office.spend(tariff={})

    assert before.tariff is not None
    assert after.tariff is not None
    assert (before.tariff.tiers, after.tariff.tiers[Tier.SMART][1], none.tariff) == (TARIFF, PRICE, None)


async def test_days_limit_is_recorded_with_its_first_request_and_when_it_was_changed(
    office: Office, policy: BudgetPolicy, tmp_path: Path
) -> None:
    await office.spend()
    await office.spend()
    office.ledger.policy = replace(policy, daily=Usd.parse("7"))
    await office.spend()

    journal = (tmp_path / "ledger" / f"{DAY}.journal").read_text()
    assert [journal.count('"kind":"day"'), journal.count('"kind":"reservation"')] == [2, 3]
    assert office.store.read(DAY).limit == Usd.parse("7")


async def test_todays_limit_is_the_configured_one_and_a_past_days_the_recorded(
    office: Office, policy: BudgetPolicy
) -> None:
    await office.spend()
    office.ledger.policy = replace(policy, daily=Usd.parse("9"))
    assert (await office.ledger.day_budget()).limit == Usd.parse("9")
    office.clock.move(days=1)

    report = await office.report()

    assert report.budget is not None
    assert (report.budget.limit, report.limits, report.n_limits_assumed) == (Usd.parse("5"), {DAY: Usd.parse("5")}, 0)
    assert (await office.ledger.limits())[0].amount == Usd.parse("9")


async def test_past_day_of_an_older_version_has_todays_limit_and_says_so(office: Office) -> None:
    held = reservation()
    old = DayOpened(new_id(), DAY, NOON, "UTC", 0)
    office.store.commit(DAY, lambda _: [old, held, settlement(held)])
    office.clock.move(days=1)

    day, month = await office.report(), await office.report(Grain.MONTH)

    assert day.budget is not None
    assert (day.budget.limit, day.n_limits_assumed) == (Usd.parse("5"), 1)
    assert (month.limits, month.n_limits_assumed) == ({DAY: Usd.parse("5")}, 1)


async def test_no_figure_of_yesterday_changes_with_prices_settings_or_the_heuristic(
    office: Office, policy: BudgetPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.spend()
    await office.spend("0.002", tier=Tier.SMART)
    office.clock.move(days=1)
    before = [await office.report(grain) for grain in Grain]

    office.ledger.policy = replace(policy, daily=Usd.parse("1"), monthly=Usd.parse("2"))
    monkeypatch.setattr(kinds, "kind_of", lambda text: kinds.Kind.DATA)
    await office.spend(price=replace(PRICE, request_fee=Usd(7)), tariff={Tier.SMART: ("lan/other", PRICE)})
    after = [await office.report(grain) for grain in Grain]

    assert after[0] == before[0]
    for one, other in zip(before[1:], after[1:], strict=True):
        assert (one.days[DAY], one.limits[DAY]) == (other.days[DAY], other.limits[DAY])


async def test_verdict_is_on_the_last_try_of_its_answer(office: Office) -> None:
    first, second = await office.spend(answer="a"), await office.spend(answer="a")

    judged = await office.ledger.judge("a", office.clock.now(), Opinion.UP)

    assert (judged.reservation.id, judged.thumb) == (second.reservation.id, Opinion.UP)
    assert not office.store.read(DAY).entries[first.reservation.id].verdicts


async def test_verdict_after_midnight_belongs_to_the_day_of_the_answer(office: Office) -> None:
    made = office.clock.now()
    await office.spend(answer="a")
    office.clock.move(days=1)

    await office.ledger.judge("a", made, Opinion.DOWN)

    assert (await office.report()).models["lan/small"].n_down == 1


async def test_verdict_on_an_unknown_answer_is_refused(office: Office) -> None:
    await office.spend(answer="a")

    with pytest.raises(UsageError, match="knows no request"):
        await office.ledger.judge("b", office.clock.now(), Opinion.UP)


async def test_month_has_a_forecast_against_its_own_limit_alone(office: Office, policy: BudgetPolicy) -> None:
    await office.spend("1.4", max_tokens=1_000_000)
    office.ledger.policy = replace(policy, monthly=Usd.parse("3"))

    now = await office.report(Grain.MONTH)
    before = await office.report(Grain.MONTH, DAY - timedelta(days=31))

    assert (now.pace.limit, before.pace.limit) == (Usd.parse("3"), None)
    assert now.pace.per_day == Usd.parse("1.4")
    assert now.pace.at_end == Usd.parse("25.2")
    assert (await office.report(Grain.WEEK)).pace.limit is None


async def test_raise_of_the_month_counts_in_its_forecast(office: Office, policy: BudgetPolicy) -> None:
    office.ledger.policy = replace(policy, monthly=Usd.parse("3"))
    await office.ledger.raise_limit(Usd.parse("2"), "a test", scope=Scope.MONTH)

    assert (await office.report(Grain.MONTH)).pace.limit == Usd.parse("5")


async def test_report_is_made_anew_once_anything_was_written(office: Office) -> None:
    await office.spend()
    first = await office.report(Grain.YEAR)
    again = await office.report(Grain.YEAR)

    await office.spend()

    assert again == first
    assert (await office.report(Grain.YEAR)).total.n_answers == 2


async def test_year_is_read_from_the_books_once(office: Office, tmp_path: Path) -> None:
    for _ in range(3):
        await office.spend()
        office.clock.move(days=20)
    await office.reports.prepare(office.ledger.today())
    for file in (tmp_path / "ledger").glob("*.journal"):
        # What is read from now on is an error; the stamp says that nothing has changed.
        stamp = file.stat()
        with file.open("r+b") as content:
            content.write(b"\0" * stamp.st_size)
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    later = ReportService(office.ledger, office.clock)

    assert (await later.report(Span.of(Grain.YEAR, DAY))).total.n_answers == 1
    assert (await later.report(Span.of(Grain.YEAR, office.ledger.today()))).total.n_answers == 3


async def test_unreadable_book_is_a_sentence(office: Office, tmp_path: Path) -> None:
    await office.spend()
    (tmp_path / "ledger" / f"{DAY - timedelta(days=1)}.journal").write_bytes(b"no record\n")

    with pytest.raises(LedgerUnreadable):
        await office.report(Grain.MONTH)
    assert (await office.report()).total.n_answers == 1


async def test_free_request_has_a_kind_and_is_compared_too(office: Office) -> None:
    held = await office.ledger.reserve(new_id(), free_need(request_kind="chat"), is_auto=False)
    await office.ledger.settle(DAY, settlement(held, "0", outcome=Outcome.DONE))

    report = await office.report()

    assert report.request_kinds["chat"].n_answers == 1
    assert report.models["local/tiny"].cost_each == Usd(0)


async def test_reports_asked_for_at_once_agree(office: Office) -> None:
    await office.spend()

    found = await asyncio.gather(*(office.report(grain) for grain in Grain for _ in range(3)))

    assert {report.total.cost for report in found} == {found[0].total.cost}


async def test_bar_of_a_day_is_an_hour_of_the_clock_from_the_reset_on(office: Office, policy: BudgetPolicy) -> None:
    office.ledger.policy = replace(policy, reset_hour=6)
    entry = await office.spend()

    report = await office.report()

    assert [bar.hour for bar in report.bars][:2] == [6, 7]
    assert await office.reports.entries(report.span, Cell(bar=6)) == [entry]
    assert await office.reports.entries(report.span, Cell(bar=7)) == []
