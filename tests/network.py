"""Requests of httpx answered by a function: for what is asked of providers beside their answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import httpx
import pytest

Answer: TypeAlias = Callable[[httpx.Request], httpx.Response]
Network: TypeAlias = Callable[[Answer], None]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Have every request answered by the function that it is called with."""
    client = httpx.AsyncClient

    def answer_with(answer: Answer) -> None:
        monkeypatch.setattr(httpx, "AsyncClient", partial(client, transport=httpx.MockTransport(answer)))

    return answer_with
