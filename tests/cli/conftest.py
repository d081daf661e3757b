"""The command line in this process: real wiring on a folder of the test's own, with a scripted engine."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ralex_tui.adapters.endpoints import KEY_VARIABLES
from ralex_tui.adapters.scripted_engine import ScriptedEngine
from ralex_tui.bootstrap import wiring
from ralex_tui.cli.main import main
from ralex_tui.domain.events import EngineEvent, TextDelta
from ralex_tui.ports.engine import EngineRequest

CANARY = "sk-canary-5f2c9e7b41d84d0a"

CONFIG = """
providers:
  lan: {kind: openai, api_base: "http://127.0.0.1:9/v1", api_key_env: LAN_KEY}
  box: {kind: openai, api_base: "http://127.0.0.1:9/v1", local: true}
tiers:
  cheap: {models: [lan/small, openai/gpt-5.6-luna], pick: order}
  smart: {models: [lan/large]}
  yolo: {models: [lan/quick]}
  local: {models: [box/tiny]}
prices:
  lan/small: {input: "0.30", output: "2.50", date: 2026-11-01, source: own}
  lan/large: {input: "2.00", output: "10.00", date: 2026-11-01, source: own}
  lan/quick: {input: "0.10", output: "0.40", date: 2026-11-01, source: own}
local: {discover: false}
"""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The only line of stdout."""
        (line,) = self.out.splitlines()
        content: dict[str, Any] = json.loads(line)
        return content

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class InterruptedEngine(ScriptedEngine):
    """Presses ctrl-C in its own process once the first piece of an answer was handed on."""

    is_interrupted = False

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        async for event in super().stream(request):
            yield event
            if self.is_interrupted and isinstance(event, TextDelta):
                os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> InterruptedEngine:
    engine = InterruptedEngine()
    monkeypatch.setattr(wiring, "make_engine", lambda setup, **_: engine)
    return engine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a configuration of four reachable tiers, and no key but a canary."""
    for variable in KEY_VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("RALEX_HOME", raising=False)
    monkeypatch.setenv("LAN_KEY", CANARY)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.yaml").write_text(CONFIG)
    return home


@pytest.fixture
def ralex(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["--home", str(home), *args])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
