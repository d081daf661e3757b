"""`ralex doctor`: whether everything that ralex needs is there and works. Sends only free requests.

--json is one object: ok, and `checks` with name, state (ok, warning, failed, not tried), detail, hint.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import write_json
from ralex_tui.domain.errors import ConfigError, StorageError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import bundled
from ralex_tui.services.health import Check, CheckState, check_all, failure, has_failed

_SIGNS = {CheckState.OK: "ok", CheckState.WARNING: "warning", CheckState.FAILED: "FAILED", CheckState.SKIPPED: "-"}


@click.command("doctor")
@click.option("--local", "with_local", is_flag=True, help="Start the embedded model too.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(options: Options, with_local: bool, as_json: bool) -> int:
    """Check packages, keys, settings, folders, ledger, models and prices; exit code 1 if one essential fails.

    Keys are told by name, never shown. Providers are asked for a list, which costs nothing.
    """
    checks = _checks(options, with_local=with_local)
    is_ok = not has_failed(checks)
    if as_json:
        rows = [
            {"name": check.name, "state": check.state.value, "detail": check.detail, "hint": check.hint}
            for check in checks
        ]
        write_json({"ok": is_ok, "checks": rows})
    else:
        print("\n".join(_line(check) for check in checks))
    return 0 if is_ok else 1


def _checks(options: Options, *, with_local: bool) -> list[Check]:
    try:
        setup = options.setup_with_notices()
        config = Check("config", CheckState.OK, "the settings can be used")
    except ConfigError as error:
        # The rest is still worth knowing; it is looked at with the defaults.
        config = failure("config", error)
        try:
            setup = replace(options, config=str(bundled("config.yaml"))).setup_with_notices()
        except StorageError as storage_error:
            return [config, failure("data folder", storage_error)]
    except StorageError as error:
        return [failure("data folder", error)]
    facts = bootstrap.doctor_facts(setup)
    today = setup.policy.day_of(datetime.now(UTC))
    return [config, *asyncio.run(check_all(facts, today, with_local=with_local))]


def _line(check: Check) -> str:
    line = f"{_SIGNS[check.state]:8}{check.name:20}{visible_line(check.detail)}"
    if check.hint and check.state is not CheckState.OK:
        line += f"\n{'':28}{visible_line(check.hint)}"
    return line
