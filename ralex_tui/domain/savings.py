"""What Auto's picks saved: the same tokens on Smart and on Yolo alone, at the prices of the day.

It is an estimate: another model would have counted other tokens, and written another answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import ZERO, Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import Savings
from ralex_tui.domain.usage import Row, total

_MARKS = tuple(Accuracy)
_N_RANKS = 3
_NONE: Row = (0,) * 16

# Where a pick is counted: by which of the two tiers had a price when it was made.
_BOTH, _SMART_ONLY, _YOLO_ONLY = range(3)


def picks_row(entries: Iterable[Entry]) -> Row:
    """Auto's picks as whole numbers that can be added up: see `add_picks`, `savings_of`.

    How many; then how many are counted, what they cost, what they would have cost on Smart and on Yolo, first for
    those for which both tiers had a price, then for those with Smart's only, then with Yolo's only; then the
    ranks of the three marks.
    """
    return add_picks([_row(entry) for entry in entries if entry.reservation.is_auto and not entry.is_open])


def add_picks(rows: Sequence[Row]) -> Row:
    """The sum of such rows."""
    return total(rows, _N_RANKS) or _NONE


def savings_of(row: Row) -> Savings:
    """What such a row says.

    Counted are the picks for which Smart's price is known; only where it is for none, those with Yolo's. `yolo` is
    None where one of those that are counted has no Yolo price.
    """
    n_picked, ranks = row[0], row[-_N_RANKS:]
    groups = [row[1 + 4 * number : 5 + 4 * number] for number in range(3)]
    has_smart = bool(groups[_BOTH][0] or groups[_SMART_ONLY][0])
    counted = (_BOTH, _SMART_ONLY) if has_smart or not groups[_YOLO_ONLY][0] else (_YOLO_ONLY,)
    n_counted, cost, smart, yolo = (sum(groups[number][field] for number in counted) for field in range(4))
    has_yolo = bool(n_counted) and not (has_smart and groups[_SMART_ONLY][0])
    mark = _MARKS[max(ranks[number] for number in counted)]
    return Savings(
        n_picked=n_picked,
        n_counted=n_counted,
        cost=Figure(Usd(cost), mark),
        smart=Usd(smart) if has_smart else None,
        yolo=Usd(yolo) if has_yolo else None,
    )


def _row(entry: Entry) -> Row:
    smart, yolo = _price(entry, Tier.SMART), _price(entry, Tier.YOLO)
    if (smart is None and yolo is None) or (entry.usage is None and not _is_wasted(entry)):
        return (1, *_NONE[1:])
    group = _YOLO_ONLY if smart is None else _SMART_ONLY if yolo is None else _BOTH
    cost = entry.cost
    row = [1, *_NONE[1:]]
    row[1 + 4 * group : 5 + 4 * group] = [1, cost.amount.nano, _there(entry, smart).nano, _there(entry, yolo).nano]
    row[group - _N_RANKS] = cost.accuracy.rank if cost.amount else 0
    return row


def _price(entry: Entry, tier: Tier) -> Price | None:
    found = entry.tariff.tiers.get(tier) if entry.tariff is not None else None
    return found[1] if found is not None else None


def _there(entry: Entry, price: Price | None) -> Usd:
    """What the entry would have cost at another tier's price."""
    # An answer that was asked for again a tier up is paid twice, and would not have been on that tier alone.
    if price is None or entry.usage is None or _is_wasted(entry) or entry.was(Opinion.ESCALATED):
        return ZERO
    return price.cost(entry.usage)


def _is_wasted(entry: Entry) -> bool:
    """Whether it failed before anything came, so that it would have been asked for again anyhow."""
    failed = entry.settlement is not None and entry.settlement.outcome is Outcome.FAILED
    return failed and (entry.usage is None or not entry.usage.output)
