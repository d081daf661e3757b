"""`ralex route`: what Auto would do with a text, and what it would cost. Sends nothing."""

from __future__ import annotations

from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import money_json, write_json
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.routing import pick_tier
from ralex_tui.domain.text import visible_line
from ralex_tui.services.quote import DraftQuote, History, TierQuote, quote


@click.command("route")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(options: Options, text: str, as_json: bool) -> int:
    """Tell which tier and model TEXT would go to now, why, and at what price. Nothing is sent."""
    setup = options.setup_with_notices()
    draft = _quote(setup, text)
    if as_json:
        write_json(_json(text, draft))
    else:
        print(_text(text, draft))
    if draft.problem is not None:
        raise draft.problem
    return 0


def _quote(setup: bootstrap.Setup, text: str) -> DraftQuote:
    with bootstrap.open_ledger(setup) as ledger:
        left = ledger.day_budget_sync().left
    return quote(text, Mode.AUTO, bootstrap.catalogue(setup), setup.policy.state(left), History(), {})


def _text(text: str, draft: DraftQuote) -> str:
    if draft.route is None:
        pick = pick_tier(text)
        return f"{pick.tier.label}: {pick.reason}"
    lines = [f"{draft.route.tier.label}: {draft.route.reason}", f"model: {visible_line(draft.route.model.ref.id)}"]
    if draft.route.wanted is not None:
        lines[0] += f"; the text asks for {draft.route.wanted.label}"
    lines.append(f"price: {_show_price(draft.tiers[draft.route.tier])}, for about {draft.n_tokens} tokens of input")
    return "\n".join(lines)


def _show_price(tier: TierQuote) -> str:
    if tier.is_free:
        return "free"
    if tier.about is None or tier.at_most is None:
        return "unknown, so it would be refused"
    return f"about {tier.about}, at most {tier.at_most}"


def _json(text: str, draft: DraftQuote) -> dict[str, Any]:
    route, pick = draft.route, pick_tier(text)
    return {
        "tier": route.tier.value if route else pick.tier.value,
        "model": route.model.ref.id if route else None,
        "reason": route.reason if route else pick.reason,
        "wanted": route.wanted.value if route and route.wanted else None,
        "n_input": draft.n_tokens,
        "tiers": {tier.value: _tier_json(draft.tiers[tier]) for tier in Tier if tier in draft.tiers},
        "error": draft.problem.message if draft.problem else None,
        "hint": draft.problem.hint if draft.problem else None,
    }


def _tier_json(tier: TierQuote) -> dict[str, Any]:
    return {
        "model": tier.model.ref.id if tier.model else None,
        **money_json("about", tier.about),
        **money_json("at_most", tier.at_most),
    }
