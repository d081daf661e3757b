"""What Auto picks: rules, then hard facts, then the score; and it stays on Smart within a conversation."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ralex_tui.domain.auto import PickedBy, floor_of
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.domain.rules import Prompt, Rule
from ralex_tui.services.auto import AutoService
from tests.autos import EvenScorer

PRICE = Price(Rates(Usd(1), Usd(1)), source="test")


def catalogue(cheap: int | None, smart: int | None) -> Catalogue:
    """Cheap and Smart with models whose contexts hold so many tokens."""
    contexts = {Tier.CHEAP: cheap, Tier.SMART: smart}
    plans = {}
    for tier, context in contexts.items():
        model = Model(ModelRef(f"lan/{tier.value}"), PRICE, context=context)
        plans[tier] = TierPlan(tier, (model,), (model.ref,), 1_000)
    return Catalogue(plans)


ROOMY = catalogue(100_000, 200_000)


def auto(score: float = 0.2, *rules: Rule) -> AutoService:
    return AutoService(rules, 0.95, lambda: EvenScorer(score))


def test_easy_text_goes_to_cheap_and_hard_text_to_smart_with_the_strongest_term_as_the_reason() -> None:
    easy, hard = auto(0.49).pick(Prompt("x"), ROOMY), auto(0.5).pick(Prompt("x"), ROOMY)

    assert (easy.tier, easy.reason, easy.by) == (Tier.CHEAP, "easy words", PickedBy.SCORE)
    assert (hard.tier, hard.reason, hard.score) == (Tier.SMART, "hard words", 0.5)


def test_rule_comes_before_everything_and_the_score_is_told_all_the_same() -> None:
    picked = auto(0.9, Rule(Tier.LOCAL, words=("secret",))).pick(Prompt("a secret", 150_000), ROOMY, Tier.SMART)

    assert (picked.tier, picked.by, picked.score) == (Tier.LOCAL, PickedBy.RULE, 0.9)


@pytest.mark.parametrize(
    ("n_tokens", "cheap", "smart", "tier"),
    [
        (99_000, 100_000, 200_000, Tier.CHEAP),
        (99_001, 100_000, 200_000, Tier.SMART),
        (150_000, 100_000, None, Tier.SMART),
        (150_000, 100_000, 100_000, Tier.CHEAP),
        (150_000, None, 200_000, Tier.CHEAP),
    ],
)
def test_what_only_smarts_model_holds_goes_to_smart(
    n_tokens: int, cheap: int | None, smart: int | None, tier: Tier
) -> None:
    picked = auto().pick(Prompt("x", n_tokens), catalogue(cheap, smart))

    assert picked.tier is tier
    assert (picked.by is PickedBy.FACT) == (tier is Tier.SMART)


def test_conversation_on_smart_stays_there_and_says_so() -> None:
    picked = auto(0.1).pick(Prompt("thanks"), ROOMY, Tier.SMART)

    assert (picked.tier, picked.by) == (Tier.SMART, PickedBy.STAYS)
    assert "this conversation is on Smart" in picked.reason


def test_conversation_on_cheap_moves_up_where_the_text_asks_for_it() -> None:
    assert auto(0.9).pick(Prompt("x"), ROOMY, Tier.CHEAP).tier is Tier.SMART
    assert auto(0.1).pick(Prompt("x"), ROOMY, Tier.CHEAP).tier is Tier.CHEAP


def answer(tier: Tier, text: str = "yes", state: MessageState = MessageState.DONE) -> Message:
    return Message("a", Role.ASSISTANT, text, datetime(2026, 3, 14, tzinfo=UTC), state=state, tier=tier)


def test_conversation_is_on_the_tier_of_its_last_answer() -> None:
    question = replace(answer(Tier.CHEAP), role=Role.USER, tier=None)

    assert floor_of([]) is None
    assert floor_of([question, answer(Tier.SMART), question, answer(Tier.CHEAP)]) is Tier.CHEAP
    assert floor_of([question, answer(Tier.SMART), question]) is Tier.SMART
    assert floor_of([question, answer(Tier.SMART, state=MessageState.STOPPED)]) is Tier.SMART


def test_answer_that_failed_or_says_nothing_moves_no_conversation() -> None:
    assert floor_of([answer(Tier.CHEAP), answer(Tier.SMART, state=MessageState.FAILED)]) is Tier.CHEAP
    assert floor_of([answer(Tier.CHEAP), answer(Tier.SMART, "", MessageState.STOPPED)]) is Tier.CHEAP


@pytest.mark.parametrize("tier", [Tier.YOLO, Tier.LOCAL])
def test_tiers_that_only_the_user_or_the_budget_picks_hold_nothing(tier: Tier) -> None:
    assert floor_of([answer(Tier.SMART), answer(tier)]) is None


def test_draft_is_judged_once_for_its_price_its_line_and_its_sending() -> None:
    scorer = EvenScorer()
    service = AutoService((), 0.95, lambda: scorer)

    for _ in range(3):
        service.pick(Prompt("the same draft"), ROOMY)
    assert scorer.n_judged == 1

    for number in range(10):
        service.judged(f"draft {number}")
    service.judged("the same draft")
    assert scorer.n_judged == 12


def test_what_was_learned_here_moves_the_score() -> None:
    service = AutoService((), 0.95, EvenScorer, adjust=lambda shipped: shipped.score + 0.5)

    assert service.pick(Prompt("x"), ROOMY).tier is Tier.SMART
    assert service.shipped("x").score == 0.2
