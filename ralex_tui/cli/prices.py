"""`ralex prices`: the models of each tier, whether they can be reached, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import price_json, show_rate, table, write_json
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.text import visible_line


@dataclass(frozen=True, slots=True)
class _Row:
    tier: Tier
    ref: ModelRef
    price: Price | None
    is_reachable: bool


@click.command("prices")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(options: Options, as_json: bool) -> int:
    """The models of each tier in order, with dollars for a million tokens.

    A model can be reached where its key is set or its server is yours; nothing is asked of it.
    """
    setup = options.setup_with_notices()
    rows = _rows(setup)
    dated = setup.settings.prices_dated
    if as_json:
        models = [
            {"tier": row.tier.value, "model": row.ref.id, "reachable": row.is_reachable, "price": price_json(row.price)}
            for row in rows
        ]
        write_json({"dated": dated.isoformat() if dated else None, "models": models})
        return 0
    head = ["tier", "model", "", "input", "output", "cached", "date", "source"]
    print(table([head, *(_cells(row) for row in rows)], right=(3, 4, 5)))
    print("US dollars for a million tokens; ready: its key or server is there")
    return 0


def _rows(setup: bootstrap.Setup) -> list[_Row]:
    rows = []
    for tier, plan in bootstrap.catalogue(setup).tiers.items():
        ready = {model.ref: model for model in plan.models}
        for ref in plan.candidates:
            price = ready[ref].price if ref in ready else setup.settings.prices.get(ref.id)
            rows.append(_Row(tier, ref, price, ref in ready))
    return rows


def _cells(row: _Row) -> list[str]:
    cells = [row.tier.value, visible_line(row.ref.id, 60), "ready" if row.is_reachable else ""]
    price = row.price
    if price is None:
        return [*cells, "unknown", "", "", "", ""]
    if price.is_free:
        return [*cells, "free", "", "", price.dated.isoformat() if price.dated else "", visible_line(price.source)]
    rates = price.rates
    dated = price.dated.isoformat() if price.dated else ""
    return [
        *cells,
        show_rate(rates.input),
        show_rate(rates.output),
        show_rate(rates.cache_read),
        dated,
        visible_line(price.source),
    ]
