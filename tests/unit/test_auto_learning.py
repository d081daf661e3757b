"""What Auto learns from labels: nothing without need, a threshold first, then features; never more than it may."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralex_tui.domain.auto_learning import MOST_SHIFT, N_KEPT, N_RESIDUAL, N_THRESHOLD, Learned, learn, verdict_of
from ralex_tui.domain.labels import Label
from ralex_tui.domain.least_squares import ridge
from ralex_tui.domain.models import Tier
from ralex_tui.domain.prompt_features import N_FEATURES
from ralex_tui.domain.remarks import Opinion

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SEEDS = range(12)
FEATURE = 3

Truth = Callable[[float, Sequence[float]], float]


def labels(n: int, truth: Truth, seed: int = 0, *, mean: float = -0.8) -> list[Label]:
    """Labels of a made-up user: `truth` is the chance that the strong tier was needed."""
    chance = random.Random(seed)
    made = []
    for number in range(n):
        features = tuple(chance.choice((0.0, 0.0, 0.0, 1.0, 2.0)) for _ in range(N_FEATURES))
        score = 1 / (1 + exp(-chance.gauss(mean, 1)))
        is_needed = chance.random() < truth(score, features)
        at = FIRST + timedelta(minutes=number)
        made.append(Label(f"l{number:04}", at, f"a{number}", Tier.CHEAP, score, features, "v1", is_needed, "down"))
    return made


def agrees(score: float, _: Sequence[float]) -> float:
    return score


def a_coin(_: float, __: Sequence[float]) -> float:
    return 0.5


def needs_it_where_the_feature_is(_: float, features: Sequence[float]) -> float:
    return 0.98 if features[FEATURE] else 0.02


def always(_: float, __: Sequence[float]) -> float:
    return 1.0


def shifted(by: float) -> Truth:
    return lambda score, _: 1 / (1 + (1 - score) / score * exp(-by))


def loss(learned: Learned, judged: Sequence[Label]) -> float:
    """The mean log loss of what was learned, on labels that it has not seen."""
    chances = [learned.adjust(label.score, label.features) for label in judged]
    chances = [min(0.999, max(0.001, each)) for each in chances]
    told = [each if label.is_needed else 1 - each for each, label in zip(chances, judged, strict=True)]
    return -sum(map(log, told)) / len(told)


# How much is learned, and when


@pytest.mark.parametrize("n", [0, 1, N_THRESHOLD - 1])
def test_few_labels_teach_nothing(n: int) -> None:
    learned = learn(labels(n, always))

    assert not learned.is_used
    assert learned.adjust(0.3, (1.0,) * N_FEATURES) == 0.3
    assert f"from {N_THRESHOLD} on" in learned.why


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [N_THRESHOLD, 100, 300])
def test_a_user_who_agrees_makes_nothing_worse(n: int, seed: int) -> None:
    learned = learn(labels(n, agrees, seed))

    unseen = labels(400, agrees, seed + 1_000)
    assert loss(learned, unseen) <= loss(Learned(), unseen) + 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_a_user_who_throws_coins_teaches_nothing(seed: int) -> None:
    learned = learn(labels(120, a_coin, seed, mean=0.0))

    assert learned.what == "shipped"
    assert "surely better" in learned.why


@pytest.mark.parametrize("seed", SEEDS)
def test_one_feature_that_counts_the_other_way_is_learned_in_some_hundred_labels(seed: int) -> None:
    learned = learn(labels(200, needs_it_where_the_feature_is, seed))

    unseen = labels(400, needs_it_where_the_feature_is, seed + 1_000)
    assert learned.what == "residual"
    assert learned.weights[FEATURE] == max(learned.weights)
    assert loss(learned, unseen) < loss(Learned(), unseen) - 0.1
    assert "features weigh otherwise" in learned.why


@pytest.mark.parametrize("by", [-1.5, 1.5])
def test_a_user_who_sees_all_otherwise_moves_the_threshold(by: float) -> None:
    learned = learn(labels(200, shifted(by), 1))

    unseen = labels(400, shifted(by), 2)
    assert learned.what == "threshold"
    assert learned.shift * by > 0
    assert loss(learned, unseen) < loss(Learned(), unseen) - 0.05


def test_fewer_labels_move_the_threshold_less() -> None:
    """Two in five need the strong tier, where the shipped score says one in five."""
    two_in_five = [
        replace(label, score=0.2, is_needed=number % 5 in (0, 2)) for number, label in enumerate(labels(400, always))
    ]

    few, many = learn(two_in_five[:40]), learn(two_in_five)

    assert few.what == many.what == "threshold"
    assert 0 < few.shift < many.shift


def test_features_wait_for_more_labels_than_the_threshold() -> None:
    learned = learn(labels(N_RESIDUAL - 1, needs_it_where_the_feature_is))

    assert "residual" not in dict(learned.losses)


# What must never happen


@pytest.mark.parametrize("n", [N_THRESHOLD, 100, 3_000])
def test_a_flood_of_escalations_does_not_make_everything_smart(n: int) -> None:
    learned = learn(labels(n, always))

    assert learned.is_used
    assert abs(learned.shift) <= MOST_SHIFT
    easy = [label for label in labels(200, always, 5) if label.score < 0.1]
    assert easy
    assert all(learned.adjust(label.score, label.features) < 0.35 for label in easy)


SCORES = st.floats(0, 1)
FEATURES = st.tuples(*[st.floats(-3, 3)] * N_FEATURES)


@given(SCORES, FEATURES, st.floats(-1, 1), st.lists(st.floats(-9, 9), min_size=N_FEATURES, max_size=N_FEATURES))
@settings(deadline=None)
def test_an_adjusted_score_stays_a_probability(
    score: float, features: tuple[float, ...], shift: float, weights: list[float]
) -> None:
    learned = Learned("residual", shift=shift, weights=tuple(weights))

    assert 0 <= learned.adjust(score, features) <= 1


@given(SCORES, SCORES, FEATURES, st.floats(-1, 1))
@settings(deadline=None)
def test_a_moved_threshold_keeps_the_order_of_scores(
    one: float, other: float, features: tuple[float, ...], shift: float
) -> None:
    learned = Learned("threshold", shift=shift)

    low, high = sorted((one, other))
    assert learned.adjust(low, features) <= learned.adjust(high, features)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_only_the_time_of_labels_counts_not_who_wrote_first(chance: random.Random) -> None:
    some = labels(90, needs_it_where_the_feature_is)
    mixed = chance.sample(some, len(some))

    assert learn(mixed) == learn(some)


def test_only_the_newest_labels_count() -> None:
    old = labels(N_KEPT, always)
    new = [replace(label, at=label.at + timedelta(days=9)) for label in labels(N_KEPT, agrees, 4)]

    assert learn([*old, *new]).what == learn(new).what
    assert learn([*old, *new]).losses == learn(new).losses


def test_labels_of_other_features_move_the_threshold_only() -> None:
    foreign = [replace(label, features=(1.0, 2.0)) for label in labels(150, shifted(1.5), 1)]

    learned = learn(foreign)

    assert learned.what == "threshold"
    assert learned.adjust(0.3, (0.0,) * N_FEATURES) > 0.3


def test_weights_for_other_features_are_not_used() -> None:
    learned = Learned("residual", shift=0.5, weights=(3.0,) * N_FEATURES)

    assert learned.adjust(0.3, (1.0, 1.0)) == Learned("threshold", shift=0.5).adjust(0.3, ())


# Opinions as labels


@pytest.mark.parametrize(
    ("tier", "said", "meant"),
    [
        (Tier.CHEAP, [Opinion.ESCALATED], (True, Opinion.ESCALATED)),
        (Tier.LOCAL, [Opinion.DOWN], (True, Opinion.DOWN)),
        (Tier.YOLO, [Opinion.UP], (False, Opinion.UP)),
        (Tier.CHEAP, [Opinion.UP, Opinion.DOWN], (True, Opinion.DOWN)),
        (Tier.CHEAP, [Opinion.UP, Opinion.NONE], None),
        (Tier.CHEAP, [Opinion.ESCALATED, Opinion.UP], (False, Opinion.UP)),
        (Tier.CHEAP, [Opinion.ESCALATED, Opinion.UP, Opinion.NONE], (True, Opinion.ESCALATED)),
        (Tier.CHEAP, [Opinion.UP, Opinion.ESCALATED], (True, Opinion.ESCALATED)),
        (Tier.CHEAP, [Opinion.AGAIN], None),
        (Tier.CHEAP, [], None),
        (Tier.SMART, [Opinion.DOWN], None),
        (Tier.SMART, [Opinion.UP], None),
    ],
)
def test_the_last_word_on_a_weak_answer_is_its_label(
    tier: Tier, said: list[Opinion], meant: tuple[bool, Opinion] | None
) -> None:
    assert verdict_of(tier, said) == meant


# The arithmetic


def test_ridge_finds_the_coefficients_of_exact_data() -> None:
    chance = random.Random(1)
    truth = (2.0, -1.0, 0.0, 0.5)
    rows = [tuple(chance.gauss(0, 1) for _ in truth) for _ in range(50)]
    targets = [sum(a * b for a, b in zip(row, truth, strict=True)) for row in rows]

    found = ridge(rows, targets, [1.0] * 50, 1e-9)

    assert found == pytest.approx(truth, abs=1e-6)


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=20),
    st.floats(0.5, 20),
)
@settings(deadline=None)
def test_ridge_leaves_no_gradient(rows: list[tuple[float, float, float]], penalty: float) -> None:
    targets = [float(number % 3) for number in range(len(rows))]
    weights = [0.1 + number % 2 for number in range(len(rows))]

    found = ridge(rows, targets, weights, penalty)

    misses = [t - sum(a * b for a, b in zip(row, found, strict=True)) for row, t in zip(rows, targets, strict=True)]
    for n, coefficient in enumerate(found):
        pull = sum(w * miss * row[n] for w, miss, row in zip(weights, misses, rows, strict=True))
        assert pull == pytest.approx(penalty * coefficient, abs=1e-6)
