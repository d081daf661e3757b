"""What tokens cost: to the nano-dollar, and never more than the worst case said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage, estimate_tokens, free_price, input_bound
from tests.unit.strategies import amounts, prices, usages

# Dollars for a million: 1 in, 2 out, cache 0.1 and 1.25, reasoning 3; twice that past 1,000 tokens.
RATES = Rates(Usd.parse("1"), Usd.parse("2"), Usd.parse("0.1"), Usd.parse("1.25"), Usd.parse("3"))
LONG = Rates(Usd.parse("2"), Usd.parse("4"))
PRICE = Price(RATES, "test", long_context=LONG, long_context_over=1_000)


@pytest.mark.parametrize(
    ("usage", "nano"),
    [
        (TokenUsage(0, 0), 0),
        (TokenUsage(1_000, 0), 1_000_000),
        (TokenUsage(0, 1_000), 2_000_000),
        (TokenUsage(1_000, 0, cache_read=400), 640_000),
        (TokenUsage(1_000, 0, cache_write=400), 1_100_000),
        (TokenUsage(0, 1_000, reasoning=500), 2_500_000),
        (TokenUsage(1_001, 0), 2_002_000),
        (TokenUsage(1_001, 10, cache_read=1_001, reasoning=10), 2_042_000),
    ],
)
def test_cost_takes_each_kind_of_token_at_its_rate(usage: TokenUsage, nano: int) -> None:
    assert PRICE.cost(usage) == Usd(nano)


def test_cost_is_rounded_up_once_and_has_the_fee() -> None:
    price = Price(Rates(Usd(1), Usd(1)), "test", request_fee=Usd(10))

    assert price.cost(TokenUsage(1, 1)) == Usd(11)


@given(prices, st.integers(0, 3_000), st.integers(0, 3_000), st.data())
def test_cost_is_never_more_than_the_worst_case(price: Price, bound: int, max_tokens: int, data: st.DataObject) -> None:
    usage = data.draw(usages(bound, max_tokens))

    assert price.cost(usage) <= price.worst_case(bound, max_tokens)


@given(prices, st.integers(0, 3_000), st.integers(0, 3_000))
def test_worst_case_grows_with_both_bounds(price: Price, bound: int, max_tokens: int) -> None:
    worst = price.worst_case(bound, max_tokens)

    assert worst <= price.worst_case(bound + 1, max_tokens)
    assert worst <= price.worst_case(bound, max_tokens + 1)


@given(prices, amounts, st.integers(0, 3_000))
def test_affordable_output_is_the_most_that_the_money_pays_for(price: Price, money: Usd, bound: int) -> None:
    affordable = price.affordable_output(money, bound)

    if affordable is None:
        assert price.worst_case(bound, 10**9) <= money
    elif affordable >= 0:
        assert price.worst_case(bound, affordable) <= money < price.worst_case(bound, affordable + 1)
    else:
        assert price.worst_case(bound, 0) > money


@given(prices)
def test_free_is_what_can_never_cost(price: Price) -> None:
    assert price.is_free == (price.worst_case(10**9, 10**9) == Usd(0))


def test_free_price_says_zero_in_so_many_words() -> None:
    assert free_price("local").is_free
    assert free_price("local").source == "local"


def test_fee_alone_is_not_free() -> None:
    assert not Price(Rates(Usd(0), Usd(0)), "test", request_fee=Usd(1)).is_free


@pytest.mark.parametrize("field", ["input", "output", "cache_read", "cache_write", "reasoning"])
def test_negative_count_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="never negative"):
        TokenUsage(**{"input": 0, "output": 0, field: -1})


@given(st.lists(st.text()))
def test_input_bound_is_at_least_the_bytes(texts: list[str]) -> None:
    assert input_bound(texts) >= sum(len(text.encode()) for text in texts) + 200


def test_input_bound_takes_lone_surrogates() -> None:
    assert input_bound(["\ud800"]) == 3 + 8 + 200


@pytest.mark.parametrize(("text", "n_tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("漢字", 2), ("a漢", 2)])
def test_estimate_counts_a_quarter_of_ascii_and_every_other_character(text: str, n_tokens: int) -> None:
    assert estimate_tokens(text) == n_tokens
