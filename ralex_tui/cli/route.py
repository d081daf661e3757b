"""`ralex route`: what Auto would do with a text, why, and what it would cost. Sends nothing."""

from __future__ import annotations

import sys
from typing import Any

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import money_json, write_json
from ralex_tui.domain.auto import Pick
from ralex_tui.domain.auto_learning import Learned
from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.models import Catalogue, Mode, Tier
from ralex_tui.domain.rules import Prompt
from ralex_tui.domain.text import visible_line
from ralex_tui.services.auto import AutoService
from ralex_tui.services.learning import LearningService
from ralex_tui.services.quote import DraftQuote, History, TierQuote, quote


@click.command("route")
@click.argument("text", required=False)
@click.option(
    "--jsonl", is_flag=True, help='Read {"prompt": TEXT} a line from stdin, write {"tier", "score", "reason"}.'
)
@click.option("--quality", type=click.FloatRange(0, 1), help="The share of Smart's quality to keep, for this once.")
@click.option("--why", is_flag=True, help="Tell how the pick came about, and what was learned here.")
@click.option("--export", is_flag=True, help="Write every label that Auto learns from, a JSON object a line.")
@click.option("--reset", is_flag=True, help="Forget all that Auto learned here.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def command(
    options: Options,
    text: str | None,
    jsonl: bool,
    quality: float | None,
    why: bool,
    export: bool,
    reset: bool,
    as_json: bool,
) -> int:
    """Tell which tier and model TEXT would go to now, why, and at what price. Nothing is sent."""
    if [text is not None, jsonl, export, reset].count(True) != 1:
        hint = "such as: ralex route 'what is a monad'"
        raise UsageError("give one of: a TEXT, --jsonl with prompts on stdin, --export, --reset", hint=hint)
    setup = options.setup_with_notices()
    with bootstrap.open_labels(setup) as learning:
        if export:
            return _export(learning)
        if reset:
            return _reset(learning, as_json)
        learned = learning.learned_sync()
        auto = bootstrap.make_auto(setup, quality, learning.adjust)
        if jsonl:
            # Imported here: the one text has no need of it.
            from ralex_tui.cli.route_lines import route_lines

            return route_lines(auto, sys.stdin.buffer, sys.stdout)
        assert text is not None  # one of the four
        return _route(setup, auto, learned if why else None, text, as_json)


def _route(setup: bootstrap.Setup, auto: AutoService, learned: Learned | None, text: str, as_json: bool) -> int:
    catalogue = bootstrap.catalogue(setup)
    draft = _quote(setup, auto, catalogue, text)
    pick = auto.pick(Prompt(text, draft.n_tokens), catalogue)
    if as_json:
        write_json(_json(draft, pick, auto, text))
    else:
        print("\n".join([*_text(draft, pick), *(_why(pick, auto, learned, text) if learned is not None else ())]))
    if draft.problem is not None:
        raise draft.problem
    return 0


def _export(learning: LearningService) -> int:
    for label in learning.export_sync():
        write_json(label)
    return 0


def _reset(learning: LearningService, as_json: bool) -> int:
    n_forgotten = learning.reset_sync()
    if as_json:
        write_json({"forgotten": n_forgotten})
    else:
        print(f"forgot {n_forgotten} {'label' if n_forgotten == 1 else 'labels'}; the shipped score counts")
    return 0


def _quote(setup: bootstrap.Setup, auto: AutoService, catalogue: Catalogue, text: str) -> DraftQuote:
    with bootstrap.open_ledger(setup) as ledger:
        left = ledger.day_budget_sync().left
    return quote(text, Mode.AUTO, catalogue, setup.policy.state(left), History(), {}, auto)


def _text(draft: DraftQuote, pick: Pick) -> list[str]:
    if draft.route is None:
        return [f"{pick.tier.label}: {visible_line(pick.reason)}"]
    lines = [
        f"{draft.route.tier.label}: {visible_line(draft.route.reason)}",
        f"model: {visible_line(draft.route.model.ref.id)}",
    ]
    if draft.route.wanted is not None:
        lines[0] += f"; Auto would pick {draft.route.wanted.label}: {visible_line(pick.reason)}"
    lines.append(f"price: {_show_price(draft.tiers[draft.route.tier])}, for about {draft.n_tokens} tokens of input")
    return lines


def _why(pick: Pick, auto: AutoService, learned: Learned, text: str) -> list[str]:
    """The score against its threshold, the terms that made it, and what was learned here."""
    shipped = auto.shipped(text)
    lines = [f"score: {pick.score:.3f} that Smart is needed; Smart answers from {auto.threshold:.3f} on"]
    lines += [f"  {term.weight:+.3f} {visible_line(term.name)}" for term in shipped.terms]
    lines.append(f"decided by: {pick.by.value}")
    used = f"{learned.what}, so that {shipped.score:.3f} became {pick.score:.3f}" if learned.is_used else "not used"
    lines.append(f"learned here: {used}; {visible_line(learned.why)}")
    return lines


def _show_price(tier: TierQuote) -> str:
    if tier.is_free:
        return "free"
    if tier.about is None or tier.at_most is None:
        return "unknown, so it would be refused"
    return f"about {tier.about}, at most {tier.at_most}"


def _json(draft: DraftQuote, pick: Pick, auto: AutoService, text: str) -> dict[str, Any]:
    route = draft.route
    return {
        "tier": route.tier.value if route else pick.tier.value,
        "model": route.model.ref.id if route else None,
        "reason": route.reason if route else pick.reason,
        "wanted": route.wanted.value if route and route.wanted else None,
        "score": round(pick.score, 6),
        "threshold": round(auto.threshold, 6),
        "by": pick.by.value,
        "terms": [{"name": term.name, "weight": round(term.weight, 6)} for term in auto.shipped(text).terms],
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
