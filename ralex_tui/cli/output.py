"""How the command line writes: JSON in stable shapes, tables in plain columns, money with its mark."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.services.plain import figure_json, money_json, sum_json

__all__ = [
    "figure_json",
    "money_json",
    "note",
    "price_json",
    "show_figure",
    "show_rate",
    "sum_json",
    "table",
    "write_json",
]


def write_json(content: Mapping[str, Any]) -> None:
    """One object on a line of its own, at once.

    ASCII only: what a model wrote is kept to the letter and yet can't reach the terminal raw.
    """
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A line for people, beside the output proper."""
    print(text, file=sys.stderr, flush=True)


def price_json(price: Price | None) -> dict[str, Any] | None:
    """A price in dollars for a million tokens."""
    if price is None:
        return None
    long_context = None
    if price.long_context is not None:
        long_context = {"over": price.long_context_over, **_rates_json(price.long_context)}
    return {
        **_rates_json(price.rates),
        **money_json("request", price.request_fee),
        "long_context": long_context,
        "date": price.dated.isoformat() if price.dated else None,
        "source": price.source,
    }


def show_figure(figure: Figure) -> str:
    """A figure for people, its mark in a word: "$0.0012 estimated"."""
    if figure.accuracy is Accuracy.UNKNOWN:
        return "unknown"
    return f"{figure.amount} {figure.accuracy.value}"


def show_rate(amount: Usd | None) -> str:
    """Dollars for a million tokens with two decimals or as many as it has: 0.10, 0.125; empty for none."""
    if amount is None:
        return ""
    whole, _, decimals = amount.dollars.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Rows as columns two spaces apart, the columns in `right` aligned to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _rates_json(rates: Rates) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name in ("input", "output", "cache_read", "cache_write", "reasoning"):
        content |= money_json(name, getattr(rates, name))
    return content
