"""Amounts: whole nano-dollars, rounded up, never a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.money import Accuracy, Figure, Usd


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("5.00", 5_000_000_000),
        (" 1 ", 1_000_000_000),
        (3, 3_000_000_000),
        ("0.0000000001", 1),
        ("1.0000000001", 1_000_000_001),
        ("-0.5", -500_000_000),
        (Decimal("1e-9"), 1),
        ("1e3", 1_000_000_000_000),
    ],
)
def test_parse_reads_dollars_and_rounds_up_to_a_nano(text: str | int | Decimal, nano: int) -> None:
    assert Usd.parse(text) == Usd(nano)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "inf", "-Infinity", "1_000", "1,5", "1e10", "$5", True, 0.1, None])
def test_parse_refuses_what_is_no_amount(text: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        Usd.parse(text)  # type: ignore[arg-type]  # that is the point


@given(st.integers(-(10**18), 10**18).map(Usd))
def test_dollars_are_exact(amount: Usd) -> None:
    assert Usd.parse(amount.dollars) == amount
    assert Decimal(amount.dollars) * 10**9 == amount.nano


@pytest.mark.parametrize(
    ("nano", "decimals", "shown"),
    [
        (1_400_000, 4, "$0.0014"),
        (1, 4, "<$0.0001"),
        (-1, 4, "-<$0.0001"),
        (0, 4, "$0.0000"),
        (1_234_567_000_000_000, 2, "$1,234,567.00"),
        (-2_500_000_000, 2, "-$2.50"),
        (1_995_000_000, 2, "$2.00"),
        (1_500_000_000, 0, "$2"),
        (1, 9, "$0.000000001"),
    ],
)
def test_show_is_for_people_and_never_hides_a_small_amount(nano: int, decimals: int, shown: str) -> None:
    assert Usd(nano).show(decimals) == shown


@pytest.mark.parametrize("decimals", [-1, 10])
def test_show_refuses_decimals_there_are_not(decimals: int) -> None:
    with pytest.raises(ValueError, match="0 to 9"):
        Usd(1).show(decimals)


def test_arithmetic_is_that_of_whole_numbers() -> None:
    assert Usd(3) + Usd(4) - Usd(9) == -Usd(2)
    assert Usd.total([]) == Usd(0)
    assert Usd.total([Usd(1), Usd(2)]) == Usd(3)
    assert Usd(1) < Usd(2)
    assert not Usd(0)


@pytest.mark.parametrize(
    ("marks", "weakest"),
    [
        ([], Accuracy.EXACT),
        ([Accuracy.EXACT, Accuracy.COMPUTED], Accuracy.COMPUTED),
        ([Accuracy.ESTIMATED, Accuracy.COMPUTED], Accuracy.ESTIMATED),
        (list(Accuracy), Accuracy.UNKNOWN),
    ],
)
def test_sum_bears_the_mark_of_its_weakest_part(marks: list[Accuracy], weakest: Accuracy) -> None:
    assert Figure.total(Figure(Usd(1), mark) for mark in marks) == Figure(Usd(len(marks)), weakest)


def test_ranks_grow_as_marks_get_weaker() -> None:
    assert [mark.rank for mark in Accuracy] == [0, 1, 2, 3]
