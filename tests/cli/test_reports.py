"""What the other sub-commands tell: route, spend, sessions, prices, config, local."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ralex_tui import bootstrap
from ralex_tui.adapters.scripted_engine import Use
from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.cli.output import figure_json, show_figure, show_rate, table
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.services.exports import cell
from tests.cli.conftest import InterruptedEngine, Ran

Ralex = Callable[..., Ran]


def ask(ralex: Ralex, engine: InterruptedEngine, cost: str, *args: str) -> None:
    engine.script("an answer", Use(TokenUsage(1_000, 100), Usd.parse(cost)))
    assert ralex("ask", "a question", *args).code == 0


def test_route_as_json_has_every_tier(ralex: Ralex) -> None:
    content = ralex("route", "hello", "--json").json

    assert (content["tier"], content["model"], content["error"]) == ("cheap", "lan/small", None)
    assert set(content["tiers"]) == {"cheap", "smart", "yolo", "local"}
    assert content["tiers"]["local"]["at_most_nano"] == 0
    assert content["tiers"]["smart"]["at_most_nano"] > content["tiers"]["cheap"]["at_most_nano"]


def test_spend_of_an_empty_day(ralex: Ralex) -> None:
    ran = ralex("spend", "--day", "2026-01-31")

    assert ran.out == "Saturday 31 January 2026 (UTC)\nnothing was spent\nleft: $5.00 of $5.00\n"


def test_spend_sums_by_tier_and_model(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")
    ask(ralex, engine, "0.25")
    ask(ralex, engine, "1", "--tier", "smart")

    lines = [line.split() for line in ralex("spend").out.splitlines()]

    assert ["cheap", "lan/small", "2", "2,000", "200", "$0.7500", "exact"] in lines
    assert ["smart", "lan/large", "1", "1,000", "100", "$1.0000", "exact"] in lines
    assert ["total", "3", "3,000", "300", "$1.7500", "exact"] in lines
    assert lines[-1] == ["left:", "$3.25", "of", "$5.00"]


def test_spend_as_json(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")

    content = ralex("spend", "--json").json

    assert content["cost"] == "0.500000000"
    assert (content["cost_nano"], content["accuracy"], content["left_nano"]) == (500_000_000, "exact", 4_500_000_000)
    assert content["zone"] == "UTC"
    (row,) = content["rows"]
    assert (row["day"], row["tier"], row["model"], row["n_answers"]) == (content["first"], "cheap", "lan/small", 1)


def test_spend_of_a_month_has_the_same_sum_and_no_limit(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")
    today = ralex("spend", "--json").json["first"]

    content = ralex("spend", "--month", today[:7], "--json").json

    assert (content["first"], content["cost_nano"], content["limit"]) == (f"{today[:7]}-01", 500_000_000, None)


def test_spend_as_csv_has_a_row_for_each_tier_and_model(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")
    ask(ralex, engine, "1", "--tier", "smart")

    rows = list(csv.DictReader(io.StringIO(ralex("spend", "--csv").out)))

    assert [(row["tier"], row["model"], row["cost"], row["accuracy"]) for row in rows] == [
        ("cheap", "lan/small", "0.500000000", "exact"),
        ("smart", "lan/large", "1.000000000", "exact"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "\rx"])
def test_csv_cell_is_never_a_formula(text: str) -> None:
    assert cell(text) == "'" + text


def test_csv_cell_that_is_no_formula_stays_as_it_is() -> None:
    assert cell("lan/small") == "lan/small"
    assert cell(-5) == -5


def test_sessions_are_listed_the_last_one_first(ralex: Ralex, engine: InterruptedEngine) -> None:
    ralex("ask", "the first question")
    ralex("ask", "the second question")

    lines = ralex("sessions", "list").out.splitlines()

    assert [line.rsplit("  ", 1)[1] for line in lines] == ["the second question", "the first question"]


def test_session_is_shown_by_the_beginning_or_end_of_its_id(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("an\x1b answer\r\nin two lines")
    ralex("ask", "a question")
    session = ralex("sessions", "list", "--json").json["id"]

    ran = ralex("sessions", "show", session[-6:])

    assert "a question" in ran.out
    assert "an\u241b answer\nin two lines" in ran.out
    assert ralex("sessions", "show", session[:15]).out == ran.out


def test_empty_list_says_so(ralex: Ralex) -> None:
    assert ralex("sessions", "list").out == "there are no conversations yet\n"
    assert ralex("sessions", "list", "--json").out == ""


def test_prices_tell_which_models_can_be_reached(ralex: Ralex) -> None:
    lines = [line.split() for line in ralex("prices").out.splitlines()]

    assert ["cheap", "lan/small", "ready", "0.30", "2.50", "2026-11-01", "own"] in lines
    assert ["cheap", "openai/gpt-5.6-luna", "0.20", "1.20", "0.02", "2026-10-20", "litellm", "1.106.2"] in lines
    assert ["local", "box/tiny", "ready", "free", "local"] in lines


def test_prices_as_json_carry_every_rate(ralex: Ralex) -> None:
    content = ralex("prices", "--json").json

    luna = next(model for model in content["models"] if model["model"] == "openai/gpt-5.6-luna")
    assert (luna["tier"], luna["reachable"]) == ("cheap", False)
    assert luna["price"]["cache_write"] == "0.250000000"
    assert luna["price"]["long_context"]["over"] == 272_000
    assert content["dated"] == "2026-11-01"


def test_model_without_a_price_is_told_as_unknown(ralex: Ralex, home: Path) -> None:
    with (home / "config" / "config.yaml").open("a") as file:
        file.write("")
    text = (home / "config" / "config.yaml").read_text().replace("[lan/quick]", "[lan/nameless]")
    (home / "config" / "config.yaml").write_text(text)

    assert ["yolo", "lan/nameless", "ready", "unknown"] in [line.split() for line in ralex("prices").out.splitlines()]


def test_config_path_is_told_even_if_the_file_is_broken(ralex: Ralex, home: Path) -> None:
    file = home / "config" / "config.yaml"
    file.write_text("a: [")

    ran = ralex("config", "path")

    assert (ran.code, ran.out) == (0, f"{file}\n")
    assert ralex("config", "path", "--json").json["exists"]


def test_config_check_is_quiet_about_what_is_right(ralex: Ralex, home: Path) -> None:
    assert ralex("config", "check").out == f"{home / 'config' / 'config.yaml'} is fine\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("budget: {daly: 1}", "config.yaml line 1: budget.daly: there is no such setting"),
        ("ui: {theme: ralex-drak}", "ui.theme: there is no theme called 'ralex-drak'"),
    ],
)
def test_config_check_tells_what_is_wrong(ralex: Ralex, home: Path, text: str, said: str) -> None:
    (home / "config" / "config.yaml").write_text(text)

    ran, as_json = ralex("config", "check"), ralex("config", "check", "--json")

    assert (ran.code, as_json.code) == (2, 2)
    assert said in ran.err
    assert "did you mean" in ran.err
    assert (as_json.json["ok"], said in as_json.json["error"]) == (False, True)


def test_config_check_reads_the_users_themes(ralex: Ralex, home: Path) -> None:
    (home / "config" / "themes").mkdir()
    (home / "config" / "themes" / "mine.yaml").write_text("name: mine\ncolors: {}\n")

    assert "mine.yaml: the colour bg is missing" in ralex("config", "check").err


def test_local_install_tells_its_progress_and_where_it_is(
    ralex: Ralex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights = tmp_path / "model.gguf"
    weights.write_bytes(b"GGUF")

    def install(setup: bootstrap.Setup, progress: Callable[[str], None]) -> Path:
        progress("fetching\x1b")
        return weights

    monkeypatch.setattr(bootstrap, "install_local_model", install)

    ran = ralex("local", "install", "--json")

    assert ran.json == {"installed": str(weights), "bytes": 4}
    assert ran.err == "fetching\u241b\n"


def test_unknown_figure_is_never_zero() -> None:
    unknown = Figure(Usd(0), Accuracy.UNKNOWN)

    assert show_figure(unknown) == "unknown"
    assert figure_json("cost", unknown) == {"cost": None, "cost_nano": None, "accuracy": "unknown"}


@pytest.mark.parametrize(("nano", "text"), [(100_000_000, "0.10"), (125_000_000, "0.125"), (12_000_000_000, "12.00")])
def test_rate_is_shown_with_all_its_decimals(nano: int, text: str) -> None:
    assert show_rate(Usd(nano)) == text


def test_table_aligns_its_columns() -> None:
    assert table([["a", "1"], ["bb", "22"]], right=(1,)) == "a    1\nbb  22"


def request_of(ralex: Ralex) -> dict[str, Any]:
    """The only request of the day."""
    (request,) = ralex("spend", "--each", "--json").json["requests"]
    assert isinstance(request, dict)
    return request


def test_spend_tells_what_caching_saved_and_what_was_not_as_it_should_be(
    ralex: Ralex, engine: InterruptedEngine, home: Path
) -> None:
    config = home / "config" / "config.yaml"
    config.write_text(
        config.read_text().replace('"0.30", output: "2.50"', '"0.30", output: "2.50", cache_read: "0.03"')
    )
    usage = TokenUsage(10_000, 100, cache_read=9_000)
    engine.script("an answer", Use(usage, Usd.parse("0.5")))

    ralex("ask", "a question")

    lines = ralex("spend").out.splitlines()
    content = ralex("spend", "--json").json
    assert "caching saved $0.0024" in lines
    assert any(line.startswith("overruns: 1, $0.49") for line in lines)
    assert "the providers say $0.4992 more than was computed" in lines
    assert (content["saved_by_cache_nano"], content["n_overruns"]) == (2_430_000, 1)


def test_spend_lists_each_request_with_its_id(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")

    line = ralex("spend", "--each").out.splitlines()[-1].split()

    assert line[2:] == [request_of(ralex)["id"], "cheap", "lan/small", "done", "$0.5000", "exact"]


def test_correction_stands_beside_the_old_figure(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")
    request = request_of(ralex)["id"]

    ran = ralex("spend", "--correct", request[-6:], "0", "--why", "it was not billed")

    assert ran.out == f"{request}: $0.5000 exact is now $0.0000 exact\n"
    corrected = request_of(ralex)
    assert (corrected["cost_nano"], [each["cost"] for each in corrected["figures"]]) == (
        0,
        ["0.500000000", "0.000000000"],
    )
    assert "you: charge corrected from $0.5000 to $0.0000 (it was not billed)" in ralex("spend").out
    assert "left: $5.00 of $5.00" in ralex("spend").out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--correct", "nosuchid", "0", "--why", "x"), "there is no request 'nosuchid'"),
        (("--correct", "nosuchid", "much", "--why", "x"), "'much' is not an amount of dollars"),
        (("--correct", "nosuchid", "0"), "--correct and --why belong together"),
        (("--why", "x"), "--correct and --why belong together"),
        (("--correct", "nosuchid", "0", "--why", "x", "--month", "2026-11"), "--correct does one thing"),
    ],
)
def test_correction_that_can_not_be_made_says_why(ralex: Ralex, args: tuple[str, ...], said: str) -> None:
    ran = ralex("spend", *args)

    assert ran.code == 2
    assert said in ran.err


def test_correction_without_a_reason_changes_nothing(ralex: Ralex, engine: InterruptedEngine) -> None:
    ask(ralex, engine, "0.5")

    ran = ralex("spend", "--correct", request_of(ralex)["id"], "0", "--why", " ")

    assert (ran.code, request_of(ralex)["cost_nano"]) == (2, 500_000_000)
    assert "a correction needs a reason" in ran.err


def test_no_day_is_opened_that_is_not_in_doubt(ralex: Ralex) -> None:
    assert ralex("spend", "--open-day").out.startswith("there is nothing to open: today is ")
    assert ralex("spend", "--open-day", "--json").json["opened"] is None


def test_day_in_doubt_is_opened_by_the_users_word(
    ralex: Ralex, engine: InterruptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(ralex, engine, "0.5")
    now = datetime.now(UTC) + timedelta(days=3)
    monkeypatch.setattr(SystemClock, "now", lambda _: now)
    monkeypatch.setattr(SystemClock, "is_synchronised", lambda _: False)
    refused = ralex("ask", "hi")

    ran = ralex("spend", "--open-day")

    assert refused.code == 3
    assert "`ralex spend --open-day`" in refused.err
    assert ran.out == f"opened {now:%A %d %B %Y}\n"
    assert ralex("ask", "hi").code == 0
    assert "confirmed on the command line" in ralex("spend").out
