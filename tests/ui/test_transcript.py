"""The transcript's widget: what is on screen, following the end, scrolling over guesses, and foreign text."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from textual.pilot import Pilot

from ralex_tui.domain.conversation import Message, MessageState
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.ui.glyphs import ASCII, UNICODE, Glyphs
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript import LiveStatus, Notice, Transcript
from tests.ui.transcript_demo import SHOWCASE, Demo, answer, chat, palette, question

AT = datetime(2026, 11, 23, 14, 21, tzinfo=UTC)
HOSTILE = "\x1b]52;c;aGk=\x07\x1b[31m [/] [@click=app.quit]x[/] \u202e\x9b31m end"


class Stage:
    """A transcript on a screen of its own."""

    def __init__(self, app: Demo, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def transcript(self) -> Transcript:
        return self.app.transcript

    @property
    def rows(self) -> list[str]:
        """The rows in view, without the blanks at their ends."""
        return [self.transcript.render_line(y).text.rstrip() for y in range(self.transcript.size.height)]

    @property
    def text(self) -> list[str]:
        """The rows in view that are not blank, without the padding."""
        return [row.strip() for row in self.rows if row]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the app run until something is so."""
        for _ in range(500):
            if is_so():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it never came to be so; the screen says:\n" + "\n".join(self.rows))


@asynccontextmanager
async def stage(
    columns: int = 100, rows: int = 30, theme: str = "ralex-dark", glyphs: Glyphs = UNICODE
) -> AsyncGenerator[Stage]:
    app = Demo(palette(theme), glyphs)
    async with app.run_test(size=(columns, rows), notifications=True) as pilot:
        await pilot.pause()
        yield Stage(app, pilot)


def pending(text: str = "") -> Message:
    return answer(text, "live", state=MessageState.PENDING, cost=None, duration_s=None)


def long_chat(n_turns: int) -> list[Message]:
    """Turns of different heights, so that guesses at them are wrong."""
    turns: list[Message] = []
    for n in range(n_turns):
        turns.append(question(f"Question {n}? " * (1 + n % 40), f"q{n}"))
        turns.append(answer(f"Answer {n}.\n\n" + "- item **b**\n" * (n % 7) + "| a |\n|--|\n" * (n % 3), f"a{n}"))
    return turns


async def test_an_empty_conversation_says_its_one_line() -> None:
    async with stage() as it:
        it.transcript.show([], "Type below. Nothing is sent before enter.")

        assert it.text == ["Type below. Nothing is sent before enter."]


async def test_a_short_conversation_stands_at_the_bottom() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?"), answer("Hello.")], "")

        assert it.rows[-1].strip() == "Hello."
        assert it.rows[0] == ""


async def test_a_question_stands_between_half_row_edges() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?")], "")
        top, head, body, bottom = it.text

        assert set(top) == {"▄"}
        assert set(bottom) == {"▀"}
        assert head.startswith("You")
        assert head.endswith(AT.astimezone().strftime("%H:%M"))
        assert body == "Hello?"


async def test_a_question_is_shown_as_it_was_typed() -> None:
    async with stage() as it:
        it.transcript.show([question("# not *a* heading\n  - indented")], "")

        assert it.rows[-3:-1] == ["     # not *a* heading", "       - indented"]


async def test_the_terminals_own_colours_have_lines_in_place_of_grounds() -> None:
    async with stage(theme="terminal") as it:
        it.transcript.show([question("Hello?"), answer("```\nx\n```")], "")

        assert [row[:2] for row in it.text[:2]] == ["▌ ", "▌ "]
        assert it.text[-1] == "│  x"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (150, "◆ Smart  claude-sonnet-5.5 … 6.1 s  92 tok/s   ✓$0.0148"),
        (100, "◆ Smart  claude-sonnet-5.5 … 6.1 s   ✓$0.0148"),
        (42, "◆ Smart  claude-sonnet-5.5 … ✓$0.0148"),
        (34, "◆ Smart  claude-sonne… ✓$0.0148"),
        (22, "◆ Smart … ✓$0.0148"),
    ],
)
async def test_a_header_drops_speed_then_time_then_cuts_the_model(columns: int, expected: str) -> None:
    async with stage(columns) as it:
        done = replace(answer("x"), first_token_s=3.2, thinking="")
        it.transcript.show([done], "")
        head = next(row for row in it.text if row.startswith("◆"))

        left, _, right = expected.rpartition(" … ")
        if left:
            assert head.startswith(left)
            assert head.endswith("  " + right)
        else:
            assert head.split() == expected.split()


