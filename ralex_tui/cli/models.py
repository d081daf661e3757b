"""`ralex models`: every model of every tier: its price, its context, and how it has fared in the last day.

--json is one object: `models`, each with tier, model, reachable, local, price, context, condition, requests, errors,
timeouts, first_token_s, last_error, last_error_at, rests_until.
"""

from __future__ import annotations

import asyncio
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import price_json, show_rate, table, write_json
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.text import visible_line
from ralex_tui.services.deployment_rows import DeploymentRow


@click.command("models")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(options: Options, as_json: bool) -> int:
    """Each tier's models in the order in which they would be asked, with dollars for a million tokens.

    Servers on this computer are looked for, such as Ollama; providers are asked for nothing.
    """
    setup = options.setup_with_notices()
    rows = asyncio.run(bootstrap.list_deployments(setup))
    if as_json:
        write_json({"models": [row_json(row) for row in rows]})
        return 0
    head = ["tier", "model", "condition", "input", "output", "context", "first token", "requests", "errors"]
    print(table([head, *(_cells(row) for row in rows)], right=(3, 4, 5, 6, 7, 8)))
    print("US dollars for a million tokens; first token: the median of the last day's answers, in seconds")
    for row in rows:
        if row.is_trouble and row.health.last_message:
            print(f"{visible_line(row.model.ref.id, 60)}: {visible_line(row.health.last_message)}")
    return 0


def row_json(row: DeploymentRow) -> dict[str, Any]:
    """A row as an object; money in dollars for a million tokens, times in seconds or as ISO dates in UTC."""
    health = row.health
    return {
        "tier": row.tier.value,
        "model": row.model.ref.id,
        "reachable": row.is_reachable,
        "local": row.model.is_local,
        "price": price_json(row.model.price),
        "context": row.model.context,
        "condition": row.word,
        "requests": health.n_requests,
        "errors": health.n_failures,
        "timeouts": health.n_timeouts,
        "first_token_s": health.latency_s,
        "last_error": health.last_error or None,
        "last_message": visible_line(health.last_message) or None,
        "last_error_at": health.last_error_at.isoformat() if health.last_error_at else None,
        "rests_until": health.rests_until.isoformat() if health.rests_until else None,
    }


def _cells(row: DeploymentRow) -> list[str]:
    model, health = row.model, row.health
    return [
        row.tier.value,
        visible_line(model.ref.id, 60),
        row.word,
        *_price_cells(model.price),
        f"{model.context:,}" if model.context else "",
        f"{health.latency_s:.2f}" if health.latency_s is not None else "",
        str(health.n_requests) if health.n_requests else "",
        f"{row.error_percent} %" if health.n_failures else "",
    ]


def _price_cells(price: Price | None) -> list[str]:
    if price is None:
        return ["unknown", ""]
    return ["free", ""] if price.is_free else [show_rate(price.rates.input), show_rate(price.rates.output)]
