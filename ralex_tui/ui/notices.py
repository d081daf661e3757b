"""The notices of the transcript and the lines of empty screens: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ralex_tui.domain.errors import BudgetExceeded, RalexError
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Catalogue, Tier
from ralex_tui.domain.money import ZERO
from ralex_tui.domain.routing import Route
from ralex_tui.domain.text import visible_line
from ralex_tui.domain.usage import Sum
from ralex_tui.ui.glyphs import Glyphs
from ralex_tui.ui.snapshot import DayFigures
from ralex_tui.ui.transcript import Notice


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
