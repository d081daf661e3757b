"""Prompt caches: when they are warm, what that is worth, and when asking for one pays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.caching import cache_state, pays_to_mark
from ralex_tui.domain.conversation import Message, Role
from ralex_tui.domain.models import Model, ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage
from ralex_tui.domain.providers import Caching, Habits, habits_of
from tests.samples import NOON

# Anthropic's shape: writing a quarter dearer, reading a tenth.
PRICE = Price(Rates(Usd.parse("2"), Usd.parse("10"), Usd.parse("0.2"), Usd.parse("2.5")), source="test")
MARKED = Model(ModelRef("anthropic/claude"), PRICE, habits=Habits(Caching.MARKED, min_cached=1_000, warm_s=300))
AUTOMATIC = Model(ModelRef("openai/gpt"), PRICE, habits=Habits(Caching.AUTOMATIC, min_cached=1_000, warm_s=300))


def answer(model: Model, usage: TokenUsage | None) -> Message:
    return Message("a", Role.ASSISTANT, "yes", NOON, model=model.ref.id, usage=usage)


QUESTION = Message("q", Role.USER, "hi", NOON)


def test_cache_is_warm_for_its_time_after_the_answer() -> None:
    state = cache_state([QUESTION, answer(MARKED, TokenUsage(6_000, 10, cache_read=1_000, cache_write=4_000))], MARKED)

    assert state is not None
    assert state.n_tokens == 5_000
    assert state.is_warm(NOON + timedelta(seconds=299))
    assert not state.is_warm(NOON + timedelta(seconds=300))
    # Five thousand tokens at 2.00 less 0.20 a million.
    assert state.worth == Usd.parse("0.009")


def test_an_automatic_cache_holds_what_was_long_enough() -> None:
    long, short = (cache_state([answer(AUTOMATIC, TokenUsage(n, 10))], AUTOMATIC) for n in (1_000, 999))

    assert long is not None
    assert long.n_tokens == 1_000
    assert short is None


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ([QUESTION], MARKED),
        ([answer(MARKED, None)], MARKED),
        ([answer(MARKED, TokenUsage(9_000, 10))], MARKED),
        ([answer(AUTOMATIC, TokenUsage(9_000, 10))], MARKED),
        ([answer(MARKED, TokenUsage(9_000, 10, cache_write=9_000))], Model(MARKED.ref, None, habits=MARKED.habits)),
        ([answer(MARKED, TokenUsage(9_000, 10, cache_write=9_000))], Model(MARKED.ref, PRICE)),
    ],
)
def test_nothing_is_said_of_a_cache_nobody_told_of(path: list[Message], model: Model) -> None:
    assert cache_state(path, model) is None


def test_marking_pays_from_the_first_follow_up_of_a_long_conversation() -> None:
    follow_up = [QUESTION, answer(MARKED, TokenUsage(4_000, 10))]

    assert pays_to_mark(follow_up, MARKED, 4_010)
    assert not pays_to_mark([QUESTION], MARKED, 4_010)
    assert not pays_to_mark(follow_up, MARKED, 999)
    assert not pays_to_mark(follow_up, AUTOMATIC, 4_010)
    assert not pays_to_mark([QUESTION, answer(AUTOMATIC, TokenUsage(4_000, 10))], MARKED, 4_010)


def test_marking_never_pays_where_reading_saves_less_than_writing_costs() -> None:
    rates = Rates(Usd.parse("2"), Usd.parse("10"), Usd.parse("1.9"), Usd.parse("2.5"))
    model = Model(MARKED.ref, Price(rates, source="test"), habits=MARKED.habits)

    assert not pays_to_mark([answer(model, TokenUsage(4_000, 10))], model, 4_010)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**4))
def test_what_caching_saved_and_what_was_charged_make_the_price_without_it(
    plain: int, read: int, written: int, output: int
) -> None:
    usage = TokenUsage(plain + read + written, output, read, written)

    without = PRICE.cost(TokenUsage(usage.input, output))
    assert PRICE.cost(usage) + PRICE.saved_by_cache(usage) == without


@pytest.mark.parametrize(
    ("kind", "path", "caching", "bills_whole"),
    [
        ("anthropic", "claude-sonnet-5-5", Caching.MARKED, False),
        ("openrouter", "anthropic/claude-sonnet-5.5", Caching.MARKED, False),
        ("openrouter", "google/gemini-3.5-flash", Caching.AUTOMATIC, True),
        ("gemini", "gemini-3.5-flash", Caching.AUTOMATIC, True),
        ("openai", "gpt-5.6", Caching.AUTOMATIC, False),
        ("openrouter", "nobody/knows", Caching.NONE, False),
        ("ollama_chat", "qwen3", Caching.NONE, False),
    ],
)
def test_habits_are_those_of_the_vendor(kind: str, path: str, caching: Caching, bills_whole: bool) -> None:
    habits = habits_of(kind, path)

    assert (habits.caching, habits.bills_whole) == (caching, bills_whole)


def test_an_address_of_the_users_own_has_no_vendors_habits() -> None:
    assert habits_of("openai", "gpt-5.6", has_own_address=True) == Habits()
