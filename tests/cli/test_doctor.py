"""`ralex doctor`: findings as lines or JSON, and an exit code that a script can trust."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui import bootstrap
from ralex_tui.services.health import Facts
from tests.cli.conftest import CANARY, Ran
from tests.services.test_health import HEALTHY

Ralex = Callable[..., Ran]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    monkeypatch.setattr(bootstrap, "doctor_facts", lambda setup: HEALTHY, raising=False)
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
    }
    assert {"litellm", "OPENROUTER_API_KEY", "data folder", "ledger", "embedded model", "answers", "prices"} <= {
        check["name"] for check in content["checks"]
    }


def test_essential_failure_is_1(ralex: Ralex, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(HEALTHY, versions=lambda: {"litellm": None})
    monkeypatch.setattr(bootstrap, "doctor_facts", lambda setup: broken, raising=False)

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
