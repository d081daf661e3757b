"""`ralex doctor`: whether everything that ralex needs is there and works. Free requests only, unless --ask is given.

--json is one object: ok; `checks` with group, name, state (ok, warning, failed, not tried), detail, note, hint;
`deployments` as `ralex models --json` has them; with --ask `asked`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.models import row_json
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import figure_json, money_json, show_figure, table, write_json
from ralex_tui.domain.errors import ConfigError, StorageError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import bundled
from ralex_tui.services.asking import Asked
from ralex_tui.services.checks import Check, CheckState, failure, has_failed
from ralex_tui.services.deployment_rows import DeploymentRow
from ralex_tui.services.health import Facts, Findings, check_all

_SIGNS = {CheckState.OK: "ok", CheckState.WARNING: "warning", CheckState.FAILED: "FAILED", CheckState.SKIPPED: "-"}
_SETTINGS = "Settings"


@dataclass(frozen=True, slots=True)
class _Report:
    """All that was found, by the names of the groups."""

    groups: tuple[tuple[str, tuple[Check, ...]], ...]
    deployments: Sequence[DeploymentRow] = ()

    @property
    def checks(self) -> list[tuple[str, Check]]:
        return [(group, check) for group, checks in self.groups for check in checks]


@click.command("doctor")
@click.option("--local", "with_local", is_flag=True, help="Start the embedded model too.")
@click.option("--ask", is_flag=True, help="Ask each model for one word. PAID: counted and limited like any answer.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(options: Options, with_local: bool, ask: bool, as_json: bool) -> int:
    """Check packages, keys, settings, folders, ledger, models and prices; exit code 1 if one essential fails.

    Keys are told by name, never shown. Providers are asked for a list, which costs nothing.
    """
    setup, config = _setup(options)
    report = _Report(((_SETTINGS, (config,)),))
    if setup is not None:
        facts = bootstrap.doctor_facts(setup, asks_terminal=not as_json)
        report = asyncio.run(_examine(report, facts, setup, with_local=with_local))
    is_ok = not has_failed([check for _, check in report.checks])
    if not as_json:
        print(_text(report))
    asked = asyncio.run(_ask_each(setup, tells=not as_json)) if ask and setup is not None else None
    if as_json:
        write_json({"ok": is_ok, **_json(report), **({"asked": asked} if asked is not None else {})})
    return 0 if is_ok else 1


def _setup(options: Options) -> tuple[bootstrap.Setup | None, Check]:
    """The settings, or the defaults where they can't be used: the rest is still worth knowing."""
    try:
        return options.setup_with_notices(), Check("config", CheckState.OK, "the settings can be used")
    except ConfigError as error:
        config = failure("config", error)
        try:
            return replace(options, config=str(bundled("config.yaml"))).setup_with_notices(), config
        except StorageError as storage_error:
            return None, failure("data folder", storage_error)
    except StorageError as error:
        return None, failure("data folder", error)


async def _examine(report: _Report, facts: Facts, setup: bootstrap.Setup, *, with_local: bool) -> _Report:
    now = datetime.now(UTC)
    found: list[Findings] = await check_all(facts, now, setup.policy.day_of(now), with_local=with_local)
    groups = tuple((findings.group.value, findings.checks) for findings in found)
    rows = await facts.deployments() if facts.deployments is not None else ()
    return _Report((*report.groups, *groups), rows)


async def _ask_each(setup: bootstrap.Setup, *, tells: bool) -> list[dict[str, Any]]:
    """Ask each model for a word; what came of it, as objects. Each is told as it comes, after what it may cost."""
    found = []
    async with bootstrap.open_asking(setup) as (asking, deployments):
        if tells:
            most = asking.at_most(model for _, model in deployments)
            print(f"\nAsking {len(deployments)} models one word each, for {most} at most")
        async for asked in asking.ask_each(deployments):
            if tells:
                print(_asked_line(asked), flush=True)
            found.append(_asked_json(asked))
    return found


def _text(report: _Report) -> str:
    blocks = [f"{name}\n" + "\n".join(_line(check) for check in checks) for name, checks in report.groups if checks]
    if report.deployments:
        blocks.append("Deployments\n" + _deployments(report.deployments))
    return "\n\n".join(blocks)


def _line(check: Check) -> str:
    note = f"  ({visible_line(check.note, 80)})" if check.note else ""
    line = f"{_SIGNS[check.state]:8}{visible_line(check.name, 40):20}{visible_line(check.detail)}{note}"
    if check.hint and check.state is not CheckState.OK:
        line += f"\n{'':28}{visible_line(check.hint)}"
    return line


def _deployments(rows: Sequence[DeploymentRow]) -> str:
    """A row each, and below what went wrong last with those that are in trouble."""
    head = ["", "tier", "model", "first token", "requests", "errors", "time-outs"]
    lines = [table([head, *(_cells(row) for row in rows)], right=(3, 4, 5, 6))]
    lines += [
        f"{'':28}{visible_line(row.model.ref.id, 60)}: {visible_line(row.health.last_message)}"
        for row in rows
        if row.is_trouble and row.health.last_message
    ]
    return "\n".join(lines)


def _cells(row: DeploymentRow) -> list[str]:
    health = row.health
    return [
        row.word,
        row.tier.value,
        visible_line(row.model.ref.id, 60),
        f"{health.latency_s:.2f} s" if health.latency_s is not None else "",
        str(health.n_requests) if health.n_requests else "",
        f"{row.error_percent} %" if health.n_failures else "",
        f"{row.timeout_percent} %" if health.n_timeouts else "",
    ]


def _json(report: _Report) -> dict[str, Any]:
    checks = [
        {
            "name": check.name,
            "state": check.state.value,
            "detail": check.detail,
            "hint": check.hint,
            "group": group,
            "note": check.note,
        }
        for group, check in report.checks
    ]
    return {"checks": checks, "deployments": [row_json(row) for row in report.deployments]}


def _asked_line(asked: Asked) -> str:
    sign = _SIGNS[CheckState.WARNING if asked.error else CheckState.OK]
    cost = f", {show_figure(asked.cost)}" if asked.cost is not None else ", nothing was sent"
    first = "" if asked.first_token_s is None else f"first token after {asked.first_token_s:.2f} s"
    said = visible_line(asked.error.message) if asked.error else first or "answered without a word"
    return f"{sign:8}{asked.tier.value:8}{visible_line(asked.model.ref.id, 60)}: {said}{cost}"


def _asked_json(asked: Asked) -> dict[str, Any]:
    return {
        "tier": asked.tier.value,
        "model": asked.model.ref.id,
        "ok": asked.error is None,
        "first_token_s": asked.first_token_s,
        **(figure_json("cost", asked.cost) if asked.cost is not None else money_json("cost", None)),
        "error": type(asked.error).__name__ if asked.error else None,
        "message": visible_line(asked.error.message) if asked.error else None,
    }
