"""The benchmark's own arithmetic, and that training gives the same table every time."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from bench.routing.data import Row, columns, load
from bench.routing.fitting import logistic, quality_curve
from bench.routing.measures import (
    apgr,
    bootstrap,
    macro_interval,
    members,
    outcome,
    paired_gain,
    ranks,
    reliability,
)
from bench.routing.training import fit, folds, prepare, probabilities, raw_scores, train
from bench.routing.words import commonness, vocabulary
from ralex_tui.adapters.router_table import decode_table, encode_table
from ralex_tui.domain.difficulty import Scorer

GAIN = np.array([1.0, 0.0, 0.0, 1.0])


def made_up() -> list[Row]:
    """400 prompts in two sources: sums are where the strong model gains, greetings where it does not."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(400):
        is_sum = number % 2 == 0
        n = int(random.integers(2, 90))
        prompt = (
            f"Calculate the total cost of {n} books at {n + 1} dollars, less {n % 7} percent. How much is it?"
            if is_sum
            else f"hello my friend, how was the day {'so far ' * (n % 4)}"
        )
        strong_helps = is_sum and random.random() < 0.8
        rows.append(
            Row(
                prompt=prompt,
                source="one mix" if number % 4 < 2 else "two",
                task=f"task {number % 5}",
                weak=0.0 if strong_helps else 1.0,
                strong=1.0,
            )
        )
    return rows


def test_apgr_is_half_for_no_order_and_for_equal_scores() -> None:
    assert apgr(np.ones(4), GAIN) == pytest.approx(0.5)


def test_apgr_of_the_best_order_and_of_its_reverse_lie_around_a_half() -> None:
    best = apgr(np.array([0.9, 0.1, 0.2, 0.8]), GAIN)
    worst = apgr(np.array([0.1, 0.9, 0.8, 0.2]), GAIN)

    assert best == pytest.approx(0.75)
    assert worst == pytest.approx(0.25)


def test_apgr_is_the_mean_over_all_cut_offs() -> None:
    scores = np.array([0.3, 0.9, 0.5, 0.1, 0.7])
    gain = np.array([0.2, 1.0, -0.5, 0.3, 1.0])
    order = np.argsort(-scores)
    recovered = np.concatenate([[0.0], np.cumsum(gain[order])]) / gain.sum()

    assert apgr(scores, gain) == pytest.approx(float(np.trapezoid(recovered, dx=1 / 5)))


def test_a_source_without_a_gap_has_no_apgr() -> None:
    assert np.isnan(apgr(np.array([1.0, 2.0]), np.array([1.0, -1.0])))


def test_equal_scores_share_the_middle_of_their_ranks() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 3.0])).tolist() == [0.75, 0.125, 0.75, 0.375]


def test_an_interval_holds_its_value_and_is_the_same_at_every_run() -> None:
    random = np.random.default_rng(0)
    scores, gain = random.random(300), random.random(300)
    groups = members(np.array(["a", "b", "b"] * 100), ["a", "b"])

    one, other = macro_interval(scores, gain, groups), macro_interval(scores, gain, groups)

    assert one == other
    assert one.low < one.value < one.high


def test_a_ranking_gains_nothing_over_itself() -> None:
    scores = np.arange(50.0)
    gain = np.linspace(0, 1, 50)
    groups = [np.ones(50, dtype=np.bool_)]

    same = paired_gain(scores, scores, gain, groups)
    better = paired_gain(scores, -scores, gain, groups)

    assert (same.low, same.value, same.high) == (0.0, 0.0, 0.0)
    assert better.low > 0


def test_resampling_stays_within_groups() -> None:
    groups = members(np.array(["a", "b", "a", "b"]), ["a", "b"])

    interval = bootstrap(lambda drawn: float(set(drawn[0]) <= {0, 2} and set(drawn[1]) <= {1, 3}), groups, n=50)

    assert interval.low == interval.high == 1.0


def test_an_escalation_pays_both_calls_and_gains_what_strong_has_more() -> None:
    weak, strong = np.array([0.0, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 0.0, 1.0])
    is_strong = np.array([True, False, False, False])

    bare = outcome(is_strong, weak, strong)
    half = outcome(is_strong, weak, strong, escalated=0.5)

    assert (bare.strong_share, bare.cost, bare.quality) == pytest.approx((0.25, 1.3 / 4, 2 / 3))
    assert (half.strong_share, half.cost, half.quality) == pytest.approx((0.25, 1.8 / 4, 2.5 / 3))


