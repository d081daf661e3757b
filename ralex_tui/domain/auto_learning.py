"""What the user's opinions teach Auto: labels of numbers only, and a cautious change of the shipped score.

First the threshold moves, then weights over the prompt's features join in; each only while it has predicted the
user's last opinions better than the shipped score did. Deterministic, standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal, TypeAlias

from ralex_tui.domain.labels import Label
from ralex_tui.domain.least_squares import ridge
from ralex_tui.domain.models import Tier
from ralex_tui.domain.prompt_features import N_FEATURES
from ralex_tui.domain.remarks import Opinion

What: TypeAlias = Literal["shipped", "threshold", "residual"]

N_THRESHOLD = 30
"""Labels from which on the threshold may move."""

N_RESIDUAL = 60
"""Labels from which on features may count otherwise."""

N_JUDGED = 100
"""The newest labels by which the three ways are compared."""

N_KEPT = 500
"""The newest labels that are learned from: what the user wanted of older models says little of these."""

MOST_SHIFT = 1.0
"""How far the threshold may move, in log odds: a score of 0.5 becomes at most 0.73. Opinions come mostly from
those who are cross, so a flood of them must not make everything Smart."""

_MOST_RESIDUAL = 1.5  # log odds, for the same reason

# How much is known beforehand: a shift counts as if this much of the labels' information stood against it.
# One label brings at most 0.25.
_SHIFT_PRIOR = 5.0
_WEIGHT_PRIOR = 12.0

# Labels before a prediction counts, and labels after which what was learned is made anew when comparing.
_WARM = 10
_EVERY = 10
_NEWTON_STEPS = 6

# A way must be better by so many standard errors of its gain: chance has long runs.
_SURE = 1.64

_LEAST_SCORE = 0.001


@dataclass(frozen=True, slots=True)
class Learned:
    """What counts on top of the shipped score.

    Args:
        what: The way that has done best of late.
        why: A sentence without its full stop, for the user.
        shift: Log odds added to every score; over zero means Smart sooner.
        weights: Log odds for each feature; empty but for the residual. `centre` is what they come to for a usual
            prompt of the labels': only what sets a prompt apart from it counts, so that `shift` alone bounds the rest.
        losses: The mean log loss of each way over the labels it was judged by; empty with too few labels.
    """

    what: What = "shipped"
    why: str = "nothing was learned here yet"
    n_labels: int = 0
    shift: float = 0.0
    weights: tuple[float, ...] = ()
    centre: float = 0.0
    losses: tuple[tuple[What, float], ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether anything but the shipped score counts."""
        return self.what != "shipped"

    def adjust(self, score: float, features: Sequence[float]) -> float:
        """The score with what was learned, 0 to 1. Of two scores the higher one stays so where features don't count."""
        if not self.is_used:
            return score
        moved = self.shift
        if len(self.weights) == len(features):
            moved += _within(_told(self.weights, features) - self.centre, _MOST_RESIDUAL)
        return _probability(_log_odds(score) + moved)


def verdict_of(tier: Tier, opinions: Sequence[Opinion]) -> tuple[bool, Opinion] | None:
    """Whether the strong tier was needed, and by which opinion; None where the user's word does not tell.

    Args:
        tier: That gave the answer.
        opinions: On it, in the order in which they came; of those that say something the last one counts.
    """
    if tier is Tier.SMART:
        return None
    said: list[Opinion] = []
    for opinion in opinions:
        if opinion in (Opinion.UP, Opinion.DOWN, Opinion.NONE):
            # A new thumb takes the place of the old one, and a thumb taken back leaves what was before it.
            said = [each for each in said if each is Opinion.ESCALATED]
        if opinion in (Opinion.UP, Opinion.DOWN, Opinion.ESCALATED):
            said.append(opinion)
    return (said[-1] is not Opinion.UP, said[-1]) if said else None


def learn(labels: Sequence[Label]) -> Learned:
    """Make of the labels what they are good for; their order does not matter, their time does.

    Takes some 0.1 s for 500: not for the event loop.
    """
    newest = sorted(labels, key=lambda label: (label.at, label.id))[-N_KEPT:]
    n = len(labels)
    if n < N_THRESHOLD:
        return Learned(why=f"{_opinions(n)} so far; from {N_THRESHOLD} on they count", n_labels=n)
    ways = _predictions(newest, can_weigh=n >= N_RESIDUAL)
    judged = [label.is_needed for label in newest][-len(next(iter(ways.values()))) :]
    losses = {way: [_loss(p, is_needed) for p, is_needed in zip(ps, judged, strict=True)] for way, ps in ways.items()}
    best = _best(losses)
    means: tuple[tuple[What, float], ...] = tuple((way, sum(each) / len(each)) for way, each in losses.items())
    shift = _shift(newest) if best != "shipped" else 0.0
    weights, centre = _weights(newest, shift) if best == "residual" else ((), 0.0)
    return Learned(best, _why(best, dict(means), n, len(judged), shift), n, shift, weights, centre, means)


