"""Which tier a prompt goes to: a labelled table, and the rules of money around it."""

import pytest

from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.errors import NoModel, UsageError
from ralex_tui.domain.models import Catalogue, Mode, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.domain.routing import pick_tier, route

PRICE = Price(Rates(Usd(1), Usd(1)), source="test")


def catalogue(*tiers: Tier) -> Catalogue:
    def plan(tier: Tier) -> TierPlan:
        local = tier is Tier.LOCAL
        model = Model(ModelRef(f"lan/{tier.value}"), free_price("local") if local else PRICE, is_local=local)
        return TierPlan(tier, (model,) if tier in tiers else (), (model.ref,), 1_000)

    return Catalogue({tier: plan(tier) for tier in Tier})


ALL = catalogue(*Tier)


@pytest.mark.parametrize(
    ("prompt", "tier"),
    [
        # Ralex V2's own words, each alone in a sentence.
        ("fix this line", Tier.CHEAP),
        ("there is a typo in the title", Tier.CHEAP),
        ("a simple greeting", Tier.CHEAP),
        ("make the margin small", Tier.CHEAP),
        ("format the date", Tier.CHEAP),
        ("add a test", Tier.CHEAP),
        ("comment this function", Tier.CHEAP),
        ("refactor the parser", Tier.SMART),
        ("analyze the logs", Tier.SMART),
        ("a complex query", Tier.SMART),
        ("what architecture would you use", Tier.SMART),
        ("design an API", Tier.SMART),
        ("review my patch", Tier.SMART),
        ("optimize the loop", Tier.SMART),
        ("yolo", Tier.YOLO),
        ("urgent: the site is down", Tier.YOLO),
        ("I need it fast", Tier.YOLO),
        ("answer quickly", Tier.YOLO),
        # The order among them: yolo, smart, cheap.
        ("yolo refactor this now", Tier.YOLO),
        ("fix and refactor this", Tier.SMART),
        ("urgent: fix the typo", Tier.YOLO),
        ("a simple design", Tier.SMART),
        # V2 matched parts of words, and went wrong on these.
        ("explain what a prefix tree is", Tier.CHEAP),
        ("how do I know if it worked", Tier.CHEAP),
        ("what is a MAC address", Tier.CHEAP),
        ("breakfast ideas", Tier.CHEAP),
        ("who designed the Eiffel tower", Tier.CHEAP),
        ("what does steadfast mean", Tier.CHEAP),
        ("preview of the film", Tier.CHEAP),
        # Case, punctuation, other languages, nothing at all.
        ("REFACTOR!", Tier.SMART),
        ("(refactor)", Tier.SMART),
        ("Refactor: le module, s'il te plait", Tier.SMART),
        ("Que veut dire ce mot ?", Tier.CHEAP),
        ("", Tier.CHEAP),
        ("x", Tier.CHEAP),
        ('echo "$HOME" && rm -- "$1"', Tier.CHEAP),
    ],
)
def test_prompt_goes_to_the_tier_its_whole_words_ask_for(prompt: str, tier: Tier) -> None:
    assert pick_tier(prompt).tier is tier


@pytest.mark.parametrize("prompt", ["prefix", "know", "address", "redesigned", "suffixes", "formatted"])
def test_part_of_a_word_is_never_the_reason(prompt: str) -> None:
    assert pick_tier(prompt).reason == "nothing in it asks for more"


def test_reason_names_the_word() -> None:
    assert "refactor" in pick_tier("Please REFACTOR this").reason


def test_long_paste_is_searched_at_its_ends_only() -> None:
    filler = "word " * 100_000

    assert pick_tier(filler + "refactor").tier is Tier.SMART
    assert pick_tier("refactor " + filler).tier is Tier.SMART
    assert pick_tier(filler + "refactor " + filler).tier is Tier.CHEAP


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
    chosen = route(prompt, Mode.AUTO, ALL, state)

    assert (chosen.tier, chosen.wanted, chosen.is_auto) == (tier, wanted, True)


def test_auto_says_that_the_day_is_why_it_stepped_down() -> None:
    assert route("refactor", Mode.AUTO, ALL, BudgetState.LOW).reason == "the day is low"


def test_auto_takes_another_tier_where_the_wanted_one_has_no_model() -> None:
    chosen = route("refactor", Mode.AUTO, catalogue(Tier.CHEAP), BudgetState.HEALTHY)

    assert (chosen.tier, chosen.wanted) == (Tier.CHEAP, Tier.SMART)
    assert chosen.reason == "Smart has no model here"


@pytest.mark.parametrize("state", list(BudgetState))
def test_users_own_choice_stands_whatever_the_state(state: BudgetState) -> None:
    chosen = route("hello", Mode.SMART, ALL, state)

    assert (chosen.tier, chosen.is_auto) == (Tier.SMART, False)


def test_model_by_name_comes_before_any_mode() -> None:
    assert route("hi", Mode.CHEAP, ALL, BudgetState.HEALTHY, model_id="smart").model.ref.id == "lan/smart"
    assert route("hi", Mode.CHEAP, ALL, BudgetState.HEALTHY, model_id="lan/yolo").tier is Tier.YOLO


def test_unknown_model_is_refused() -> None:
    with pytest.raises(UsageError, match="no model called 'gpt-9'"):
        route("hi", Mode.AUTO, ALL, BudgetState.HEALTHY, model_id="gpt-9")


def test_no_model_at_all_tells_how_to_get_one() -> None:
    with pytest.raises(NoModel) as caught:
        route("hi", Mode.AUTO, catalogue(), BudgetState.HEALTHY)

    assert "ralex local install" in caught.value.hint


def test_where_no_tier_that_the_day_allows_has_a_model_the_money_decides() -> None:
    chosen = route("refactor", Mode.AUTO, catalogue(Tier.CHEAP, Tier.SMART), BudgetState.SPENT)

    assert (chosen.tier, chosen.wanted, chosen.is_auto) == (Tier.SMART, None, True)
