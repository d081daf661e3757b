"""Ids: unlike each other, in order of time, safe as file names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.ids import is_id, new_id, time_of

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(moments, moments)
def test_ids_sort_by_time(first: datetime, second: datetime) -> None:
    one, other = new_id(first), new_id(second)

    assert (one[:10] < other[:10]) == (first.timestamp() * 1_000 // 1 < second.timestamp() * 1_000 // 1)


@given(moments)
def test_id_tells_when_it_was_made(moment: datetime) -> None:
    made = time_of(new_id(moment))

    assert made is not None
    assert timedelta(0) <= moment - made < timedelta(milliseconds=1)


def test_ids_are_all_different() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000
    assert all(is_id(new_id()) for _ in range(100))


@pytest.mark.parametrize("text", ["", "0" * 19, "0" * 21, "../" + "0" * 17, "I" * 20, "l" * 20, "é" * 20])
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id(text)
    assert time_of(text) is None


def test_id_beyond_all_time_tells_none() -> None:
    assert time_of("z" * 20) is None
