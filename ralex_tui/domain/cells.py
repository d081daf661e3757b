"""Which entries a cell of the review stands for, and which days can hold some."""

from __future__ import annotations

from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.review import Cell
from ralex_tui.domain.tally import Tally, key_of
from ralex_tui.domain.usage import Row


def fits(entry: Entry, cell: Cell) -> bool:
    """Whether an entry belongs to the cell, its bar aside."""
    made = entry.reservation
    return (
        (cell.tier is None or made.tier is cell.tier)
        and (cell.model is None or made.model == cell.model)
        and (cell.conversation is None or made.conversation == cell.conversation)
        and (cell.request_kind is None or made.request_kind == cell.request_kind)
    )


def bound(tally: Tally, cell: Cell) -> int | None:
    """What no entry of the cell on these days is dearer than, in nano-dollars; None where there is no entry of it."""
    rows = [
        row
        for name, row in tally.models.items()
        if (cell.tier is None or key_of(name)[0] is cell.tier) and (cell.model is None or key_of(name)[1] == cell.model)
    ]
    bounds = [max((row[-1] for row in rows), default=None)]
    if cell.conversation is not None:
        bounds.append(_dearest(tally.conversations.get(cell.conversation)))
    if cell.request_kind is not None:
        bounds.append(_dearest(tally.kinds.get(cell.request_kind)))
    known = [each for each in bounds if each is not None]
    return min(known) if len(known) == len(bounds) else None


def _dearest(row: Row | None) -> int | None:
    return None if row is None else row[-1]
