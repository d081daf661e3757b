"""The program as its users have it: its own process, a pseudo-terminal, a home of its own, a provider on loopback."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.adapters.provider import Provider, Reply
from tests.e2e.terminal import Terminal

MODELS = Path(os.environ.get("RALEX_MODELS", Path(__file__).parents[2] / ".home" / "models"))

T = TypeVar("T")

CANARY = "sk-canary-5f2c9e7b41d84d0a"

CONFIG = """
providers:
  lan: {{kind: openai, api_base: "{url}", api_key_env: LAN_KEY}}
tiers:
  cheap: {{models: [lan/small], max_tokens: 1000}}
  smart: {{models: [lan/large], max_tokens: 4000}}
prices:
  lan/small: {{input: "0.30", output: "2.50", date: 2026-11-01, source: own}}
  lan/large: {{input: "2.00", output: "10.00", date: 2026-11-01, source: own}}
budget:
  daily: "{daily}"
"""


class ProviderInThread:
    """The provider on an event loop of its own, so that blocking tests can drive it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._provider = self._run(self._start())

    @property
    def url(self) -> str:
        return self._provider.url

    @property
    def n_requests(self) -> int:
        return len(self._provider.requests)

    @property
    def requests(self) -> list[dict[str, object]]:
        return [asked.body for asked in self._provider.requests]

    def script(self, *replies: Reply) -> None:
        self._loop.call_soon_threadsafe(self._provider.script, *replies)

    def release(self) -> None:
        """Let replies that wait go on."""
        self._loop.call_soon_threadsafe(self._provider.release.set)

    def stop(self) -> None:
        self._run(self._provider.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> Provider:
        provider = Provider()
        provider.script(Reply())
        await provider.start()
        return provider

    def _run(self, work: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@pytest.fixture
def provider() -> Iterator[ProviderInThread]:
    provider = ProviderInThread()
    yield provider
    provider.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """No keys but a canary, a modern terminal, the shared model file."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TZ": "UTC",
        "RALEX_HOME": str(home),
        "RALEX_MODELS": str(MODELS),
        "LAN_KEY": CANARY,
    }


@pytest.fixture
def configure(home: Path, provider: ProviderInThread) -> Callable[..., None]:
    """Write a config.yaml whose tiers Cheap and Smart are answered by the provider."""

    def write(*, daily: str = "5.00", url: str | None = None) -> None:
        file = home / "config" / "config.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(CONFIG.format(url=url or provider.url, daily=daily))

    return write


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    """Start `ralex` in a pseudo-terminal; ended with the test."""
    started: list[Terminal] = []

    def begin(*args: str, columns: int = 120, rows: int = 40, **extra: str) -> Terminal:
        command = [sys.executable, "-m", "ralex_tui", *args]
        terminal = Terminal(command, env=environment | extra, columns=columns, rows=rows)
        started.append(terminal)
        return terminal

    yield begin
    for terminal in started:
        terminal.__exit__(None, None, None)
