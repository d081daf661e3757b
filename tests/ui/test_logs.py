"""The log screen: what it lists, how it is narrowed down, and that what is added comes by itself."""

from __future__ import annotations

import re
from time import perf_counter

import pytest

from ralex_tui.ui.screens.chat import ChatScreen
from ralex_tui.ui.screens.logs import LogsScreen
from tests.ui.conftest import Seat, Sit
from tests.ui.demo import Demo
from tests.ui.logs_demo import FAILURE, event, write


async def opened(seat: Seat) -> None:
    await seat.type("/logs")
    await seat.press("enter")
    await seat.settled()
    assert isinstance(seat.app.screen, LogsScreen)


def rows(seat: Seat) -> list[str]:
    """The lines of the log that are on the screen."""
    stripped = [line.strip(" ›▲✕■") for line in seat.screen_text.splitlines()]
    return [line for line in stripped if re.match(r"\d\d:\d\d:\d\d  ", line)]


def selected(seat: Seat) -> str:
    (line,) = [line for line in seat.screen_text.splitlines() if line.lstrip().startswith("›")]
    return line.strip(" ›▲✕■")


async def test_the_newest_line_stands_last_and_is_selected(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(120, 40) as seat:
        await opened(seat)

        assert re.fullmatch(r"09:32:00  ralex 0\.1\.0 started +bootstrap\.app", rows(seat)[0])
        assert selected(seat) == rows(seat)[-1]
        assert "14:30:00  ¢ Cheap  gemini-3.5-flash-lite" in selected(seat)
        assert "1.2k in    561 out     0.9 s   =$0.0014" in selected(seat)
        assert "26 lines   ▲ 3 went wrong" in seat.screen_text


async def test_f_and_r_leave_out_what_is_not_wanted(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(120, 40) as seat:
        await opened(seat)

        await seat.press("f")
        assert [row[10:25].strip() for row in rows(seat)] == ["the list of con", "¢ Cheap  gemini", "the worker mone"]
        await seat.press("r")
        assert ["has had too many requests" in row for row in rows(seat)] == [True]
        await seat.press("f")
        assert len(rows(seat)) == 23
        await seat.press("r")
        assert len(rows(seat)) == 26


async def test_keys_move_through_the_lines_and_stay_within(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(80, 14) as seat:
        await opened(seat)
        last = selected(seat)

        await seat.press("down", "pagedown")
        assert selected(seat) == last
        await seat.press("up")
        assert "14:21:00" in selected(seat)
        await seat.press("home", "up", "pageup")
        assert "09:32:00" in selected(seat)
        await seat.press("end")
        assert selected(seat) == last


async def test_enter_shows_all_fields_and_esc_the_lines_again(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(80, 24) as seat:
        await opened(seat)
        await seat.press("f", "r", "enter")

        assert "RateLimited" in seat.screen_text
        assert "gemini-3.5-flash-lite has had too many requests: it asks to" in seat.screen_text
        assert "rests for       20.0 s" in seat.screen_text
        await seat.press("escape")
        assert len(rows(seat)) == 1
        await seat.press("escape")
        assert isinstance(seat.app.screen, ChatScreen)


async def test_an_exception_is_shown_with_the_calls_that_led_to_it(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(160, 48) as seat:
        await opened(seat)

        await seat.press("f")

        assert "LedgerUnreadable: ledger/2026-11-23.journal can't be read" in seat.screen_text
        assert "ralex_tui/services/ledger.py:88 in day_budget" in seat.screen_text


async def test_what_is_added_comes_by_itself_and_is_followed(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(120, 40) as seat:
        await opened(seat)

        write(demo.logs.folder, [event(0, "warning", "news from another terminal")])

        await seat.until(lambda: "news from another terminal" in seat.screen_text)
        assert "news" in selected(seat)
        assert "27 lines" in seat.screen_text


async def test_what_is_added_does_not_move_the_line_that_is_read(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(120, 40) as seat:
        await opened(seat)
        await seat.press("up", "up")
        read = selected(seat)

        write(demo.logs.folder, [event(0, "info", "news from another terminal")])

        await seat.until(lambda: "27 lines" in seat.screen_text)
        assert selected(seat) == read
        assert "line 24 of 27" in seat.screen_text


async def test_lines_of_another_day_say_so(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder, [event(60 * 24 * 3, "info", "long ago")])
    async with sit(80, 24) as seat:
        await opened(seat)

        assert "20 Nov 14:32:00  long ago" in seat.screen_text


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "Nothing is in the log yet."),
        (["f"], "Nothing went wrong."),
        (["r"], "No request was sent yet."),
        (["f", "r"], "No request has failed."),
    ],
)
async def test_an_empty_log_says_what_is_not_there(sit: Sit, keys: list[str], words: str) -> None:
    async with sit(80, 24) as seat:
        await opened(seat)
        await seat.press(*keys, "up", "enter", "pagedown")

        assert words in seat.screen_text


async def test_foreign_text_is_drawn_harmless(sit: Sit, demo: Demo) -> None:
    hostile = "\x1b[31m [/] [@click=app.quit]x[/] \u202e"
    write(demo.logs.folder, [event(0, "warning", hostile, **{hostile: hostile, "exception": [{"type": hostile}]})])
    async with sit(160, 48) as seat:
        await opened(seat)

        assert "␛[31m [/] [@click=app.quit]x[/] <U+202E>" in seat.screen_text
        assert "\x1b" not in seat.screen_text


async def test_ten_thousand_lines_open_at_once(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder, [event(n / 100, "info", f"line {n}") for n in range(12_000, 0, -1)])
    async with sit(120, 40) as seat:
        began = perf_counter()
        await opened(seat)
        await seat.until(lambda: "10,000 lines" in seat.screen_text)

        # 0.4 s on 2 cores, nearly all of it in a thread.
        assert perf_counter() - began < 4
        assert "line 1 " in f"{rows(seat)[-1]} "
        began = perf_counter()
        await seat.press("home", "end", "pageup")
        assert perf_counter() - began < 1


async def test_no_more_than_ten_thousand_lines_are_held(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder, [event(n / 100, "info", f"line {n}") for n in range(10_000, 0, -1)])
    async with sit(120, 40) as seat:
        await opened(seat)
        await seat.until(lambda: "10,000 lines" in seat.screen_text)
        await seat.press("home")

        write(demo.logs.folder, [event(0, "info", f"new {n}") for n in range(50)])
        screen = seat.app.screen
        assert isinstance(screen, LogsScreen)
        await seat.until(lambda: "new 49" in str(screen._lines[-1].event))

        assert len(screen._lines) == 10_000
        assert "line 9950" in selected(seat)


async def test_a_failure_is_told_with_its_whole_sentence_where_there_is_room(sit: Sit, demo: Demo) -> None:
    write(demo.logs.folder)
    async with sit(139, 40) as seat:
        await opened(seat)

        assert FAILURE.removeprefix("gemini-3.5-flash-lite ") in seat.screen_text