def test_costs_that_are_known_take_the_place_of_the_ratio() -> None:
    costs = (np.array([0.02, 0.02]), np.array([0.1, 0.3]))

    found = outcome(np.array([True, False]), np.array([1.0, 1.0]), np.array([1.0, 1.0]), costs=costs)

    assert found.cost == pytest.approx(0.12 / 0.4)


def test_reliability_bins_are_equal_in_number_and_rise() -> None:
    scores = np.linspace(0, 1, 100)

    bins = reliability(scores, (scores > 0.5).astype(np.float64), np.ones(100))

    assert [one.n for one in bins] == [10] * 10
    assert [one.needed for one in bins] == [0.0] * 5 + [1.0] * 5
    assert [one.score for one in bins] == sorted(one.score for one in bins)


def test_calibration_finds_the_curve_that_made_the_labels() -> None:
    raw = np.linspace(-3, 3, 2_000)

    slope, offset = logistic(raw, 1 / (1 + np.exp(-(1.3 * raw - 0.7))), np.ones(2_000))

    assert (slope, offset) == pytest.approx((1.3, -0.7), abs=0.01)


def test_calibration_never_turns_the_ranking_round() -> None:
    raw = np.linspace(-3, 3, 200)

    slope, _ = logistic(raw, (raw < 0).astype(np.float64), np.ones(200))

    assert slope > 0


def test_the_quality_curve_falls_and_keeps_what_it_says() -> None:
    rows = columns(made_up())
    scores = np.where(rows.gain > 0, 0.8, 0.2) + np.linspace(0, 0.1, 400)
    groups = members(rows.source, rows.sources())

    curve = quality_curve(scores, rows, 0.0)

    assert [score for _, score in curve] == sorted((score for _, score in curve), reverse=True)
    for quality, score in curve:
        kept = [outcome(scores[m] >= score, rows.weak[m], rows.strong[m]).quality for m in groups]
        assert np.mean(kept) >= quality - 1e-9


def test_folds_part_every_task_and_every_row_once() -> None:
    rows = columns(made_up())

    parts = folds(rows)

    assert np.sum(parts, axis=0).tolist() == [1] * 400
    assert all(set(rows.task[part].tolist()) == set(rows.tasks()) for part in parts)


def test_words_of_one_task_or_of_few_prompts_get_no_weight() -> None:
    prompts = ["common words everywhere"] * 40 + ["common template here"] * 10 + ["common rareword"] * 2
    tasks = np.array([f"task {number % 5}" for number in range(40)] + ["one"] * 12)

    assert vocabulary(prompts, tasks) == ["common", "everywhere", "words"]


def test_the_common_words_are_english() -> None:
    from bench.routing.words import code

    common = commonness()

    assert 8_000 < len(common) < 20_000
    assert common[code("the")] == 0
    assert common[code("house")] == 0
    assert code("eigenvalue") not in common


def test_training_gives_the_same_bytes_every_time() -> None:
    assert encode_table(train(made_up())) == encode_table(train(made_up()))


def test_a_trained_table_tells_the_two_kinds_apart() -> None:
    scorer = Scorer(decode_table(encode_table(train(made_up()))))

    hard = scorer.judge("Calculate the total cost of 12 pens at 3 dollars, less 5 percent. How much is it?")
    easy = scorer.judge("hello my friend, how was the day")

    assert hard.score > 0.5 > easy.score


def test_the_scorer_gives_what_the_training_computed() -> None:
    rows = made_up()
    table = train(rows)
    material = prepare(rows)
    raw = raw_scores(material, fit(material, np.ones(400, dtype=np.bool_)))

    judged = np.array([Scorer(table).judge(row.prompt).score for row in rows])

    logits = np.log(judged / (1 - judged))
    slope, offset = np.polyfit(raw, logits, 1)
    assert slope > 0
    assert np.abs(logits - (slope * raw + offset)).max() < 0.01
    assert np.corrcoef(judged, probabilities(raw, (1.0, 0.0)))[0, 1] > 0.95


def test_recorded_outcomes_are_read_with_their_source_and_task(tmp_path: Path) -> None:
    entries = [
        {"source": "llmrouter-math", "category": "math", "prompt": "1+1", "weak_score": 0, "strong_score": 1},
        {"source": "exam", "category": "law", "prompt": "Is it?", "weak_score": 0.5, "strong_score": 1,
         "weak_cost": 0.001, "strong_cost": 0.01},
    ]  # fmt: skip
    with gzip.open(tmp_path / "some.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)

    assert load(tmp_path) == [
        Row("1+1", "llmrouter mix", "math", 0.0, 1.0),
        Row("Is it?", "exam", "exam/law", 0.5, 1.0, 0.001, 0.01),
    ]


def test_a_folder_without_outcomes_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \*\.jsonl\.gz"):
        load(tmp_path)
