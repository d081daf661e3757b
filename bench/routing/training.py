"""From recorded outcomes to the table that ships: thinking, moved a little by the data and by our own examples.

The score is linear. Its weights start as thought (prior.py); what ridge finds in the word groups and kinds is added
with the share LEARNED of the score's deviation, what it finds in single words with the share WORDS; then the weights
of the features are bent until our own ordered examples (their even half) sit better.

The shares are small since leaving out a whole task of the mix bears no more (report.py prints that). The shape of a
prompt (length, sentences, ...) is left to thought: what is learned of it turns round from one source to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.routing.data import Columns, Floats, Mask, Row, columns
from bench.routing.examples import pairs
from bench.routing.fitting import centred_ridge, logistic, quality_curve, standard
from bench.routing.prior import RARITY_PRIOR, bent, pair_weights, thought
from bench.routing.words import code, commonness, presence, rarities, vocabulary
from ralex_tui.domain.difficulty import RouterTable
from ralex_tui.domain.prompt_features import N_SHAPE, features

LEARNED = 0.3
WORDS = 0.15
_GROUP_PENALTY = 3.0
_WORD_PENALTY = 0.1
_DIGITS = 5
# Half of the bad cheap answers are taken to be asked again (one key, or the hint): auto.quality counts them in.
ESCALATED = 0.5
N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Material:
    """The rows with everything that is computed from them once."""

    rows: Columns
    dense: Floats
    rare: Floats
    vocabulary: list[str]
    words: Floats
    common: dict[int, int]
    examples: Examples


@dataclass(frozen=True, slots=True)
class Examples:
    """The ordered pairs as differences, harder less lesser."""

    dense: Floats
    rare: Floats
    words: Floats
    weight: Floats


def prepare(rows: Sequence[Row]) -> Material:
    """Features, words and the prior for the rows."""
    prompts = [row.prompt for row in rows]
    kept = columns(rows)
    common = commonness()
    dense = np.array([features(prompt) for prompt in prompts])
    known = vocabulary(prompts, kept.task)
    return Material(
        kept, dense, rarities(prompts, common), known, presence(prompts, known), common, _examples(known, common)
    )


def _examples(known: list[str], common: dict[int, int]) -> Examples:
    looked_at = pairs(0)
    prompts = sorted({prompt for pair in looked_at for prompt in pair})
    place = {prompt: number for number, prompt in enumerate(prompts)}
    lesser = [place[one] for one, _ in looked_at]
    harder = [place[other] for _, other in looked_at]
    dense = np.array([features(prompt) for prompt in prompts])
    rare, words = rarities(prompts, common), presence(prompts, known)
    return Examples(
        dense[harder] - dense[lesser],
        rare[harder] - rare[lesser],
        words[harder] - words[lesser],
        pair_weights(looked_at),
    )


@dataclass(frozen=True, slots=True)
class Model:
    """Linear weights of one training: of the dense features and rarity, and of the words."""

    dense: Floats
    words: Floats


def fit(material: Material, mask: Mask, learned: float = LEARNED, words: float = WORDS) -> Model:
    """Train on the marked rows; with both shares 0 they set no weight, only the spread of the features."""
    dense, rare, examples = material.dense, material.rare, material.examples
    rarity_weights = np.array(RARITY_PRIOR)
    weights = thought()
    unit = _deviation(dense @ weights + rare @ rarity_weights, mask)
    word_weights = np.zeros(len(material.vocabulary))
    if learned:
        groups = dense[:, N_SHAPE:]
        found = centred_ridge(groups, material.rows, mask, _GROUP_PENALTY, scale=True)
        weights[N_SHAPE:] += learned * unit / _deviation(groups @ found, mask) * found
    if words and material.vocabulary:
        found = centred_ridge(material.words, material.rows, mask, _WORD_PENALTY, scale=False)
        word_weights = words * unit / _deviation(material.words @ found, mask) * found
    offset = examples.rare @ rarity_weights + examples.words @ word_weights
    spread = dense[mask].std(axis=0) + 0.1
    weights = bent(weights, examples.dense, offset, examples.weight, spread)
    return Model(np.concatenate([weights, rarity_weights]), word_weights)


def _deviation(values: Floats, mask: Mask) -> float:
    return max(1e-9, float(values[mask].std()))


def raw_scores(material: Material, model: Model) -> Floats:
    """The linear scores of all rows."""
    both = np.concatenate([material.dense, material.rare], axis=1)
    return np.asarray(both @ model.dense + material.words @ model.words)


def folds(rows: Columns) -> list[Mask]:
    """Five parts, each with a fifth of every task, the same at every run."""
    number = np.zeros(len(rows.gain), dtype=np.int64)
    random = np.random.default_rng(1)
    for task in rows.tasks():
        places = np.flatnonzero(rows.task == task)
        number[random.permutation(places)] = np.arange(len(places)) % N_FOLDS
    return [number == fold for fold in range(N_FOLDS)]


def held_out(material: Material, parts: Sequence[Mask], learned: float = LEARNED, words: float = WORDS) -> Floats:
    """Linear scores of each part by a model that did not see it, all in the units of their training."""
    scores = np.zeros(len(material.rows.gain))
    for part in parts:
        raw = raw_scores(material, fit(material, ~part, learned, words))
        scores[part] = standard(raw, ~part)[part]
    return scores


def needed(rows: Columns) -> Floats:
    """How far the strong model was needed, 0 to 1: right where the weak one failed, or better by so much."""
    return np.maximum(0.0, rows.gain)


def source_weights(rows: Columns) -> Floats:
    """A weight for each row so that every source counts the same."""
    _, place, count = np.unique(rows.source, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / count[place])


def probabilities(raw: Floats, calibration: tuple[float, float]) -> Floats:
    """The calibrated scores."""
    slope, offset = calibration
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * raw + offset, -30, 30))))


def train(rows: Sequence[Row]) -> RouterTable:
    """The table for the rows: the same rows give the same table."""
    material = prepare(rows)
    kept = material.rows
    everything = np.ones(len(kept.gain), dtype=np.bool_)
    out_of_fold = held_out(material, folds(kept))
    calibration = logistic(out_of_fold, needed(kept), source_weights(kept))
    curve = quality_curve(probabilities(out_of_fold, calibration), kept, ESCALATED)
    model = fit(material, everything)
    raw = raw_scores(material, model)
    both = np.concatenate([material.dense, material.rare], axis=1)
    centres = both.mean(axis=0)
    # The table's raw score is that of `judge`: deviations from the centres, then the words. Calibration was
    # learned on standard scores, so mean and deviation go into its two numbers.
    mean, spread = float(raw.mean() - centres @ model.dense), float(raw.std())
    slope = calibration[0] / spread
    words = {
        code(word): round(float(weight), _DIGITS) for word, weight in zip(material.vocabulary, model.words, strict=True)
    }
    table = RouterTable(
        version="",
        weights=_rounded(model.dense),
        centres=_rounded(centres),
        commonness=material.common,
        word_weights=words,
        calibration=(round(slope, _DIGITS), round(calibration[1] - slope * mean, _DIGITS)),
        quality_curve=curve,
    )
    return replace(table, version="1." + hashlib.sha256(repr(table).encode()).hexdigest()[:8])


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
