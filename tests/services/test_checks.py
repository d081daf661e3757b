"""What facts mean to the doctor: disk, terminal, money, servers, tiers; and what to do about each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ralex_tui.domain.events import Way
from ralex_tui.domain.local import FoundModel, FoundServer
from ralex_tui.domain.models import Catalogue, ModelRef, Tier, TierPlan
from ralex_tui.ports.computer import DiskFacts, TerminalFacts
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.services.checks import (
    Check,
    CheckState,
    MoneyFacts,
    PriceFacts,
    check_engine,
    check_money,
    check_price_list,
    check_servers,
    check_tiers,
)
from ralex_tui.services.computer_checks import check_disk, check_terminal
from tests.samples import LOCAL, MODEL

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FINE = DiskFacts(free_bytes=83_000_000_000, n_running=1)
GOOD = TerminalFacts(term="xterm-256color", n_colours=256, clipboard=("wl-copy",), kitty_keys=True, glyph_cells=1)
SERVER = FoundServer("ollama", "Ollama", "127.0.0.1:11434", "http://127.0.0.1:11434/v1")


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def test_a_good_disk_has_nothing_to_do() -> None:
    checks = check_disk(FINE)

    assert {check.state for check in checks} == {CheckState.OK}
    assert named(checks, "space").detail == "83 GB free"
    assert named(checks, "locks").detail == "one ralex runs"


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        ({"free_bytes": 40_000_000}, "space", "make room"),
        ({"network": "nfs4"}, "file system", "--home DIR"),
        ({"holder": "process 7 (ralex)"}, "locks", "look again"),
        ({"n_stale": 21}, "locks", "start ralex once"),
    ],
)
def test_a_bad_disk_is_a_warning_with_what_to_do(fault: dict[str, Any], name: str, words: str) -> None:
    check = named(check_disk(replace(FINE, **fault)), name)

    assert check.state is CheckState.WARNING
    assert words in check.hint


def test_a_good_terminal_has_nothing_to_do() -> None:
    assert {check.state for check in check_terminal(GOOD)} == {CheckState.OK}


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        ({"term": "dumb"}, "terminal", "move its cursor"),
        ({"columns": 79}, "size", "80 x 24"),
        ({"encoding": "ANSI_X3.4-1968"}, "characters", "UTF-8"),
        ({"glyph_cells": 2}, "glyphs", "ui.glyphs: ascii"),
        ({"clipboard": (), "has_osc52": False}, "clipboard", "xclip"),
    ],
)
def test_a_lesser_terminal_is_a_warning_with_what_to_do(fault: dict[str, Any], name: str, words: str) -> None:
    check = named(check_terminal(replace(GOOD, **fault)), name)

    assert check.state is CheckState.WARNING
    assert words in check.hint


@pytest.mark.parametrize(
    ("told", "name", "detail"),
    [
        ({"n_colours": 0, "why_colours": "NO_COLOR"}, "colours", "no colours"),
        ({"n_colours": 16}, "colours", "16 colours"),
        ({"n_colours": 1 << 24}, "colours", "16 million colours"),
        ({"kitty_keys": False}, "keys", "shift+enter sends; alt+enter or ctrl+j breaks the line"),
        ({"kitty_keys": None}, "keys", "not asked"),
        ({"synchronised": False}, "frames", "may flicker: not shown as a whole"),
        ({"glyph_cells": None, "is_east_asian": True}, "glyphs", "may be drawn two wide in this locale"),
        ({"clipboard": ()}, "clipboard", "by the terminal (OSC 52), where it lets programs"),
        ({"encoding": "utf8"}, "characters", "UTF-8"),
    ],
)
def test_what_a_terminal_can_do_is_told_and_is_no_fault(told: dict[str, Any], name: str, detail: str) -> None:
    check = named(check_terminal(replace(GOOD, **told)), name)

    assert check.detail == detail
    assert check.state in (CheckState.OK, CheckState.SKIPPED)


def test_output_that_goes_to_a_file_is_not_judged_as_a_terminal() -> None:
    (check,) = check_terminal(TerminalFacts(is_terminal=False))

    assert check.state is CheckState.SKIPPED


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        ({}, CheckState.OK, "steered by a time server"),
        ({"is_synchronised": False}, CheckState.OK, "not known to follow a time server"),
        ({"is_behind": True}, CheckState.WARNING, "it is behind 2026-11-23"),
        ({"doubted": date(2027, 1, 1)}, CheckState.WARNING, "it names 2027-01-01"),
    ],
)
def test_the_clock_is_told_as_the_ledger_sees_it(facts: dict[str, Any], state: CheckState, words: str) -> None:
    check = named(check_money(MoneyFacts(date(2026, 11, 23), 2, "Europe/Paris", **facts)), "clock")

    assert check.state is state
    assert words in check.detail


def test_held_requests_are_counted() -> None:
    check = named(check_money(MoneyFacts(date(2026, 11, 23), 2, "UTC")), "held requests")

    assert check.detail == "2 on their way"


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (PriceFacts(NOW - timedelta(days=2), is_wanted=True), CheckState.OK),
        (PriceFacts(NOW - timedelta(days=8), is_wanted=True), CheckState.WARNING),
        (PriceFacts(NOW - timedelta(days=8)), CheckState.OK),
        (PriceFacts(None, is_wanted=True), CheckState.WARNING),
        (PriceFacts(NOW, notice="it can't be read"), CheckState.WARNING),
    ],
)
def test_an_old_price_list_is_a_warning_where_it_is_fetched(facts: PriceFacts, state: CheckState) -> None:
    (check,) = check_price_list(facts, NOW)

    assert check.state is state


def test_a_price_list_that_nobody_wants_is_not_told() -> None:
    assert check_price_list(PriceFacts(None), NOW) == []


def test_direct_mode_is_a_warning_with_what_to_do() -> None:
    check = check_engine(EngineStatus(Way.DIRECT, why="LiteLLM hangs", hint="update it"))

    assert (check.state, check.hint) == (CheckState.WARNING, "update it")
    assert check.detail == "direct mode carries requests: LiteLLM hangs"


@pytest.mark.parametrize(("is_ready", "words"), [(True, "carries requests"), (False, "is being loaded")])
def test_litellm_is_told_as_it_is(is_ready: bool, words: str) -> None:
    check = check_engine(EngineStatus(Way.LITELLM, is_ready))

    assert check.state is CheckState.OK
    assert words in check.detail


@pytest.mark.parametrize(
    ("models", "trouble", "state", "detail"),
    [
        ((True, False), "", CheckState.OK, "2 models, 1 of them loaded"),
        ((True,), "", CheckState.OK, "one model, loaded"),
        ((False,), "", CheckState.OK, "one model"),
        ((), "", CheckState.WARNING, "no model that can chat"),
        ((), "it asks for a key", CheckState.WARNING, "it asks for a key"),
    ],
)
def test_a_server_is_told_by_its_models(models: tuple[bool, ...], trouble: str, state: CheckState, detail: str) -> None:
    found = tuple(FoundModel(ModelRef(f"ollama/m{n}"), is_loaded) for n, is_loaded in enumerate(models))

    (check,) = check_servers([replace(SERVER, models=found, trouble=trouble)])

    assert (check.state, check.detail) == (state, detail)


def test_tiers_are_told_by_who_answers_first() -> None:
    plans = {
        Tier.CHEAP: TierPlan(Tier.CHEAP, (MODEL, MODEL), (MODEL.ref,), 100),
        Tier.SMART: TierPlan(Tier.SMART, (), (MODEL.ref, LOCAL.ref), 100),
        Tier.LOCAL: TierPlan(Tier.LOCAL, (), (LOCAL.ref,), 100),
    }

    cheap, smart, local = check_tiers(Catalogue(plans))

    assert (cheap.state, cheap.detail) == (CheckState.OK, "small, then 1 more")
    assert (smart.state, smart.detail) == (CheckState.SKIPPED, "none of its 2 models has its key")
    assert "ralex local install" in local.hint
