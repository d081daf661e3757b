"""`ralex prices`: what it fetches, shows and takes; the provider's list is served on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ralex_tui import bootstrap
from ralex_tui.domain.models import ModelRef, Tier
from ralex_tui.domain.money import Usd
from tests.cli.conftest import CANARY, Ran

Ralex = Callable[..., Ran]

GROK = "openrouter/x-ai/grok"

CONFIG = """
providers:
  openrouter: {{kind: openrouter, api_base: "{url}", api_key_env: ROUTER_KEY}}
tiers:
  cheap: {{models: [openrouter/x-ai/grok]}}
  smart: {{models: [openrouter/new/model]}}
  yolo: {{models: [openrouter/own/model]}}
prices:
  openrouter/x-ai/grok: {{input: "2.00", output: "10.00", date: 2026-11-01, source: pinned}}
  openrouter/own/model: {{input: "1.00", output: "1.00", date: 2026-11-01}}
"""


class Listing:
    """The provider's list; `prices` in dollars for a token, by its own ids."""

    def __init__(self) -> None:
        self.prices: dict[str, tuple[str, str]] = {}
        self.asked: list[Mapping[str, str]] = []
        listing = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listing.asked.append({"path": self.path, **dict(self.headers)})
                content = listing.body()
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/v1"

    def body(self) -> bytes:
        entries = [
            {"id": model, "pricing": {"prompt": into, "completion": out}} for model, (into, out) in self.prices.items()
        ]
        return json.dumps({"data": entries}).encode()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def listing(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
    listing = Listing()
    monkeypatch.setenv("ROUTER_KEY", CANARY)
    (home / "config" / "config.yaml").write_text(CONFIG.format(url=listing.url))
    yield listing
    listing.stop()


def price_of(ralex: Ralex, model: str) -> dict[str, Any]:
    """The model's entry of `ralex prices --json`."""
    models: list[dict[str, Any]] = ralex("prices", "--json").json["models"]
    (found,) = (entry for entry in models if entry["model"] == model)
    return found


def test_refresh_tells_before_after_and_what_counts(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.000003", "0.000009"), "new/model": ("0.000001", "0.000002"), "a/b": ("0", "0")}

    ran = ralex("prices", "--refresh")

    assert ran.code == 0
    assert ran.out == (
        "openrouter/x-ai/grok: rise and fall\n"
        "  input: 2.00 -> 3.00\n"
        "  output: 10.00 -> 9.00\n"
        "  counts now: input 3.00, output 9.00\n"
        "openrouter/new/model: new\n"
        "  input: none -> 1.00\n"
        "  output: none -> 2.00\n"
        "  counts now: input 1.00, output 2.00\n"
        "of the list, 1 has no price that can be used\n"
    )
    listing.prices |= {"c/d": ("-1", "-1")}
    assert ralex("prices", "--refresh").out == "no price has changed\nof the list, 2 have no price that can be used\n"


def test_refresh_sends_no_key(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.000003", "0.000009")}

    ralex("prices", "--refresh")

    (asked,) = listing.asked
    assert asked["path"] == "/api/v1/models"
    assert CANARY not in str(asked)


def test_steep_fall_waits_until_it_is_accepted(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.0000001", "0.00001")}

    shown = ralex("prices", "--refresh").out
    waiting = price_of(ralex, GROK)
    accepted = ralex("prices", "--accept", GROK)

    assert "  input: 2.00 -> 0.10\n  counts now: input 2.00, output 10.00\n" in shown
    assert f"ralex prices --accept {GROK}" in shown
    assert (waiting["price"]["input"], waiting["change"]["needs_accepting"]) == ("2.000000000", True)
    assert accepted.out == f"{GROK}: input 0.10, output 10.00\n"
    assert price_of(ralex, GROK)["price"]["input"] == "0.100000000"
    assert price_of(ralex, GROK)["change"] is None


def test_table_marks_what_does_not_count_in_full(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.0000001", "0.00001")}
    ralex("prices", "--refresh")

    lines = ralex("prices").out.splitlines()

    (grok,) = (line for line in lines if GROK in line)
    assert grok.split()[2:6] == ["ready", "2.00", "10.00", "2026-11-01"]
    assert grok.endswith("pinned  fall, to be accepted")
    assert lines[-1].startswith("change:")


def test_all_is_accepted_at_once_and_as_json(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.0000001", "0.00001")}
    ralex("prices", "--refresh")

    assert ralex("prices", "--accept", "all", "--json").json == {"accepted": [GROK]}
    assert ralex("prices", "--accept", "all").out == "no change is waiting\n"


def test_accepting_what_does_not_wait_is_refused(ralex: Ralex, listing: Listing) -> None:
    ran = ralex("prices", "--accept", "openrouter/\x1b/x")

    assert ran.code == 2
    assert "no change of the price of openrouter/\u241b/x is waiting" in ran.err


def test_own_price_is_not_changed_by_the_list(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"own/model": ("0.000009", "0.000009")}

    assert ralex("prices", "--refresh").out == "no price has changed\n"
    assert price_of(ralex, "openrouter/own/model")["price"]["input"] == "1.000000000"


def test_refresh_as_json_has_every_change(ralex: Ralex, listing: Listing) -> None:
    listing.prices = {"x-ai/grok": ("0.000003", "0.000009")}

    content = ralex("prices", "--refresh", "--json").json

    (change,) = content["changes"]
    assert (change["model"], change["is_rise"], change["is_fall"], change["needs_accepting"]) == (
        GROK,
        True,
        True,
        False,
    )
    assert [change[key]["output"] for key in ("before", "after", "counts")] == [
        "10.000000000",
        "9.000000000",
        "10.000000000",
    ]
    assert content["left_out"] == 0
    assert ralex("prices", "--json").json["fetched_at"] == content["fetched_at"]


def test_refresh_while_offline_fails_with_one_sentence_and_the_table_still_comes(
    ralex: Ralex, listing: Listing
) -> None:
    listing.stop()

    ran = ralex("prices", "--refresh")

    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("ralex: openrouter can't be reached for its prices")
    assert price_of(ralex, GROK)["price"]["input"] == "2.000000000"


def test_other_commands_ask_for_no_list(ralex: Ralex, listing: Listing) -> None:
    assert ralex("prices").code == 0
    assert ralex("route", "hello").code == 0

    assert listing.asked == []


def test_draft_is_quoted_at_the_price_that_counts(ralex: Ralex, listing: Listing) -> None:
    before = ralex("route", "hello", "--json").json["tiers"]["cheap"]["at_most_nano"]
    listing.prices = {"x-ai/grok": ("0.000004", "0.00002")}
    ralex("prices", "--refresh")

    assert ralex("route", "hello", "--json").json["tiers"]["cheap"]["at_most_nano"] == 2 * before


def test_damaged_prices_are_told_and_the_pinned_ones_hold(ralex: Ralex, listing: Listing, home: Path) -> None:
    (home / "data" / "prices").mkdir(parents=True)
    (home / "data" / "prices" / "openrouter.json").write_bytes(b"\xff")

    ran = ralex("prices")

    assert ran.code == 0
    assert "the fetched prices can't be read" in ran.err
    assert "2.00" in ran.out


def test_own_price_is_set_and_wins(ralex: Ralex, listing: Listing, home: Path) -> None:
    ran = ralex("prices", "set", "openrouter/new/model", "--input", "0.10", "--output", "0.40")

    file = home / "config" / "prices.yaml"
    assert ran.out == f"openrouter/new/model: input 0.10, output 0.40\nwritten to {file}\n"
    assert price_of(ralex, "openrouter/new/model")["price"]["source"] == "own"
    assert 'openrouter/new/model: {input: "0.10", output: "0.40", date: ' in file.read_text()


def test_model_is_set_free_in_so_many_words(ralex: Ralex, listing: Listing) -> None:
    content = ralex("prices", "set", "openrouter/new/model", "--free", "--json").json

    assert (content["model"], content["price"]["input_nano"]) == ("openrouter/new/model", 0)
    assert "free" in ralex("prices").out


def test_price_of_a_model_that_no_tier_has_is_set_with_a_note(ralex: Ralex, listing: Listing) -> None:
    ran = ralex("prices", "set", "openrouter/other/model", "--input", "1", "--output", "2")

    assert ran.code == 0
    assert "no tier has this model yet" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["openrouter/a/b"], "a price has an input and an output"),
        (["openrouter/a/b", "--input", "1"], "a price has an input and an output"),
        (["openrouter/a/b", "--input", "0", "--output", "0"], "more than zero"),
        (["openrouter/a/b", "--input", "nan", "--output", "1"], "is not an amount"),
        (["openrouter/a/b", "--input", "1", "--output", "-1"], "more than zero"),
        (["openrouter/a/b", "--input", "1", "--output", "1", "--free"], "either free or has a price"),
        (["grok", "--free"], "a model is written provider/name"),
        (["openrouter/a b/c", "--free"], "a model is written provider/name"),
    ],
)
def test_price_that_is_none_is_refused(ralex: Ralex, home: Path, args: list[str], said: str) -> None:
    ran = ralex("prices", "set", *args)

    assert ran.code == 2
    assert said in ran.err
    assert not (home / "config" / "prices.yaml").exists()


@pytest.mark.parametrize(
    "args",
    [
        ["--refresh", "--accept", "all"],
        ["--refresh", "set", "a/b", "--free"],
        ["--accept", "all", "set", "a/b", "--free"],
    ],
)
def test_one_thing_is_done_at_a_time(ralex: Ralex, args: list[str]) -> None:
    ran = ralex("prices", *args)

    assert ran.code == 2
    assert "can't be done at once" in ran.err


def test_wrong_price_in_the_own_file_is_told_with_file_and_key(ralex: Ralex, home: Path) -> None:
    (home / "config" / "prices.yaml").write_text("# mine\nlan/small: {input: cheap, output: 1}\n")

    ran = ralex("prices")

    assert ran.code == 2
    assert "prices.yaml line 2: lan/small.input" in ran.err


async def test_services_see_an_entered_price_at_once(home: Path, listing: Listing) -> None:
    setup = bootstrap.load(str(home), None, None)
    async with bootstrap.open_services(setup) as services:
        before = services.catalogue()
        assert services.catalogue() is before

        entered = await services.prices.enter(ModelRef("openrouter/new/model"), Usd.parse("1"), Usd.parse("2"))

        model = services.catalogue().first(Tier.SMART)
        assert model is not None
        assert model.price == entered
        first = before.first(Tier.SMART)
        assert first is not None
        assert first.price is None


async def test_services_refresh_in_the_background_only_with_a_key(
    home: Path, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing.prices = {"x-ai/grok": ("0.000003", "0.00001")}
    setup = bootstrap.load(str(home), None, None)
    async with bootstrap.open_services(setup) as services:
        monkeypatch.delenv("ROUTER_KEY")
        assert await services.prices.refresh_if_stale() == []
        assert listing.asked == []

        monkeypatch.setenv("ROUTER_KEY", CANARY)
        (change,) = await services.prices.refresh_if_stale()
        await services.prices.refresh_if_stale()

        model = services.catalogue().first(Tier.CHEAP)
        assert (change.model, len(listing.asked)) == (GROK, 1)
        assert model is not None
        assert model.price == change.after
