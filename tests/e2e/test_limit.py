"""The limit as two terminals meet it: seen at the provider, who keeps its own bill."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.adapters.provider import Reply
from tests.e2e.conftest import ProviderInThread
from tests.e2e.terminal import Terminal

EMPTY = "Type below"
Start = Callable[..., Terminal]
Configure = Callable[..., None]

# What Cheap bills for this is 0.00253 of a day of 0.0026: what is left pays for no answer more.
DEAR = {"prompt_tokens": 100, "completion_tokens": 1_000}
SHORT = {"prompt_tokens": 100, "completion_tokens": 150}
DAILY = "0.0026"


def both(start: Start) -> tuple[Terminal, Terminal]:
    """Two apps on one folder, on Cheap."""
    apps = start(), start()
    for app in apps:
        app.wait_for(EMPTY)
        app.press("f2")
    return apps


def records(home: Path) -> list[dict[str, object]]:
    """What the ledger's lines say, read by no code of ours."""
    (file,) = (home / "data" / "ledger").glob("*.journal")
    lines = [json.loads(line.split(b" ", 1)[1]) for line in file.read_bytes().splitlines()[1:]]
    return [doc for line in lines for doc in line["put"].values()]


def test_one_spends_and_the_other_sees_it_within_a_second(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure(daily=DAILY)
    provider.script(Reply(("done",), usage=DEAR))
    one, other = both(start)

    one.type("spend it\r")
    one.wait_for("done")
    one.wait_for("97 %")

    other.wait_for("97 %", timeout_s=1)


def test_at_the_limit_no_request_leaves_either_terminal(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure(daily=DAILY)
    provider.script(Reply(("done",), usage=DEAR))
    one, other = both(start)
    one.type("spend it\r")
    one.wait_for("done")

    for app, question in ((one, "once more"), (other, "me too")):
        app.wait_for("97 %")
        app.type(f"{question}\r")
        app.wait_for("This would pass today's limit")
        app.press("esc")
        app.wait_for("nothing was sent")
        app.wait_for(question)

    assert provider.n_requests == 1
    assert [record["choice"] for record in records(home) if record["kind"] == "decision"] == ["stop", "stop"]


def test_what_is_raised_in_one_terminal_is_there_in_the_other(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure(daily=DAILY)
    provider.script(Reply(("done",), usage=DEAR), Reply(("raised",), usage=SHORT), Reply(("shared",)))
    one, other = both(start)
    one.type("spend it\r")
    one.wait_for("done")
    one.type("once more\r")
    one.wait_for("This would pass today's limit")

    one.type("r")
    one.wait_for("raised")
    other.type("and me\r")
    other.wait_for("shared")

    kinds = [record["kind"] for record in records(home)]
    assert kinds.count("raise") == 1
    billed = sum(
        record["charged"]  # type: ignore[misc]  # a whole number
        for record in records(home)
        if record["kind"] == "settlement"
    )
    raised = next(record["amount"] for record in records(home) if record["kind"] == "raise")
    assert isinstance(raised, int)
    assert billed <= 2_600_000 + raised


def test_a_price_typed_in_one_burst_lands_in_its_fields(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    file = home / "config" / "config.yaml"
    file.write_text(file.read_text().replace("tiers:\n", "tiers:\n  yolo: {models: [lan/new], max_tokens: 500}\n"))
    provider.script(Reply(("priced",)))
    app = start()
    app.wait_for(EMPTY)
    app.press("f2", "f2", "f2")
    app.wait_for("price unknown")
    app.type("what does it cost?\r")
    app.wait_for("Nothing was sent: its price is not known")
    assert provider.n_requests == 0

    app.press("f3")
    app.wait_for("What does it cost?")
    app.type("0.10\t0.40\r")

    app.wait_for("priced")
    (held,) = (record for record in records(home) if record["kind"] == "reservation")
    price = held["price"]
    assert isinstance(price, dict)
    assert (price["rates"][:2], price["source"]) == ([100_000_000, 400_000_000], "own")
