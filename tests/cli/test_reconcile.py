"""`ralex spend --reconcile`: what providers count beside the ledger, told and filed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from ralex_tui.adapters.scripted_engine import Use
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from tests.cli.conftest import CANARY, InterruptedEngine, Ran
from tests.network import Network
from tests.network import network as network

Ralex = Callable[..., Ran]


@pytest.fixture
def proxy(network: Network) -> Iterator[list[str]]:
    """A LiteLLM proxy that says, one after another, what the test puts into the list."""
    said: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {CANARY}"
        return httpx.Response(200, text=f'{{"info": {{"spend": {said.pop(0)}}}}}')

    network(answer)
    yield said
    assert said == []


def spend(ralex: Ralex, engine: InterruptedEngine, amount: str) -> None:
    engine.script("yes", Use(TokenUsage(10, 10), Usd.parse(amount)))
    assert ralex("ask", "hi", "--tier", "cheap").code == 0


def test_the_first_time_notes_the_total_and_the_next_compares(
    ralex: Ralex, engine: InterruptedEngine, proxy: list[str]
) -> None:
    proxy[:] = ["12.5", "12.75"]
    first = ralex("spend", "--reconcile")
    spend(ralex, engine, "0.25")

    second = ralex("spend", "--reconcile", "--json")

    assert (first.code, second.code) == (0, 0)
    assert "noted at $12.5000" in first.out
    (found,) = second.json["providers"]
    assert (found["provider"], found["theirs"], found["ours"], found["agrees"]) == (
        "lan",
        "0.250000000",
        "0.250000000",
        True,
    )


def test_drift_is_told_filed_and_an_exit_code(ralex: Ralex, engine: InterruptedEngine, proxy: list[str]) -> None:
    proxy[:] = ["12.5", "13.5"]
    ralex("spend", "--reconcile")
    spend(ralex, engine, "0.25")

    told = ralex("spend", "--reconcile")

    assert told.code == 1
    assert "$0.7500" in told.out
    assert "another program uses the key" in told.out
    assert "$0.7500" in ralex("spend").out


def test_a_provider_that_is_away_is_one_sentence(ralex: Ralex) -> None:
    told = ralex("spend", "--reconcile")

    assert told.code == 1
    assert "lan was not asked: lan can't be reached" in told.out
    assert CANARY not in told.out + told.err


def test_reconcile_chooses_its_own_time(ralex: Ralex) -> None:
    assert ralex("spend", "--reconcile", "--day", "today").code == 2
