"""Money, figures and sums as plain values, for JSON and for tables: strings of dollars beside whole nano-dollars."""

from __future__ import annotations

from typing import Any

from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.usage import Sum


def money_json(name: str, amount: Usd | None) -> dict[str, Any]:
    """Dollars as a string, "0.001230000", beside whole nano-dollars; both null where there is no amount."""
    if amount is None:
        return {name: None, f"{name}_nano": None}
    return {name: amount.dollars, f"{name}_nano": amount.nano}


def figure_json(name: str, figure: Figure) -> dict[str, Any]:
    """The same with the figure's mark; an unknown figure is null, never zero."""
    known = None if figure.accuracy is Accuracy.UNKNOWN else figure.amount
    return {**money_json(name, known), "accuracy": figure.accuracy.value}


def sum_json(part: Sum) -> dict[str, Any]:
    """What a group of answers adds up to."""
    return {
        "n_answers": part.n_answers,
        "n_input": part.n_input,
        "n_output": part.n_output,
        **figure_json("cost", part.cost),
        **money_json("held", part.held),
        **money_json("saved_by_cache", part.saved),
        "n_overruns": part.n_overruns,
        **money_json("variance", part.variance),
        "n_held": part.n_held,
        "n_corrected": part.n_corrected,
        "n_cut_off": part.n_cut_off,
        **money_json("exact", part.exact),
        **money_json("computed", part.computed),
        **money_json("estimated", part.estimated),
        **money_json("dearest", part.dearest),
    }
