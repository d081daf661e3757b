"""`ralex doctor`: findings as lines or JSON, and an exit code that a script can trust."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui import bootstrap
from ralex_tui.adapters.scripted_engine import Fail, ScriptedEngine
from ralex_tui.bootstrap import doctor
from ralex_tui.domain.errors import KeyRefused
from ralex_tui.services.health import Facts
from tests.cli.conftest import CANARY, Ran
from tests.services.test_health import HEALTHY

Ralex = Callable[..., Ran]


@pytest.fixture
def asked_engine(monkeypatch: pytest.MonkeyPatch, facts: Facts) -> ScriptedEngine:
    """Answers what the doctor asks with --ask."""
    engine = ScriptedEngine()
    monkeypatch.setattr(doctor, "make_engine", lambda setup: engine)
    return engine


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    monkeypatch.setattr(bootstrap, "doctor_facts", lambda setup, **_: HEALTHY, raising=False)
    return HEALTHY


def test_healthy_machine_is_0(ralex: Ralex, facts: Facts) -> None:
    ran = ralex("doctor")

    assert ran.code == 0
    assert "ok      answers             come from openrouter" in ran.out.splitlines()


def test_json_has_every_check(ralex: Ralex, facts: Facts) -> None:
    content = ralex("doctor", "--json").json

    assert content["ok"] is True
    assert content["checks"][0] == {
        "name": "config",
        "state": "ok",
        "detail": "the settings can be used",
        "hint": "",
        "group": "Settings",
        "note": "",
    }
    assert {"litellm", "OPENROUTER_API_KEY", "data folder", "ledger", "embedded model", "answers", "prices"} <= {
        check["name"] for check in content["checks"]
    }


def test_essential_failure_is_1(ralex: Ralex, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(HEALTHY, versions=lambda: {"litellm": None})
    monkeypatch.setattr(bootstrap, "doctor_facts", lambda setup, **_: broken, raising=False)

    ran = ralex("doctor")

    assert ran.code == 1
    assert "FAILED  litellm             not installed" in ran.out.splitlines()


def test_broken_config_is_told_beside_the_rest(ralex: Ralex, facts: Facts, home: Path) -> None:
    (home / "config" / "config.yaml").write_text("budget: {daly: 1}")

    ran = ralex("doctor")

    assert ran.code == 1
    assert "FAILED  config              config.yaml line 1: budget.daly: there is no such setting" in ran.out
    assert "ok      ledger" in ran.out


def test_home_that_can_not_be_made_is_told(ralex: Ralex, facts: Facts, home: Path) -> None:
    (home / "data").write_text("a file where a folder should be")

    ran = ralex("doctor")

    assert ran.code == 1
    assert "FAILED  data folder" in ran.out


def test_doctor_of_this_machine_shows_no_key(ralex: Ralex) -> None:
    ran = ralex("doctor", "--json")

    checks = {check["name"]: check for check in ran.json["checks"]}
    assert checks["LAN_KEY"]["detail"] == "set"
    assert checks["lan"]["state"] == "warning"
    assert checks["data folder"]["state"] == "ok"
    assert CANARY not in ran.out + ran.err


def test_groups_are_told_one_after_another(ralex: Ralex, facts: Facts) -> None:
    lines = ralex("doctor").out.splitlines()

    headings = ["Settings", "Answers", "Engine", "Local", "Keys", "Money", "Disk"]
    assert [line for line in lines if line in headings] == headings


def test_deployments_of_this_machine_are_listed(ralex: Ralex) -> None:
    rows = ralex("doctor", "--json").json["deployments"]

    assert {(row["tier"], row["model"], row["condition"]) for row in rows} >= {
        ("cheap", "lan/small", "not tried yet"),
        ("cheap", "openai/gpt-5.6-luna", "no key"),
        ("local", "box/tiny", "not tried yet"),
    }


def test_nothing_is_asked_of_a_model_without_the_flag(ralex: Ralex, asked_engine: ScriptedEngine) -> None:
    ralex("doctor")

    assert asked_engine.requests == []


def test_ask_prices_then_asks_each_model_and_tells_what_it_cost(ralex: Ralex, asked_engine: ScriptedEngine) -> None:
    ran = ralex("doctor", "--ask")

    lines = ran.out.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("Asking 4 models one word each, for $"))
    assert [line.split()[:3] for line in lines[first + 1 :]] == [
        ["ok", "cheap", "lan/small:"],
        ["ok", "smart", "lan/large:"],
        ["ok", "yolo", "lan/quick:"],
        ["ok", "local", "box/tiny:"],
    ]
    assert len(asked_engine.requests) == 4
    assert ralex("spend", "--json").json["n_answers"] == 4


def test_ask_tells_who_did_not_answer(ralex: Ralex, asked_engine: ScriptedEngine) -> None:
    asked_engine.script(Fail(KeyRefused("lan refused the key", may_be_billed=False)))

    ran = ralex("doctor", "--ask", "--json")

    (small, *others) = ran.json["asked"]
    assert (small["ok"], small["error"], small["message"]) == (False, "KeyRefused", "lan refused the key")
    assert all(each["ok"] for each in others)
    assert CANARY not in ran.out + ran.err
