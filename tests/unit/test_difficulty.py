"""A prompt's difficulty: the linear score, its reasons, its threshold, and what everybody would agree on."""

from __future__ import annotations

import time
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.routing.examples import EASY, HARD, MIDDLE, fair_pairs, pairs
from ralex_tui.adapters.router_table import load_scorer
from ralex_tui.domain.difficulty import RARITY_NAMES, RouterTable, Scorer, rarity, threshold_on
from ralex_tui.domain.prompt_features import FEATURE_NAMES, features

NOTHING = (0.0,) * (len(FEATURE_NAMES) + len(RARITY_NAMES))
EMPTY = RouterTable("none", NOTHING, NOTHING, {}, {}, (1.0, 0.0), ((0.5, 0.9), (0.9, 0.4), (0.95, 0.2), (1.0, 0.0)))


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return load_scorer()


def weighted(**weights: float) -> tuple[float, ...]:
    named = {name.replace("_", " "): weight for name, weight in weights.items()}
    return tuple(named.get(name, 0.0) for name in FEATURE_NAMES + RARITY_NAMES)


def test_a_table_of_zeros_knows_nothing() -> None:
    judged = Scorer(EMPTY).judge("anything at all")

    assert judged.score == 0.5
    assert judged.terms == ()
    assert judged.features == features("anything at all")


def test_terms_are_the_three_strongest_with_their_signs() -> None:
    weights = weighted(asks_for_a_proof=1.0, geometry=0.5, small_talk=-2.0, reckoning=0.01)

    judged = Scorer(replace(EMPTY, weights=weights)).judge("hello, prove the sum over the triangle")

    assert [(term.name, term.weight) for term in judged.terms] == [
        ("small talk", -2.0),
        ("asks for a proof", 1.0),
        ("geometry", 0.5),
    ]
    assert judged.score == pytest.approx(1 / (1 + 2.718281828 ** (2.0 - 1.0 - 0.5 - 0.01)))


def test_a_feature_counts_by_what_sets_it_apart_from_the_usual() -> None:
    table = replace(EMPTY, weights=weighted(asks_for_a_proof=1.0), centres=weighted(asks_for_a_proof=1.0))

    assert Scorer(table).judge("prove it").score == 0.5
    assert Scorer(table).judge("believe it").score < 0.5


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("long_words", "short words"),
        ("asks_for_a_proof", "does not ask for a proof"),
        ("mathematics", "not mathematics"),
    ],
)
def test_what_a_prompt_lacks_is_said_as_lacking(name: str, said: str) -> None:
    table = replace(EMPTY, weights=weighted(**{name: 0.5}), centres=weighted(**{name: 3.0}))

    (term,) = Scorer(table).judge("oh my, so it is").terms

    assert (term.name, term.weight < 0) == (said, True)


def test_a_word_of_the_prompt_is_named_once_and_cleaned() -> None:
    table = replace(EMPTY, word_weights={crc32(b"eigenvalue"): 2.0})

    judged = Scorer(table).judge("Eigenvalue, eigenvalue\x1b[31m eigenvalue!")

    assert [term.name for term in judged.terms] == ["the word “eigenvalue”"]
    assert judged.score == pytest.approx(0.8808, abs=1e-4)


def test_words_that_are_no_words_of_ours_are_shown_as_they_may_be_shown() -> None:
    word = "a" * 300 + "\u202eb"
    table = replace(EMPTY, word_weights={crc32(word.encode()): 2.0})

    (term,) = Scorer(table).judge(word).terms

    assert "\u202e" not in term.name
    assert len(term.name) < 50


def test_a_slope_and_an_offset_make_the_probability() -> None:
    judged = Scorer(replace(EMPTY, calibration=(3.0, -1.0))).judge("anything")

    assert judged.score == pytest.approx(0.26894, abs=1e-5)


def test_rarity_counts_words_beyond_the_common() -> None:
    common = {1: 0, 2: 0, 3: 1}

    assert rarity([1, 2], common) == (0.0, 0.0)
    assert rarity([1, 3], common) == pytest.approx((6 / 7, 0.0))
    assert rarity([1, 99], common) == pytest.approx((6 / 7, 10 / 7))
    assert rarity([], common) == (0.0, 0.0)


def test_a_table_made_for_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        Scorer(replace(EMPTY, weights=(1.0,)))


@pytest.mark.parametrize(
    ("quality", "score"),
    [(0.0, 0.9), (0.5, 0.9), (0.7, 0.65), (0.9, 0.4), (0.95, 0.2), (0.975, 0.1), (1.0, 0.0), (1.5, 0.0)],
)
def test_the_threshold_is_read_off_the_curve(quality: float, score: float) -> None:
    assert Scorer(EMPTY).threshold(quality) == pytest.approx(score)


def test_a_curve_that_ends_early_goes_on_to_always_strong() -> None:
    assert threshold_on(((0.5, 0.8), (0.9, 0.4)), 0.95) == pytest.approx(0.2)
    assert threshold_on((), 0.5) == 0.0


# No deadline: on a machine that others keep busy one example may take a second.
@settings(deadline=None)
@given(st.floats(0, 1.2), st.floats(0, 1.2))
def test_more_quality_never_raises_the_shipped_threshold(shipped: Scorer, one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert 1.0 >= shipped.threshold(low) >= shipped.threshold(high) >= 0.0


# No deadline: on a machine that others keep busy one example may take a second.
@settings(deadline=None)
@given(st.text(max_size=500))
def test_the_shipped_scorer_judges_any_text(shipped: Scorer, prompt: str) -> None:
    judged = shipped.judge(prompt)

    assert 0.0 < judged.score < 1.0
    sizes = [abs(term.weight) for term in judged.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 < len(sizes) <= 3


def share_in_order(found: list[tuple[str, str]]) -> float:
    scorer = load_scorer()
    scores = {prompt: scorer.judge(prompt).score for pair in found for prompt in pair}
    return sum(scores[lesser] < scores[harder] for lesser, harder in found) / len(found)


def test_the_examples_are_broad_and_no_prompt_is_in_both_halves() -> None:
    kinds = [level[kind] for level in (EASY, MIDDLE, HARD) for kind in level]
    halves = [{prompt for pair in pairs(half) for prompt in pair} for half in (0, 1)]

    assert sum(map(len, kinds)) >= 150
    assert not halves[0] & halves[1]


# Measured when the table was trained: 0.897 and 0.801 on the half that no weight was fitted to; length alone
# orders 0.752 and 0.205 of them.
def test_prompts_that_no_weight_was_fitted_to_come_in_the_order_everybody_would_give_them() -> None:
    assert share_in_order(pairs(1)) >= 0.88


def test_they_do_so_where_the_easier_prompt_is_the_longer_one() -> None:
    assert share_in_order(fair_pairs(1)) >= 0.78


def test_a_decision_on_4000_characters_takes_about_a_millisecond_of_the_processor() -> None:
    scorer = load_scorer()
    prompt = ("Explain why the cache returns stale rows: select id from t where x > 3; then (maybe) prove it. " * 50)[
        :4_000
    ]
    taken = []
    for _ in range(200):
        began = time.thread_time()
        scorer.judge(prompt)
        taken.append(time.thread_time() - began)

    # The aim is 1 ms at the 95th percentile (bench/routing prints it); a busy neighbour on the core doubles it.
    assert sorted(taken)[100] < 0.002
