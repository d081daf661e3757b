"""How likely a prompt needs the strong tier: one linear score over what can be counted in it, and its reasons.

The numbers come from a table that is trained elsewhere (bench/routing). This module promises to know no
file, no model and no price, and to judge a prompt the same way in every process.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from operator import mul, sub
from zlib import crc32

from ralex_tui.domain.prompt_features import FEATURE_NAMES, read
from ralex_tui.domain.text import visible_line

# A word that the table does not have is rarer than those of its two classes.
_UNLISTED = 2
RARITY_NAMES = ("rare words", "very rare words")
_OPPOSITES = {
    "long": "short",
    "long sentences": "short sentences",
    "long words": "short words",
    "learned endings": "plain words",
    "many numbers": "few numbers",
    "many lines": "few lines",
    "names of people and places": "no names",
    "no capital letters": "capital letters",
    "words that do not repeat": "words repeat",
    "each and all": "no each or all",
    "if and suppose": "no if or suppose",
    "demands that must hold": "no demands",
    "many demands at once": "few demands",
    "formulas": "no formulas",
    "code in it": "no code",
    "rare words": "common words",
    "very rare words": "no rare words",
}
_N_TERMS = 3
_SHOWN_WORD_CHARS = 24


@dataclass(frozen=True, slots=True)
class Term:
    """One reason of a judgement.

    Args:
        name: What it is, in words for the user; a word of the user's own prompt may stand in it.
        weight: Over zero it speaks for the strong tier, under zero against it.
    """

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What was judged of a prompt.

    Args:
        score: Probability, 0 to 1, that the strong tier is needed: that a weak model fails where a strong one does not.
        terms: The strongest reasons, strongest first, at most three.
        features: The prompt as `prompt_features.features` gives it.
    """

    score: float
    terms: tuple[Term, ...]
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RouterTable:
    """The trained numbers.

    Args:
        version: Names the training; changes with every number.
        weights: One for each of `FEATURE_NAMES`, then one for each of `RARITY_NAMES`.
        centres: What those are in a usual prompt, so that a reason is what sets this one apart.
        commonness: CRC-32 of a word in lower case: 0 for the commonest, 1 for the common.
        word_weights: CRC-32 of a word in lower case: what its presence adds.
        calibration: Slope and offset of the logistic curve from the linear score to the probability.
        quality_curve: Pairs (quality, score) by rising quality: strong from this score on keeps that quality.
    """

    version: str
    weights: tuple[float, ...]
    centres: tuple[float, ...]
    commonness: Mapping[int, int]
    word_weights: Mapping[int, float]
    calibration: tuple[float, float]
    quality_curve: tuple[tuple[float, float], ...]


class Scorer:
    """Judges prompts by a table."""

    def __init__(self, table: RouterTable) -> None:
        if not len(table.weights) == len(table.centres) == len(FEATURE_NAMES) + len(RARITY_NAMES):
            raise ValueError("the router's table was made for other features")
        self._table = table
        self._names = FEATURE_NAMES + RARITY_NAMES

    @property
    def version(self) -> str:
        """Names the training that the scores come from."""
        return self._table.version

    def judge(self, prompt: str) -> Difficulty:
        """How likely the prompt needs the strong tier. Costs well under a millisecond, whatever the length."""
        table = self._table
        dense, words = read(prompt)
        codes = {word: crc32(word.encode()) for word in dict.fromkeys(words) if len(word) > 2}
        values = (*dense, *rarity(list(codes.values()), table.commonness))
        # What sets this prompt apart from a usual one, feature by feature; then its own words.
        parts = list(map(mul, table.weights, map(sub, values, table.centres)))
        weight_of = table.word_weights.get
        spoken = [(weight, word) for word, code in codes.items() if (weight := weight_of(code)) is not None]
        # Root, not mean or sum: a long prompt has more of them, and most tell the same once more.
        share = max(1, len(spoken)) ** -0.5
        parts += [weight * share for weight, _ in spoken]
        strongest = _largest(list(map(abs, parts)))
        slope, offset = table.calibration
        score = 1.0 / (1.0 + exp(-max(-30.0, min(30.0, slope * sum(parts) + offset))))
        terms = tuple(
            Term(self._name(place, parts[place], spoken), parts[place]) for place in strongest if parts[place]
        )
        return Difficulty(score, terms, dense)

    def _name(self, place: int, part: float, spoken: list[tuple[float, str]]) -> str:
        if place >= len(self._names):
            return f"the word “{visible_line(spoken[place - len(self._names)][1], _SHOWN_WORD_CHARS)}”"
        name = self._names[place]
        is_lacking = part * self._table.weights[place] < 0
        return lacking(name) if is_lacking else name

    def threshold(self, quality: float) -> float:
        """The score from which the strong tier answers so that about `quality` of its quality is kept.

        See `threshold_on` and `RouterTable.quality_curve`.
        """
        return threshold_on(self._table.quality_curve, quality)


def lacking(name: str) -> str:
    """What to call a feature of which a prompt has less than usual."""
    return _OPPOSITES.get(name) or (f"does not ask{name[4:]}" if name.startswith("asks") else f"not {name}")


def _largest(sizes: list[float]) -> list[int]:
    """The places of the largest, largest first; ten times as fast as a heap with a key."""
    places = []
    for _ in range(_N_TERMS):
        place = sizes.index(max(sizes))
        places.append(place)
        sizes[place] = -1.0
    return places


def threshold_on(curve: Sequence[tuple[float, float]], quality: float) -> float:
    """The score from which the strong tier answers so that about `quality` of its quality is kept.

    Args:
        curve: Pairs (quality, score) by rising quality and falling score.
        quality: Share of the strong tier's quality, 1.0 for all of it.

    Returns:
        0 to 1, never rising with `quality`; 0 (always strong) from 1.0 on.
    """
    if quality >= 1.0 or not curve:
        return 0.0
    place = bisect_left(curve, (quality, 0.0))
    if place == 0:
        return curve[0][1]
    before, after = curve[place - 1], curve[place] if place < len(curve) else (1.0, 0.0)
    share = (quality - before[0]) / (after[0] - before[0])
    return before[1] + share * (after[1] - before[1])


def rarity(codes: list[int], commonness: Mapping[int, int]) -> tuple[float, float]:
    """How rare the different words of a prompt are, by their CRC-32: two numbers within [0, 3]."""
    classes = [commonness.get(code, _UNLISTED) for code in codes]
    few = len(classes) + 5
    rare = sum(1 for word_class in classes if word_class >= 1)
    very_rare = sum(1 for word_class in classes if word_class >= _UNLISTED)
    return min(3.0, 6.0 * rare / few), min(3.0, 10.0 * very_rare / few)
