"""`ralex ask` and servers on this computer: looked for only where one may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.local_fakes import OLLAMA, Fake, serving
from tests.cli.conftest import InterruptedEngine, Ran

Ralex = Callable[..., Ran]


@pytest.fixture
def server(home: Path) -> Iterator[Fake]:
    """An Ollama that config.yaml names, and nothing else in Local."""
    with serving(OLLAMA) as fake:
        config = home / "config" / "config.yaml"
        entry = f'  mine: {{kind: ollama_chat, api_base: "http://127.0.0.1:{fake.port}", local: true}}\n'
        text = config.read_text().replace("providers:\n", f"providers:\n{entry}")
        text = text.replace("local: {models: [box/tiny]}", "local: {models: [ollama/none]}")
        config.write_text(text.replace("local: {discover: false}", "local: {discover: true}"))
        yield fake


def test_local_is_answered_by_a_server_that_is_found(ralex: Ralex, engine: InterruptedEngine, server: Fake) -> None:
    assert ralex("ask", "--tier", "local", "hi").code == 0

    (request,) = engine.requests
    assert request.model.id == "mine/llama3.2:latest"


def test_a_model_of_a_server_can_be_named(ralex: Ralex, engine: InterruptedEngine, server: Fake) -> None:
    assert ralex("ask", "--model", "mine/qwen3:8b", "hi").code == 0

    assert engine.requests[0].model.id == "mine/qwen3:8b"


def test_a_server_is_not_looked_for_where_a_provider_answers(
    ralex: Ralex, engine: InterruptedEngine, server: Fake
) -> None:
    assert ralex("ask", "--tier", "cheap", "hi").code == 0

    assert server.asked == []
    assert engine.requests[0].model.id == "lan/small"
