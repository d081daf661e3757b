"""The notices of the transcript and the lines of empty screens: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from ralex_tui.domain.budget import BudgetState
from ralex_tui.domain.errors import BudgetExceeded, PriceUnknown, RalexError
from ralex_tui.domain.events import Way
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Catalogue, Tier
from ralex_tui.domain.money import ZERO, Usd
from ralex_tui.domain.price_changes import PriceChange
from ralex_tui.domain.routing import Route
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.ui.figures import rate_words
from ralex_tui.ui.gauge import alarm_role
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.snapshot import DayFigures
from ralex_tui.ui.transcript import Notice

ONLY = {
    BudgetState.HEALTHY: "Auto may pick every tier.",
    BudgetState.LOW: "Auto keeps to Cheap, Yolo and Local.",
    BudgetState.CRITICAL: "Auto keeps to Yolo and Local.",
    BudgetState.SPENT: "Local answers until the new day.",
}
"""What each state of the day means for Auto."""


def info(text: str, at: datetime, *, heading: str = "Note", hint: str = "") -> Notice:
    """Something worth knowing that needs no answer."""
    return Notice("info", heading, text, hint, at)


def refused(error: RalexError, at: datetime) -> Notice:
    """Why a message was not sent; for money's sake it is a limit."""
    if isinstance(error, BudgetExceeded):
        return Notice("limit", "Over the limit: nothing was sent", sentence(error.message), sentence(error.hint), at)
    return Notice("warning", "Nothing was sent", sentence(error.message), sentence(error.hint), at)


def trouble(error: RalexError, at: datetime, heading: str) -> Notice:
    """Something of ours went wrong beside the answer."""
    return Notice("warning", heading, sentence(error.message), sentence(error.hint), at)


def stepped_down(route: Route, day: DayFigures, at: datetime) -> Notice:
    """Why a cheaper tier answers than the message asked for."""
    assert route.wanted is not None  # what it was asked for
    *others, last = [tier.label for tier in day.state.tiers]
    allowed = f"{', '.join(others)} and {last}" if others else last
    text = f"{max(ZERO, day.budget.left).show(2)} is left today, so Auto keeps to {allowed}."
    heading = f"Stepped down: {route.wanted.label} to {route.tier.label}"
    return Notice("warning", heading, text, f"F2 picks {route.wanted.label} all the same, if the limit allows it.", at)


def threshold(reached: int, day: DayFigures, at: datetime) -> Notice:
    """One of the user's thresholds was reached: how much is gone, what is left, what Auto makes of it."""
    budget = day.budget
    heading = "Today's limit is reached" if reached >= 100 else f"{reached} % of today is gone"
    apart = f"; {budget.held} more is held" if budget.held else ""
    left = f"{max(ZERO, budget.left)} is left of {budget.limit.show(2)}{apart}."
    level: Literal["warning", "limit", "info"] = "info"
    if (role := alarm_role(reached)) is not None:
        level = "limit" if role == "error" else "warning"
    hint = "shift+F4 shows what it went for."
    return Notice(level, heading, f"{left} {ONLY[day.state]}", hint, at)


def price_unknown(error: PriceUnknown, key: str, at: datetime) -> Notice:
    """A model without a price: nothing can be held for it, so nothing was sent."""
    hint = f"{key} enters the price and sends the message."
    return Notice("warning", "Nothing was sent: its price is not known", sentence(error.message), hint, at)


def price_changed(change: PriceChange, at: datetime) -> Notice:
    """A model's price is another than before: rate by rate, and what counts now."""
    name = visible_line(change.model, 80)
    if change.before is None:
        rates = change.after.rates
        text = f"{name}: {rates.input.show(2)} in, {rates.output.show(2)} out per M."
        return Notice("info", "A price is known now", text, "It counts from now on.", at)
    parts = [f"{each.name} {_rate(each.before)} to {_rate(each.after)}" for each in change.differences]
    text = f"{name}: {', '.join(parts)} per M."
    if change.needs_accepting:
        hint = f"The dearer one counts until you accept it: ralex prices --accept {name}"
        return Notice("warning", "A price would fall steeply", text, hint, at)
    heading = "A price has risen" if change.is_rise else "A price has fallen"
    hint = "It has counted since it was fetched." if change.is_rise else "It counts from now on."
    return Notice("warning" if change.is_rise else "info", heading, text, hint, at)


def _rate(rate: Usd | None) -> str:
    return "not listed" if rate is None else f"${rate_words(rate)}"


def way_changed(status: EngineStatus, at: datetime) -> Notice:
    """LiteLLM failed and requests go to their providers without it, or it is back."""
    if status.way is Way.LITELLM:
        return Notice("info", "LiteLLM is back", "Requests go through it again.", "", at)
    text = f"{sentence(status.why)} Requests go straight to their providers meanwhile; limits and prices hold as ever."
    return Notice("warning", "Emergency direct mode", text.strip(), sentence(status.hint or "it ends by itself"), at)


def recovered(entries: Sequence[Entry], glyphs: Glyphs, at: datetime) -> Notice:
    """What a crash left open and the start has charged."""
    total = Sum.of(entries).cost
    requests = "1 request was" if len(entries) == 1 else f"{len(entries):,} requests were"
    charged = f"{glyphs.mark(total.accuracy)}{total.amount.show()}" if total.amount else "nothing"
    text = f"{requests} cut off by a crash; charged {charged} as an upward estimate."
    return Notice("warning", "Cut off by a crash", text, "The day review lists them (shift+F4).", at)


def empty_line(catalogue: Catalogue) -> str:
    """What an empty conversation says: one line about what to do."""
    ready = "Type below. Nothing is sent before enter."
    if not catalogue.has_any:
        return "No key found, and no local model: run `ralex local install`, or set OPENROUTER_API_KEY."
    clouds = [tier for tier in Tier if tier is not Tier.LOCAL and catalogue.first(tier) is not None]
    return ready if clouds else f"No key found: Local answers. {ready}"


def sentence(text: str) -> str:
    """An error's message as a sentence: a capital first, a full stop last. Clean by the rule for messages."""
    line = visible_line(text, 600)
    if not line:
        return ""
    return line[0].upper() + line[1:] + ("" if line[-1] in ".!?…" else ".")
