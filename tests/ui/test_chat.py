"""The chat screen as a user meets it: keys in, screen and files out."""

from __future__ import annotations

from pathlib import Path

from textual import events
from textual._xterm_parser import XTermParser
from textual.widgets import OptionList

from ralex_tui.adapters.scripted_engine import Hang, Use
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.models import Mode, Tier
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.ui.screens.help import HelpScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo


async def test_an_empty_chat_says_what_to_do(sit: Sit) -> None:
    async with sit() as seat:
        assert "Type below. Nothing is sent before enter." in seat.screen_text
        assert seat.prompt.has_focus


async def test_enter_sends_the_message_and_the_answer_appears(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Because it ", "scans.")
    async with sit() as seat:
        await seat.send("why is it slow?")

        assert "why is it slow?" in seat.screen_text
        assert "Because it scans." in seat.screen_text
        assert seat.prompt.is_empty


async def test_the_budget_panel_moves_with_the_answer(sit: Sit, demo: Demo) -> None:
    demo.engine.script("fine", Use(TokenUsage(1_000, 800)))
    async with sit() as seat:
        assert "$5.0000" in seat.screen_text

        await seat.send("hi")

        # 1,000 x 0.30 + 800 x 2.50 dollars a million
        assert "=$0.0023" in seat.screen_text
        assert "$4.9977" in seat.screen_text


async def test_money_is_shown_as_held_while_the_answer_comes(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half", Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: "Half" in seat.screen_text)
        held = (await demo.ledger.day_budget()).held

        await seat.until(lambda: seat.screen_text.count(held.show()) >= 2)

        assert "Cheap is writing, esc stops it" in seat.screen_text
        assert "esc stop" in seat.screen_text
        await seat.press("escape")
        await seat.settled()
        assert "is writing" not in seat.screen_text


async def test_esc_stops_and_keeps_what_came(sit: Sit, demo: Demo) -> None:
    demo.engine.script("Half of", Hang())
    async with sit() as seat:
        await seat.type("tell me")
        await seat.press("enter")
        await seat.until(lambda: "Half of" in seat.screen_text)

        await seat.press("escape")
        await seat.settled()

        assert "Half of" in seat.screen_text
        assert "stopped" in seat.screen_text
        assert (await demo.ledger.day_budget()).held == Usd(0)


async def test_what_is_written_during_an_answer_waits_and_is_sent_after_it(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first", Hang())
    async with sit() as seat:
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        assert "Write on. Enter queues the message." in seat.screen_text

        await seat.type("two")
        await seat.press("enter")

        assert "queued  1   two" in seat.screen_text
        assert "1 queued" in seat.screen_text
        assert len(demo.engine.requests) == 1


async def test_queued_messages_are_sent_in_order_within_one_conversation(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first")
    demo.engine.script("second")
    async with sit() as seat:
        await seat.type("one")
        seat.prompt.action_submit()
        await seat.type("two")
        seat.prompt.action_submit()
        await seat.pilot.pause()
        await seat.settled()

        assert [request.messages[-1][1] for request in demo.engine.requests] == ["one", "two"]
        assert [text for _, text in demo.engine.requests[1].messages] == ["one", "first", "two"]
        assert len(await demo.library.list()) == 1


async def test_stopping_gives_queued_messages_back_and_sends_none(sit: Sit, demo: Demo) -> None:
    demo.engine.script("first", Hang())
    async with sit() as seat:
        await seat.type("one")
        await seat.press("enter")
        await seat.until(lambda: "first" in seat.screen_text)
        await seat.type("two")
        await seat.press("enter")
        await seat.type("three")

        await seat.press("escape")
        await seat.settled()

        assert seat.prompt.draft == "two\n\nthree"
        assert len(demo.engine.requests) == 1


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


async def test_up_in_the_empty_prompt_brings_back_the_last_message(sit: Sit) -> None:
    async with sit() as seat:
        await seat.send("hello there")

        await seat.press("up")

        assert seat.prompt.draft == "hello there"


async def test_over_the_limit_nothing_is_sent_and_the_draft_comes_back(sit: Sit, demo: Demo) -> None:
    demo.spend(Tier.SMART, ["4.9999"])
    async with sit() as seat:
        await seat.press("f2")

        await seat.send("this costs too much")

        assert demo.engine.requests == []
        assert seat.prompt.draft == "this costs too much"
        assert "nothing was sent" in seat.screen_text


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


async def test_the_tier_chosen_in_mid_conversation_answers_the_next_message(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("one")
        await seat.press("f2", "f2")

        await seat.send("two")

        assert [request.model.name for request in demo.engine.requests] == [
            "gemini-3.5-flash-lite",
            "claude-sonnet-5.5",
        ]
        assert len(demo.engine.requests[1].messages) == 3


async def test_the_draft_is_priced_for_every_tier_before_it_is_sent(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("refactor this, please")

        assert "Auto picks ◆ Smart: it says “refactor”" in seat.screen_text
        assert "¢ Cheap ≈$0.0009   ◆ Smart ≈$0.0035   » Yolo <$0.0001   ⌂ Local free" in seat.screen_text
        assert "13 tokens" in seat.screen_text


async def test_a_tier_without_a_model_says_no_key(sit: Sit, tmp_path: Path) -> None:
    few = Demo(tmp_path / "few", tiers=[Tier.LOCAL])
    async with sit(app=few.app()) as seat:
        assert "No key found: Local answers." in seat.screen_text
        assert "Smart no key" in seat.screen_text
        await few.close()


async def test_without_any_model_the_screen_says_what_to_do(sit: Sit, tmp_path: Path) -> None:
    none = Demo(tmp_path / "none", tiers=[])
    async with sit(app=none.app()) as seat:
        assert "ralex local install" in seat.screen_text

        await seat.send("hello")

        assert seat.prompt.draft == "hello"
        assert "Nothing was sent" in seat.screen_text
        await none.close()


async def test_spend_of_another_terminal_shows_within_a_second(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        assert "$3.8889" not in seat.screen_text

        demo.spend(Tier.SMART, ["1.1111"])

        await seat.until(lambda: "$3.8889" in seat.screen_text)


async def test_a_conversation_is_found_again_and_opened_by_enter(sit: Sit, demo: Demo) -> None:
    demo.shelf()
    async with sit(160, 48) as seat:
        assert "Slow query on orders" in seat.screen_text
        await seat.press("ctrl+s", "home", "enter")
        await seat.settled()

        assert "And how do I see that plan from Python?" in seat.screen_text
        assert "4 messages" in seat.screen_text
        assert seat.prompt.has_focus


async def test_the_list_folds_below_140_columns_and_ctrl_s_lays_it_over(sit: Sit, demo: Demo) -> None:
    demo.shelf()
    async with sit(120, 40) as seat:
        assert "Slow query" not in seat.screen_text

        await seat.press("ctrl+s")
        await seat.until(lambda: "Slow query" in seat.screen_text)
        assert seat.chat.query_one(OptionList).has_focus
        await seat.press("escape")

        assert "Slow query" not in seat.screen_text
        assert seat.prompt.has_focus


async def test_a_message_goes_to_the_conversation_that_is_open(sit: Sit, demo: Demo) -> None:
    opened = demo.shelf()
    async with sit(160, 48) as seat:
        await seat.press("ctrl+s", "home", "enter")
        await seat.settled()

        await seat.send("and now?")

        conversation = await demo.library.open(opened)
        assert [message.text for message in conversation.path()][-2] == "and now?"
        assert len(demo.engine.requests[0].messages) == 5


async def test_ctrl_n_begins_a_new_conversation(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("one")
        await seat.press("ctrl+n")
        assert "Type below." in seat.screen_text

        await seat.send("two")

        assert len(demo.engine.requests[1].messages) == 1
        assert len(await demo.library.list()) == 2


async def test_an_answer_goes_on_while_another_conversation_is_looked_at(sit: Sit, demo: Demo) -> None:
    demo.engine.script("begun", Hang())
    async with sit(160, 48) as seat:
        await seat.type("the first one")
        await seat.press("enter")
        await seat.until(lambda: "begun" in seat.screen_text)

        await seat.press("ctrl+n")
        assert "begun" not in seat.screen_text
        await seat.press("ctrl+s", "home", "enter")

        await seat.until(lambda: "begun" in seat.screen_text)
        assert seat.screen_text.count("begun") == 1


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

        assert "Theme: High contrast" in seat.screen_text


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
    async with sit(120, 70) as seat:
        await seat.press("f1")

        for words in ("F2", "shift+F4, /spend", "/theme NAME", "^c", "Bring back what is queued"):
            assert words in seat.screen_text


async def test_a_hostile_title_is_only_text(sit: Sit, demo: Demo) -> None:
    title = "[/] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \u202egnp"
    demo.engine.script("An answer [/bold] \x1b[31m")
    async with sit(160, 48) as seat:
        await seat.send(title)

        assert "\x1b" not in seat.screen_text
        assert "\u202e" not in seat.screen_text
        assert "[/] [@click=app.quit]" in seat.screen_text


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


async def test_what_a_crash_left_open_is_told(sit: Sit, demo: Demo) -> None:
    demo.hold("0.0200", owner=new_id())
    async with sit() as seat:
        await seat.until(lambda: "cut off by a crash" in seat.screen_text)

        assert "1 request was cut off by a crash; charged ≈$0.0200 as an upward" in seat.screen_text


async def test_an_unreadable_ledger_is_one_sentence_and_no_figure(sit: Sit, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ledger").mkdir()
    (tmp_path / "broken" / "ledger" / "2026-11-23.journal").write_bytes(b"\x00 this is no ledger\n" * 3)
    broken = Demo(tmp_path / "broken")
    async with sit(app=broken.app()) as seat:
        assert "ledger" in seat.screen_text
        assert "$5.00" not in seat.screen_text
        await broken.close()


async def test_notices_of_the_start_are_shown(sit: Sit) -> None:
    async with sit(120, 40, "./config.yaml was ignored [/]") as seat:
        assert "./config.yaml was ignored [/]" in seat.screen_text


async def test_an_unknown_theme_is_told_and_another_used(sit: Sit, tmp_path: Path) -> None:
    odd = Demo(tmp_path / "odd", theme="ralex-dork")
    async with sit(app=odd.app()) as seat:
        assert "ralex-dork" in seat.screen_text
        assert seat.app.theme in seat.app.available_themes
        await odd.close()


async def test_every_size_keeps_prompt_and_what_is_left(sit: Sit) -> None:
    async with sit(200, 60) as seat:
        for size in ((140, 36), (100, 35), (80, 24), (60, 20), (40, 12), (20, 10), (20, 6), (250, 70)):
            await seat.pilot.resize_terminal(*size)
            await seat.until(lambda: seat.screen_text.count("\n") == seat.app.size.height - 1)
            assert "$5.00" in seat.screen_text, size
            assert seat.prompt.region.height >= 1, size


async def test_warm_up_runs_beside_the_first_paint(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.until(lambda: demo.engine.is_warm)


async def test_the_mode_of_a_theme_change_keeps_the_screen(sit: Sit, demo: Demo) -> None:
    async with sit() as seat:
        await seat.send("hi")
        before = seat.screen_text

        seat.app.theme = "terminal"
        await seat.settled()

        assert seat.screen_text.splitlines()[1].split() == before.splitlines()[1].split()
        assert Mode.AUTO.label in seat.screen_text
