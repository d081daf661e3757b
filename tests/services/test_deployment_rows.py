"""The list of every model with how it has fared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ralex_tui.domain.deployments import Condition, Health
from ralex_tui.domain.models import Catalogue, ModelRef, Tier, TierPlan
from ralex_tui.domain.pricing import Price
from ralex_tui.services.deployment_rows import DeploymentRow, deployment_rows
from tests.samples import LOCAL, MODEL, NOON, PRICE

AWAY = ModelRef("lan/away")
CATALOGUE = Catalogue(
    {
        Tier.CHEAP: TierPlan(Tier.CHEAP, (MODEL,), (AWAY, MODEL.ref), 100),
        Tier.LOCAL: TierPlan(Tier.LOCAL, (LOCAL,), (LOCAL.ref,), 100),
    }
)


class Table:
    def price(self, ref: ModelRef) -> Price | None:
        return PRICE


def rows(**health: Health) -> list[DeploymentRow]:
    known = {f"lan/{name}": each for name, each in health.items()}
    return deployment_rows(CATALOGUE, known, Table(), lambda ref: False, NOON)


def test_models_that_can_be_reached_come_first_and_the_others_are_named() -> None:
    small, away, tiny = rows()

    assert (small.model.ref, small.is_reachable, small.condition) == (MODEL.ref, True, Condition.UNTRIED)
    assert (away.model.ref, away.is_reachable, away.word) == (AWAY, False, "no key")
    assert away.model.price == PRICE
    assert tiny.tier is Tier.LOCAL


def test_rates_are_of_the_requests_and_rounded_up() -> None:
    (row, _, _) = rows(small=Health(n_requests=300, n_failures=1, n_timeouts=1))

    assert (row.error_percent, row.timeout_percent) == (1, 1)


def test_a_model_that_was_never_asked_has_no_rate() -> None:
    assert rows()[0].error_percent is None


def test_failing_and_resting_are_trouble() -> None:
    failing = Health(n_requests=1, n_failures=1, n_failures_running=1)
    resting = replace(failing, rests_until=NOON + timedelta(seconds=1))

    assert rows(small=failing)[0].is_trouble
    assert rows(small=resting)[0].word == "resting"
    assert not rows(small=Health(n_requests=1))[0].is_trouble
