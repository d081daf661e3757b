"""Ridge regression for some dozen features, by Cholesky, in plain Python: some milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from operator import mul


def ridge(
    rows: Sequence[Sequence[float]], targets: Sequence[float], weights: Sequence[float], penalty: float
) -> tuple[float, ...]:
    """The coefficients that minimise `sum(weight * (target - row . coefficients)^2) + penalty * |coefficients|^2`.

    Args:
        rows: All of the same length; at least one.
        penalty: Over zero, so that there always is one solution.
    """
    size = len(rows[0])
    matrix = [[0.0] * (n + 1) for n in range(size)]  # the lower half is all of it
    vector = [0.0] * size
    for row, target, weight in zip(rows, targets, weights, strict=True):
        # Most features of a prompt are zero; the others alone are multiplied.
        present = [(n, value) for n, value in enumerate(row) if value]
        for at, (n, value) in enumerate(present):
            heavy = weight * value
            vector[n] += heavy * target
            line = matrix[n]
            for m, other in present[: at + 1]:
                line[m] += heavy * other
    for n in range(size):
        matrix[n][n] += penalty
    return _solved(matrix, vector)


def _solved(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> tuple[float, ...]:
    """The solution of `matrix . x = vector`; `matrix` is the lower half of a symmetric, positive one."""
    lower: list[list[float]] = []
    for n, row in enumerate(matrix):
        line: list[float] = []
        for m in range(n):
            line.append((row[m] - sum(map(mul, line, lower[m]))) / lower[m][m])
        line.append(sqrt(row[n] - sum(map(mul, line, line))))
        lower.append(line)
    forward: list[float] = []
    for line, value in zip(lower, vector, strict=True):
        forward.append((value - sum(map(mul, line, forward))) / line[-1])
    found = [0.0] * len(forward)
    for n in reversed(range(len(forward))):
        below = sum(lower[m][n] * found[m] for m in range(n + 1, len(found)))
        found[n] = (forward[n] - below) / lower[n][n]
    return tuple(found)
