"""The doctor's paid questions: reserved, settled, remembered, and stopped by a limit like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ralex_tui.adapters.scripted_engine import Fail
from ralex_tui.domain.budget import MIN_OUTPUT_TOKENS, BudgetPolicy
from ralex_tui.domain.errors import BudgetExceeded, EngineUnavailable, PriceUnknown
from ralex_tui.domain.models import Model, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.services.asking import Asked, Asking
from ralex_tui.services.attempts import Attempts
from tests.services.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, policy: BudgetPolicy) -> Desk:
    return Desk(tmp_path, policy)


def models(desk: Desk, *tiers: Tier) -> list[tuple[Tier, Model]]:
    return [(tier, desk.catalogue.plan(tier).models[0]) for tier in tiers]


async def asked(desk: Desk, *tiers: Tier) -> list[Asked]:
    attempts = Attempts(desk.engine, desk.ledger, desk.deployments, desk.timeouts, desk.clock)
    asking = Asking(attempts, desk.ledger, desk.clock)
    return [each async for each in asking.ask_each(models(desk, *tiers))]


async def test_each_model_is_asked_one_word_that_is_charged_and_saved_nowhere(desk: Desk) -> None:
    found = await asked(desk, Tier.CHEAP, Tier.LOCAL)

    assert [request.messages for request in desk.engine.requests] == [(("user", "Hi"),)] * 2
    assert {request.max_tokens for request in desk.engine.requests} == {MIN_OUTPUT_TOKENS}
    entries = await desk.ledger.entries(date.min, date.max)
    assert sorted(entry.reservation.model for entry in entries) == ["lan/small", "local/tiny"]
    assert all(entry.settlement is not None for entry in entries)
    assert found[0].cost is not None
    assert found[0].cost.amount == next(e for e in entries if e.reservation.tier is Tier.CHEAP).cost.amount
    assert await desk.library.list() == []


async def test_what_it_may_cost_is_known_before(desk: Desk) -> None:
    most = Asking.at_most(model for _, model in models(desk, Tier.CHEAP, Tier.SMART, Tier.LOCAL))

    found = await asked(desk, Tier.CHEAP, Tier.SMART, Tier.LOCAL)

    spent = sum((each.cost.amount for each in found if each.cost), Usd(0))
    assert Usd(0) < spent <= most


async def test_a_failure_is_told_and_counts_for_the_models_health(desk: Desk) -> None:
    desk.engine.script(Fail(EngineUnavailable("lan can't be reached", may_be_billed=False)))

    (found,) = await asked(desk, Tier.CHEAP)

    assert found.error is not None
    assert found.error.message == "lan can't be reached"
    assert desk.deployments.health["lan/small"].n_failures == 1


async def test_nothing_is_sent_that_the_limit_does_not_cover(desk: Desk) -> None:
    await desk.spend(desk.policy.daily)

    (found,) = await asked(desk, Tier.CHEAP)

    assert isinstance(found.error, BudgetExceeded)
    assert found.cost is None
    assert desk.engine.requests == []


async def test_a_model_without_a_price_is_not_asked(desk: Desk) -> None:
    desk.set_models(Tier.CHEAP, replace(desk.catalogue.plan(Tier.CHEAP).models[0], price=None))

    (found,) = await asked(desk, Tier.CHEAP)

    assert isinstance(found.error, PriceUnknown)
    assert desk.engine.requests == []
