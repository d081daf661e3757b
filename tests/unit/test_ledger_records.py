"""The book of a day: replayed in any order of arrival, its sums agree with its entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.budget import Scope
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Allowance, Correction, DayOpened, Entry, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from ralex_tui.domain.usage import Sum, by_model, by_tier
from tests.samples import DAY, NOON, PRICE, raise_of, reservation, settlement

names = st.sampled_from(["a", "b", "c"])
amounts = st.integers(0, 10**6).map(Usd)
records: st.SearchStrategy[Record] = st.one_of(
    st.builds(lambda name, amount: reservation(id=name, amount=amount), names, amounts),
    st.builds(
        lambda name, amount, mark: settlement(name, charged=amount.dollars, accuracy=mark),
        names,
        amounts,
        st.sampled_from(Accuracy),
    ),
    st.builds(lambda name, amount: raise_of(amount.dollars, id=name), names, amounts),
    st.builds(
        lambda name, of, amount, mark: correction(of, amount, mark, id=name),
        names,
        names,
        amounts,
        st.sampled_from(Accuracy),
    ),
)


def correction(of: str, charged: Usd, accuracy: Accuracy = Accuracy.EXACT, **fields: Any) -> Correction:
    return replace(Correction(new_id(), of, NOON, charged, accuracy, "user", "the bill says so"), **fields)


def book_of(*made: Record) -> DayBook:
    book = DayBook(DAY)
    for record in made:
        book.apply(record)
    return book


@given(st.lists(records, max_size=20))
def test_sums_agree_with_the_entries_whatever_comes(made: list[Record]) -> None:
    book = book_of(*made)

    entries = list(book.entries.values())
    assert book.spent.amount == Usd.total(entry.cost.amount for entry in entries)
    assert book.spent.accuracy is Accuracy.weakest(entry.cost.accuracy for entry in entries if entry.cost.amount)
    assert book.held == Usd.total(entry.reservation.amount for entry in book.open_entries)
    assert book.granted(Scope.DAY) == Usd.total(record.amount for record in book.raises.values())


@given(st.lists(records, max_size=20))
def test_records_replayed_twice_change_nothing(made: list[Record]) -> None:
    assert book_of(*made, *made).entries.keys() == book_of(*made).entries.keys()
    once = book_of(*made)
    again = book_of(*made, *(record for record in made if record in _kept(once)))
    assert again == once


def _kept(book: DayBook) -> list[Record]:
    ends = [entry.settlement for entry in book.entries.values() if entry.settlement is not None]
    corrections = [record for entry in book.entries.values() for record in entry.corrections]
    return [*(entry.reservation for entry in book.entries.values()), *ends, *corrections, *book.raises.values()]


def test_reservation_holds_until_it_is_settled() -> None:
    held = reservation(amount=Usd(10))

    assert (book_of(held).held, book_of(held).spent.amount) == (Usd(10), Usd(0))
    done = book_of(held, settlement(held, "0.000000007"))
    assert (done.held, done.spent) == (Usd(0), Figure(Usd(7), Accuracy.COMPUTED))


def test_second_settlement_changes_nothing() -> None:
    held = reservation()
    first = settlement(held, "0.001")

    assert book_of(held, first, settlement(held, "0.5")) == book_of(held, first)


def test_settlement_without_a_reservation_changes_nothing() -> None:
    assert book_of(settlement("nobody")) == DayBook(DAY)


def test_charge_of_nothing_does_not_weaken_the_sum() -> None:
    free = reservation(amount=Usd(0))

    assert book_of(free, settlement(free, "0", accuracy=Accuracy.ESTIMATED)).spent.accuracy is Accuracy.EXACT


@pytest.mark.parametrize(("charged", "is_overrun"), [("0.002", False), ("0.002000001", True), ("0", False)])
def test_entry_is_an_overrun_above_its_hold(charged: str, is_overrun: bool) -> None:
    held = reservation(amount=Usd.parse("0.002"))

    assert Entry(held, settlement(held, charged)).is_overrun is is_overrun
    assert not Entry(held).is_overrun


def test_correction_counts_in_place_of_the_charge_which_stays() -> None:
    held = reservation()
    rough = settlement(held, "0.002", accuracy=Accuracy.ESTIMATED)

    book = book_of(held, rough, correction(held.id, Usd.parse("0.0005")), correction(held.id, Usd.parse("0.0007")))

    assert book.spent == Figure(Usd.parse("0.0007"), Accuracy.EXACT)
    assert book.entries[held.id].settlement == rough


def test_correction_of_what_is_still_held_changes_nothing() -> None:
    held = reservation()

    assert book_of(held, correction(held.id, Usd(1))) == book_of(held)


def test_raise_of_one_conversation_is_not_one_of_the_day() -> None:
    book = book_of(raise_of("1", scope=Scope.CONVERSATION, conversation="c"), raise_of("2", scope=Scope.MONTH))

    granted = [book.granted(scope, name) for scope, name in ((Scope.DAY, ""), (Scope.MONTH, ""))]
    assert granted == [Usd(0), Usd.parse("2")]
    assert book.granted(Scope.CONVERSATION, "c") == Usd.parse("1")
    assert book.granted(Scope.CONVERSATION, "d") == Usd(0)


@given(st.integers(0, 100), st.integers(1, 200), st.integers(0, 200))
def test_allowance_pays_for_its_request_beyond_the_limit_and_for_nothing_else(left: int, worst: int, cost: int) -> None:
    """`left` was there before; afterwards there is what the request did not take of it, and never more."""
    cost = min(cost, worst)
    missing = max(worst - left, 0)
    held = reservation(amount=Usd(worst))
    allowed = Allowance(new_id(), DAY, NOON, held.id, {Scope.DAY: Usd(missing)} if missing else {}, "a deadline")

    waiting = book_of(held, allowed)
    done = book_of(held, allowed, settlement(held, Usd(cost).dollars))

    assert left + waiting.granted(Scope.DAY).nano - waiting.taken.nano == max(left - worst, 0)
    assert left + done.granted(Scope.DAY).nano - done.taken.nano == max(left - cost, 0)


def test_sums_by_tier_and_model_hold_every_entry() -> None:
    usage = TokenUsage(10, 5)
    small, large, waiting = (
        reservation(tier=Tier.CHEAP, model="lan/small"),
        reservation(tier=Tier.CHEAP, model="lan/large"),
        reservation(tier=Tier.SMART, model="lan/large", amount=Usd(9)),
    )
    entries = [
        Entry(small, settlement(small, "0.001", usage=usage)),
        Entry(large, settlement(large, "0.002", usage=usage, accuracy=Accuracy.ESTIMATED)),
        Entry(waiting),
    ]

    tiers, models = by_tier(entries), by_model(entries)

    assert list(tiers) == list(Tier)
    cost = Figure(Usd.parse("0.003"), Accuracy.ESTIMATED)
    cheap = Sum(2, cost, Usd(0), 20, 10, computed=Usd.parse("0.001"), dearest=Usd.parse("0.002"))
    assert tiers[Tier.CHEAP] == cheap
    assert cheap.estimated == Usd.parse("0.002")
    assert tiers[Tier.SMART] == Sum(held=Usd(9), n_held=1, dearest=Usd(9))
    assert tiers[Tier.LOCAL] == Sum()
    assert list(models) == [(Tier.CHEAP, "lan/large"), (Tier.CHEAP, "lan/small"), (Tier.SMART, "lan/large")]


def tariff(smart: str, **fields: Any) -> Tariff:
    return replace(Tariff(new_id(), DAY, NOON, {Tier.SMART: (smart, PRICE)}), **fields)


def test_entry_has_the_tariff_that_its_reservation_names() -> None:
    first, second = tariff("lan/large"), tariff("lan/larger")
    held, old = reservation(tariff=first.id), reservation()

    book = book_of(first, second, held, old)

    assert (book.entries[held.id].tariff, book.entries[old.id].tariff) == (first, None)


def test_tariff_of_the_day_that_says_the_same_is_used_again() -> None:
    first, second = tariff("lan/large"), tariff("lan/larger")

    assert DayBook(DAY).tariff(first.tiers) is None
    assert book_of(first).tariff(dict(first.tiers)) == first
    assert book_of(first, second).tariff(first.tiers) == first
    assert book_of(second).tariff(first.tiers) is None


def verdict(of: str, opinion: Opinion, **fields: Any) -> Verdict:
    return replace(Verdict(new_id(), of, NOON, opinion), **fields)


def test_last_thumb_counts_and_is_taken_back_by_none() -> None:
    held = reservation()
    said = [verdict(held.id, opinion) for opinion in (Opinion.UP, Opinion.AGAIN, Opinion.DOWN)]

    entry = book_of(held, *said).entries[held.id]

    assert entry.thumb is Opinion.DOWN
    assert (entry.was(Opinion.UP), entry.was(Opinion.ESCALATED)) == (True, False)
    assert book_of(held, *said, verdict(held.id, Opinion.NONE)).entries[held.id].thumb is Opinion.NONE


def test_verdict_changes_no_figure_and_belongs_to_its_request_alone() -> None:
    held, end = reservation(), settlement("x", "0.001")
    said = verdict(held.id, Opinion.UP)

    assert Sum.of(book_of(held, end, said).entries.values()) == Sum.of(book_of(held, end).entries.values())
    assert book_of(verdict("nobody", Opinion.UP)) == DayBook(DAY)
    assert book_of(held, said, said) == book_of(held, said)


def opened(limit: str | None, zone: str = "UTC") -> DayOpened:
    return DayOpened(new_id(), DAY, NOON, zone, 0, limit=Usd.parse(limit) if limit else None)


def test_days_limit_is_the_last_one_recorded_and_its_rule_the_first() -> None:
    first, changed = opened("5"), opened("7", "Europe/Berlin")

    book = book_of(first, changed, opened(None))

    assert (book.limit, book.opened) == (Usd.parse("7"), first)
    assert book_of(opened(None)).limit is None
