"""The only door for foreign text: nothing that could reach a terminal as a command gets through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.domain.text import slug, unix_lines, visible, visible_line

# Every character, lone surrogates included, with those that do harm made frequent.
HARMFUL = (
    "\x00\x07\x08\x1b\r\x7f\x80\x9b\x9f\u00ad\u061c\u200b\u200e"
    "\u202a\u202e\u2066\u2069\u2028\ufeff\ud800\udfff\U000e0041"
)
TEXT = st.text(st.one_of(st.characters(codec=None), st.sampled_from(HARMFUL)))
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(TEXT)
def test_visible_leaves_no_control_bidi_or_surrogate(text: str) -> None:
    shown = visible(text)

    assert all(char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") for char in shown)
    assert not any(unicodedata.bidirectional(char) in BIDI for char in shown)
    assert not set(shown) & set("\u200b\u200e\u200f\u061c\ufeff\u00ad\u2028\u2029")
    assert not any(0xE0000 <= ord(char) <= 0xE007F for char in shown)


@given(TEXT, st.integers(0, 40))
def test_visible_is_per_character_so_that_chunks_never_matter(text: str, cut: int) -> None:
    assert visible(text[:cut]) + visible(text[cut:]) == visible(text)
    assert "".join(map(visible, text)) == visible(text)


@given(TEXT)
def test_visible_twice_is_visible_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(TEXT)
def test_visible_text_can_be_encoded(text: str) -> None:
    visible(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "\u241b]52;c;aGk=\u2407"),
        ("\x1b[31mred", "\u241b[31mred"),
        ("a\x9b31mb", "a<U+009B>31mb"),
        ("abc\u202etxt.exe", "abc<U+202E>txt.exe"),
        ("pass\u200bword", "password"),
        ("a\x7fb", "a<U+007F>b"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("a\rb", "a\u240db"),
        ("\ud800", "\ufffd"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("\u00e9\u4e2d\u0639", "\u00e9\u4e2d\u0639"),
        ("in\u2063visible\u2061 times\u2062", "invisible times"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("a\u2028b", "a\nb"),
    ],
)
def test_visible_shows_what_was_hidden(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(TEXT, st.integers(1, 300))
def test_line_is_one_short_line(text: str, limit: int) -> None:
    line = visible_line(text, limit)

    assert len(line) <= limit
    assert line == "".join(line.splitlines())


def test_line_that_was_cut_says_so() -> None:
    assert visible_line("a" * 300, 10) == "a" * 9 + "\u2026"


def test_line_ends_become_newlines() -> None:
    assert unix_lines("a\r\nb\rc\n") == "a\nb\nc\n"


@given(TEXT)
def test_slug_is_safe_as_a_file_name(text: str) -> None:
    name = slug(text)

    assert 1 <= len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")
    assert not name.endswith("-")
