"""What a day came to, added up in every way that the review asks for, so that no book need be read for a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ralex_tui.domain.budget import Scope
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.records import first_token_us, merged, record_row, records_of, speed_micro
from ralex_tui.domain.review import ModelRecord, Savings
from ralex_tui.domain.savings import add_picks, picks_row, savings_of
from ralex_tui.domain.usage import DaySums, Row, Sum, in_order, row_of, total

_N_GREATEST_OF_RECORDS = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tally:
    """The entries of some days, as rows of whole numbers that can be added up and kept. Nothing in it is changed.

    Args:
        models: By tier and model, as "cheap openrouter/some-model"; see `domain.usage.row_of`.
        conversations, kinds: The same by conversation, and by kind of request.
        picks: What Auto picked; see `domain.savings`.
        records: How each model did, by its id; `first` and `speeds`: every value, in order. See `domain.records`.
        limit: The day's limit as it was recorded, in nano-dollars; None where it was not, and for several days.
        granted, granted_month: What the user allowed beyond the day's and the month's limit.
    """

    models: Mapping[str, Row]
    conversations: Mapping[str, Row]
    kinds: Mapping[str, Row]
    picks: Row
    records: Mapping[str, Row]
    first: Mapping[str, Sequence[int]]
    speeds: Mapping[str, Sequence[int]]
    limit: int | None = None
    granted: int = 0
    granted_month: int = 0

    @staticmethod
    def of(book: DayBook) -> Tally:
        """A day's."""
        limit = book.limit.nano if book.limit is not None else None
        granted = [book.granted(scope).nano for scope in (Scope.DAY, Scope.MONTH)]
        return Tally.of_entries(book.entries.values(), limit, *granted)

    @staticmethod
    def of_entries(
        entries: Iterable[Entry], limit: int | None = None, granted: int = 0, granted_month: int = 0
    ) -> Tally:
        """That of any entries."""
        entries = list(entries)
        rows: tuple[dict[str, list[Row]], ...] = ({}, {}, {})
        records: dict[str, list[Row]] = {}
        values: tuple[dict[str, list[int]], ...] = ({}, {})
        for entry in entries:
            row, asked = row_of(entry), entry.reservation
            names = name_of(entry), asked.conversation, asked.request_kind
            for groups, name in zip(rows, names, strict=True):
                groups.setdefault(name, []).append(row)
            if record := record_row(entry):
                records.setdefault(asked.model, []).append(record)
            for found, value in zip(values, (first_token_us(entry), speed_micro(entry)), strict=True):
                if value is not None:
                    found.setdefault(asked.model, []).append(value)
        models, conversations, kinds = map(_totals, rows)
        done = _totals(records, _N_GREATEST_OF_RECORDS)
        first, speeds = ({model: sorted(each) for model, each in found.items()} for found in values)
        others = limit, granted, granted_month
        return Tally(models, conversations, kinds, picks_row(entries), done, first, speeds, *others)

    @staticmethod
    def total(tallies: Sequence[Tally]) -> Tally:
        """That of all these days together."""
        if len(tallies) == 1:
            return tallies[0]
        return Tally(
            models=models_of(tallies),
            conversations=_totals(_gathered(each.conversations for each in tallies)),
            kinds=_totals(_gathered(each.kinds for each in tallies)),
            picks=add_picks([each.picks for each in tallies]),
            records=_totals(_gathered(each.records for each in tallies), _N_GREATEST_OF_RECORDS),
            first={name: merged(each) for name, each in _gathered(each.first for each in tallies).items()},
            speeds={name: merged(each) for name, each in _gathered(each.speeds for each in tallies).items()},
            granted=sum(each.granted for each in tallies),
            granted_month=sum(each.granted_month for each in tallies),
        )

    @property
    def sum(self) -> Sum:
        """All of it."""
        return sum_of(self.models)

    def by_model(self) -> DaySums:
        return model_sums(self.models)

    def by_tier(self) -> Mapping[Tier, Sum]:
        """A sum for every tier, those without entries included, in the order of `Tier`."""
        return tier_sums(self.models)

    def by_conversation(self) -> Mapping[str, Sum]:
        """Dearest first."""
        return _Sums(self.conversations)

    def by_kind(self) -> Mapping[str, Sum]:
        """Dearest first; "" for entries of which none is recorded."""
        return _Sums(self.kinds)

    def savings(self) -> Savings:
        return savings_of(self.picks)

    def model_records(self) -> Mapping[str, ModelRecord]:
        """Dearest first."""
        return records_of(self.records, self.first, self.speeds)

    def limit_or(self, daily: Usd, *, is_over: bool) -> Usd:
        """The day's limit with what was allowed beyond: as recorded, where that is known and the day is over."""
        return Usd((daily.nano if self.limit is None or not is_over else self.limit) + self.granted)


def name_of(entry: Entry) -> str:
    """The key of an entry in `Tally.models`."""
    return f"{entry.reservation.tier.value} {entry.reservation.model}"


def key_of(name: str) -> tuple[Tier, str]:
    """The tier and the model that a key of `Tally.models` names."""
    tier, _, model = name.partition(" ")
    return Tier(tier), model


def models_of(tallies: Iterable[Tally]) -> Mapping[str, Row]:
    """`Tally.models` of several days."""
    return _totals(_gathered(each.models for each in tallies))


def models_of_entries(entries: Iterable[Entry]) -> Mapping[str, Row]:
    """The same of any entries."""
    return _totals(_gathered({name_of(entry): row_of(entry)} for entry in entries))


def sum_of(models: Mapping[str, Row]) -> Sum:
    """All of such rows together."""
    return Sum.of_row(total(list(models.values())))


def model_sums(models: Mapping[str, Row]) -> DaySums:
    """Their sums, in order."""
    return in_order({key_of(name): Sum.of_row(row) for name, row in models.items()})


def tier_sums(models: Mapping[str, Row]) -> Mapping[Tier, Sum]:
    """Their sums by tier; every tier is there, in the order of `Tier`."""
    groups: dict[Tier, list[Row]] = {tier: [] for tier in Tier}
    for name, row in models.items():
        groups[key_of(name)[0]].append(row)
    return {tier: Sum.of_row(total(group)) for tier, group in groups.items()}


def _gathered(mappings: Iterable[Mapping[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for mapping in mappings:
        for name, value in mapping.items():
            found.setdefault(name, []).append(value)
    return found


def _totals(groups: Mapping[str, list[Any]], n_greatest: int = 2) -> dict[str, Row]:
    return {name: total(rows, n_greatest) for name, rows in groups.items()}


class _Sums(Mapping[str, Sum]):
    """Sums by name, dearest first, each made when it is looked at: a year has thousands of conversations."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = dict(sorted(rows.items(), key=lambda item: (-item[1][1], item[0])))

    def __getitem__(self, name: str) -> Sum:
        return Sum.of_row(self._rows[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


NOTHING = Tally.of_entries(())
"""The tally of a day without records."""
