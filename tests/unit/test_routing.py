"""Which tier and model a prompt goes to: the user's choice, Auto's pick, and the rules of money around it."""

import pytest

from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.errors import NoModel, UsageError
from ralex_tui.domain.models import Catalogue, Mode, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.domain.routing import Route, route
from ralex_tui.domain.rules import Prompt
from tests.autos import word_auto

PRICE = Price(Rates(Usd(1), Usd(1)), source="test")


def catalogue(*tiers: Tier) -> Catalogue:
    def plan(tier: Tier) -> TierPlan:
        local = tier is Tier.LOCAL
        model = Model(ModelRef(f"lan/{tier.value}"), free_price("local") if local else PRICE, is_local=local)
        return TierPlan(tier, (model,) if tier in tiers else (), (model.ref,), 1_000)

    return Catalogue({tier: plan(tier) for tier in Tier})


ALL = catalogue(*Tier)


AUTO = word_auto()


def routed(text: str, mode: Mode, catalogue: Catalogue, state: BudgetState, *, model_id: str | None = None) -> Route:
    return route(Prompt(text), mode, catalogue, state, AUTO, model_id=model_id)


@pytest.mark.parametrize(
    ("prompt", "state", "tier", "wanted"),
    [
        ("refactor", BudgetState.HEALTHY, Tier.SMART, None),
        ("refactor", BudgetState.LOW, Tier.CHEAP, Tier.SMART),
        ("refactor", BudgetState.CRITICAL, Tier.YOLO, Tier.SMART),
        ("refactor", BudgetState.SPENT, Tier.LOCAL, Tier.SMART),
        ("hello", BudgetState.LOW, Tier.CHEAP, None),
        ("hello", BudgetState.CRITICAL, Tier.YOLO, Tier.CHEAP),
        ("yolo", BudgetState.CRITICAL, Tier.YOLO, None),
        ("yolo", BudgetState.SPENT, Tier.LOCAL, Tier.YOLO),
    ],
)
def test_auto_steps_down_with_the_money(prompt: str, state: BudgetState, tier: Tier, wanted: Tier | None) -> None:
    chosen = routed(prompt, Mode.AUTO, ALL, state)

    assert (chosen.tier, chosen.wanted, chosen.is_auto) == (tier, wanted, True)


def test_auto_says_that_the_day_is_why_it_stepped_down() -> None:
    assert routed("refactor", Mode.AUTO, ALL, BudgetState.LOW).reason == "the day is low"


def test_auto_takes_another_tier_where_the_wanted_one_has_no_model() -> None:
    chosen = routed("refactor", Mode.AUTO, catalogue(Tier.CHEAP), BudgetState.HEALTHY)

    assert (chosen.tier, chosen.wanted) == (Tier.CHEAP, Tier.SMART)
    assert chosen.reason == "Smart has no model here"


@pytest.mark.parametrize("state", list(BudgetState))
def test_users_own_choice_stands_whatever_the_state(state: BudgetState) -> None:
    chosen = routed("hello", Mode.SMART, ALL, state)

    assert (chosen.tier, chosen.is_auto) == (Tier.SMART, False)


def test_model_by_name_comes_before_any_mode() -> None:
    assert routed("hi", Mode.CHEAP, ALL, BudgetState.HEALTHY, model_id="smart").model.ref.id == "lan/smart"
    assert routed("hi", Mode.CHEAP, ALL, BudgetState.HEALTHY, model_id="lan/yolo").tier is Tier.YOLO


def test_unknown_model_is_refused() -> None:
    with pytest.raises(UsageError, match="no model called 'gpt-9'"):
        routed("hi", Mode.AUTO, ALL, BudgetState.HEALTHY, model_id="gpt-9")


def test_no_model_at_all_tells_how_to_get_one() -> None:
    with pytest.raises(NoModel) as caught:
        routed("hi", Mode.AUTO, catalogue(), BudgetState.HEALTHY)

    assert "ralex local install" in caught.value.hint


def test_where_no_tier_that_the_day_allows_has_a_model_the_money_decides() -> None:
    chosen = routed("refactor", Mode.AUTO, catalogue(Tier.CHEAP, Tier.SMART), BudgetState.SPENT)

    assert (chosen.tier, chosen.wanted, chosen.is_auto) == (Tier.SMART, None, True)


def test_auto_tells_how_likely_it_is_that_smart_is_needed() -> None:
    assert routed("refactor", Mode.AUTO, ALL, BudgetState.HEALTHY).score == 0.2
    assert routed("refactor", Mode.AUTO, ALL, BudgetState.LOW).score == 0.2
    assert routed("refactor", Mode.SMART, ALL, BudgetState.HEALTHY).score is None


def test_auto_stays_on_the_tier_of_the_conversation() -> None:
    chosen = route(Prompt("thanks"), Mode.AUTO, ALL, BudgetState.HEALTHY, AUTO, floor=Tier.SMART)

    assert (chosen.tier, chosen.wanted) == (Tier.SMART, None)


def test_budget_lowers_a_conversation_that_is_on_smart_and_says_so() -> None:
    chosen = route(Prompt("thanks"), Mode.AUTO, ALL, BudgetState.LOW, AUTO, floor=Tier.SMART)

    assert (chosen.tier, chosen.wanted, chosen.reason) == (Tier.CHEAP, Tier.SMART, "the day is low")