@pytest.mark.parametrize(
    ("tier", "cost", "shown"),
    [
        (Tier.LOCAL, (0, Accuracy.EXACT), "free"),
        (Tier.CHEAP, (0, Accuracy.EXACT), "✓$0.0000"),
        (Tier.SMART, (5, Accuracy.ESTIMATED), "<$0.0001"),
        (Tier.SMART, (5, Accuracy.UNKNOWN), "?"),
    ],
)
async def test_money_is_written_as_everywhere(tier: Tier, cost: tuple[int, Accuracy], shown: str) -> None:
    async with stage() as it:
        it.transcript.show([answer("x", tier=tier, cost=cost)], "")

        assert it.text[0].split()[-1] == shown


async def test_a_stopped_answer_says_who_stopped_it_and_how_it_was_charged() -> None:
    async with stage() as it:
        it.transcript.show([answer("Half", state=MessageState.STOPPED, cost=(142_000_000, Accuracy.ESTIMATED))], "")

        assert "■ stopped   6.1 s   ≈$0.1420" in it.text[0]
        assert it.text[1:] == ["Half", "You stopped it. Charged by an upward estimate."]


async def test_a_failed_answer_says_what_happened_and_what_helps() -> None:
    async with stage() as it:
        failed = answer(state=MessageState.FAILED, error="it did not answer within 30 s", hint="press r to ask again")
        it.transcript.show([failed], "")

        assert "✕ failed" in it.text[0]
        assert it.text[1:] == ["It did not answer within 30 s.", "Press r to ask again."]


async def test_thinking_is_one_line() -> None:
    async with stage() as it:
        it.transcript.show([answer("Yes.", first_token_s=3.2, reasoning=412)], "")

        assert it.text[1:] == ["› Thought for 3.2 s, 412 tokens", "Yes."]


async def test_live_thinking_shows_its_last_words() -> None:
    async with stage() as it:
        it.transcript.show([], "")
        it.transcript.add(pending())
        it.transcript.set_status("live", LiveStatus("thinking", 4.1, None, Usd(2_100_000)))
        it.transcript.write_thinking("live", "Let me see.\nShort and ")
        it.transcript.write_thinking("live", "easy to say")

        await it.until(lambda: it.text[1:] == ["› Short and easy to say…"])
        assert it.text[0].endswith("thinking   4.1 s   ╍$0.0021")


async def test_text_on_its_way_ends_in_a_mark_until_it_is_done() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?")], "")
        it.transcript.add(pending())
        it.transcript.write("live", "Hel")
        it.transcript.write("live", "lo")
        await it.until(lambda: it.text[-1] == "Hello▌")

        it.transcript.finish(answer("Hello.", "live"))

        assert it.text[-1] == "Hello."


async def test_the_mark_stands_behind_the_last_letter_of_code() -> None:
    async with stage() as it:
        it.transcript.show([], "")
        it.transcript.add(pending("```py\nx = 1"))

        await it.until(lambda: any(row.startswith("x = 1▌") for row in it.text))


async def test_deltas_are_gathered_until_the_next_beat() -> None:
    async with stage() as it:
        it.transcript.show([], "")
        it.transcript.add(pending())
        before = it.rows

        for _ in range(1_000):
            it.transcript.write("live", "word ")

        assert it.rows == before
        await it.until(lambda: it.rows != before)


async def test_a_streamed_answer_looks_like_the_same_shown_at_once() -> None:
    async with stage(rows=60) as it:
        done = answer(SHOWCASE, "live")
        it.transcript.show([question("?")], "")
        it.transcript.add(pending())
        for at in range(0, len(SHOWCASE), 13):
            it.transcript.write("live", SHOWCASE[at : at + 13])
            if at % 5 == 0:
                it.transcript.refresh()
                await it.pilot.pause()
        it.transcript.finish(done)
        streamed = it.rows

        it.transcript.show([question("?"), done], "")

        assert streamed == it.rows


async def test_the_final_text_wins_over_what_was_streamed() -> None:
    async with stage() as it:
        it.transcript.show([], "")
        it.transcript.add(pending())
        it.transcript.write("live", "first")
        await it.until(lambda: it.text[-1] == "first▌")

        it.transcript.finish(answer("second", "live"))

        assert it.text[-1] == "second"


