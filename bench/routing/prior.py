"""What we expect each feature to say before any data: set by thinking, then bent by our own ordered examples.

Leaving whole sources out shows that little of what fits one set of prompts travels to the next, so most of the
score is this. The thinking: in recorded comparisons of chat models the strong one wins on code, mathematics and
puzzles, on many demands at once and on specialised subjects; fluent prose, rewording, small talk and questions
for a fact are answered about as well by the weak one, or as badly by both. Length helps a little, up to a page.
"""

from __future__ import annotations

import numpy as np

from bench.routing.data import Floats
from ralex_tui.domain.prompt_features import FEATURE_NAMES

# Weights of what a request is as a whole; each kind runs from 0 to 1.
_KINDS = {
    "mathematics": 0.7,
    "a sum to work out": 0.8,
    "a program to write or mend": 0.9,
    "a fact that is known or not": -0.9,
    "an everyday question": -0.3,
    "a puzzle to reason through": 0.4,
    "prose to write": -0.3,
    "text to rework": -0.4,
    "small talk as a whole": -0.6,
    "many demands at once": 0.4,
    # In hard mathematics the longer problem is as often beyond both models: length is taken back.
    "long mathematics": -0.3,
    "a long program": -0.1,
    "science with numbers": 0.3,
}

# Weights of single signs, which order the prompts of one kind.
_SIGNS = {
    "long": 0.15,
    "very short": -0.1,
    "long sentences": 0.08,
    "several questions": 0.08,
    "long words": 0.15,
    "learned endings": 0.08,
    "names of people and places": -0.15,
    "no capital letters": -0.12,
    "many numbers": 0.1,
    "large or fractional numbers": 0.05,
    "formulas": 0.05,
    "code in it": 0.05,
    # Even a short wish for a program is where weak models slip more than elsewhere.
    "asks to write a program": 0.3,
    "an error message": 0.15,
    "a length that is asked for": 0.05,
    "a gap to fill in": -0.1,
    # Weak models lose more outside English.
    "not English": 0.15,
    "asks for a proof": 0.2,
    "asks why or how": 0.1,
    "asks for an analysis": 0.12,
    "asks for a comparison": 0.1,
    "asks for a design": 0.1,
    "asks for the best or least": 0.2,
    "the largest or smallest": 0.1,
    "something to debug": 0.1,
    "deep engineering": 0.3,
    "edge cases named": 0.1,
    "structures of data": 0.1,
    "reckoning": 0.1,
    "higher mathematics": 0.05,
    "chance and counting": 0.15,
    "demands that must hold": 0.1,
    "something to reword": -0.1,
    "ideas or tips wanted": -0.1,
    "small talk": -0.12,
    "a fact to look up": -0.15,
    "a puzzle of places": 0.05,
    "not or except": 0.05,
    "if and suppose": 0.08,
    "each and all": 0.05,
    "steps in order": 0.05,
    "law": 0.12,
    "medicine": 0.05,
    "engineering and physics": 0.12,
    "chemistry": 0.05,
    "money and trade": 0.05,
}
RARITY_PRIOR = (0.3, 0.2)

# How stiff the weights are against the examples: softer fits the half that was looked at, and hardly the other.
_STIFFNESS = 1.0
# Pairs that length orders wrongly count more: the others are easily right.
_FAIR_WEIGHT = 4.0
_NEWTON_STEPS = 40


def thought() -> Floats:
    """The weights as thought, one for each of `FEATURE_NAMES`."""
    said = _KINDS | _SIGNS
    unknown = set(said) - set(FEATURE_NAMES)
    if unknown:
        raise KeyError(f"no such features: {sorted(unknown)}")
    return np.array([said.get(name, 0.0) for name in FEATURE_NAMES], dtype=np.float64)


def pair_weights(pairs: list[tuple[str, str]]) -> Floats:
    """What each pair (lesser, harder) counts, 1 in all."""
    weight = np.array([_FAIR_WEIGHT if len(one) * 1.25 > len(other) else 1.0 for one, other in pairs])
    return np.asarray(weight / weight.sum())


def bent(start: Floats, steps: Floats, offset: Floats, weight: Floats, spread: Floats) -> Floats:
    """Weights near `start` that order pairs of examples better: logistic, by Newton's method.

    Args:
        start: Weights of the features.
        steps: One row a pair: the harder prompt's features less the lesser one's.
        offset: What the rest of the score (rarity, words) adds to each pair.
        weight: What each pair counts.
        spread: How much each feature varies in real prompts; it sets what a small change is.
    """
    steps = steps / spread
    origin = start * spread
    now = origin.copy()
    for _ in range(_NEWTON_STEPS):
        wrong = 1 / (1 + np.exp(np.clip(steps @ now + offset, -50, 50)))
        slope = -(steps.T @ (wrong * weight)) + _STIFFNESS * (now - origin)
        curve = (steps.T * (wrong * (1 - wrong) * weight)) @ steps + _STIFFNESS * np.eye(len(now))
        now = now - np.linalg.solve(curve, slope)
    return np.asarray(now / spread)
