"""Finding words in the conversation: what is shown counts, the nearest match first, nothing blocks."""

from __future__ import annotations

import time

import pytest
from textual import events

from ralex_tui.domain.conversation import Message
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.markdown.pens import Look
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript import Transcript
from ralex_tui.ui.transcript.answer import entry_for
from ralex_tui.ui.transcript.finder import Finder, Found
from ralex_tui.ui.transcript.header import Frame
from ralex_tui.ui.transcript.layout import Column
from ralex_tui.ui.widgets.find_bar import said
from tests.ui.conftest import Seat, Sit
from tests.ui.test_messages import marked, rows, show, transcript
from tests.ui.test_transcript import long_chat, pending
from tests.ui.transcript_demo import answer, palette, question


def column_of(*texts: str) -> Column:
    """Answers with these texts, none of them built."""
    column = Column()
    frame = Frame(Look(UNICODE, has_grounds=True), Ink(palette("ralex-dark")))
    column.fill(entry_for(answer(text, f"a{n}"), frame) for n, text in enumerate(texts))
    return column


def searched(column: Column, query: str, origin: tuple[int, int] = (0, 0)) -> Finder:
    finder = Finder(column, query, origin)
    while not finder.work(time.monotonic() + 1):
        pass
    return finder


@pytest.mark.parametrize(
    ("source", "query", "n"),
    [
        ("One two one.", "one", 2),
        ("One two one.", "One", 1),
        ("ein *Stra*ßenname", "straßenname", 1),
        ("café", "cafe", 0),
        ("a **bold** word", "bold word", 1),
        ("a **bo**ld word", "bold", 1),
        ("see [the manual](https://x.example/y) now", "manual", 1),
        ("[li](https://x.example/y)nk", "lizard", 0),
        ("AT&amp;T", "at&t", 1),
        ("caf&eacute;", "café", 1),
        ("two\nlines", "two lines", 1),
        ("- item\n- other", "item other", 0),
        ("```py\nx = 1\n```", "x = 1", 1),
        ("```py\nx = 1\n```", "py", 0),
        ("| a | b |\n|---|---|\n| one | two |", "two", 1),
        ("a\\_b", "a_b", 1),
        ("**", "**", 1),
        ("a -> b", "->", 1),
        ("it costs $5", "$5", 1),
        ("日本語の文章", "文", 1),
        ("aaaa", "aa", 2),
        (".*", ".*", 1),
    ],
)
def test_what_is_shown_is_found_however_it_is_written(source: str, query: str, n: int) -> None:
    assert searched(column_of(source), query).found.total == n


def test_messages_that_cannot_hold_the_words_are_not_built() -> None:
    column = column_of(*[f"Answer {n}." for n in range(100)])

    finder = searched(column, "answer 42")

    assert finder.found == Found(0, 1, is_done=True, is_round=False)
    assert not any(entry.is_ready for entry in column.entries)


def test_the_nearest_match_comes_first() -> None:
    finder = searched(column_of("x", "-", "-", "-", "x", "x"), "x", (3, 0))

    assert finder.go_to_nearest()
    assert finder.current is not None
    assert finder.current.entry == 4


def test_steps_go_through_all_matches_and_round() -> None:
    finder = searched(column_of("x x", "-", "x\n\nx"), "x")
    finder.go_to_nearest()
    seen = []

    for _ in range(5):
        finder.step(1)
        seen.append((finder.found.current, finder.found.is_round))
    for _ in range(2):
        finder.step(-1)
        seen.append((finder.found.current, finder.found.is_round))

    assert [number for number, _ in seen] == [2, 3, 4, 1, 2, 1, 4]
    assert [is_round for _, is_round in seen] == [False, False, False, True, False, False, True]


