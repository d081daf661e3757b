"""How good a ranking of prompts is: APGR, its intervals, calibration, and what a threshold costs and keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.routing.data import Floats, Mask, Strings

# A weak answer's price as a share of a strong one's, where the data don't say: about that of 2024's pairs.
PRICE_RATIO = 0.1
_SEED = 20_260_101


def ranks(scores: Floats) -> Floats:
    """The share of prompts under each, 0 to 1; equal scores share their middle."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - count / 2
    return np.asarray(middle[place] / len(scores), dtype=np.float64)


def apgr(scores: Floats, gain: Floats) -> float:
    """The share of the quality gap recovered, averaged over all shares of strong calls, highest scores first.

    A prompt with rank r (share of prompts under it) is answered by the strong model in a share r of all cut-offs,
    so the average is the gain weighted by rank. 0.5 is chance; nan where there is no gap.
    """
    gap = float(gain.sum())
    return float(gain @ ranks(scores)) / gap if gap else float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def macro(scores: Floats, gain: Floats, groups: Sequence[Mask]) -> float:
    """The mean APGR over groups."""
    return float(np.mean([apgr(scores[group], gain[group]) for group in groups]))


def bootstrap(measure: Callable[[list[np.ndarray]], float], groups: Sequence[Mask], n: int = 1_000) -> Interval:
    """A measure over rows, with the interval that resampling prompts within each group gives.

    Args:
        measure: Takes row numbers, one array a group.
        groups: The rows of each group.
        n: How often to resample.
    """
    places = [np.flatnonzero(group) for group in groups]
    random = np.random.default_rng(_SEED)
    seen = [measure([random.choice(place, len(place)) for place in places]) for _ in range(n)]
    low, high = np.percentile(seen, [2.5, 97.5])
    return Interval(measure(places), float(low), float(high))


def macro_interval(scores: Floats, gain: Floats, groups: Sequence[Mask]) -> Interval:
    """The mean APGR over groups, with its interval."""
    return bootstrap(lambda drawn: float(np.mean([apgr(scores[place], gain[place]) for place in drawn])), groups)


def paired_gain(scores: Floats, others: Floats, gain: Floats, groups: Sequence[Mask]) -> Interval:
    """How much better one ranking is than another on the same prompts: the difference of the macro APGR."""
    return bootstrap(
        lambda drawn: float(
            np.mean([apgr(scores[place], gain[place]) - apgr(others[place], gain[place]) for place in drawn])
        ),
        groups,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a threshold does to a source, each as a share of all-strong except `strong_share`, that of calls."""

    strong_share: float
    cost: float
    quality: float


def outcome(
    is_strong: Mask, weak: Floats, strong: Floats, *, escalated: float = 0.0, costs: tuple[Floats, Floats] | None = None
) -> Outcome:
    """Cost and quality where the marked prompts go to the strong model.

    Args:
        is_strong: Whether the strong model answers.
        weak: Score of the weak answers.
        strong: Score of the strong answers.
        escalated: Share of the bad cheap answers that are asked again of the strong model; both calls are paid. A
            cheap answer is bad where the strong one would have been better by half a point or more.
        costs: Cost of each weak and each strong call; without it, `PRICE_RATIO` to 1.
    """
    weak_cost, strong_cost = costs if costs else (np.full(len(weak), PRICE_RATIO), np.ones(len(weak)))
    again = np.where(~is_strong & (strong - weak >= 0.5), escalated, 0.0)
    quality = np.where(is_strong, strong, weak + again * (strong - weak))
    cost = np.where(is_strong, strong_cost, weak_cost + again * strong_cost)
    return Outcome(
        strong_share=float(is_strong.mean()),
        cost=float(cost.sum() / strong_cost.sum()),
        quality=float(quality.sum() / max(1e-9, strong.sum())),
    )


def macro_outcome(
    scores: Floats, threshold: float, weak: Floats, strong: Floats, groups: Sequence[Mask], escalated: float = 0.0
) -> Outcome:
    """The mean of `outcome` over groups at one threshold."""
    each = [outcome(scores[m] >= threshold, weak[m], strong[m], escalated=escalated) for m in groups]
    return Outcome(
        strong_share=float(np.mean([one.strong_share for one in each])),
        cost=float(np.mean([one.cost for one in each])),
        quality=float(np.mean([one.quality for one in each])),
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: how many prompts, the score they got, and how often strong was needed."""

    n: int
    score: float
    needed: float


def reliability(scores: Floats, needed: Floats, weight: Floats, n_bins: int = 10) -> list[Bin]:
    """Bins of equal number by rising score, each with its weighted means."""
    order = np.argsort(scores, kind="stable")
    return [
        Bin(
            len(part),
            float(np.average(scores[part], weights=weight[part])),
            float(np.average(needed[part], weights=weight[part])),
        )
        for part in np.array_split(order, n_bins)
        if len(part)
    ]


def members(labels: Strings, names: Sequence[str]) -> list[Mask]:
    """Which rows have each of the names."""
    return [np.asarray(labels == name) for name in names]
