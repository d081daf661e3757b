"""Hypothesis strategies for money: prices as odd as they come, and usages that keep within a bound."""

from __future__ import annotations

from hypothesis import strategies as st

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage

amounts = st.integers(0, 10**12).map(Usd)
rates = st.builds(
    Rates, amounts, amounts, st.none() | amounts, cache_write=st.none() | amounts, reasoning=st.none() | amounts
)
prices = st.builds(
    Price,
    rates,
    st.just("test"),
    st.none(),
    long_context=st.none() | rates,
    long_context_over=st.integers(0, 2_000),
    request_fee=st.just(Usd(0)) | amounts,
)


@st.composite
def usages(draw: st.DrawFn, max_input: int, max_output: int) -> TokenUsage:
    """A provider's count, with its parts inside their whole."""
    n_input = draw(st.integers(0, max_input))
    cache_read = draw(st.integers(0, n_input))
    n_output = draw(st.integers(0, max_output))
    return TokenUsage(
        n_input, n_output, cache_read, draw(st.integers(0, n_input - cache_read)), draw(st.integers(0, n_output))
    )