def test_a_step_finds_what_was_not_counted_yet() -> None:
    finder = Finder(column_of(*["a word"] * 200), "word", (0, 0))
    while not finder.go_to_nearest():
        finder.work(time.monotonic() + 1e-5)
    assert not finder.found.is_done

    for _ in range(150):
        finder.step(1)

    assert finder.found.current == 151
    assert not finder.found.is_done


def test_the_search_says_whether_it_goes_on() -> None:
    finder = Finder(column_of(*["a word"] * 100), "word", (0, 0))

    assert not finder.work(time.monotonic() - 1)
    assert not finder.found.is_done
    while not finder.work(time.monotonic() + 0.001):
        pass
    assert finder.found == Found(0, 100, is_done=True, is_round=False)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Found(3, 17, is_done=True, is_round=False), "3 of 17"),
        (Found(3, 1_214, is_done=False, is_round=False), "3 of 1,214+"),
        (Found(1, 17, is_done=True, is_round=True), "1 of 17, past the end"),
        (Found(17, 17, is_done=True, is_round=True), "17 of 17, past the start"),
        (Found(1, 1, is_done=True, is_round=True), "1 of 1, past the end"),
        (Found(0, 0, is_done=True, is_round=False), "No message has it."),
        (Found(0, 0, is_done=False, is_round=False), "searching"),
    ],
)
def test_the_line_says_how_the_search_stands(found: Found, words: str) -> None:
    assert said(found, is_empty=False)[0] == words


def test_ten_thousand_turns_are_searched_in_short_pieces() -> None:
    column = column_of(*[f"Answer {n} with **some** words, {n % 97} of them.\n\n- one\n- two" for n in range(20_000)])
    finder = Finder(column, "some words, 13 ", (20_000, 0))
    longest, n_pieces, is_done = 0.0, 0, False

    while not is_done:
        start = time.thread_time()
        is_done = finder.work(time.monotonic() + 0.008)
        longest = max(longest, time.thread_time() - start)
        n_pieces += 1

    assert finder.found.total == 207
    assert n_pieces > 3
    assert longest < 0.05


# On the screen


def spans(seat: Seat, *, current: bool) -> list[str]:
    """The texts of matches in view: those underlined, or the current one."""
    shown: Transcript = transcript(seat)
    found = []
    for y in range(shown.size.height):
        for part in shown.render_line(y):
            style = part.style
            is_current = style is not None and style.bgcolor is not None and style.bgcolor.triplet is not None
            is_current = is_current and style.bgcolor.triplet.hex == palette("ralex-dark")["auto"]  # type: ignore[union-attr]
            if (is_current if current else style is not None and style.underline) and part.text.strip():
                found.append(part.text)
    return found


def some_chat() -> list[Message]:
    return [
        question("Where is the plan?", "q1"),
        answer("The plan is here.\n\n```py\nplan = 1\n```\n\n| a | plan |\n|---|---|\n| 1 | no |", "a1"),
        question("And now?", "q2"),
        answer("No such thing.", "a2"),
    ]


async def find(seat: Seat, words: str) -> None:
    await seat.press("ctrl+f", *["space" if letter == " " else letter for letter in words])
    await seat.until(lambda: (finder := transcript(seat).finder) is not None and finder.found.is_done)
    await seat.pilot.pause()


