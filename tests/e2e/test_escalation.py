"""A tier up by one key, in a real pseudo-terminal: who was asked, what is on the disk, what the next start shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ralex_tui.adapters.tinydb_labels import TinydbLabels
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.ledger import Entry
from ralex_tui.domain.models import Tier
from ralex_tui.domain.remarks import Opinion
from tests.adapters.provider import Reply
from tests.e2e.conftest import ProviderInThread
from tests.e2e.terminal import Terminal

Start = Callable[..., Terminal]
Configure = Callable[..., None]

USAGE = {"prompt_tokens": 1_000, "completion_tokens": 800}


def entries(home: Path) -> list[Entry]:
    """What the ledger's files hold, read by another process than the app."""
    store = TinydbLedger(home / "data" / "ledger", home / "state" / "owners")
    return [entry for day in store.days() for entry in store.read(day).entries.values()]


def test_one_key_asks_a_tier_up_and_everything_is_on_the_disk(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(("I'm not sure.",), usage=USAGE), Reply(("Of course it is.",), usage=USAGE))
    app = start()
    app.wait_for("Type below.")
    app.type("is it xylophone?\r")
    app.wait_for("$4.9977")
    app.wait_for("^r asks Smart again: it is unsure of itself")

    app.press("ctrl+r")

    app.wait_for("Of course it is.")
    # 1,000 x 2.00 + 800 x 10.00 dollars a million more
    app.wait_for("$4.9877")
    screen = app.wait_for("Auto picks")
    assert "I'm not sure." not in screen
    app.press("up")
    app.wait_for("y copy")
    app.type("+")
    app.wait_for("+ good")
    app.press("ctrl+q")
    assert app.wait_exit() == 0

    first, second = provider.requests
    assert (first["model"], second["model"]) == ("small", "large")
    assert first["messages"] == second["messages"]
    cheap, smart = entries(home)
    assert (cheap.reservation.tier, smart.reservation.tier) == (Tier.CHEAP, Tier.SMART)
    assert [verdict.opinion for verdict in cheap.verdicts] == [Opinion.ESCALATED]
    assert smart.thumb is Opinion.UP
    labels = home / "data" / "labels.journal"
    (label,) = TinydbLabels(labels).all()
    assert label.is_needed
    assert label.answer == cheap.reservation.answer
    assert b"xylophone" not in labels.read_bytes()


def test_the_next_start_shows_the_thumb(start: Start, configure: Configure, provider: ProviderInThread) -> None:
    configure()
    provider.script(Reply(("An answer.",), usage=USAGE))
    app = start()
    app.wait_for("Type below.")
    app.type("remember this\r")
    app.wait_for("$4.9977")
    app.type("/bad\r")
    app.wait_for("bad  ")
    app.press("ctrl+q")
    app.wait_exit()

    again = start()
    again.wait_for("Type below.")
    again.press("ctrl+s")
    again.wait_for("enter open")
    again.press("enter")

    screen = again.wait_for("An answer.")
    assert "− bad" in screen
