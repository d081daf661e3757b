"""Reading the messages by keyboard: the cursor on them, copying, links, jumps between turns, the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ralex_tui.adapters.scripted_engine import Hang
from ralex_tui.config.schema import Settings, UiSettings
from ralex_tui.domain.conversation import Message, MessageState
from ralex_tui.ui.screens.link import LinkScreen
from ralex_tui.ui.screens.link_choice import LinkChoice
from ralex_tui.ui.transcript import Notice, Transcript
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo
from tests.ui.test_transcript import long_chat, pending
from tests.ui.transcript_demo import answer, question

AT = datetime(2026, 11, 23, 14, 21, tzinfo=UTC)
ANSWER = """\
One **bold** word.

```sh
ls -l
```

| a | b |
|---|---|
| 1 | 2 |

The end of it."""


def transcript(seat: Seat) -> Transcript:
    return seat.chat.query_one(Transcript)


def rows(seat: Seat) -> list[str]:
    """The rows of the transcript in view, without the blanks at their ends."""
    shown = transcript(seat)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


def marked(seat: Seat, sign: str = "▌") -> list[str]:
    """What stands in the rows that bear the bar of the current block, without edges and blank rows."""
    found = [row.strip()[1:].strip().split("      ")[0] for row in rows(seat) if row.lstrip(" ").startswith(sign)]
    return [text for text in found if text.strip("▄▀")]


def some_chat() -> list[Message]:
    return [
        question("First?", "q1"),
        answer(ANSWER, "a1"),
        question("Second?", "q2"),
        answer("Short.\n\nAnd [a link](https://example.org/page).", "a2"),
    ]


async def show(seat: Seat, messages: list[Message]) -> None:
    transcript(seat).show(messages, "")
    await seat.pilot.pause()


async def test_up_in_the_empty_prompt_goes_to_the_last_block(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up")

        assert transcript(seat).has_focus
        assert marked(seat) == ["And a link (example.org)."]


async def test_up_in_an_empty_conversation_stays_in_the_prompt_and_says_so(sit: Sit) -> None:
    async with sit() as seat:
        await seat.press("up")

        assert seat.prompt.has_focus
        assert "There is no message yet." in seat.screen_text


async def test_up_in_a_draft_moves_the_cursor_of_the_prompt(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await seat.type("one\ntwo")

        await seat.press("up")

        assert seat.prompt.has_focus
        assert seat.prompt.cursor_location[0] == 0


async def test_k_and_j_go_from_message_to_message_and_back_into_the_prompt(sit: Sit) -> None:
    async with sit(rows=60) as seat:
        await show(seat, some_chat())

        await seat.press("up", "k")
        assert marked(seat)[-1] == "Second?"
        await seat.press("k")
        assert marked(seat) == ["One bold word."]
        await seat.press("j", "j")
        assert marked(seat) == ["Short."]
        await seat.press("j")

        assert seat.prompt.has_focus
        assert marked(seat) == []


async def test_the_message_before_the_first_is_the_first(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "g", "k", "K")

        assert marked(seat)[-1] == "First?"


async def test_shifted_keys_go_from_block_to_block_over_messages(sit: Sit) -> None:
    async with sit(rows=60) as seat:
        await show(seat, some_chat())
        await seat.press("up", "g")
        seen = []

        for _ in range(7):
            seen.append(marked(seat)[-1])
            await seat.press("J")
        await seat.press("K")

        assert [text.split()[0] for text in seen] == ["First?", "One", "ls", "1", "The", "Second?", "Short."]
        assert marked(seat) == ["Short."]


async def test_the_current_message_has_a_thin_bar_and_its_block_a_thick_one(sit: Sit) -> None:
    async with sit(rows=60) as seat:
        await show(seat, some_chat())

        await seat.press("up", "k", "k")

        thin = marked(seat, "│")
        assert "◆ Smart" in thin[0]
        assert thin[-1] == "The end of it."
        assert marked(seat) == ["One bold word."]


async def test_without_unicode_the_bars_are_signs_of_their_own(sit: Sit, demo: Demo) -> None:
    demo.settings = Settings(ui=UiSettings(glyphs="ascii"))
    async with sit(rows=60) as seat:
        await show(seat, some_chat())

        await seat.press("up", "k", "k")

        assert marked(seat, "|") == ["One bold word."]
        assert marked(seat, ":")[-1] == "The end of it."


async def test_the_bar_has_the_colour_of_the_mode(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("f2", "f2", "up")

        y = next(y for y, row in enumerate(rows(seat)) if "And a link" in row)
        bar = next(part for part in transcript(seat).render_line(y) if "▌" in part.text)
        assert bar.style is not None
        assert bar.style.color is not None
        assert bar.style.color.triplet is not None
        assert bar.style.color.triplet.hex == "#a9a8fb"


@pytest.mark.parametrize("key", ["escape", "i", "enter", "q"])
async def test_keys_that_lead_back_to_the_prompt_leave_the_view_where_it_is(sit: Sit, key: str) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))
        await seat.press("up", "g")
        before = [row.replace("▌", " ") for row in rows(seat)]

        await seat.press(key)

        assert seat.prompt.has_focus
        assert seat.prompt.draft == ""
        assert [row.strip() for row in rows(seat)] == [row.strip() for row in before]


async def test_a_letter_without_a_meaning_goes_to_the_prompt(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "w", "h", "y")

        assert seat.prompt.has_focus
        assert seat.prompt.draft == "why"


async def test_the_footer_names_the_keys_of_the_messages(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up")

        assert seat.screen_text.splitlines()[-2].split()[:6] == ["j", "next", "k", "before", "J", "block"]


async def test_keys_of_the_messages_can_be_changed(sit: Sit, demo: Demo) -> None:
    demo.settings = Settings(ui=UiSettings(keymap={"messages.before": "b"}))
    async with sit(rows=60) as seat:
        await show(seat, some_chat())

        await seat.press("up", "b")

        assert marked(seat)[-1] == "Second?"


async def test_the_slash_command_goes_to_the_messages(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.send("/messages")

        assert transcript(seat).has_focus


# Copying


async def test_y_copies_the_source_of_the_message(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "k", "k", "y")
        await seat.settled()

        assert seat.app.clipboard == ANSWER
        assert "the message" in seat.screen_text


async def test_y_on_an_answer_that_said_nothing_copies_why(sit: Sit) -> None:
    failed = answer(id="a1", state=MessageState.FAILED, error="the provider answered 503", hint="press F2")
    async with sit() as seat:
        await show(seat, [question("First?", "q1"), failed])

        await seat.press("up", "y")
        await seat.settled()

        assert seat.app.clipboard == "the provider answered 503\npress F2"


@pytest.mark.parametrize(
    ("n_blocks", "expected"),
    [
        (0, "One **bold** word."),
        (1, "ls -l"),
        (2, "| a | b |\n|---|---|\n| 1 | 2 |"),
        (3, "The end of it."),
    ],
)
async def test_shift_y_copies_the_source_of_the_block(sit: Sit, n_blocks: int, expected: str) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "k", "k", *["J"] * n_blocks, "Y")
        await seat.settled()

        assert seat.app.clipboard == expected


async def test_v_selects_by_blocks_and_y_copies_them(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "k", "k", "J", "v", "J", "J", "y")
        await seat.settled()

        assert seat.app.clipboard == ANSWER[ANSWER.index("```sh") :]
        assert transcript(seat).selected is None
        assert not transcript(seat).is_selecting


async def test_a_selection_by_blocks_goes_upwards_and_over_messages(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "K", "v", "K", "K")
        await seat.press("ctrl+c")
        await seat.settled()

        assert seat.app.clipboard == "The end of it.\n\nSecond?\n\nShort."
        assert transcript(seat).selected is None


async def test_leaving_the_messages_selects_nothing(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "v", "escape")

        assert transcript(seat).selected is None


async def test_ctrl_c_copies_what_the_mouse_has_selected_and_clears_it(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        lines = seat.screen_text.splitlines()
        y = next(y for y, line in enumerate(lines) if "One bold" in line)
        x = lines[y].index("bold")

        await seat.pilot.mouse_down(offset=(x, y))
        await seat.pilot.hover(offset=(x + 3, y))
        await seat.pilot.mouse_up(offset=(x + 3, y))
        assert seat.prompt.has_focus
        await seat.press("ctrl+c")
        await seat.settled()

        assert seat.app.clipboard == "bold"
        assert transcript(seat).selected is None


async def test_a_drag_that_leaves_the_transcript_selects_nothing_else(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        lines = seat.screen_text.splitlines()
        y = next(y for y, line in enumerate(lines) if "And a link" in line)

        await seat.pilot.mouse_down(offset=(lines[y].index("And"), y))
        await seat.pilot.hover(offset=(115, 38))
        await seat.pilot.mouse_up(offset=(115, 38))

        assert seat.chat.get_selected_text() == "And [a link](https://example.org/page)."


# Links


async def test_o_asks_before_it_follows_the_only_link(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "o")

        assert isinstance(seat.app.screen, LinkScreen)
        assert "https://example.org/page" in seat.screen_text


async def test_o_asks_which_of_several_links(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, [answer("[one](https://one.example/) and [two](https://two.example/)", "a")])

        await seat.press("up", "o")
        await seat.until(lambda: isinstance(seat.app.screen, LinkChoice) and seat.app.screen._is_seen)
        assert "two" in seat.screen_text
        await seat.press("down", "enter")
        await seat.until(lambda: isinstance(seat.app.screen, LinkScreen))

        assert "https://two.example/" in seat.screen_text


async def test_o_says_where_there_is_no_link(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "K", "o")

        assert "No link in this block." in seat.screen_text


async def test_a_click_on_a_link_asks_and_a_drag_over_it_does_not(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        lines = seat.screen_text.splitlines()
        y = next(y for y, line in enumerate(lines) if "And a link" in line)
        x = lines[y].index("link")

        await seat.pilot.mouse_down(offset=(x, y))
        await seat.pilot.hover(offset=(x + 2, y))
        await seat.pilot.mouse_up(offset=(x + 2, y))
        await seat.pilot.pause()
        assert seat.app.screen is seat.chat

        await seat.pilot.click(offset=(x, y))
        await seat.until(lambda: isinstance(seat.app.screen, LinkScreen))


# Long conversations, turns, the end


async def test_the_cursor_comes_into_view_over_messages_that_were_never_laid_out(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(300))
        await seat.press("up")

        for n in range(299, 280, -1):
            await seat.press("k")
            assert any(f"Question {n}?" in text for text in marked(seat)), n
            await seat.press("k")
            assert any(f"Answer {n - 1}." in text for text in marked(seat)), n


async def test_blocks_come_into_view_one_after_the_other(sit: Sit) -> None:
    async with sit(rows=24) as seat:
        await show(seat, long_chat(12))
        await seat.press("up", "g")
        entries = transcript(seat)._column.entries

        for _ in range(200):
            at = transcript(seat)._cursor.at
            assert marked(seat), at
            await seat.press("J")
            if seat.prompt.has_focus or transcript(seat)._cursor.at == at:
                break

        assert transcript(seat)._cursor.entry in (-1, len(entries) - 1)


async def test_g_and_shift_g_are_at_once_in_ten_thousand_turns(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(10_000))

        await seat.press("up", "g")
        assert any("Question 0?" in text for text in marked(seat))
        assert not transcript(seat).is_following
        await seat.press("G")

        assert transcript(seat).is_following
        assert marked(seat)
        assert sum(entry.is_ready for entry in transcript(seat)._column.entries) < 100


async def test_pages_take_the_cursor_along(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))
        await seat.press("up")

        for key in ("pageup", "pageup", "pagedown", "space", "pageup"):
            await seat.press(key)
            assert marked(seat), key


async def test_the_cursor_keeps_its_place_while_the_answer_goes_on(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        transcript(seat).add(pending("Begin.\n\n- one"))
        await seat.until(lambda: any("one▌" in row for row in rows(seat)))
        await seat.press("up", "K")
        assert marked(seat) == ["Begin."]

        transcript(seat).write("live", "\n- two\n\nmore\n\nand more")
        await seat.until(lambda: any("and more▌" in row for row in rows(seat)))
        transcript(seat).finish(answer("Begin.\n\n- one\n- two\n\nmore\n\nand more", "live"))
        await seat.pilot.pause()

        assert marked(seat) == ["Begin."]


async def test_alt_up_and_alt_down_jump_from_question_to_question(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))

        await seat.press("alt+up")
        first = rows(seat)
        await seat.press("alt+up")

        assert seat.prompt.has_focus
        assert "Question 38?" in first[2]
        assert "Question 37?" in rows(seat)[2]
        await seat.press("alt+down")

        assert rows(seat) == first
        for _ in range(40):
            await seat.press("alt+down")
        assert transcript(seat).is_following


async def test_a_label_says_that_more_came_below_and_goes_away_at_the_end(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))
        await seat.press("pageup")
        assert "more below" not in seat.screen_text

        transcript(seat).notice(Notice("info", "News", "Something new.", "", AT))
        await seat.pilot.pause()
        assert rows(seat)[-1].endswith(" more below ▾ ctrl+end")
        await seat.press("ctrl+end")

        assert "more below" not in seat.screen_text
        assert "Something new." in seat.screen_text


async def test_the_label_says_that_the_answer_is_being_written(sit: Sit, demo: Demo) -> None:
    demo.engine.script("line\n\n" * 40, Hang())
    async with sit() as seat:
        await seat.type("hi")
        await seat.press("enter")
        await seat.until(lambda: transcript(seat).max_scroll_y > 0)
        await seat.press("pageup")
        shown = transcript(seat)
        answer_id = next(name for name in shown._numbers if shown._answer(name) is not None)

        shown.write(answer_id, "more\n\n" * 10)

        await seat.until(lambda: "writing ▾" in rows(seat)[-1])


async def test_a_click_on_the_label_goes_to_the_end(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))
        await seat.press("pageup")
        transcript(seat).notice(Notice("info", "News", "Something new.", "", AT))
        await seat.pilot.pause()
        lines = seat.screen_text.splitlines()
        y = next(y for y, line in enumerate(lines) if "more below" in line)

        await seat.pilot.click(offset=(lines[y].index("below"), y))
        await seat.pilot.pause()

        assert transcript(seat).is_following
        assert "Something new." in seat.screen_text


async def test_the_label_names_the_key_of_the_messages_in_there(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, long_chat(40))
        await seat.press("up", "pageup")

        transcript(seat).notice(Notice("info", "News", "Something new.", "", AT))
        await seat.pilot.pause()

        assert rows(seat)[-1].endswith(" more below ▾ end")
        await seat.press("end")
        assert "more below" not in seat.screen_text


async def test_a_resize_keeps_the_cursor_on_its_block(sit: Sit) -> None:
    async with sit(rows=60) as seat:
        await show(seat, some_chat())
        await seat.press("up", "k", "k", "J")

        await seat.pilot.resize_terminal(80, 50)
        await seat.press("f2")
        await seat.send("/theme terminal")
        transcript(seat).enter()
        await seat.pilot.pause()

        assert transcript(seat).source_of_block() != ""
