"""`ralex prices`: the models of each tier, whether they can be reached, and what they cost; prices old and new."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import note, price_json, show_rate, table, write_json
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.price_changes import PriceChange
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.domain.text import visible_line
from ralex_tui.services.prices import PriceService

_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")


@dataclass(frozen=True, slots=True)
class _Row:
    tier: Tier
    ref: ModelRef
    price: Price | None
    is_reachable: bool
    change: PriceChange | None


@click.group("prices", invoke_without_command=True)
@click.option("--refresh", is_flag=True, help="Fetch OpenRouter's prices and show what has changed.")
@click.option("--accept", metavar="MODEL", help="Let a steep fall of MODEL's price count, or of `all`.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_context
def command(ctx: click.Context, refresh: bool, accept: str | None, as_json: bool) -> int:
    """The models of each tier in order, with dollars for a million tokens.

    A model can be reached where its key is set or its server is yours; nothing is asked of it.

    A fetched price that rises counts at once. One that falls counts once --refresh or the app has
    shown it; one that falls by more than 75 % once it is accepted. Prices of your own always win.
    """
    n_deeds = refresh + (accept is not None) + (ctx.invoked_subcommand is not None)
    if n_deeds > 1:
        raise UsageError("--refresh, --accept and set can't be done at once", hint="one after the other")
    if ctx.invoked_subcommand is not None:
        return 0
    options: Options = ctx.obj
    setup = options.setup_with_notices()
    with bootstrap.open_prices(setup) as prices:
        if accept is not None:
            return _accept(prices, accept, as_json)
        if refresh:
            return asyncio.run(_refresh(prices, as_json))
        return _list(setup, prices, as_json)


@command.command("set")
@click.argument("model")
@click.option("--input", "rate_in", metavar="USD", help="Dollars for a million tokens of input.")
@click.option("--output", "rate_out", metavar="USD", help="Dollars for a million tokens of output.")
@click.option("--free", is_flag=True, help="It costs nothing, and goes on after the day's limit.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def set_price(
    options: Options, model: str, rate_in: str | None, rate_out: str | None, free: bool, as_json: bool
) -> int:
    """Enter a price of your own for MODEL, written provider/name; it wins over all others."""
    if not free and (rate_in is None or rate_out is None):
        raise UsageError("a price has an input and an output", hint="--input 0.10 --output 0.40, or --free")
    try:
        ref = ModelRef(model)
    except ValueError:
        raise UsageError(f"a model is written provider/name, not {visible_line(model, 60)!r}") from None
    setup = options.setup_with_notices()
    with bootstrap.open_prices(setup) as prices:
        price = asyncio.run(prices.enter(ref, _amount(rate_in), _amount(rate_out), free=free))
    if as_json:
        write_json({"model": ref.id, "price": price_json(price), "file": str(setup.paths.prices_file)})
        return 0
    print(f"{visible_line(ref.id, 120)}: {'free' if price.is_free else _rates_text(price.rates)}")
    print(f"written to {visible_line(str(setup.paths.prices_file))}")
    if not any(ref in tier.models for tier in setup.settings.tiers.values()):
        note("no tier has this model yet: name it under tiers: in config.yaml")
    return 0


def _list(setup: bootstrap.Setup, prices: PriceService, as_json: bool) -> int:
    rows = _rows(setup, prices)
    dated = setup.settings.prices_dated
    if as_json:
        models = [
            {
                "tier": row.tier.value,
                "model": row.ref.id,
                "reachable": row.is_reachable,
                "price": price_json(row.price),
                "change": _change_json(row.change) if row.change else None,
            }
            for row in rows
        ]
        fetched_at = prices.fetched_at.isoformat() if prices.fetched_at else None
        write_json({"dated": dated.isoformat() if dated else None, "fetched_at": fetched_at, "models": models})
        return 0
    _tell_notice(prices)
    head = ["tier", "model", "", "input", "output", "cached", "date", "source", "change"]
    print(table([head, *(_cells(row) for row in rows)], right=(3, 4, 5)))
    print("US dollars for a million tokens; ready: its key or server is there")
    if any(row.change for row in rows):
        print("change: what is fetched and does not count in full yet; `ralex prices --refresh` shows it")
    return 0


async def _refresh(prices: PriceService, as_json: bool) -> int:
    unseen = await prices.refresh()
    changes = prices.pending()
    at = prices.fetched_at
    if as_json:
        write_json(
            {
                "fetched_at": at.isoformat() if at else None,
                "left_out": prices.n_left_out,
                "changes": [_change_json(change) for change in changes],
            }
        )
    else:
        print("\n".join(line for change in changes for line in _change_lines(change)) or "no price has changed")
        if prices.n_left_out:
            verb = "has" if prices.n_left_out == 1 else "have"
            print(f"of the list, {prices.n_left_out} {verb} no price that can be used")
    # Only now: what could not be written out was not shown.
    await prices.mark_shown(unseen)
    return 0


def _accept(prices: PriceService, model: str, as_json: bool) -> int:
    accepted = asyncio.run(prices.accept(None if model == "all" else model))
    if as_json:
        write_json({"accepted": [change.model for change in accepted]})
        return 0
    for change in accepted:
        print(f"{visible_line(change.model, 120)}: {_price_text(change.after)}")
    if not accepted:
        print("no change is waiting")
    return 0


def _rows(setup: bootstrap.Setup, prices: PriceService) -> list[_Row]:
    changes = {change.model: change for change in prices.pending()}
    rows = []
    for tier, plan in bootstrap.catalogue(setup, prices).tiers.items():
        ready = {model.ref for model in plan.models}
        rows += [_Row(tier, ref, prices.price(ref), ref in ready, changes.get(ref.id)) for ref in plan.candidates]
    return rows


def _cells(row: _Row) -> list[str]:
    return [
        row.tier.value,
        visible_line(row.ref.id, 60),
        "ready" if row.is_reachable else "",
        *_price_cells(row.price),
        _kind_of(row.change) if row.change else "",
    ]


def _price_cells(price: Price | None) -> list[str]:
    if price is None:
        return ["unknown", "", "", "", ""]
    dated = price.dated.isoformat() if price.dated else ""
    if price.is_free:
        return ["free", "", "", dated, visible_line(price.source)]
    rates = price.rates
    shown = [show_rate(rate) for rate in (rates.input, rates.output, rates.cache_read)]
    return [*shown, dated, visible_line(price.source)]


def _kind_of(change: PriceChange) -> str:
    """What a change is, in a word or three."""
    if change.before is None:
        return "new"
    kinds = [word for word, is_so in (("rise", change.is_rise), ("fall", change.is_fall)) if is_so]
    return " and ".join(kinds) + (", to be accepted" if change.needs_accepting else "")


def _change_lines(change: PriceChange) -> list[str]:
    """A change for people, as it stands once it is shown."""
    lines = [f"{visible_line(change.model, 120)}: {_kind_of(change)}"]
    lines += [
        f"  {each.name}: {show_rate(each.before) or 'none'} -> {show_rate(each.after) or 'none'}"
        for each in change.differences
    ]
    if not change.needs_accepting:
        return [*lines, f"  counts now: {_price_text(change.after)}"]
    accept = f"ralex prices --accept {visible_line(change.model, 120)}"
    return [*lines, f"  counts now: {_price_text(change.counts)}", f"  it falls far; if that is true: {accept}"]


def _price_text(price: Price) -> str:
    parts = [_rates_text(price.rates)]
    if price.long_context is not None and price.long_context_over is not None:
        parts.append(f"over {price.long_context_over:,} tokens {_rates_text(price.long_context)}")
    if price.request_fee:
        parts.append(f"each request {show_rate(price.request_fee)}")
    return "; ".join(parts)


def _rates_text(rates: Rates) -> str:
    listed = ((kind.replace("_", " "), getattr(rates, kind)) for kind in _KINDS)
    return ", ".join(f"{kind} {show_rate(rate)}" for kind, rate in listed if rate is not None)


def _change_json(change: PriceChange) -> dict[str, Any]:
    return {
        "model": change.model,
        "before": price_json(change.before),
        "after": price_json(change.after),
        "counts": price_json(change.counts),
        "is_rise": change.is_rise,
        "is_fall": change.is_fall,
        "needs_accepting": change.needs_accepting,
    }


def _amount(text: str | None) -> Usd:
    try:
        return ZERO if text is None else Usd.parse(text)
    except ValueError:
        raise UsageError(f"{visible_line(text or '', 40)!r} is not an amount of dollars", hint="such as 0.10") from None


def _tell_notice(prices: PriceService) -> None:
    if prices.notice:
        note(f"ralex: {prices.notice}")
