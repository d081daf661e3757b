"""What a draft would cost."""

from dataclasses import replace
from datetime import UTC, datetime

from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.errors import NoModel
from ralex_tui.domain.models import Catalogue, Mode, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.services.quote import History, quote
from tests.autos import word_auto

CHEAP = Model(ModelRef("lan/small"), Price(Rates(Usd.parse("0.30"), Usd.parse("2.50")), source="test"))
UNPRICED = Model(ModelRef("lan/new"), None)
LOCAL = Model(ModelRef("local/tiny"), free_price("local"), is_local=True)


def catalogue(**tiers: Model | None) -> Catalogue:
    return Catalogue(
        {Tier(name): TierPlan(Tier(name), (model,) if model else (), (), 1_000) for name, model in tiers.items()}
    )


def test_quote_estimates_every_tier_that_has_a_price() -> None:
    offer = quote(
        "hi",
        Mode.AUTO,
        catalogue(cheap=CHEAP, local=LOCAL),
        BudgetState.HEALTHY,
        History(),
        {Tier.CHEAP: 100},
        word_auto(),
    )

    assert offer.n_tokens == 8
    assert offer.tiers[Tier.CHEAP].about == Usd(8 * 300 + 100 * 2_500)
    assert offer.tiers[Tier.LOCAL].is_free


def test_quote_knows_no_price_for_a_model_without_one() -> None:
    offer = quote("hi", Mode.SMART, catalogue(smart=UNPRICED), BudgetState.HEALTHY, History(), {}, word_auto())

    assert offer.tiers[Tier.SMART].model == UNPRICED
    assert offer.tiers[Tier.SMART].about is None
    assert not offer.tiers[Tier.SMART].is_free


def test_quote_says_what_is_wrong_when_no_model_can_answer() -> None:
    offer = quote("hi", Mode.AUTO, catalogue(cheap=None), BudgetState.HEALTHY, History(), {}, word_auto())

    assert offer.route is None
    assert isinstance(offer.problem, NoModel)


def test_quote_never_estimates_above_what_would_be_held() -> None:
    for draft in ("", "a", "word " * 2_000, "数" * 500):
        tier = quote(draft, Mode.CHEAP, catalogue(cheap=CHEAP), BudgetState.HEALTHY, History(), {}, word_auto()).tiers[
            Tier.CHEAP
        ]
        assert tier.about is not None
        assert tier.at_most is not None
        assert tier.about <= tier.at_most


def test_history_counts_what_is_sent_again_the_text_of_answers_that_broke_off_included() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    question = Message("1", Role.USER, "four", at)
    answer = Message("2", Role.ASSISTANT, "an answer with text", at, parent="1")
    failed = Message("3", Role.ASSISTANT, "half an ans", at, parent="1", state=MessageState.FAILED)

    silent = replace(failed, text="")
    assert History.of([question, silent]) == History.of([question])
    assert History.of([question, failed]).n_tokens > History.of([question]).n_tokens
    assert History.of([question, answer]).n_tokens > History.of([question]).n_tokens