async def test_deltas_for_a_message_that_is_not_shown_are_dropped() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?")], "")

        it.transcript.write("elsewhere", "text")
        it.transcript.finish(answer("text", "elsewhere"))

        assert "text" not in it.text


async def test_a_notice_stays_in_the_transcript() -> None:
    async with stage() as it:
        it.transcript.show([question("Hello?")], "")
        it.transcript.notice(Notice("warning", "Stepped down", "Under $2.00 is left.", "F2 picks Smart.", AT))

        assert [row[:16] for row in it.text[-3:]] == ["▌ ▲ Stepped down", "▌ Under $2.00 is", "▌ F2 picks Smart"]
        it.transcript.add(pending())
        assert any("Stepped down" in row for row in it.text)


async def test_the_end_is_followed_until_the_user_scrolls_up() -> None:
    async with stage() as it:
        it.transcript.show(long_chat(20), "")
        it.transcript.add(pending())
        it.transcript.focus()
        await it.pilot.press("up")
        await it.pilot.pause()
        before = it.rows

        it.transcript.write("live", "line\n\n" * 40)
        await it.until(lambda: it.transcript.max_scroll_y - it.transcript.scroll_y > 60)

        assert not it.transcript.is_following
        assert it.rows[:-1] == before[:-1]
        assert it.rows[-1].endswith(" writing ▾")
        assert it.app.followed == [False]


async def test_the_end_is_followed_again_once_it_is_reached() -> None:
    async with stage() as it:
        it.transcript.show(long_chat(20), "")
        it.transcript.add(pending())
        it.transcript.focus()
        await it.pilot.press("pageup", "end")
        await it.pilot.pause()

        it.transcript.write("live", "the very end")
        await it.until(lambda: it.text[-1] == "the very end▌")

        assert it.transcript.is_following
        assert it.app.followed == [False, True]


async def test_scroll_to_end_follows_again() -> None:
    async with stage() as it:
        it.transcript.show([*long_chat(20), answer("the very end", "z")], "")
        it.transcript.focus()
        await it.pilot.press("home")
        await it.pilot.pause()
        assert any("Question 0?" in row for row in it.text)

        it.transcript.scroll_to_end()

        assert it.transcript.is_following
        assert it.text[-1] == "the very end"


async def test_the_wheel_scrolls() -> None:
    async with stage() as it:
        it.transcript.show(long_chat(20), "")
        y = it.transcript.scroll_y

        it.transcript.scroll_relative(y=-3, animate=False)
        await it.pilot.pause()

        assert it.transcript.scroll_y < y
        assert not it.transcript.is_following


async def test_pages_up_join_without_a_gap_though_heights_were_guessed() -> None:
    async with stage(rows=25) as it:
        it.transcript.show(long_chat(30), "")
        page = it.transcript.size.height
        seen = it.rows
        while it.transcript.scroll_y > 0:
            step = min(page, round(it.transcript.scroll_y))
            before = it.rows
            it.transcript.scroll_relative(y=-step, animate=False)
            await it.pilot.pause()
            is_whole = step == page and it.transcript.scroll_y > 0
            new = page if is_whole else next(n for n in range(page + 1) if it.rows[n:] == before[: page - n])
            seen = it.rows[:new] + seen

        questions = [row for row in seen if "Question" in row]
        assert [n for n in range(30) if not any(f"Question {n}?" in row for row in questions)] == []
        assert it.transcript.virtual_size.height == len(seen)


