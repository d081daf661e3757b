"""`ralex spend --reconcile`: the ledger's sums beside those of the providers that tell theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ralex_tui import bootstrap
from ralex_tui.cli.output import money_json, table, write_json
from ralex_tui.domain.text import visible_line
from ralex_tui.services.reconcile import Reconciled


def reconcile(setup: bootstrap.Setup, *, as_json: bool) -> int:
    """Ask, file the answers and print them; the exit code: 0 where all agree, else 1."""
    found = asyncio.run(_ask(setup))
    if as_json:
        write_json({"providers": [_json(one) for one in found]})
    else:
        print(_text(found))
    return 0 if all(one.agrees or one.is_first for one in found) else 1


async def _ask(setup: bootstrap.Setup) -> list[Reconciled]:
    with bootstrap.open_reconcile(setup) as service:
        return await service.run()


def _text(found: Sequence[Reconciled]) -> str:
    if not found:
        return "no provider in use tells what its key has spent: OpenRouter and LiteLLM proxies do"
    rows = [["provider", "since (UTC)", "theirs", "ledger", "drift", ""]]
    rows += [_row(one) for one in found if one.result is not None]
    lines = [table(rows, right=(2, 3, 4))] if len(rows) > 1 else []
    for one in found:
        if one.problem is not None:
            lines.append(f"{visible_line(one.provider, 40)} was not asked: {one.problem.message}")
    if any(one.result is not None and one.result.drift.nano > 0 and not one.agrees for one in found):
        lines.append("the provider counts more: another program uses the key, or an answer cost more than was known")
    if any(one.result is not None and one.result.drift.nano < 0 and not one.agrees for one in found):
        lines.append("the ledger counts more: its estimates err upwards, and a provider's sum may lag behind")
    return "\n".join(lines)


def _row(one: Reconciled) -> list[str]:
    assert one.result is not None
    result = one.result
    name = visible_line(result.provider, 40)
    if one.is_first:
        return [name, "now", "", "", "", f"noted at {result.total.show()}; compared from the next time on"]
    mark = "agrees" if one.agrees else "differs"
    held = f", {one.held} on its way" if one.held else ""
    sums = [result.theirs.show(), result.ours.show(), result.drift.show()]
    return [name, f"{result.since:%Y-%m-%d %H:%M}", *sums, mark + held]


def _json(one: Reconciled) -> dict[str, Any]:
    result = one.result
    return {
        "provider": one.provider,
        "problem": one.problem.message if one.problem is not None else None,
        "since": result.since.isoformat() if result is not None else None,
        "is_first": one.is_first,
        "agrees": one.agrees,
        **money_json("theirs", result.theirs if result is not None else None),
        **money_json("ours", result.ours if result is not None else None),
        **money_json("drift", result.drift if result is not None else None),
        **money_json("held", one.held),
    }
