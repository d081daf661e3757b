"""The draft: whatever is pasted is sent as it is, and drawn harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.draft import FOLD_CHARS, FOLD_LINES, Draft
from tests.ui.conftest import Sit

# Lone surrogates and private characters included: a terminal may send anything.
ANYTHING = st.text(st.characters(), max_size=200)


@given(ANYTHING)
def test_what_is_taken_in_comes_out_again(text: str) -> None:
    draft = Draft()

    assert draft.raw(draft.take_in(text)) == unix_lines(text)


@given(st.lists(ANYTHING, max_size=4))
def test_several_pastes_stay_apart(texts: list[str]) -> None:
    draft = Draft()

    document = " | ".join(draft.take_in(text) for text in texts)

    assert draft.raw(document) == " | ".join(unix_lines(text) for text in texts)


@given(ANYTHING)
def test_what_is_drawn_is_harmless_and_as_wide_as_the_document(text: str) -> None:
    draft = Draft()
    document = draft.take_in(text)

    for line in document.split("\n"):
        drawn = draft.drawn(line)
        assert visible(drawn) == drawn
        assert len(drawn) == len(line)
        assert cell_len(drawn) == cell_len(line)


@given(ANYTHING)
def test_lines_break_at_newlines_only(text: str) -> None:
    document = Draft().take_in(text)

    assert document.splitlines() in (document.split("\n"), document.split("\n")[:-1])


@pytest.mark.parametrize("text", ["x" * (FOLD_CHARS + 1), "x\n" * (FOLD_LINES + 1), "x" * 4_000_000])
def test_a_long_paste_is_one_short_label(text: str) -> None:
    draft = Draft()

    document = draft.take_in(text)

    assert len(document) < 50
    assert draft.drawn(document).startswith("[pasted ")
    assert draft.raw(document) == text


async def test_backspace_takes_a_long_paste_whole(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("before ")
        await seat.type("x" * 20_000)

        await seat.press("backspace")

        assert seat.prompt.draft == "before "


async def test_typing_inside_a_label_goes_behind_it(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("x" * 20_000)
        await seat.press("left", "left", "left", "y")

        assert seat.prompt.draft == "x" * 20_000 + "y"


async def test_undo_brings_a_long_paste_back(sit: Sit) -> None:
    async with sit() as seat:
        await seat.type("x" * 20_000)
        await seat.press("backspace")

        await seat.press("ctrl+z")

        assert seat.prompt.draft == "x" * 20_000
