"""Prices pinned, fetched and entered: which of them counts, and what the user is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ralex_tui.config.load_prices import own_prices
from ralex_tui.config.strict_yaml import read_document
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.errors import EngineUnavailable, StorageError, UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.prices import PriceService
from tests.prices import ScriptedList, local_prices, price
from tests.samples import NOON, SetClock, need, settlement
from tests.services.desk import Desk

GROK = ModelRef("openrouter/x-ai/grok")
GLM = ModelRef("openrouter/z-ai/glm")
NEW = ModelRef("openrouter/new/model")
LAN = ModelRef("lan/small")

PINNED = {GROK.id: price("2", "10"), GLM.id: price("1", "4"), NEW.id: None, LAN.id: price("1", "2")}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def listed() -> ScriptedList:
    return ScriptedList()


@pytest.fixture
def prices(tmp_path: Path, clock: SetClock, listed: ScriptedList) -> Iterator[PriceService]:
    service = another(tmp_path, clock, listed)
    yield service
    service.close()


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    return Desk(tmp_path, policy)


def another(folder: Path, clock: SetClock, listed: ScriptedList, **options: Any) -> PriceService:
    return local_prices(folder, clock, PINNED, listed, **options)


def fetched(into: str, out: str) -> Price:
    return price(into, out, "openrouter", NOON.date())


async def test_pinned_prices_hold_while_nothing_was_fetched(prices: PriceService) -> None:
    assert prices.price(GROK) == PINNED[GROK.id]
    assert prices.price(NEW) is None
    assert prices.fetched_at is None
    assert prices.pending() == []


async def test_rise_counts_at_once_and_a_fall_once_it_was_shown(prices: PriceService, listed: ScriptedList) -> None:
    listed.prices = {GROK.path: fetched("3", "10"), GLM.path: fetched("0.5", "4")}

    changes = await prices.refresh()

    assert [(change.model, change.is_rise) for change in changes] == [(GROK.id, True), (GLM.id, False)]
    assert (prices.price(GROK), prices.price(GLM)) == (fetched("3", "10"), PINNED[GLM.id])

    await prices.mark_shown(changes)

    assert prices.price(GLM) == fetched("0.5", "4")
    assert (prices.unseen(), prices.pending()) == ([], [])


async def test_steep_fall_counts_once_it_was_accepted(prices: PriceService, listed: ScriptedList) -> None:
    listed.prices = {GROK.path: fetched("0.2", "10")}
    await prices.mark_shown(await prices.refresh())

    assert prices.unseen() == []
    assert [change.model for change in prices.pending()] == [GROK.id]
    assert prices.price(GROK) == PINNED[GROK.id]

    (accepted,) = await prices.accept(GROK.id)

    assert accepted.after == fetched("0.2", "10")
    assert prices.price(GROK) == fetched("0.2", "10")
    assert prices.pending() == []


async def test_all_changes_are_accepted_at_once(prices: PriceService, listed: ScriptedList) -> None:
    listed.prices = {
        GROK.path: fetched("0.2", "10"),
        GLM.path: fetched("0.9", "4"),
        "not/configured": fetched("1", "1"),
    }
    await prices.refresh()

    accepted = await prices.accept()

    assert [change.model for change in accepted] == [GROK.id, GLM.id]
    assert prices.price(GROK) == fetched("0.2", "10")
    assert await prices.accept() == []


async def test_nothing_to_accept_is_told_with_what_there_is(prices: PriceService, listed: ScriptedList) -> None:
    with pytest.raises(UsageError, match=LAN.id):
        await prices.accept(LAN.id)
    listed.prices = {GROK.path: fetched("0.2", "10")}
    await prices.refresh()

    with pytest.raises(UsageError) as caught:
        await prices.accept(LAN.id)

    assert GROK.id in caught.value.hint


async def test_model_without_a_price_gets_the_fetched_one_and_the_user_is_shown(
    prices: PriceService, listed: ScriptedList
) -> None:
    listed.prices = {NEW.path: fetched("1", "2")}

    (change,) = await prices.refresh()

    assert (change.before, prices.price(NEW)) == (None, fetched("1", "2"))


async def test_only_the_providers_own_models_have_its_prices(prices: PriceService, listed: ScriptedList) -> None:
    listed.prices = {"small": fetched("9", "9"), LAN.id: fetched("9", "9")}

    assert await prices.refresh() == []
    assert prices.price(LAN) == PINNED[LAN.id]


async def test_what_was_fetched_and_shown_outlives_the_process(
    tmp_path: Path, clock: SetClock, listed: ScriptedList, prices: PriceService
) -> None:
    listed.prices = {GROK.path: fetched("1", "10"), GLM.path: fetched("0.5", "4")}
    changes = await prices.refresh()
    await prices.mark_shown(changes[:1])

    later = another(tmp_path, clock, listed)

    assert later.price(GROK) == fetched("1", "10")
    assert [change.model for change in later.unseen()] == [GLM.id]


async def test_rise_that_another_terminal_fetched_counts_here_at_once(
    tmp_path: Path, clock: SetClock, listed: ScriptedList, prices: PriceService
) -> None:
    before = prices.version
    assert prices.price(GROK) == PINNED[GROK.id]
    other = another(tmp_path, clock, listed)
    listed.prices = {GROK.path: fetched("5", "10")}

    await other.refresh()

    assert prices.version != before
    assert prices.price(GROK) == fetched("5", "10")
    other.close()


async def test_refresh_while_offline_is_an_error_and_changes_nothing(prices: PriceService) -> None:
    with pytest.raises(EngineUnavailable, match="openrouter"):
        await prices.refresh()

    assert prices.fetched_at is None


async def test_prices_are_stale_after_a_day(prices: PriceService, listed: ScriptedList, clock: SetClock) -> None:
    assert prices.is_stale(clock.now())
    listed.prices = {GROK.path: fetched("2", "10")}
    await prices.refresh()

    assert not prices.is_stale(clock.now() + timedelta(hours=24))
    assert prices.is_stale(clock.now() + timedelta(hours=24, seconds=1))
    assert prices.is_stale(clock.now() - timedelta(hours=25))


async def test_background_asks_once_a_day(tmp_path: Path, clock: SetClock, listed: ScriptedList) -> None:
    prices = another(tmp_path, clock, listed, is_wanted=True)
    listed.prices = {GROK.path: fetched("3", "10")}

    first = await prices.refresh_if_stale()
    clock.move(hours=23)
    second = await prices.refresh_if_stale()
    clock.move(hours=2)
    await prices.refresh_if_stale()

    assert listed.n_asked == 2
    assert [change.model for change in first] == [GROK.id]
    assert second == first
    prices.close()


async def test_background_asks_nobody_without_a_key(prices: PriceService, listed: ScriptedList) -> None:
    listed.prices = {GROK.path: fetched("3", "10")}

    assert await prices.refresh_if_stale() == []
    assert listed.n_asked == 0


async def test_background_asks_nobody_where_no_model_is_the_providers(
    tmp_path: Path, clock: SetClock, listed: ScriptedList
) -> None:
    prices = local_prices(tmp_path, clock, {LAN.id: PINNED[LAN.id]}, listed, is_wanted=True)

    assert await prices.refresh_if_stale() == []
    assert listed.n_asked == 0


async def test_background_logs_that_it_is_offline_and_goes_on(
    tmp_path: Path, clock: SetClock, listed: ScriptedList, caplog: pytest.LogCaptureFixture
) -> None:
    prices = another(tmp_path, clock, listed, is_wanted=True)

    assert await prices.refresh_if_stale() == []

    assert "prices were not refreshed" in caplog.text
    assert prices.price(GROK) == PINNED[GROK.id]


async def test_background_that_can_not_write_goes_on(
    tmp_path: Path, clock: SetClock, listed: ScriptedList, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "prices").write_text("a file in the folder's place")
    prices = another(tmp_path, clock, listed, is_wanted=True)
    listed.prices = {GROK.path: fetched("3", "10")}

    assert await prices.refresh_if_stale() == []
    with pytest.raises(StorageError):
        await prices.refresh()

    assert "prices were not refreshed" in caplog.text
    prices.close()


async def test_own_price_counts_from_now_on_and_wins_over_what_is_fetched(
    tmp_path: Path, prices: PriceService, listed: ScriptedList
) -> None:
    listed.prices = {NEW.path: fetched("9", "9")}
    await prices.refresh()
    before = prices.version

    entered = await prices.enter(NEW, Usd.parse("0.10"), Usd.parse("0.40"))

    assert entered == price("0.10", "0.40", "own", NOON.date())
    assert prices.price(NEW) == entered
    assert prices.version != before
    assert prices.unseen() == []
    assert own_prices(read_document(tmp_path / "prices.yaml")) == {NEW.id: entered}


@pytest.mark.parametrize(("into", "out"), [("0", "0"), ("0", "1"), ("1", "0"), ("-1", "1")])
async def test_price_of_nothing_is_refused_unless_it_is_called_free(prices: PriceService, into: str, out: str) -> None:
    with pytest.raises(UsageError, match="more than zero"):
        await prices.enter(NEW, Usd.parse(into), Usd.parse(out))

    assert prices.price(NEW) is None


async def test_model_is_free_when_the_user_says_so(prices: PriceService) -> None:
    entered = await prices.enter(NEW, Usd(0), Usd(0), free=True)

    assert entered.is_free
    assert prices.price(NEW) == entered
    with pytest.raises(UsageError, match="either free"):
        await prices.enter(NEW, Usd(1), Usd(0), free=True)


async def test_price_that_can_not_be_written_does_not_count(tmp_path: Path, prices: PriceService) -> None:
    (tmp_path / "prices").write_text("a file in the folder's place")

    with pytest.raises(StorageError):
        await prices.enter(NEW, Usd(1), Usd(1))

    assert prices.price(NEW) is None


async def test_change_that_was_overtaken_is_not_taken_for_shown(
    tmp_path: Path, clock: SetClock, prices: PriceService, listed: ScriptedList
) -> None:
    listed.prices = {GROK.path: fetched("1.5", "10")}
    seen = await prices.refresh()
    listed.prices = {GROK.path: fetched("1", "10")}
    await prices.refresh()

    await prices.mark_shown(seen)

    assert [change.after for change in prices.unseen()] == [fetched("1", "10")]
    assert prices.price(GROK) == PINNED[GROK.id]


async def test_closing_waits_for_what_is_being_written(
    tmp_path: Path, clock: SetClock, prices: PriceService, listed: ScriptedList
) -> None:
    listed.prices = {GROK.path: fetched("3", "10")}
    (change,) = await prices.refresh()
    marking = asyncio.ensure_future(prices.mark_shown([change]))
    await asyncio.sleep(0)

    prices.close()
    await marking

    assert another(tmp_path, clock, listed).unseen() == []


async def test_every_record_keeps_the_price_it_was_made_with(
    desk: Desk, prices: PriceService, listed: ScriptedList
) -> None:
    listed.prices = {GROK.path: fetched("2", "10")}
    await prices.refresh()
    first = await spend(desk.ledger, prices)
    listed.prices = {GROK.path: fetched("3", "12")}
    await prices.refresh()
    second = await spend(desk.ledger, prices)
    await prices.enter(GROK, Usd.parse("7"), Usd.parse("8"))
    third = await spend(desk.ledger, prices)

    today = desk.ledger.today()
    kept = {entry.reservation.id: entry.reservation.price for entry in await desk.ledger.entries(today, today)}

    assert kept == {
        first: fetched("2", "10"),
        second: fetched("3", "12"),
        third: price("7", "8", "own", NOON.date()),
    }


async def spend(ledger: LedgerService, prices: PriceService) -> str:
    """A settled request at the price that counts now; its id."""
    now = prices.price(GROK)
    assert now is not None
    asked = need(model=replace(need().model, ref=GROK, price=now), price=now)
    held = await ledger.reserve(new_id(), asked, is_auto=False)
    await ledger.settle(held.day, settlement(held, at=held.at))
    return held.id
