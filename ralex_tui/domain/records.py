"""How each model did: first word, speed, failures, thumbs, in numbers that can be added up without losing any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import ModelRecord
from ralex_tui.domain.usage import Row

TIMEOUT = "AnswerTimeout"
"""The error of a request that was given up since nothing came in time; see `domain.errors`."""

_MARKS = tuple(Accuracy)
_UNITS = 1_000_000


def record_row(entry: Entry) -> Row:
    """One ended request: 1, then 1 for done, failed, timed out, stopped, its cost, 1 for again, up, down; the rank.

    Nothing for one that is still on its way.
    """
    settled, cost, thumb = entry.settlement, entry.cost, entry.thumb
    if settled is None:
        return ()
    is_failed = settled.outcome is Outcome.FAILED
    return (
        1,
        int(settled.outcome is Outcome.DONE),
        int(is_failed),
        int(is_failed and settled.error == TIMEOUT),
        int(settled.outcome is Outcome.STOPPED),
        cost.amount.nano,
        int(entry.was(Opinion.AGAIN) or entry.was(Opinion.ESCALATED)),
        int(thumb is Opinion.UP),
        int(thumb is Opinion.DOWN),
        cost.accuracy.rank if cost.amount else 0,
    )


def first_token_us(entry: Entry) -> int | None:
    """Microseconds to the first word, of an answer or of its thinking; None where none came."""
    settled = entry.settlement
    if settled is None or settled.first_token_s is None:
        return None
    return round(settled.first_token_s * _UNITS)


def speed_micro(entry: Entry) -> int | None:
    """Millionths of tokens a second after the first word; None where the answer was not whole or its tokens unknown."""
    settled, usage = entry.settlement, entry.usage
    if settled is None or settled.outcome is not Outcome.DONE or usage is None or not usage.output:
        return None
    if settled.first_token_s is None or settled.duration_s is None or settled.duration_s <= settled.first_token_s:
        return None
    return round(usage.output * _UNITS / (settled.duration_s - settled.first_token_s))


def records_of(
    rows: Mapping[str, Row], first: Mapping[str, Sequence[int]], speeds: Mapping[str, Sequence[int]]
) -> Mapping[str, ModelRecord]:
    """The models' records, dearest first; `first` and `speeds` hold every single value, in ascending order."""
    order = sorted(rows, key=lambda model: (-rows[model][5], model))
    return {model: _record(model, rows[model], first.get(model, ()), speeds.get(model, ())) for model in order}


def percentiles(ordered: Sequence[int]) -> tuple[float, float] | None:
    """The nearest-rank p50 and p95 of values in ascending order: values that occurred, nothing between two."""
    if not ordered:
        return None
    return ordered[_rank(50, len(ordered))] / _UNITS, ordered[_rank(95, len(ordered))] / _UNITS


def merged(groups: Iterable[Sequence[int]]) -> Sequence[int]:
    """Ordered values as one ordered sequence."""
    groups = list(groups)
    # Sorting runs that are in order already takes one pass.
    return groups[0] if len(groups) == 1 else sorted(value for group in groups for value in group)


def _rank(percent: int, count: int) -> int:
    """The index of the nearest rank: the least value that at least `percent` of all do not exceed."""
    return -(-percent * count // 100) - 1


def _record(model: str, row: Row, first: Sequence[int], speeds: Sequence[int]) -> ModelRecord:
    n, n_done, n_failed, n_timeouts, n_stopped, cost, n_again, n_up, n_down, rank = row
    figure = Figure(Usd(cost), _MARKS[rank])
    times = percentiles(first), percentiles(speeds)
    return ModelRecord(model, n, n_done, n_failed, n_timeouts, n_stopped, figure, *times, n_again, n_up, n_down)
