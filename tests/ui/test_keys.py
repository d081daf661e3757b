"""Keys, commands and pastes: what the user does, and in which order it is done."""

from __future__ import annotations

from textual import events
from textual._xterm_parser import XTermParser

from ralex_tui.adapters.scripted_engine import Hang
from ralex_tui.domain.models import Mode
from ralex_tui.ui.screens.help import HelpScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo


async def test_up_in_the_empty_prompt_takes_the_last_queued_message_back(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first", Hang())
    async with sit() as seat:
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        await seat.type("two")
        await seat.press("enter")

        await seat.press("up")

        assert seat.prompt.draft == "two"
        assert "queued" not in seat.screen_text


async def test_ctrl_up_in_the_empty_prompt_brings_back_the_last_message(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("hello there")

        await seat.press("ctrl+up")

        assert seat.prompt.draft == "hello there"


async def test_ctrl_up_leaves_a_draft_alone(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("hello there")
        await seat.type("draft")

        await seat.press("ctrl+up")

        assert seat.prompt.draft == "draft"


async def test_an_empty_prompt_sends_nothing_and_says_so(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.press("enter")

        assert "Type a question, then press enter." in seat.screen_text
        assert demo.engine.requests == []


async def test_f2_steps_through_the_modes_and_makes_their_colour_the_accent(sit: Sit) -> None:
    async with sit() as seat:
        await seat.press("f2", "f2")

        assert seat.chat.has_class("-smart")
        assert not seat.chat.has_class("-auto")
        assert "claude-sonnet-5.5" in seat.screen_text
        await seat.press("shift+f2", "shift+f2", "shift+f2")
        assert seat.chat.has_class("-local")


async def test_a_click_on_a_tab_chooses_its_tier(sit: Sit) -> None:
    async with sit() as seat:
        column = seat.screen_text.splitlines()[1].index("Yolo")

        await seat.pilot.click(offset=(column, 1))
        await seat.pilot.pause()

        assert seat.chat.has_class("-yolo")


async def test_ctrl_n_begins_a_new_conversation(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("one")
        await seat.press("ctrl+n")
        assert "Type below." in seat.screen_text

        await seat.send("two")

        assert len(demo.engine.requests[1].messages) == 1
        assert len(await demo.library.list()) == 2


async def test_ctrl_c_stops_but_never_quits(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)

        await seat.press("ctrl+c")
        await seat.settled()
        await seat.press("ctrl+c")

        assert "stopped" in seat.screen_text
        assert "^q quits." in seat.screen_text
        assert seat.app.is_running


async def test_ctrl_c_copies_the_selection(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("copy me")
        seat.prompt.select_all()

        await seat.press("ctrl+c")

        assert seat.app.clipboard == "copy me"


async def test_ctrl_q_settles_the_answer_on_its_way_and_closes_the_services(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)

        await seat.press("ctrl+q")
        await seat.until(lambda: demo.is_closed)

    book = demo.ledger_store.read(demo.policy.day_of(demo.clock.now()))
    assert book.open_entries == []
    assert book.spent_nano > 0


async def test_f4_hides_the_panel_and_on_narrow_screens_lays_it_over(sit: Sit) -> None:
    async with sit(120, 40) as seat:
        await seat.press("f4")
        assert "By tier" not in seat.screen_text
    async with sit(80, 24) as seat:
        assert "$5.00 left" in seat.screen_text
        await seat.press("f4")
        assert "left of $5.00" in seat.screen_text
        await seat.press("escape")
        assert "left of $5.00" not in seat.screen_text


async def test_keys_typed_while_the_list_has_the_focus_go_to_the_prompt(sit: Sit) -> None:
    async with sit(160, 48) as seat:
        await seat.press("ctrl+s")

        await seat.press("h", "i")

        assert seat.prompt.draft == "hi"


def burst(seat: Seat, *keys: str) -> None:
    """Keys that arrive faster than the app reads them, as in a slow moment or over a slow link."""
    for key in keys:
        seat.app.post_message(events.Key(key, {"space": " "}.get(key, key if len(key) == 1 else None)))


async def test_keys_of_a_burst_act_in_the_order_they_were_typed(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        burst(seat, *"one", "f2", "f2", *"!x", "backspace", "enter", "ctrl+n", *"two")
        await seat.until(lambda: seat.prompt.draft == "two")
        await seat.settled()

        assert demo.engine.requests[0].messages == (("user", "one!"),)
        assert demo.engine.requests[0].model.name == "claude-sonnet-5.5"
        assert "one!" not in seat.screen_text


async def test_alt_enter_breaks_the_line_on_a_terminal_of_the_old_kind(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.type("one")
        for event in XTermParser().feed("\x1b\r"):
            seat.app.post_message(event)
        await seat.pilot.pause()

        assert seat.prompt.draft == "one\n"
        assert demo.engine.requests == []


async def test_a_command_typed_out_in_a_burst_is_done_and_opens_no_palette(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        burst(seat, *"/tier", "space", *"yolo", "enter")
        await seat.until(lambda: seat.chat.has_class("-yolo"))

        assert seat.app.screen is seat.chat
        assert demo.engine.requests == []


async def test_a_slash_in_the_empty_prompt_opens_the_commands(sit: Sit) -> None:
    async with sit() as seat:
        await seat.press("/")
        await seat.until(lambda: "Review the day's spend" in seat.screen_text)
        await seat.press(*"high")

        await seat.until(lambda: "Theme: High contrast" in seat.screen_text)


async def test_slash_commands_do_what_their_keys_do(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("/tier smart")
        assert seat.chat.has_class("-smart")
        await seat.send("/theme ralex-light")
        assert seat.app.theme == "ralex-light"
        await seat.send("/help")
        assert isinstance(seat.app.screen, HelpScreen)


async def test_an_unknown_slash_command_names_the_nearest_and_stays_in_the_prompt(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("/tirr smart")

        assert "There is no command /tirr" in seat.screen_text
        assert "'tier'" in seat.screen_text
        assert seat.prompt.draft == "/tirr smart"
        assert demo.engine.requests == []


async def test_a_path_is_sent_as_text(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("/usr/bin/ls fails")

        assert demo.engine.requests[0].messages[0][1] == "/usr/bin/ls fails"


async def test_f1_lists_every_key_and_command(sit: Sit) -> None:
    async with sit(120, 150) as seat:
        await seat.press("f1")

        for words in (
            "F2",
            "shift+F4, /spend",
            "/theme NAME",
            "^c",
            "bring back what was sent",
            "^f, /find",
            "K, shift+up",
        ):
            assert words in seat.screen_text


async def test_a_paste_is_kept_whole_and_drawn_harmless(sit: Sit, demo: Demo) -> None:
    text = "a\x1b[31mb\u202ec\x9bd\u200b\ud800 e"
    async with sit() as seat:
        seat.prompt.post_message(events.Paste(text))
        await seat.pilot.pause()

        assert seat.prompt.draft == text
        assert "a␛[31mb" in seat.screen_text
        assert "\x1b" not in seat.screen_text
        assert "\x9b" not in seat.screen_text


async def test_a_megabyte_arrives_whole_and_the_prompt_stays_small(sit: Sit, demo: Demo) -> None:
    text = "0123456789abcde\n" * 65_536
    async with sit() as seat:
        seat.prompt.post_message(events.Paste(text))
        await seat.pilot.pause()
        assert "pasted 1.0 MB, 65,537 lines" in seat.screen_text
        await seat.until(lambda: "262." in seat.screen_text)

        await seat.press("enter")
        await seat.settled()

        assert demo.engine.requests[0].messages[0][1] == text


async def test_slash_of_a_command_that_comes_in_a_burst_opens_no_palette(sit: Sit) -> None:
    async with sit() as seat:
        # As where the screen hears of the slash before the prompt has had the rest.
        seat.prompt.put("/")
        seat.chat._slash_typed()
        seat.prompt.add("tier smart")
        await seat.pilot.pause()

        assert len(seat.app.screen_stack) == 1
        await seat.press("enter")
        assert seat.chat._mode is Mode.SMART