async def test_a_resize_keeps_the_place() -> None:
    async with stage(columns=120, rows=30) as it:
        it.transcript.show(long_chat(60), "")
        it.transcript.scroll_to(y=it.transcript.max_scroll_y // 2, animate=False)
        await it.pilot.pause()
        place = next(row.split("?")[0].strip() for row in it.rows if "Question" in row)

        await it.pilot.resize_terminal(60, 30)
        await it.pilot.pause()

        assert any(place in row for row in it.rows)


async def test_a_resize_stays_at_the_end_that_is_followed() -> None:
    async with stage(columns=120) as it:
        it.transcript.show([*long_chat(20), answer("the very end", "z")], "")

        await it.pilot.resize_terminal(50, 20)
        await it.pilot.pause()

        assert it.text[-1] == "the very end"


async def test_another_theme_draws_everything_anew() -> None:
    async with stage() as it:
        it.transcript.show(chat(), "")
        edges = sum("▄▄" in row for row in it.rows)

        it.transcript.set_ink(Ink(palette("terminal")))

        assert edges > 0
        assert not any("▄▄" in row for row in it.rows)
        assert any(row.startswith("│  plan = ") for row in it.text)


async def test_a_theme_changes_while_an_answer_streams() -> None:
    async with stage() as it:
        it.transcript.show([], "")
        it.transcript.add(pending())
        it.transcript.write("live", "one ")
        await it.until(lambda: it.text[-1] == "one▌")

        it.transcript.set_ink(Ink(palette("terminal")))
        it.transcript.write("live", "two")

        await it.until(lambda: it.text[-1] == "one two▌")


async def test_ascii_glyphs_leave_no_other_sign() -> None:
    async with stage(glyphs=ASCII) as it:
        it.transcript.show([question("Hello?"), answer("- a\n\n> q\n\n```\nx\n```\n\n---\n\n| a |\n|--|\n")], "")

        assert all(row.isascii() for row in it.rows)


async def test_foreign_text_can_do_nothing() -> None:
    async with stage() as it:
        it.transcript.show([question(HOSTILE, "q")], "")
        it.transcript.add(replace(pending(), model=f"x/{HOSTILE}"))
        it.transcript.write("live", HOSTILE + "\n\n```" + HOSTILE + "\n" + HOSTILE)
        it.transcript.write_thinking("live", HOSTILE)
        it.transcript.notice(Notice("limit", HOSTILE, HOSTILE, HOSTILE, AT))
        await it.until(lambda: "end" in it.text[-1])
        it.transcript.finish(
            answer(HOSTILE, "live", state=MessageState.FAILED, model=f"x/{HOSTILE}", error=HOSTILE, hint=HOSTILE)
        )
        await it.pilot.pause()
        shown = "".join(it.rows)

        assert not [char for char in shown if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\u202e"]
        assert "[@click=app.quit]x[/]" in shown


async def test_the_source_of_a_message_can_be_copied() -> None:
    async with stage() as it:
        it.transcript.show([question("a\r\nb", "q"), answer("**bold**\x1b[0m", "a")], "")
        it.transcript.add(pending())
        it.transcript.write("live", "- `on")
        it.transcript.write("live", " its way`")

        assert it.transcript.message_text("q") == "a\nb"
        assert it.transcript.message_text("a") == "**bold**␛[0m"
        assert it.transcript.message_text("live") == "- `on its way`"
        with pytest.raises(KeyError):
            it.transcript.message_text("elsewhere")


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_breaks_whatever_happens_while_an_answer_streams(seed: int) -> None:
    random = Random(seed)
    async with stage(rows=20) as it:
        it.transcript.show(long_chat(random.choice([0, 2, 30])), "empty")
        it.transcript.add(pending())
        text = SHOWCASE * 3
        for at in range(0, len(text), 40):
            it.transcript.write("live", text[at : at + 40])
            match random.randrange(10):
                case 0:
                    it.transcript.scroll_to(y=random.randrange(200), animate=False)
                case 1:
                    it.transcript.scroll_to_end()
                case 2:
                    await it.pilot.resize_terminal(random.randrange(8, 160), random.randrange(3, 50))
                case 3:
                    it.transcript.set_ink(Ink(palette(random.choice(["terminal", "ralex-light"]))))
                case 4:
                    it.transcript.write_thinking("live", "some words ")
                case _:
                    it.transcript.scroll_relative(y=random.randrange(-30, 30), animate=False)
            it.transcript._settle()
            await it.pilot.pause()
            assert len(it.rows) == it.transcript.size.height
        it.transcript.finish(answer(text, "live"))
        await it.pilot.resize_terminal(100, 40)
        await it.pilot.pause()
        it.transcript.scroll_to_end()
        streamed = it.rows
        it.transcript.show([answer(text, "live")], "")

        assert streamed[-5:] == it.rows[-5:]


async def test_only_what_is_seen_of_a_long_conversation_is_parsed() -> None:
    async with stage() as it:
        it.transcript.show(long_chat(2_000), "")

        assert sum(entry.is_ready for entry in it.transcript._column.entries) < 40


@pytest.mark.parametrize("columns", [1, 2, 5, 9, 14, 20])
async def test_the_narrowest_screens_break_nothing(columns: int) -> None:
    async with stage(columns=columns, rows=12) as it:
        it.transcript.show([question("日本語"), answer(SHOWCASE)], "")
        it.transcript.scroll_to(y=0, animate=False)
        await it.pilot.pause()

        assert len(it.rows) == it.transcript.size.height
