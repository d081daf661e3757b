"""The arithmetic of training: ridge within sources, a logistic calibration, and the curve of quality by threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.routing.data import Columns, Floats, Mask
from bench.routing.measures import macro_outcome, members

# Quality is read off at these shares; below, next to everything goes to the cheap tier anyhow.
_QUALITIES = tuple(round(0.5 + 0.01 * step, 2) for step in range(51))
_N_THRESHOLDS = 400
_NEWTON_STEPS = 30


def centred_ridge(design: Floats, rows: Columns, mask: Mask, penalty: float, *, scale: bool) -> Floats:
    """Weights that predict the gain from the design's columns, within sources only.

    Columns and gain are centred in each source, since its pair of models says nothing of the prompt. Sources count
    by `_SOURCE_WEIGHTS`, tasks within them by the root of their size.

    Args:
        design: One row a prompt.
        rows: The same prompts.
        mask: Those to learn from.
        penalty: Of the squared weights, on columns of unit variance if `scale`.
        scale: Whether to bring the columns to unit variance first.
    """
    x = design[mask].copy()
    y = rows.gain[mask].copy()
    within = rows.task_weights()[mask]
    source = rows.source[mask]
    weight = np.zeros(len(y))
    for name in sorted(set(source.tolist())):
        part = source == name
        share = within[part] / within[part].sum()
        x[part] -= share @ x[part]
        y[part] -= share @ y[part]
        # A mix of many tasks tells more of what travels than one exam does: the root of the number of its tasks.
        weight[part] = share * np.sqrt(len(set(rows.task[mask][part].tolist())) if _is_mixed(name) else 1)
    weight /= weight.sum()
    spread = np.sqrt(weight @ x**2) + 0.1 if scale else np.ones(x.shape[1])
    x = x / spread
    solved = np.linalg.solve((x.T * weight) @ x + penalty * np.eye(x.shape[1]), x.T @ (weight * y))
    return np.asarray(solved / spread)


def _is_mixed(source: str) -> bool:
    return source.endswith(" mix")


def standard(values: Floats, over: Mask) -> Floats:
    """Values in units of their deviation over the marked rows, from their mean there."""
    part = values[over]
    return np.asarray((values - part.mean()) / max(1e-9, float(part.std())))


def logistic(raw: Floats, needed: Floats, weight: Floats) -> tuple[float, float]:
    """Slope and offset of the curve from a linear score to the probability that strong is needed (Platt).

    The slope is kept over zero, so that the ranking stays as it is.
    """
    x = np.stack([raw, np.ones_like(raw)], axis=1)
    share = weight / weight.sum()
    now = np.array([0.5, -1.0])
    for _ in range(_NEWTON_STEPS):
        p = 1 / (1 + np.exp(-(x @ now)))
        slope = x.T @ (share * (p - needed)) + 1e-6 * now
        now = now - np.linalg.solve((x.T * (share * p * (1 - p))) @ x + 1e-6 * np.eye(2), slope)
    return max(0.05, float(now[0])), float(now[1])


def quality_curve(scores: Floats, rows: Columns, escalated: float) -> tuple[tuple[float, float], ...]:
    """Pairs (quality, score): the highest threshold that still keeps the quality, as the mean over sources.

    Args:
        scores: Out-of-fold probabilities.
        rows: The same prompts.
        escalated: Share of the bad cheap answers that are asked again.
    """
    groups = members(rows.source, rows.sources())
    thresholds = np.unique(np.quantile(scores, np.linspace(0, 1, _N_THRESHOLDS)))
    kept = np.array(
        [macro_outcome(scores, float(one), rows.weak, rows.strong, groups, escalated).quality for one in thresholds]
    )
    curve: list[tuple[float, float]] = []
    for quality in _QUALITIES[:-1]:
        good = np.flatnonzero(kept >= quality)
        # Rounded down, so that the prompts at the threshold stay above it.
        curve.append((quality, float(np.floor(thresholds[good[-1]] * 1e5) / 1e5) if len(good) else 0.0))
    # Below the quality of all-cheap every threshold will do; the curve ends where the last prompt goes to cheap.
    return _falling([*curve, (1.0, 0.0)])


def _falling(curve: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    lowest = 1.0
    out: list[tuple[float, float]] = []
    for quality, score in curve:
        lowest = min(lowest, score)
        out.append((quality, lowest))
    return tuple(out)
