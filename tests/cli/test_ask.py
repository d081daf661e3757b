"""`ralex ask`: the answer on stdout, the cost on stderr, the same ledger and limit as in the app."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ralex_tui.adapters.scripted_engine import Fail, Finish, Hang, NoUsage, Think, Use
from ralex_tui.domain.errors import EngineError, RateLimited
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.services.turn import MAX_PROMPT_BYTES
from tests.cli.conftest import CANARY, InterruptedEngine, Ran

Ralex = Callable[..., Ran]


def sent(engine: InterruptedEngine) -> str:
    """The question of the last request."""
    return engine.requests[-1].messages[-1][1]


def test_answer_goes_to_stdout_and_its_cost_to_stderr(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("Hel", "lo", Use(TokenUsage(100, 10), Usd(1_234_000)))

    ran = ralex("ask", "hi")

    assert ran.code == 0
    assert ran.out == "Hello\n"
    assert ran.err == "Cheap · lan/small · $0.0012 exact · $5.00 left today\n"


def test_answer_that_ends_with_a_newline_gets_no_second_one(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("Hello", "\n")

    assert ralex("ask", "hi").out == "Hello\n"


def test_answer_is_shown_harmless(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("a\x1b]52;c;", "aGk=\x07 b\u202e")

    assert ralex("ask", "hi").out == "a\u241b]52;c;aGk=\u2407 b<U+202E>\n"


def test_json_is_one_event_a_line(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script(Think("hm"), "Hel", "lo", Use(TokenUsage(100, 10), Usd(1_234_000)))

    ran = ralex("ask", "hi", "--json")

    events = ran.events
    assert [event["event"] for event in events] == ["routed", "reserved", "thinking", "text", "text", "settled"]
    assert (events[0]["tier"], events[0]["model"], events[0]["is_auto"]) == ("cheap", "lan/small", True)
    assert events[1]["held_nano"] > 0
    assert events[5]["cost"] == "0.001234000"
    assert events[5]["cost_nano"] == 1_234_000
    assert events[5]["accuracy"] == "exact"
    assert (events[5]["n_input"], events[5]["n_output"], events[5]["finish_reason"]) == (100, 10, "stop")
    assert events[5]["left"] == "4.998766000"
    assert ran.err == ""


def test_json_keeps_the_text_to_the_letter_in_ascii(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("\x1b[31m \u202e \u00e9 \u4e2d")

    ran = ralex("ask", "hi", "--json")

    assert ran.out.isascii()
    assert "\x1b" not in ran.out
    assert next(event["text"] for event in ran.events if event["event"] == "text") == "\x1b[31m \u202e \u00e9 \u4e2d"


@pytest.mark.parametrize("args", [["ask"], ["ask", "-"]])
def test_question_comes_from_stdin(ralex: Ralex, engine: InterruptedEngine, args: list[str]) -> None:
    ran = ralex(*args, stdin="what is \u00e9?\n".encode())

    assert ran.code == 0
    assert sent(engine) == "what is \u00e9?\n"


def test_files_are_sent_along(ralex: Ralex, engine: InterruptedEngine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    (tmp_path / "b.txt").write_text("second")

    ralex("ask", "compare", "--file", "a.txt", "--file", str(tmp_path / "b.txt"))

    assert sent(engine) == "compare\n\na.txt:\n\nfirst\n\nb.txt:\n\nsecond"


def test_file_alone_leaves_stdin_unread(ralex: Ralex, engine: InterruptedEngine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")

    ralex("ask", "--file", "a.txt", stdin=b"not this")

    assert sent(engine) == "a.txt:\n\nfirst"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "is not UTF-8 text"), (b"x" * (MAX_PROMPT_BYTES + 1), "has more than 4.2 MB")],
)
def test_input_that_can_not_be_sent_is_refused(
    ralex: Ralex, engine: InterruptedEngine, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "a.bin").write_bytes(content)

    from_file, from_stdin = ralex("ask", "--file", "a.bin"), ralex("ask", stdin=content)

    assert (from_file.code, from_stdin.code) == (2, 2)
    assert f"a.bin {said}" in from_file.err
    assert f"standard input {said}" in from_stdin.err
    assert engine.requests == []


@pytest.mark.parametrize(("tier", "model"), [("smart", "lan/large"), ("YOLO", "lan/quick"), ("local", "box/tiny")])
def test_tier_decides_the_model(ralex: Ralex, engine: InterruptedEngine, tier: str, model: str) -> None:
    ralex("ask", "hi", "--tier", tier)

    assert engine.requests[-1].model.id == model


def test_model_is_chosen_by_name(ralex: Ralex, engine: InterruptedEngine) -> None:
    ralex("ask", "hi", "--model", "large")

    assert engine.requests[-1].model.id == "lan/large"


def test_ctrl_c_stops_and_keeps_and_charges_what_came(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.is_interrupted = True
    engine.script("partial", Hang())

    ran = ralex("ask", "hi", "--tier", "smart")

    assert ran.code == 130
    assert ran.out == "partial\n"
    assert ran.err.startswith("Smart · lan/large · $")
    assert " estimated · stopped · " in ran.err
    row = ralex("spend", "--json").json["rows"][0]
    assert (row["accuracy"], row["held_nano"]) == ("estimated", 0)
    assert row["cost_nano"] > 0
    session = ralex("sessions", "list", "--json").json["id"]
    answer = ralex("sessions", "show", session, "--json").json["messages"][1]
    assert (answer["text"], answer["state"]) == ("partial", "stopped")


def test_answer_that_fails_midway_is_kept_and_told(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("partial", Fail(RateLimited("too many requests", hint="wait")))

    ran = ralex("ask", "hi")

    assert ran.code == 4
    assert ran.out == "partial\n"
    last = ran.err.splitlines()
    assert last[0].startswith("Cheap · lan/small · $")
    assert last[1:] == ["ralex: too many requests", "       wait"]


def test_failure_is_an_event_too(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script(Fail(EngineError("the request was refused", hint="wait", may_be_billed=False)))

    ran = ralex("ask", "hi", "--json")

    last = ran.events[-1]
    said = ("failed", "the request was refused", "wait", 4)
    assert (last["event"], last["error"], last["hint"], last["exit_code"]) == said
    assert (last["cost"], last["accuracy"]) == ("0.000000000", "exact")


def test_another_model_that_answers_is_told_in_words_and_as_an_event(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script(Fail(RateLimited("slow down", may_be_billed=False)))
    engine.script("fine")
    engine.script(Fail(RateLimited("slow down", may_be_billed=False)))
    engine.script("fine")

    ran, as_json = ralex("ask", "hi"), ralex("ask", "hi", "--json")

    assert ran.code == 0
    assert "small has had too many requests: quick answers" in ran.err
    names = [event["event"] for event in as_json.events]
    assert names == ["routed", "reserved", "rerouted", "reserved", "text", "settled"]
    assert as_json.events[2]["model"] == "lan/quick"


@pytest.mark.parametrize(
    ("finish", "said"), [(Finish("length"), "cut at its longest length"), (Finish(None), "it may be cut off")]
)
def test_answer_that_was_cut_says_so(ralex: Ralex, engine: InterruptedEngine, finish: Finish, said: str) -> None:
    engine.script("Hel", finish)

    assert said in ralex("ask", "hi").err


def test_answer_without_a_count_is_marked_estimated(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("Hello", NoUsage())

    assert " estimated · " in ralex("ask", "hi").err


def test_over_the_limit_nothing_is_sent_and_the_code_is_3(ralex: Ralex, engine: InterruptedEngine, home: Path) -> None:
    with (home / "config" / "config.yaml").open("a") as file:
        file.write('budget: {daily: "0.0001", low: 0, critical: 0}\n')

    ran = ralex("ask", "hi", "--tier", "smart")

    assert ran.code == 3
    assert ran.out == ""
    assert "nothing was sent" in ran.err
    assert engine.requests == []
    assert ralex("ask", "hi", "--tier", "local").code == 0


def test_two_asks_share_one_ledger(ralex: Ralex, engine: InterruptedEngine) -> None:
    engine.script("a", Use(TokenUsage(1_000, 100), Usd.parse("0.5")))
    engine.script("b", Use(TokenUsage(1_000, 100), Usd.parse("0.25")))

    ralex("ask", "hi")

    assert "$4.25 left today" in ralex("ask", "hi").err


def test_key_is_nowhere_in_output_or_files(ralex: Ralex, engine: InterruptedEngine, home: Path) -> None:
    runs = [ralex("ask", "hi"), ralex("ask", "hi", "--json"), ralex("prices", "--json"), ralex("config", "check")]

    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert CANARY not in "".join(ran.out + ran.err for ran in runs)
    assert CANARY.encode() not in written


def limited(home: Path, daily: str) -> None:
    with (home / "config" / "config.yaml").open("a") as file:
        file.write(f'budget: {{daily: "{daily}", low: 0, critical: 0}}\n')


def test_refusal_at_the_limit_says_how_to_let_this_one_past(
    ralex: Ralex, engine: InterruptedEngine, home: Path
) -> None:
    limited(home, "0.0001")

    ran = ralex("ask", "hi", "--tier", "smart")

    assert (ran.code, engine.requests) == (3, [])
    assert "--allow REASON lets this one past" in ran.err


def test_allow_lets_one_past_and_is_written_down_with_its_reason(
    ralex: Ralex, engine: InterruptedEngine, home: Path
) -> None:
    limited(home, "0.0001")
    engine.script("so", Use(TokenUsage(1_000, 100)))

    assert ralex("ask", "hi", "--tier", "smart", "--allow", "the release is today").code == 0

    spend = ralex("spend", "--json").json
    (allowed,) = spend["decided"]
    assert (allowed["kind"], allowed["who"], allowed["why"]) == ("allowance", "you", "the release is today")
    assert ralex("ask", "hi", "--tier", "smart").code == 3
    assert len(engine.requests) == 1


def test_allow_without_a_reason_is_refused(ralex: Ralex, engine: InterruptedEngine) -> None:
    assert ralex("ask", "hi", "--allow", " ").code == 2
    assert engine.requests == []


def test_what_the_limit_made_of_the_question_is_told(ralex: Ralex, engine: InterruptedEngine, home: Path) -> None:
    limited(home, "0.0030")
    with (home / "config" / "config.yaml").open("a") as config:
        config.write("auto: {rules: [{use: ralex-v2}]}\n")

    ran, as_json = ralex("ask", "refactor this"), ralex("ask", "refactor this", "--json")

    assert "ralex: $0.0030 left" in ran.err
    assert as_json.events[0]["note"].startswith("$0.0029 left: ")
