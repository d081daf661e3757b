"""Selecting in the transcript by mouse, and what copying it gives: the source, not the wrapped screen."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual.geometry import Offset

from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript import LiveStatus, Notice
from tests.ui.test_transcript import Stage, long_chat, pending, stage
from tests.ui.transcript_demo import AT, answer, palette, question

TEXT = """\
The **bold one** begins here.

Second paragraph, which is so long that it has to be wrapped at the edge of the screen and goes on below it.

```python
first = 1

second = 2
```

| Model | Price |
|-------|------:|
| flash | $0.30 |
| opus  | $5.00 |

- An item
- Another
"""


@asynccontextmanager
async def said(text: str = TEXT, columns: int = 80, rows: int = 40) -> AsyncGenerator[Stage]:
    """An answer on the screen, with its question."""
    async with stage(columns, rows) as it:
        it.transcript.show([question("What is it?", "q"), answer(text, "a")], "")
        yield it


def spot(it: Stage, words: str, at: int = 0) -> Offset:
    """Where words stand on the screen; `at` counts cells from the first of them."""
    for y, row in enumerate(it.rows):
        if words in row:
            return Offset(row.index(words) + at, y + it.transcript.gutter.top)
    raise AssertionError(f"{words!r} is not on the screen:\n" + "\n".join(it.rows))


async def drag(it: Stage, start: Offset, end: Offset) -> None:
    await it.pilot.mouse_down(offset=start)
    await it.pilot.hover(offset=end)
    await it.pilot.mouse_up(offset=end)
    await it.pilot.pause()


async def copied(it: Stage, start: Offset, end: Offset) -> str:
    await drag(it, start, end)
    return it.app.screen.get_selected_text() or ""


async def test_a_drag_over_a_word_copies_it() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "begins"), spot(it, "begins", 5)) == "begins"


async def test_a_notice_can_be_copied_to_look_it_up() -> None:
    told = Notice("limit", "Nothing was sent", "The provider answered 402: no credit is left.", "Press F2.", AT)
    async with said() as it:
        it.transcript.notice(told)
        await it.pilot.pause()

        assert await copied(it, spot(it, "answered"), spot(it, "402", 2)) == "answered 402"
        assert await copied(it, spot(it, "Nothing"), spot(it, "F2.", 2)) == (
            "Nothing was sent\nThe provider answered 402: no credit is left.\nPress F2."
        )


async def test_a_part_of_emphasis_is_copied_as_it_is_shown() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "The bold"), spot(it, "one", 2)) == "The bold one"


async def test_a_whole_paragraph_is_copied_as_it_is_written() -> None:
    async with said() as it:
        start, end = spot(it, "The bold"), spot(it, "here.", 4)

        assert await copied(it, start, end) == "The **bold one** begins here."


async def test_a_drag_backwards_selects_the_same() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "begins", 5), spot(it, "begins")) == "begins"


async def test_two_paragraphs_are_copied_with_the_blank_line_between() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "begins"), spot(it, "Second", 5))

        assert text == "begins here.\n\nSecond"


async def test_a_wrapped_line_is_copied_as_one() -> None:
    async with said() as it:
        assert "edge of the" not in next(row for row in it.rows if "which is so" in row)
        text = await copied(it, spot(it, "has to be"), spot(it, "goes on", 6))

        assert text == "has to be wrapped at the edge of the screen and goes on"


async def test_a_part_of_code_is_copied_without_padding() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "= 1"), spot(it, "second =", 7)) == "= 1\n\nsecond ="


async def test_all_of_the_code_is_copied_without_its_fence() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "first = 1"), spot(it, "second = 2", 9))

        assert text == "first = 1\n\nsecond = 2"


async def test_code_between_other_blocks_is_copied_with_its_fence() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "below it"), spot(it, "Model", 4))

        assert text == "below it.\n\n```python\nfirst = 1\n\nsecond = 2\n```\n\nModel"


async def test_rows_of_a_table_are_copied_as_they_are_written() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "flash"), spot(it, "$5.00", 4))

        assert text == "| flash | $0.30 |\n| opus  | $5.00 |"


async def test_a_cell_of_a_table_is_copied_alone() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "$0.30"), spot(it, "$0.30", 4)) == "$0.30"


async def test_items_are_copied_with_their_bullets() -> None:
    async with said() as it:
        assert await copied(it, spot(it, "An item"), spot(it, "Another", 6)) == "- An item\n- Another"


async def test_over_two_messages_headers_are_left_out() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "is it?"), spot(it, "bold", 3))

        assert text == "is it?\n\nThe bold"


async def test_a_message_between_is_copied_whole() -> None:
    async with stage() as it:
        messages = [question("First?", "q1"), answer("One **two**.\n\nThree.", "a1"), question("Second?", "q2")]
        it.transcript.show(messages, "")

        text = await copied(it, spot(it, "First?", 2), spot(it, "Second?", 2))

        assert text == "rst?\n\nOne **two**.\n\nThree.\n\nSec"


async def test_a_drag_that_ends_in_the_blank_row_takes_nothing_of_the_next_block() -> None:
    async with said() as it:
        text = await copied(it, spot(it, "begins"), spot(it, "here.") + Offset(0, 1))

        assert text == "begins here."


async def test_wide_letters_are_taken_whole() -> None:
    async with said("日本語の文章です。") as it:
        row = next(y for y, row in enumerate(it.rows) if "日本" in row)
        start = Offset(it.rows[row].index("日"), row + 1)

        assert await copied(it, start, start + Offset(4, 0)) == "日本語"


async def test_a_double_click_selects_the_word_and_a_third_one_the_block() -> None:
    async with said() as it:
        await it.pilot.click(offset=spot(it, "begins", 2), times=2)
        await it.pilot.pause()
        word = it.app.screen.get_selected_text()

        await it.pilot.click(offset=spot(it, "begins", 2), times=3)
        await it.pilot.pause()

        assert word == "begins"
        assert it.app.screen.get_selected_text() == "The **bold one** begins here."


async def test_three_clicks_on_a_row_select_the_whole_table() -> None:
    async with said() as it:
        await it.pilot.click(offset=spot(it, "opus"), times=3)
        await it.pilot.pause()

        text = it.app.screen.get_selected_text() or ""

        assert text.splitlines() == TEXT.splitlines()[10:14]


async def test_a_click_elsewhere_clears_the_selection() -> None:
    async with said() as it:
        await drag(it, spot(it, "begins"), spot(it, "begins", 5))
        assert lit(it) == "begins"

        await it.pilot.click(offset=spot(it, "Second"))
        await it.pilot.pause()

        assert it.transcript.selected is None
        assert lit(it) == ""


def lit(it: Stage) -> str:
    """The text that is painted as selected."""
    ground = palette("ralex-dark")["selected"]
    shown = [
        segment.text
        for strip in it.transcript.render_lines(it.transcript.outer_size.region)
        for segment in strip
        if segment.style is not None
        and segment.style.bgcolor is not None
        and segment.style.bgcolor.triplet is not None
        and segment.style.bgcolor.triplet.hex == ground
    ]
    return "".join(shown)


async def test_what_is_selected_is_painted_so() -> None:
    async with said() as it:
        await drag(it, spot(it, "begins"), spot(it, "Second", 5))

        assert lit(it) == "begins here.Second"


async def test_in_the_terminals_own_colours_the_selection_is_reversed() -> None:
    async with stage(theme="terminal") as it:
        it.transcript.show([answer(TEXT, "a")], "")
        await drag(it, spot(it, "begins"), spot(it, "begins", 5))

        y = spot(it, "begins").y - 1
        reversed_text = [part.text for part in it.transcript.render_line(y) if part.style and part.style.reverse]

        assert reversed_text == ["begins"]


async def test_the_selection_survives_another_width_and_another_theme() -> None:
    async with said(columns=100) as it:
        await drag(it, spot(it, "has to be"), spot(it, "goes on", 6))

        await it.pilot.resize_terminal(44, 40)
        await it.pilot.pause()
        it.transcript.set_ink(Ink(palette("terminal")))
        it.transcript.set_ink(Ink(palette("ralex-dark")))
        await it.pilot.pause()

        expected = "has to be wrapped at the edge of the screen and goes on"
        assert it.app.screen.get_selected_text() == expected
        assert lit(it).replace(" ", "") == expected.replace(" ", "")


async def test_the_selection_survives_scrolling() -> None:
    async with stage(rows=20) as it:
        it.transcript.show([*long_chat(20), answer("The very end.", "z")], "")
        await drag(it, spot(it, "very"), spot(it, "very", 3))

        it.transcript.scroll_to(y=0, animate=False)
        await it.pilot.pause()
        assert lit(it) == ""
        it.transcript.scroll_to_end()

        assert lit(it) == "very"


async def test_a_selection_stays_where_it_is_while_the_answer_goes_on() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?", "q")], "")
        it.transcript.add(pending("One two three.\n\nFour"))
        await it.until(lambda: "Four▌" in it.text)
        await drag(it, spot(it, "two"), spot(it, "Four", 3))

        it.transcript.set_status("live", LiveStatus("writing", 1.0, None, None))
        for piece in (" five", ".\n\n", "- a\n", "- b\n", "\nlast"):
            it.transcript.write("live", piece)
            it.transcript._settle()
        it.transcript.finish(answer("One two three.\n\nFour five.\n\n- a\n- b\n\nlast", "live"))
        await it.pilot.pause()

        assert it.app.screen.get_selected_text() == "two three.\n\nFour"
        assert lit(it) == "two three.Four"


async def test_a_drag_beyond_the_edge_scrolls_and_goes_on_selecting() -> None:
    async with stage(rows=20) as it:
        it.transcript.show([*long_chat(20), answer("The very end.", "z")], "")
        before = it.transcript.scroll_y
        await it.pilot.mouse_down(offset=spot(it, "end.", 3))

        await it.pilot.hover(offset=Offset(10, 0))
        await it.until(lambda: it.transcript.scroll_y < before - 5)
        await it.pilot.mouse_up(offset=Offset(10, 0))
        await it.pilot.pause()
        y = it.transcript.scroll_y
        await it.pilot.pause(0.2)

        text = it.app.screen.get_selected_text() or ""
        assert it.transcript.scroll_y == y
        assert text.endswith("\n\nThe very end.")
        assert "Question 19?" in text
        assert not it.transcript.is_following


async def test_a_drag_onto_the_scrollbar_selects_to_the_lines_end_only() -> None:
    async with stage(rows=20) as it:
        it.transcript.show([*long_chat(20), answer("One two.\n\nThree.", "z")], "")

        text = await copied(it, spot(it, "two"), Offset(it.app.size.width - 1, spot(it, "two").y))

        assert text == "two."


async def test_another_conversation_has_nothing_selected() -> None:
    async with said() as it:
        await drag(it, spot(it, "begins"), spot(it, "begins", 5))

        it.transcript.show([answer("Else.", "z")], "")
        await it.pilot.pause()

        assert it.transcript.selected is None
        assert not it.app.screen.get_selected_text()


@pytest.mark.parametrize("columns", [3, 9, 20])
async def test_dragging_on_the_narrowest_screens_breaks_nothing(columns: int) -> None:
    async with said(columns=columns, rows=8) as it:
        for y in range(8):
            await drag(it, Offset(0, y), Offset(columns - 1, 7 - y))
            assert isinstance(it.app.screen.get_selected_text(), str | None)
