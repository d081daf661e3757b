"""Which models can answer."""

from ralex_tui.config.schema import Settings, TierSettings
from ralex_tui.domain.local import FoundModel, FoundServer
from ralex_tui.domain.models import Catalogue, ModelRef, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.services.catalogue import NOTHING_FOUND, build_catalogue, kept_fresh
from ralex_tui.services.local import FoundModels

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


EMBEDDED = ModelRef("local/tiny")
OWN = ModelRef("box/own")
LOADED = FoundModel(ModelRef("ollama/warm:8b"), is_loaded=True, context=4_096)
COLD = FoundModel(ModelRef("ollama/cold:latest"))


def found(*models: FoundModel) -> FoundModels:
    return FoundModels((FoundServer("ollama", "Ollama", "127.0.0.1:1", "http://127.0.0.1:1/v1", models),))


def with_found(there: FoundModels, *named: ModelRef, embedded: ModelRef | None = EMBEDDED) -> Catalogue:
    local = TierSettings(named or (EMBEDDED, OWN), max_tokens=100)
    return build_catalogue(
        Settings(tiers={Tier.LOCAL: local, Tier.CHEAP: TierSettings((FAIR,), max_tokens=100)}),
        is_reachable=lambda ref: ref.provider != "ollama",
        is_local=lambda ref: True,
        prices=Table(),
        found=there,
        embedded=embedded,
    )


def local_ids(catalogue: Catalogue) -> list[str]:
    return [model.ref.id for model in catalogue.plan(Tier.LOCAL).models]


def test_found_models_come_after_the_configured_ones_and_before_the_embedded_one() -> None:
    catalogue = with_found(found(COLD, LOADED))

    assert local_ids(catalogue) == ["box/own", "ollama/warm:8b", "ollama/cold:latest", "local/tiny"]
    assert [model.ref for model in catalogue.plan(Tier.CHEAP).models] == [FAIR]


def test_found_models_have_the_context_that_their_server_told() -> None:
    model = with_found(found(LOADED)).plan(Tier.LOCAL).models[1]

    assert (model.ref, model.context, model.is_local) == (LOADED.ref, 4_096, True)


def test_an_embedded_model_of_the_users_own_stays_where_it_is_named() -> None:
    assert local_ids(with_found(found(LOADED), embedded=None))[0] == "local/tiny"


def test_a_found_model_that_the_settings_name_keeps_its_place_and_is_there_once() -> None:
    catalogue = with_found(found(LOADED, COLD), ModelRef("ollama/cold"), OWN)

    assert local_ids(catalogue) == ["ollama/cold", "box/own", "ollama/warm:8b"]


def test_a_model_whose_server_was_not_found_is_not_there() -> None:
    assert local_ids(with_found(NOTHING_FOUND, LOADED.ref, OWN)) == ["box/own"]
