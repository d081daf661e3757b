"""`ralex models`: each tier's models with price, context and how each has fared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ralex_tui import bootstrap
from ralex_tui.bootstrap.logs import open_request_log
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.models import Model, ModelRef, Tier
from tests.adapters.local_fakes import OLLAMA, serving
from tests.cli.conftest import Ran
from tests.ui.health_sample import attempt

Ralex = Callable[..., Ran]

SMALL = Model(ModelRef("lan/small"), None)


def remember(home: Path, **fields: object) -> None:
    """Have a request to lan/small in the log."""
    with open_request_log(bootstrap.load(str(home), None, None)) as log:
        log.write(attempt(SMALL, Tier.CHEAP, datetime.now(UTC), **fields))


def test_every_model_of_every_tier_is_listed(ralex: Ralex) -> None:
    lines = ralex("models").out.splitlines()

    assert lines[0].split()[:3] == ["tier", "model", "condition"]
    assert lines[1].split() == ["cheap", "lan/small", "not", "tried", "yet", "0.30", "2.50"]
    assert lines[2].split()[:4] == ["cheap", "openai/gpt-5.6-luna", "no", "key"]
    assert next(line for line in lines if "box/tiny" in line).split() == [
        "local",
        "box/tiny",
        *["not", "tried", "yet", "free"],
    ]


def test_what_the_log_has_of_a_model_is_told(ralex: Ralex, home: Path) -> None:
    remember(home)
    remember(home, outcome=Outcome.FAILED, first_token_s=None, error="RateLimited", message="lan is busy", rest_s=60.0)

    row = ralex("models", "--json").json["models"][0]

    assert (row["model"], row["condition"], row["requests"], row["errors"]) == ("lan/small", "resting", 2, 1)
    assert (row["first_token_s"], row["last_error"], row["last_message"]) == (0.8, "RateLimited", "lan is busy")
    assert row["rests_until"] > row["last_error_at"]


def test_trouble_is_told_below_the_table(ralex: Ralex, home: Path) -> None:
    remember(
        home, outcome=Outcome.FAILED, first_token_s=None, error="RateLimited", message="lan\x1b is busy", rest_s=60
    )

    lines = ralex("models").out.splitlines()

    assert lines[-1] == "lan/small: lan␛ is busy"


def test_models_of_a_server_that_runs_here_are_listed(ralex: Ralex, home: Path) -> None:
    with serving(OLLAMA) as fake:
        config = home / "config" / "config.yaml"
        provider = f'  mine: {{kind: ollama_chat, api_base: "http://127.0.0.1:{fake.port}", local: true}}\n'
        text = (
            config.read_text()
            .replace("providers:\n", f"providers:\n{provider}")
            .replace("local: {discover: false}", "")
        )
        config.write_text(text)

        rows = {row["model"]: row for row in ralex("models", "--json").json["models"]}

    assert rows["mine/llama3.2:latest"]["context"] == 8_192
    assert (rows["mine/qwen3:8b"]["tier"], rows["mine/qwen3:8b"]["local"]) == ("local", True)
