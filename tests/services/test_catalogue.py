"""Which models can answer."""

from ralex_tui.config.schema import Settings, TierSettings
from ralex_tui.domain.models import Catalogue, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.services.catalogue import build_catalogue, kept_fresh

DEAR = ModelRef("a/dear")
FAIR = ModelRef("b/fair")
UNPRICED = ModelRef("c/new")


class Table:
    def price(self, ref: ModelRef) -> Price | None:
        dollars = {DEAR: "10", FAIR: "1"}.get(ref)
        return Price(Rates(Usd.parse(dollars), Usd.parse(dollars)), source="test") if dollars else None


def built(pick: str, *, without: ModelRef | None = None) -> Catalogue:
    tier = TierSettings((UNPRICED, DEAR, FAIR), max_tokens=100, temperature=0.3, pick=pick)
    return build_catalogue(
        Settings(tiers={Tier.CHEAP: tier}),
        is_reachable=lambda ref: ref != without,
        is_local=lambda ref: False,
        prices=Table(),
    )


def test_catalogue_keeps_the_configured_order() -> None:
    assert [model.ref for model in built("order").plan(Tier.CHEAP).models] == [UNPRICED, DEAR, FAIR]


def test_catalogue_puts_the_cheapest_first_and_the_unpriced_last_when_a_tier_picks_by_cost() -> None:
    assert [model.ref for model in built("cost").plan(Tier.CHEAP).models] == [FAIR, DEAR, UNPRICED]


def test_catalogue_leaves_out_what_has_no_key_but_remembers_it_as_a_candidate() -> None:
    plan = built("order", without=DEAR).plan(Tier.CHEAP)

    assert DEAR not in [model.ref for model in plan.models]
    assert DEAR in plan.candidates


def test_catalogue_finds_a_model_by_its_id_or_its_name() -> None:
    catalogue = built("order")

    assert catalogue.find("b/fair") == catalogue.find("fair")
    assert catalogue.find("fair") is not None
    assert catalogue.find("nothing") is None


def test_catalogue_without_a_tier_has_no_first_model() -> None:
    assert built("order").first(Tier.SMART) is None


def test_catalogue_is_made_anew_only_when_the_version_is_another() -> None:
    versions = iter(["a", "a", "b", "b"])

    current = kept_fresh(lambda: built("order"), lambda: next(versions))
    seen = [current() for _ in range(4)]

    assert seen[0] is seen[1]
    assert seen[1] is not seen[2]
    assert seen[2] is seen[3]
