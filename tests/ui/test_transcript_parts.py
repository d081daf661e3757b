"""The parts of the transcript: heights, wrapping, Markdown, tables, code, and streams to the last pen."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.glyphs import ASCII, UNICODE
from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.cuts import chunks, completed
from ralex_tui.ui.markdown.inline import PIECE, inline
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.paragraph import TextLeaf
from ralex_tui.ui.markdown.pens import ASIDE, TEXT, Look, Pen, Row
from ralex_tui.ui.markdown.stream import Stream
from ralex_tui.ui.markdown.wrap import _size, clip, fold, is_narrow, wrap
from ralex_tui.ui.transcript.heights import Heights
from tests.ui.shown import DARK, TERMINAL, lines

MARKDOWN = (
    "# Head\n", "para **bold** and `code`\n", "\n", "\n\n", "- item\n", "- item **b**\n  more\n", "  - nested\n",
    "1. one\n", "2. two\n", "   inside\n", "> quote\n", "> - q\n", "lazy\n", "```py\nx = 1\n```\n", "```c\n/* open\n",
    "~~~\n", "```", "---\n", "===\n", "| a | b |\n", "|---|--:|\n", "| 1 | `2` long cell |\n",
    "[ref]: https://x.org/a\n", "see [ref] and [t](http://y.net)\n", "    indented\n", "\t", "- [ ] task\n", "* star\n",
    "***\n", "<b>html</b>\n", "![i](http://z.q/p)\n", "a line that goes on for more than forty cells to wrap around\n",
    "中文字符很长很长很长很长很长很长很长。\n", "10) x\n", " - off\n", "\r\n", "\r", "&amp; &#x202E;\n", "\\",
    "*", "_", "`", "[", "]", "~~s~~\n", " ", "x", "1.", "-", "👩‍👩‍👧 ", "\x1b[0m",
    "a[^1][^n] ", "[^1]: note\n", "[^n]: name\n", "\n    more\n", "$a_1$ ", "$5 ", "$$\n", "$$ b $$\n", "\\alpha\n",
    "\\[\n", "\\]\n", "```math\nx^2\n", "```\n", "\\begin{align*}\n", "\\end{align*}\n", "http://u.org/(x).\n",
    "| " * 9 + "\n" + "|-" * 9 + "|\n| 1 | 2 | 3 |\n",
)  # fmt: skip


def joined(row: Row) -> list[tuple[str, object]]:
    """A row with neighbours of one pen as one run."""
    runs: list[tuple[str, object]] = []
    for text, pen in row:
        if runs and runs[-1][1] == pen:
            runs[-1] = (runs[-1][0] + text, pen)
        elif text:
            runs.append((text, pen))
    return runs


def painted(leaves: list[Leaf], width: int) -> list[object]:
    """All rows with their pens, code coloured to its end."""
    for leaf in leaves:
        leaf.lay(width)
    rows: list[object] = []
    for leaf in leaves:
        n_rows = leaf.lay(width)
        if isinstance(leaf, FenceLeaf):
            assert leaf.colour(0, n_rows, time.monotonic() + 60)
        rows += [leaf.gap_row] * leaf.gap
        rows += [joined(leaf.row(n)) for n in range(n_rows)]
    return rows


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(MARKDOWN), max_size=25).map("".join),
    st.randoms(use_true_random=False),
    st.sampled_from((1, 7, 60)),
    st.sampled_from((24, 40, 78)),
)
def test_a_streams_end_equals_the_whole_to_the_last_pen(text: str, random: Random, most: int, width: int) -> None:
    stream, done, at = Stream(DARK), list[Leaf](), 0

    while at < len(text):
        n = random.randint(1, most)
        stream.feed(text[at : at + n])
        done += stream.advance()
        painted([*done, *stream.live], width)
        at += n
    done += stream.close()

    assert painted(done, width) == painted(parse_blocks(visible(unix_lines(text)), DARK), width)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MARKDOWN), max_size=15).map("".join), st.integers(2, 90), st.booleans())
def test_no_row_is_wider_than_the_column(text: str, width: int, has_grounds: bool) -> None:
    width = max(width, 14)  # a bar, padding and a wide letter

    for leaf in parse_blocks(visible(unix_lines(text)), Look(UNICODE, has_grounds)):
        for n in range(leaf.lay(width)):
            assert sum(cell_len(part) for part, _ in leaf.row(n)) <= width


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_control_code_gets_through(text: str) -> None:
    shown = "".join(lines(text))

    assert not [char for char in shown if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E]


def test_an_entity_can_not_smuggle_a_control_code() -> None:
    assert lines("a &#x202E; b &#27; c &#x9b;") == ["a <U+202E> b � c �"]


# Heights


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(0, 200), st.integers(0, 60))
def test_heights_find_the_thing_that_holds_a_row(values: list[int], row: int, cut: int) -> None:
    heights = Heights(values)
    heights.cut(min(cut, len(values)))
    values = values[:cut]
    for n in range(0, len(values), 3):
        values[n] += 2
        heights.set(n, values[n])

    assert heights.total == sum(values)
    if row < sum(values):
        index, within = heights.find(row)
        assert heights.before(index) + within == row
        assert 0 <= within < values[index]


# Wrapping


def test_narrow_letters_are_one_cell_by_richs_tables() -> None:
    narrow = [chr(code) for code in range(0x20, 0x3000) if is_narrow(chr(code))]

    assert [char for char in narrow if get_character_cell_size(char) != 1 and char != "\x7f"] == []


@given(st.text(st.sampled_from("ab é中。🙂\n"), max_size=80), st.integers(2, 20))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    spans = wrap(text, width)

    assert all(cell_len(text[start:end]) <= width for start, end in spans)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(st.text(st.sampled_from("ab 中\n"), max_size=60), st.text(st.sampled_from("ab 中"), max_size=20))
def test_lines_but_the_last_stay_when_text_is_added(text: str, more: str) -> None:
    before, after = wrap(text, 8), wrap(text + more, 8)

    n_kept = max(0, len(before) - 2)
    assert after[:n_kept] == before[:n_kept]


def test_a_joined_emoji_is_not_cut_apart() -> None:
    family = "👩‍👩‍👧"

    assert [family * 3 == "".join((family * 3)[a:b] for a, b in fold(family * 3, 4))] == [True]
    assert all(family in (family * 3)[a:b] for a, b in fold(family * 3, 4))


@pytest.mark.parametrize(("text", "width", "expected"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("中文字", 4, "中…")])
def test_a_clipped_text_ends_in_an_ellipsis(text: str, width: int, expected: str) -> None:
    assert clip(text, width) == expected


# Inline


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**b** *i* ~~s~~ `c`", "b i s c"),
        ("[text](https://example.org/a)", "text (example.org)"),
        ("[example.org](https://example.org/a)", "example.org"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("![alt](https://img.example.org/x.png)", "alt (image: img.example.org)"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("one<br>two", "one\ntwo"),
        ("<script>x</script>", "<script>x</script>"),
        ("a\nb", "a b"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_inline_markdown_becomes_text(source: str, expected: str) -> None:
    text = inline(source, {}, TEXT).text

    assert text == expected


def test_emphasis_becomes_pens() -> None:
    styled = inline("**b** *i* ~~s~~ `c` [t](http://h.org)", {}, TEXT).styled

    assert [pen for _, _, pen in styled] == [
        Pen("strong", bold=True),
        Pen(italic=True),
        Pen(strike=True),
        Pen("code_name"),
        ASIDE,
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a **bo", "a **bo**"),
        ("a **bold*", "a **bold**"),
        ("x `co", "x `co`"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("[text](http://exa", "text"),
        ("**a *b", "**a *b***"),
        ("** ", ""),
    ],
)
def test_half_an_emphasis_looks_as_it_will(source: str, expected: str) -> None:
    assert completed(source) == expected


@given(st.text(st.sampled_from("ab *`[]("), min_size=3_000, max_size=6_000), st.integers(1, 900))
@settings(max_examples=30, deadline=None)
def test_chunks_stay_when_the_paragraph_grows(text: str, cut: int) -> None:
    shorter = list(chunks(text[:-cut]))

    assert list(chunks(text))[: len(shorter) - 1] == shorter[:-1]


# Blocks


def test_lists_and_quotes_become_prefixes() -> None:
    source = (
        "Intro:\n- one\n  - two\n\n    still two\n- [x] done\n- [ ] open\n\n3. three\n4. four\n\n> said\n> > deeper"
    )

    assert lines(source) == [
        "Intro:",
        "",
        "• one",
        "  • two",
        "",
        "    still two",
        "[x] done",
        "[ ] open",
        "",
        "3. three",
        "4. four",
        "",
        "│ said",
        "│",
        "│ │ deeper",
    ]


def test_a_list_keeps_its_blank_lines_gap_by_gap() -> None:
    assert lines("- a\n- b\n\n- c\n- d") == ["• a", "• b", "", "• c", "• d"]


def test_a_fence_has_edges_in_place_of_blank_rows() -> None:
    assert lines("a\n\n```\nx\n```\n\nb", 10) == ["a", "▄" * 10, "  x", "▀" * 10, "b"]


def test_a_fence_has_a_line_where_there_are_no_grounds() -> None:
    assert lines("a\n\n```\nx\n```\n\nb", 10, TERMINAL) == ["a", "", "│  x", "", "b"]


def test_glyphs_are_plain_in_ascii() -> None:
    assert lines("- a\n\n> q\n\n---", 20, Look(ASCII, has_grounds=True)) == ["- a", "", "| q", "", "-" * 20]


def test_single_letters_are_as_wide_as_rich_says() -> None:
    letters = [chr(code) for code in range(0x20, 0x32000, 3) if not 0xD800 <= code < 0xE000]

    assert [letter for letter in letters if _size(letter) != get_character_cell_size(letter)] == []


def test_a_table_fits_its_columns() -> None:
    source = "| name | price |\n|:--|--:|\n| a | 1.50 |\n| bb | **10.00** |\n"

    assert lines(source) == ["name   price", "────   ─────", "a       1.50", "bb     10.00"]


def test_a_table_folds_its_widest_cells_when_it_is_too_wide() -> None:
    source = "| n | text |\n|--|--|\n| 1 | some words that do not fit |\n"

    assert lines(source, 16) == ["n   text", "─   ────────────", "1   some words", "    that do not", "    fit"]


def test_a_hopeless_table_becomes_records() -> None:
    source = "|" + "col|" * 4 + "\n|" + "--|" * 4 + "\n| 1 | two words | `3` | |\n| a | b | c | d |\n"

    assert lines(source, 14) == [
        "col · col",
        "col · col",
        "─" * 14,
        "col  1",
        "col  two words",
        "col  3",
        "col",
        "─" * 14,
        "col  a",
        "col  b",
        "col  c",
        "col  d",
    ]


def test_a_huge_paragraph_is_many_leaves_with_no_gap() -> None:
    leaves = parse_blocks("some words " * 10_000, DARK)

    assert len(leaves) > 5
    assert all(isinstance(leaf, TextLeaf) and len(leaf.source) <= PIECE + 7_000 for leaf in leaves)
    assert [leaf.gap for leaf in leaves[1:]] == [0] * (len(leaves) - 1)


# Streams


def live_lines(text: str) -> list[str]:
    stream = Stream(DARK)
    stream.feed(text)
    leaves = [*stream.advance(), *stream.live]
    return ["".join(part for part, _ in leaf.row(n)).rstrip() for leaf in leaves for n in range(leaf.lay(40))]


@pytest.mark.parametrize("half", ["-", "- [", "12", "1.", "#", "##", "```", "---", "|", "> "])
def test_a_line_that_may_become_anything_is_not_shown_yet(half: str) -> None:
    assert live_lines("para\n\n" + half) == ["para"]


def test_the_first_row_of_a_table_waits_for_the_line_below() -> None:
    assert live_lines("| a | b |\n|--") == []
    assert live_lines("| a | b |\n|--|--|\n")[0] == "a   b"


def test_a_paragraph_that_starts_with_a_pipe_is_shown_once_it_is_no_table() -> None:
    assert live_lines("|x| is a value\nand more") == ["|x| is a value and more"]


def test_a_half_closing_fence_is_not_shown_as_code() -> None:
    assert live_lines("```\nx\n``") == ["▄" * 40, "  x", "▀" * 40]


def test_half_a_word_in_bold_is_bold_already() -> None:
    stream = Stream(DARK)
    stream.feed("so **bo")
    stream.advance()
    leaf = stream.live[0]
    leaf.lay(40)

    assert joined(leaf.row(0)) == [("so ", TEXT), ("bo", Pen("strong", bold=True))]


def test_finished_blocks_are_handed_over_once() -> None:
    stream, n_done = Stream(DARK), 0

    for n in range(400):
        stream.feed(f"- item {n}\n")
        n_done += len(stream.advance())
        assert len(stream.live) == 1

    assert n_done == 399


# Colours


def test_code_is_coloured_across_lines() -> None:
    leaf = FenceLeaf(DARK, ["/* a", "b */ int x;"], "c")
    leaf.lay(40)
    leaf.colour(0, 3, time.monotonic() + 60)

    assert joined(leaf.row(1))[1] == ("/* a", Pen("muted", italic=True, ground="panel"))
    assert joined(leaf.row(2))[1] == ("b */", Pen("muted", italic=True, ground="panel"))


def test_colours_stop_at_their_deadline_and_go_on_later() -> None:
    leaf = FenceLeaf(DARK, ["x = 'text'"] * 5_000, "python")
    leaf.lay(40)

    assert not leaf.colour(0, 5_000, time.monotonic())
    assert leaf.colour(0, 5_000, time.monotonic() + 60)
    assert ("'text'", Pen("code_string", ground="panel")) in joined(leaf.row(5_000))


@pytest.mark.parametrize("language", ["", "no-such-language", "text", "\x1b", "../../etc"])
def test_an_unknown_language_is_plain(language: str) -> None:
    leaf = FenceLeaf(DARK, ["x = 1"], language)
    leaf.lay(40)

    assert leaf.colour(0, 1, time.monotonic() + 60)
    assert {pen for _, pen in leaf.row(1)} <= {Pen(ground="panel"), ASIDE._replace(ground="panel")}
