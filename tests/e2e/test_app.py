"""The app in a real pseudo-terminal, from the first key to the next start."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.provider import Reply
from tests.e2e.conftest import CANARY, ProviderInThread
from tests.e2e.terminal import Terminal

Start = Callable[..., Terminal]
Configure = Callable[..., None]

EMPTY = "Type below."


@pytest.mark.embedded
def test_a_question_is_answered_by_the_embedded_model_and_found_again(start: Start, home: Path) -> None:
    app = start()
    app.wait_for(EMPTY)
    app.type("Say hello in one short sentence.")
    app.wait_for("Auto picks")
    app.press("enter")
    screen = app.wait_for(lambda screen: "first token" in screen and "free" in screen, timeout_s=120)
    assert "smollm2-135m-instruct" in screen
    app.press("ctrl+q")
    assert app.wait_exit() == 0
    printed = (home / "state" / "logs" / "local-model.log").read_bytes().splitlines()
    assert any(b"load_model" in line for line in printed)
    assert [line for line in printed if len(line) > 12 and line in app.raw] == []

    again = start(columns=160, rows=48)
    again.wait_for("Say hello in one short")
    again.press("ctrl+s")
    again.wait_for(lambda _: again.has_ground("Say hello"))
    again.press("enter")
    screen = again.wait_for("You")
    assert "smollm2-135m-instruct" in screen
    again.press("ctrl+q")
    assert again.wait_exit() == 0


def test_the_budget_panel_moves_with_an_answer(start: Start, configure: Configure, provider: ProviderInThread) -> None:
    configure()
    provider.script(Reply(("The planner", " reads it all."), usage={"prompt_tokens": 1_000, "completion_tokens": 800}))
    app = start()
    app.wait_for(EMPTY)
    app.type("why is it slow?\r")

    app.wait_for("The planner reads it all.")

    # 1,000 x 0.30 + 800 x 2.50 dollars a million
    app.wait_for("=$0.0023")
    app.wait_for("$4.9977")


def test_esc_stops_an_answer_and_keeps_what_came(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("Half of ", "an answer"), hold_after=2))
    app = start()
    app.wait_for(EMPTY)
    app.type("tell me\r")
    app.wait_for("Half of an answer")
    app.wait_for("esc")

    app.press("esc")

    screen = app.wait_for("stopped")
    assert "Half of an answer" in screen
    app.wait_for("≈$")


def test_the_tier_changes_in_the_middle_of_a_conversation(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("first",)), Reply(("second",)))
    app = start()
    app.wait_for(EMPTY)
    app.type("one\r")
    app.wait_for("first")
    app.press("f2", "f2")
    app.wait_for("large")
    app.type("two\r")
    app.wait_for("second")

    first, second = provider.requests
    assert (first["model"], second["model"]) == ("small", "large")
    messages = second["messages"]
    assert isinstance(messages, list)
    assert [message["content"] for message in messages] == ["one", "first", "two"]


def test_at_the_limit_nothing_is_sent_and_the_draft_stays(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure(daily="0.0001")
    app = start()
    app.wait_for(EMPTY)
    app.press("f2")
    app.type("this costs too much\r")

    app.wait_for("This would pass today's limit")
    app.press("esc")

    app.wait_for("Over the limit: nothing was sent")
    app.wait_for("this costs too much")
    assert provider.n_requests == 0


def test_two_apps_on_one_folder_see_each_others_spend(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("done",), usage={"prompt_tokens": 1_000, "completion_tokens": 800}))
    one, other = start(), start()
    one.wait_for(EMPTY)
    other.wait_for(EMPTY)
    one.type("spend something\r")
    one.wait_for("$4.9977")

    other.wait_for("$4.9977", timeout_s=3)


def test_a_killed_app_leaves_no_process_and_its_hold_is_charged_at_the_next_start(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("Half",), hold_after=1))
    app = start()
    app.wait_for(EMPTY)
    app.type("tell me\r")
    app.wait_for("Half")
    children = children_of(app.pid)
    assert children

    app.kill()
    wait_gone(children)

    again = start()
    screen = again.wait_for("crash")
    assert "≈$" in screen or "charged" in screen
    again.press("ctrl+s")
    again.wait_for("tell me")


@pytest.mark.parametrize(("columns", "rows"), [(20, 10), (80, 24), (250, 70)])
def test_every_size_of_terminal_takes_a_question(
    start: Start, configure: Configure, provider: ProviderInThread, columns: int, rows: int
) -> None:
    configure()
    provider.script(Reply(("fine",)))
    app = start(columns=columns, rows=rows)
    app.wait_for(lambda screen: "$5.00" in screen or "ype below" in screen)
    app.type("hi\r")

    app.wait_for("fine")

    app.press("ctrl+q")
    assert app.wait_exit() == 0


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (100, 30), (160, 50)])
def test_ctrl_s_and_enter_open_the_newest_conversation(
    start: Start, configure: Configure, provider: ProviderInThread, columns: int, rows: int
) -> None:
    configure()
    provider.script(Reply(("an answer to be found",)))
    app = start()
    app.wait_for(EMPTY)
    app.type("remember this\r")
    app.wait_for("an answer to be found")
    app.press("ctrl+q")
    app.wait_exit()
    again = start(columns=columns, rows=rows)
    again.wait_for("ype below")

    again.press("ctrl+s")
    again.wait_for("enter open")
    again.press("enter")

    again.wait_for("an answer to be found")


def test_a_resize_in_the_middle_keeps_everything(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("word " * 60,)))
    app = start(columns=160, rows=48)
    app.wait_for(EMPTY)
    app.type("talk\r")
    app.wait_for("word word")

    for columns, rows in ((60, 20), (20, 8), (200, 60)):
        app.resize(columns, rows)

    app.wait_for("Conversations")
    app.wait_for("word word")


def test_a_wrong_key_is_one_sentence_and_the_chat_goes_on(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(
        Reply(status=401, error={"message": "Incorrect API key provided", "code": "invalid_api_key"}), Reply(("back",))
    )
    app = start()
    app.wait_for(EMPTY)
    app.type("hi\r")
    screen = app.wait_for("refused the key")
    assert CANARY not in screen

    app.type("again\r")

    app.wait_for("back")


def test_a_dead_provider_is_one_sentence(start: Start, configure: Configure) -> None:
    configure(url="http://127.0.0.1:9/v1")
    app = start()
    app.wait_for(EMPTY)
    app.type("hi\r")

    app.wait_for("can't be reached")


def test_a_paste_of_a_megabyte_arrives_whole(start: Start, configure: Configure, provider: ProviderInThread) -> None:
    configure()
    provider.script(Reply(("read it",)))
    app = start()
    app.wait_for(EMPTY)
    text = "0123456789abcde\n" * 65_536
    app.paste(text)
    app.wait_for("pasted")
    app.press("enter")

    app.wait_for("read it")

    messages = provider.requests[0]["messages"]
    assert isinstance(messages, list)
    assert messages[0]["content"].strip() == text.strip()


def test_foreign_text_reaches_the_terminal_without_control_codes(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    hostile = "\x1b]52;c;aGk=\x07 \x1b[31m red [/] [@click=app.quit]x[/] \u202e \x9b31m finis"
    provider.script(Reply((hostile,)))
    app = start()
    app.wait_for(EMPTY)
    app.raw.clear()
    app.type("hi\r")

    app.wait_for("finis")

    for code in (b"\x1b]52", b"\x1b[31m red", b"\xc2\x9b", "\u202e".encode()):
        assert code not in app.raw
    assert "[@click=app.quit]" in app.screen


def test_nothing_that_litellm_prints_reaches_the_screen_and_no_key_any_file(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(status=500, error={"message": f"no luck with {CANARY}"}))
    app = start()
    app.wait_for(EMPTY)
    app.type("hi\r")
    app.wait_for("failed")
    app.press("ctrl+q")
    app.wait_exit()

    assert b"Give Feedback" not in app.raw
    assert b"LiteLLM" not in app.raw
    assert CANARY.encode() not in app.raw
    holding = [path for path in home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert holding == []


def test_files_are_their_owners_only(
    start: Start, configure: Configure, provider: ProviderInThread, home: Path
) -> None:
    configure()
    provider.script(Reply(("hi",)))
    app = start()
    app.wait_for(EMPTY)
    app.type("hi\r")
    app.wait_for("first token")
    app.press("ctrl+q")
    app.wait_exit()

    ours = [*(home / "data").rglob("*"), *(home / "state").rglob("*")]
    assert {oct(path.stat().st_mode & 0o077) for path in ours} == {"0o0"}


def test_shift_f4_shows_the_day_and_esc_goes_back(
    start: Start, configure: Configure, provider: ProviderInThread
) -> None:
    configure()
    provider.script(Reply(("fine",), usage={"prompt_tokens": 1_000, "completion_tokens": 800}))
    app = start()
    app.wait_for(EMPTY)
    app.type("hi\r")
    app.wait_for("=$0.0023")

    app.press("shift+f4")

    app.wait_for("Day review")
    app.wait_for("By hour")
    app.press("esc")
    app.wait_for("fine")


def children_of(pid: int) -> list[int]:
    """The processes started by `pid`, from /proc."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(entry))
    return found


def wait_gone(pids: list[int]) -> None:
    """Wait until none of the processes lives; a test's time limit ends the wait otherwise."""
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([fd], [], [], 10)[0], f"process {pid} lives on"
        finally:
            os.close(fd)
