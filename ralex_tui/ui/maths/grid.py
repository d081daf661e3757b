"""Formulas of several rows: matrices, cases, lines that stand below each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len

from ralex_tui.ui.maths.signs import BRACKETS

_BETWEEN = "  "


class Grid(NamedTuple):
    """Rows of one width."""

    rows: tuple[str, ...]


def columns(cells: Sequence[Sequence[str]], align: Literal["left", "center", "signs"]) -> Grid:
    """Cells in columns; "signs" are lines of a formula that are split where they align, as in `a & = b`."""
    n_columns = max((len(row) for row in cells), default=0)
    widths = [max((cell_len(row[n].strip()) for row in cells if n < len(row)), default=0) for n in range(n_columns)]
    rows: list[str] = []
    for row in cells:
        parts: list[str] = []
        for n, width in enumerate(widths):
            cell = row[n].strip() if n < len(row) else ""
            free = width - cell_len(cell)
            is_left_of_sign = align == "signs" and n % 2 == 0 and n + 1 < n_columns
            before = free // 2 if align == "center" else free if is_left_of_sign else 0
            parts.append(" " * before + cell + " " * (free - before))
        rows.append((" " if align == "signs" else _BETWEEN).join(parts))
    return Grid(tuple(rows) or ("",))


def bracketed(grid: Grid, before: str, after: str) -> Grid:
    """The rows between brackets as tall as they are."""
    n = len(grid.rows)
    left, right = _tall(before, n), _tall(after, n)
    return Grid(
        tuple(
            f"{left[k]}{' ' if before else ''}{row}{' ' if after else ''}{right[k]}" for k, row in enumerate(grid.rows)
        )
    )


def _tall(bracket: str, n: int) -> list[str]:
    if n <= 1 or not bracket:
        return [bracket] * max(1, n)
    above, between, middle, below = tuple(BRACKETS.get(bracket, bracket[0] * 4))
    rows = [above, *[between] * (n - 2), below]
    if n > 2:
        rows[n // 2] = middle
    return rows


def one_line(parts: Sequence[str | Grid]) -> str:
    """Strings and grids on a single line."""
    return "".join(part if isinstance(part, str) else "; ".join(row.strip() for row in part.rows) for part in parts)


def beside(parts: Sequence[str | Grid]) -> list[str]:
    """Strings and grids side by side, their middles on one row."""
    grids = [part if isinstance(part, Grid) else Grid((part,)) for part in parts if isinstance(part, Grid) or part]
    if not grids:
        return [""]
    middle = max((len(grid.rows) - 1) // 2 for grid in grids)
    below = max(len(grid.rows) - 1 - (len(grid.rows) - 1) // 2 for grid in grids)
    lines = [""] * (middle + below + 1)
    for k, grid in enumerate(grids):
        width = max(cell_len(row) for row in grid.rows)
        first = middle - (len(grid.rows) - 1) // 2
        gap = " " if k and lines[middle][-1:] not in ("", " ") and grid.rows[0][:1] != " " else ""
        for n in range(len(lines)):
            row = grid.rows[n - first] if 0 <= n - first < len(grid.rows) else ""
            lines[n] += gap + row + " " * (width - cell_len(row))
    return lines
