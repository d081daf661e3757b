"""A chat that goes on all day: what a turn needs is given back when it ends."""

from __future__ import annotations

import asyncio
import gc
import os

import pytest

from ralex_tui.adapters.journal import Journal
from ralex_tui.services.answer import Answer
from ralex_tui.services.pump import Pump
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo


def n_open() -> int:
    """Descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))


def n_of_turns() -> int:
    """What a turn is made of, of this test's and of others that ran before it."""
    gc.collect()
    return sum(isinstance(thing, Answer | Pump) for thing in gc.get_objects())


def n_journals() -> int:
    """Files of the store that are held in memory, garbage included."""
    return sum(isinstance(thing, Journal) for thing in gc.get_objects())


async def turns(seat: Seat, n: int) -> None:
    for number in range(n):
        await seat.send(f"question {number}")
    # The test's own engine keeps what it was asked.
    seat.demo.engine.requests.clear()


async def test_tasks_and_descriptors_are_as_many_after_forty_turns_as_after_four(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await turns(seat, 4)
        n_tasks, n_descriptors = len(asyncio.all_tasks()), n_open()

        await turns(seat, 40)

        assert len(asyncio.all_tasks()) <= n_tasks
        assert n_open() <= n_descriptors


async def test_a_turn_that_has_ended_is_forgotten(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await turns(seat, 2)
        n_left = n_of_turns()

        await turns(seat, 10)

        assert n_of_turns() <= n_left


async def test_a_turn_does_not_read_its_conversation_anew(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await turns(seat, 2)
        gc.collect()
        gc.disable()
        try:
            n_before = n_journals()
            await turns(seat, 10)
            assert n_journals() == n_before
        finally:
            gc.enable()


async def test_what_has_scrolled_far_away_is_given_back_and_is_there_again_when_looked_at(
    sit: Sit, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ralex_tui.ui.transcript.conversation._KEPT", 20)
    async with sit() as seat:
        await turns(seat, 30)
        column = seat.chat._transcript._column
        height = column.total
        assert [entry.is_ready for entry in column.entries[:38]] == [False] * 38
        assert all(entry.is_ready for entry in column.entries[41:])

        await seat.press("up", "g")

        assert "question 0" in seat.screen_text
        assert column.entries[0].is_ready
        await seat.press("G")
        assert "question 29" in seat.screen_text
        assert column.total == height