async def test_ctrl_f_shows_all_matches_and_goes_to_the_nearest(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await find(seat, "plan")

        assert spans(seat, current=False) == ["plan", "plan", "plan"]
        assert spans(seat, current=True) == ["plan"]
        assert "4 of 4" in seat.screen_text


async def test_steps_go_to_the_next_and_to_the_one_before_and_say_when_they_go_round(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")

        await seat.press("enter")
        assert "1 of 4, past the end" in seat.screen_text
        await seat.press("down")
        assert "2 of 4" in seat.screen_text
        await seat.press("up", "up")

        assert "4 of 4, past the start" in seat.screen_text


async def test_what_nobody_said_is_said_so(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await find(seat, "planet")

        assert "No message has it." in seat.screen_text
        assert spans(seat, current=False) == []


async def test_escape_leaves_the_cursor_at_the_match_and_n_goes_on(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")

        await seat.press("escape")
        assert transcript(seat).has_focus
        assert marked(seat)[0].split() == ["a", "plan"]
        await seat.press("N")
        assert marked(seat)[0].split()[0] == "plan"
        await seat.press("n", "n")
        assert marked(seat)[-1] == "Where is the plan?"
        await seat.press("escape")

        assert seat.prompt.has_focus
        assert spans(seat, current=False) == []


async def test_escape_without_a_match_goes_back_to_the_prompt(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "planet")

        await seat.press("escape")

        assert seat.prompt.has_focus
        assert "No message has it." not in seat.screen_text


async def test_a_slash_in_the_messages_opens_the_line_with_the_words_of_the_last_time(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")
        await seat.press("escape", "escape", "up")

        await seat.press("/")
        await seat.until(lambda: "4 of 4" in seat.screen_text)
        await seat.press("n", "o", "w")
        await seat.until(lambda: "1 of 1" in seat.screen_text)

        assert spans(seat, current=True) == ["now"]


async def test_n_asks_for_words_where_there_are_none(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())

        await seat.press("up", "n")

        assert "words to find in this conversation" in seat.screen_text


async def test_a_match_far_away_comes_into_view_and_the_end_is_no_longer_followed(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, [question("A needle?", "q"), *long_chat(400)])

        await find(seat, "needle")

        assert spans(seat, current=True) == ["needle"]
        assert not transcript(seat).is_following
        assert sum(entry.is_ready for entry in transcript(seat)._column.entries) < 60


async def test_a_match_inside_a_long_paragraph_comes_into_view(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, [answer("word " * 3_000 + "needle " + "word " * 3_000, "a")])

        await find(seat, "needle")

        assert spans(seat, current=True) == ["needle"]


async def test_a_match_deep_in_code_comes_into_view(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, [answer("```py\n" + "x = 1\n" * 500 + "needle = 2\n" + "y = 3\n" * 500 + "```", "a")])

        await find(seat, "needle")

        assert spans(seat, current=True) == ["needle"]


async def test_text_that_comes_meanwhile_is_searched_too(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        transcript(seat).add(pending("A plan"))
        await find(seat, "plan")
        assert "5 of 5" in seat.screen_text

        transcript(seat).write("live", " and a plan")

        await seat.until(lambda: "5 of 6" in seat.screen_text)
        assert spans(seat, current=False) == ["plan"] * 5


async def test_a_question_that_comes_meanwhile_is_searched_too(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")

        transcript(seat).add(question("Another plan?", "q3"))

        await seat.until(lambda: "4 of 5" in seat.screen_text)


async def test_matches_stay_lit_in_another_width_and_another_theme(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")

        await seat.pilot.resize_terminal(90, 40)
        seat.app.theme = "ralex-light"
        await seat.pilot.pause()
        seat.app.theme = "ralex-dark"
        await seat.pilot.pause()

        assert spans(seat, current=False) == ["plan", "plan", "plan"]
        assert spans(seat, current=True) == ["plan"]


async def test_another_conversation_is_not_searched(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await find(seat, "plan")

        await seat.press("ctrl+n")

        assert transcript(seat).finder is None
        assert seat.prompt.has_focus


async def test_a_paste_into_the_line_is_harmless(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        await seat.press("ctrl+f")
        assert seat.app.focused is not None
        seat.app.focused.post_message(events.Paste("\x1b[31m(plan"))
        await seat.pilot.pause()
        await seat.pilot.pause()

        assert "\x1b" not in seat.screen_text
        assert "␛[31m(plan" in seat.screen_text


async def test_rows_without_matches_cost_nothing_more(sit: Sit) -> None:
    async with sit() as seat:
        await show(seat, some_chat())
        before = rows(seat)

        await find(seat, "zebra")
        await seat.press("escape")

        assert rows(seat) == before