def _predictions(labels: Sequence[Label], *, can_weigh: bool) -> dict[What, list[float]]:
    """What each way would have said of the newest labels, each before it was known."""
    first = max(_WARM, len(labels) - N_JUDGED)
    ways: dict[What, list[float]] = {"shipped": [], "threshold": []}
    for start in range(first, len(labels), _EVERY):
        known = labels[:start]
        shift = _shift(known)
        learned = [Learned("shipped"), Learned("threshold", shift=shift)]
        if can_weigh:
            weights, centre = _weights(known, shift)
            learned.append(Learned("residual", shift=shift, weights=weights, centre=centre))
        for each in learned:
            said = [each.adjust(label.score, label.features) for label in labels[start : start + _EVERY]]
            ways.setdefault(each.what, []).extend(said)
    return ways


def _best(losses: Mapping[What, Sequence[float]]) -> What:
    """The way that is surely better than those before it; the shipped score where none is."""
    best: What = "shipped"
    for way in losses:
        gains = [old - new for old, new in zip(losses[best], losses[way], strict=True)]
        mean = sum(gains) / len(gains)
        spread = sqrt(sum((gain - mean) ** 2 for gain in gains) / max(1, len(gains) - 1))
        if mean > _SURE * spread / sqrt(len(gains)) and mean > 0:
            best = way
    return best


def _shift(labels: Sequence[Label]) -> float:
    """The log odds that, added to every score, fit the labels best, shrunk and bounded; Newton's method."""
    odds = [(_log_odds(label.score), label.is_needed) for label in labels]
    shift = 0.0
    for _ in range(_NEWTON_STEPS):
        chances = [_probability(known + shift) for known, _ in odds]
        slope = sum(is_needed - chance for (_, is_needed), chance in zip(odds, chances, strict=True))
        bend = sum(chance * (1 - chance) for chance in chances)
        shift = _within(shift + (slope - _SHIFT_PRIOR * shift) / (bend + _SHIFT_PRIOR), MOST_SHIFT)
    return shift


def _weights(labels: Sequence[Label], shift: float) -> tuple[tuple[float, ...], float]:
    """What the features tell of where the shifted score was wrong, and what that comes to for a usual prompt.

    One Newton step from that score, by ridge regression, over labels whose prompts were counted as they are now.
    """
    usable = [label for label in labels if len(label.features) == N_FEATURES]
    if not usable:
        return (), 0.0
    chances = [_probability(_log_odds(label.score) + shift) for label in usable]
    bends = [chance * (1 - chance) for chance in chances]
    misses = [(label.is_needed - chance) / bend for label, chance, bend in zip(usable, chances, bends, strict=True)]
    weights = ridge([label.features for label in usable], misses, bends, _WEIGHT_PRIOR)
    return weights, sum(_told(weights, label.features) for label in usable) / len(usable)


def _told(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum((weight * value for weight, value in zip(weights, features, strict=True)), 0.0)


def _why(best: What, means: Mapping[What, float], n: int, n_judged: int, shift: float) -> str:
    measured = f"over the last {n_judged} of {_opinions(n)}"
    shipped = f"{means['shipped']:.3f}"
    if best == "shipped":
        others = ", ".join(f"{way} {loss:.3f}" for way, loss in means.items() if way != "shipped")
        return f"nothing learned here was surely better than the shipped score {measured}: log loss {shipped}; {others}"
    moved = f"the threshold moved {'down' if shift > 0 else 'up'} by {abs(shift):.2f} in log odds"
    also = " and features weigh otherwise" if best == "residual" else ""
    return f"{moved}{also}: log loss {means[best]:.3f} in place of {shipped} {measured}"


def _opinions(n: int) -> str:
    return "1 opinion" if n == 1 else f"{n:,} opinions"


def _log_odds(score: float) -> float:
    score = max(_LEAST_SCORE, min(1 - _LEAST_SCORE, score))
    return log(score / (1 - score))


def _probability(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def _loss(chance: float, is_needed: bool) -> float:
    return -log(chance if is_needed else 1 - chance)


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))
