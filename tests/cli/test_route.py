"""`ralex route`: Auto's pick for one text with its price and reasons, and for thousands as JSON lines."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.router_table import load_scorer
from ralex_tui.adapters.tinydb_labels import TinydbLabels
from ralex_tui.domain.labels import Label
from ralex_tui.domain.models import Tier
from ralex_tui.paths import find_paths
from tests.cli.conftest import CONFIG, Ran
from tests.samples import NOON

Ralex = Callable[..., Ran]

EASY = "What is the capital of Portugal?"
HARD = (
    "Prove that every bounded monotone sequence of real numbers converges, then derive the rate of convergence "
    "for the sequence defined by x(n+1) = (x(n) + 2/x(n)) / 2 and discuss when it is optimal."
)


def lines(*prompts: object) -> bytes:
    return b"".join(json.dumps(prompt).encode() + b"\n" for prompt in prompts)


def test_text_gets_a_tier_a_model_a_price_and_a_reason(ralex: Ralex) -> None:
    ran = ralex("route", EASY)

    assert ran.code == 0
    assert ran.out.startswith("Cheap: ")
    assert "model: lan/small\nprice: about $0.000" in ran.out


def test_route_without_a_model_tells_the_pick_and_fails(ralex: Ralex, home: Path) -> None:
    (home / "config" / "config.yaml").write_text("local: {gguf: /nowhere}\nauto: {rules: [{use: ralex-v2}]}")

    ran = ralex("route", "please refactor this")

    assert (ran.code, ran.out) == (4, "Smart: it says “refactor”\n")
    assert "no key was found" in ran.err


def test_hard_text_needs_smart_more_likely_than_an_easy_one(ralex: Ralex) -> None:
    easy, hard = ralex("route", EASY, "--json").json, ralex("route", HARD, "--json").json

    assert 0 <= easy["score"] < hard["score"] <= 1
    assert (easy["tier"], hard["tier"]) == ("cheap", "smart")
    assert hard["by"] == "score"


def test_why_tells_the_score_its_threshold_and_the_strongest_terms(ralex: Ralex) -> None:
    ran = ralex("route", HARD, "--why")

    score, terms = next(
        (line, ran.out.splitlines()[n + 1 : n + 4])
        for n, line in enumerate(ran.out.splitlines())
        if line.startswith("score: ")
    )
    assert "Smart answers from 0." in score
    assert [line[:3] in ("  +", "  -") for line in terms] == [True, True, True]
    weights = [abs(float(line.split()[0])) for line in terms]
    assert weights == sorted(weights, reverse=True)
    assert "decided by: score" in ran.out


def test_less_quality_asks_for_less_of_smart(ralex: Ralex) -> None:
    thresholds = [ralex("route", EASY, "--json", "--quality", str(q)).json["threshold"] for q in (0.5, 0.9, 0.99, 1)]

    assert thresholds == sorted(thresholds, reverse=True)
    assert thresholds[-1] == 0
    assert ralex("route", EASY, "--json", "--quality", "1").json["tier"] == "smart"


def test_users_rules_come_first(ralex: Ralex, home: Path) -> None:
    rules = 'auto: {rules: [{tier: yolo, words: ["code review"]}, {use: ralex-v2}]}\n'
    (home / "config" / "config.yaml").write_text(CONFIG + rules)

    assert ralex("route", "a code review, refactor nothing").out.startswith("Yolo: it says “code review”\n")
    assert ralex("route", "refactor it", "--json").json["by"] == "rule"
    assert ralex("route", "prefix").out.startswith("Cheap: ")


def test_lines_are_answered_in_order_with_their_ids(ralex: Ralex) -> None:
    asked = [{"id": n, "prompt": text} for n, text in enumerate([EASY, HARD] * 50)]

    ran = ralex("route", "--jsonl", stdin=lines(*asked, {"prompt": HARD}))

    assert ran.code == 0
    assert [line.get("id") for line in ran.events] == [*range(100), None]
    assert all(set(line) - {"id"} == {"tier", "score", "reason"} for line in ran.events)
    assert {line["tier"] for line in ran.events[::2][:-1]} == {"cheap"}
    assert all(0 <= line["score"] <= 1 for line in ran.events)
    assert ran.events[1]["score"] == ran.events[-1]["score"]


def test_lines_do_not_depend_on_money_or_keys(ralex: Ralex, home: Path) -> None:
    before = ralex("route", "--jsonl", stdin=lines({"prompt": HARD})).out

    (home / "config" / "config.yaml").write_text('budget: {daily: "0.000001"}\n')

    assert ralex("route", "--jsonl", stdin=lines({"prompt": HARD})).out == before


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{not json", "line 2 is no JSON"),
        ("[1]", "line 2 is no JSON object"),
        ('{"id": 7}', 'line 2 has no text under "prompt"'),
        ('{"id": 7, "prompt": 3}', 'line 2 has no text under "prompt"'),
        ("[" * 100_000, "line 2 is no JSON"),
        ("\x80", "line 2 is no JSON"),
    ],
    ids=["torn", "list", "without", "number", "nested", "no UTF-8"],
)
def test_line_that_holds_no_prompt_says_so_in_its_place_and_the_others_go_on(
    ralex: Ralex, line: str, error: str
) -> None:
    ran = ralex(
        "route", "--jsonl", stdin=lines({"prompt": "a"}) + line.encode("latin-1") + b"\n" + lines({"prompt": "b"})
    )

    assert ran.code == 2
    assert [("tier" in each) for each in ran.events] == [True, False, True]
    assert ran.events[1]["error"] == error
    assert "1 of the lines held no prompt" in ran.err


def test_hostile_prompts_come_out_harmless(ralex: Ralex) -> None:
    ran = ralex(
        "route", "--jsonl", stdin=lines({"id": "\x1b]0;x\x07", "prompt": "\x1b[31m \ud800 refactor\u202e" * 50})
    )

    assert ran.code == 0
    assert ran.out.isascii()
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("arguments", [[], ["--jsonl", "text"], ["text", "--quality", "2"]])
def test_wrong_use_is_one_sentence(ralex: Ralex, arguments: list[str]) -> None:
    ran = ralex("route", *arguments)

    assert ran.code == 2
    assert ran.err.startswith("ralex: ")


def test_why_says_that_nothing_was_learned_yet(ralex: Ralex) -> None:
    assert "learned here: not used; " in ralex("route", EASY, "--why").out


def test_what_is_learned_from_can_be_read_and_forgotten(ralex: Ralex, home: Path) -> None:
    add_labels(home, 3)

    exported = ralex("route", "--export")
    assert [line["is_needed"] for line in exported.events] == [True, True, True]
    assert EASY not in exported.out

    assert ralex("route", "--reset").out == "forgot 3 labels; the shipped score counts\n"
    assert ralex("route", "--export").out == ""
    assert not list((home / "data").glob("labels*"))
    assert ralex("route", "--reset", "--json").json == {"forgotten": 0}


def test_what_was_learned_moves_the_pick_and_why_says_so(ralex: Ralex, home: Path) -> None:
    before = ralex("route", EASY, "--json").json["score"]

    add_labels(home, 40)

    assert ralex("route", EASY, "--json").json["score"] > before
    assert "learned here: threshold, so that " in ralex("route", EASY, "--why").out
    assert ralex("route", "--jsonl", stdin=lines({"prompt": EASY})).json["score"] > before


def add_labels(home: Path, n: int) -> None:
    """A user who wanted Smart for everything."""
    scorer = load_scorer()
    store = TinydbLabels(find_paths(str(home)).labels)
    for number in range(n):
        prompt = f"{EASY} And of {number} others?"
        judged = scorer.judge(prompt)
        at = NOON + timedelta(minutes=number)
        store.put(
            Label(
                f"l{number}", at, f"a{number}", Tier.CHEAP, judged.score, judged.features, scorer.version, True, "down"
            )
        )
