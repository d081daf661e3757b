"""A planted key, sent with each request and echoed by the provider in every spelling, is found nowhere afterwards."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.provider import Reply
from tests.e2e.conftest import CANARY, ProviderInThread
from tests.e2e.terminal import Terminal

Configure = Callable[..., None]

ROOT = Path(__file__).parents[2]

KEY = "q7-canary/5f2c+9e7b=41d8&4d0a"
"""Looks like no provider's key: only its value can give it away, and each way of writing it is another."""

IN_JSON = KEY.replace("/", "\\/")
IN_ADDRESS = KEY.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D").replace("&", "%26")
IN_BASE64 = b64encode(KEY.encode()).decode()
SPELLINGS = (KEY, IN_JSON, IN_ADDRESS, IN_BASE64)

COMMANDS = (
    ("sessions", "list", "--json"),
    ("spend", "--json", "--each"),
    ("logs", "--json"),
    ("logs",),
    ("doctor", "--json"),
    ("config", "check"),
)


def found_in(data: bytes) -> list[str]:
    # The end of what is in base64 depends on what follows.
    return [part for part in (KEY, IN_JSON, IN_ADDRESS, IN_BASE64[:-4], CANARY) if part.encode() in data]


@pytest.fixture
def environment(environment: dict[str, str], home: Path) -> dict[str, str]:
    # Without a model of its own, what fails is not answered by another.
    return environment | {"LAN_KEY": KEY, "OTHER_SECRET": CANARY, "RALEX_MODELS": str(home / "none")}


def run(environment: dict[str, str], *args: str) -> bytes:
    ran = subprocess.run(
        [sys.executable, "-m", "ralex_tui", *args], env=environment, capture_output=True, cwd=ROOT, timeout=60
    )
    return ran.stdout + ran.stderr


def test_a_planted_key_is_found_nowhere(
    environment: dict[str, str], configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    echoes = [
        *(Reply(status=400, error={"message": f"echo{n} {text}"}) for n, text in enumerate((*SPELLINGS, CANARY))),
        Reply(status=401, error={"message": f"echo5 {KEY}"}),
    ]
    provider.script(Reply(("an answer",)), *echoes)
    said = bytearray()
    for where, echoed in (("nothing", (0, 1, 2)), ("render", (3, 4, 5))):
        with Terminal([sys.executable, "-m", "tests.e2e.crashing", where], env=environment, cwd=str(ROOT)) as app:
            app.wait_for("Type below.")
            if where == "nothing":
                app.type("first question\r")
                app.wait_for("an answer")
            for n in echoed:
                app.type(f"question {n}\r")
                app.wait_for(f"echo{n}" if n < 5 else "refused the key")
            app.press("ctrl+g")
            app.press("ctrl+q")
            app.wait_exit()
            said += app.raw
    for command in COMMANDS:
        said += run(environment, *command)

    sessions = run(environment, "sessions", "list", "--json").decode()
    said += run(environment, "sessions", "show", sessions.split('"')[3], "--json")

    assert provider.n_requests >= 7
    assert found_in(bytes(said)) == []
    files = {path: found_in(path.read_bytes()) for path in home.rglob("*") if path.is_file()}
    assert any(path.suffix == ".svg" for path in files)
    assert any(path.name.startswith("crash-") for path in files)
    assert any(path.suffix == ".jsonl" for path in files)
    assert [path for path, found in files.items() if found] == []
