"""What Markdown becomes on screen: links, footnotes, formulas, tables, code, and what a leaf says of itself."""

from __future__ import annotations

import time

import pytest
from rich.cells import cell_len

from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.inline import bare_links, inline
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import ASIDE, STRONG, TEXT, Pen
from ralex_tui.ui.markdown.stream import Stream
from tests.ui.shown import DARK, lines

# What a leaf says of itself

SAMPLE = """\
# Title

Two lines
of a paragraph.

- first
  on
-
  second
  - nested

> quoted

| a | b |
|---|---|
| 1 | 2 |

```py
x = 1
```

[^1]: a note

$$
x
$$
"""


def test_spans_are_the_whole_lines_of_each_leaf() -> None:
    spans = [SAMPLE[slice(*leaf.span)] for leaf in parse_blocks(SAMPLE, DARK)]

    assert spans == [
        "# Title",
        "Two lines\nof a paragraph.",
        "- first\n  on",
        "-\n  second",
        "  - nested",
        "> quoted",
        "| a | b |\n|---|---|",
        "| 1 | 2 |",
        "```py\nx = 1\n```",
        "[^1]: a note",
        "$$\nx\n$$",
    ]


@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_spans_of_a_stream_are_those_of_the_whole(size: int) -> None:
    stream, done = Stream(DARK), list[Leaf]()
    for at in range(0, len(SAMPLE), size):
        stream.feed(SAMPLE[at : at + size])
        done += stream.advance()
    done += stream.close()

    assert [leaf.span for leaf in done] == [leaf.span for leaf in parse_blocks(SAMPLE, DARK)]


def test_pieces_of_a_row_are_what_stands_there() -> None:
    for leaf in parse_blocks(SAMPLE + "\n| wide cell | other |\n|--:|:-:|\n| `1` | [t](http://h.org/p) |\n", DARK):
        for n in range(leaf.lay(24)):
            row = "".join(text for text, _ in leaf.row(n))
            for cell, start, end in leaf.pieces(n):
                assert row[cell : cell + end - start] == leaf.text[start:end]


def test_rows_after_the_header_go_on_with_their_table() -> None:
    header, row = parse_blocks("| a | b |\n|---|---|\n| **1** | 2 |\n", DARK)

    assert (header.is_more, row.is_more) == (False, True)
    assert (header.text, row.text) == ("a\tb", "1\t2")


def test_copied_code_has_its_tabs_and_nothing_it_is_nested_in() -> None:
    source = "1. step\n\n   > ```make\n   > all:\n   > \tcc a.c\n   > ```\n"
    leaf = parse_blocks(source, DARK)[1]

    assert leaf.text == "all:\n    cc a.c"
    assert leaf.copied(source) == "all:\n\tcc a.c"


def test_a_growing_fence_keeps_its_tabs() -> None:
    leaf = FenceLeaf(DARK, [], "go")
    leaf.append(["\tx"], None)
    leaf.append(["y"], "z")

    assert (leaf.text, leaf.copied("")) == ("    x\ny\nz", "\tx\ny\nz")


# Links


@pytest.mark.parametrize(
    ("source", "word", "address"),
    [
        ("see [text](https://example.org/a?b=c) now", "text", "https://example.org/a?b=c"),
        ("see [text](https://example.org/a) now", "(example", "https://example.org/a"),
        ("see <https://example.org/a> now", "example", "https://example.org/a"),
        ("see https://example.org/a_b_c, now", "a_b", "https://example.org/a_b_c"),
        ("**https://example.org/a**", "example", "https://example.org/a"),
        ("[r]\n\n[r]: http://example.org/r", "r", "http://example.org/r"),
        ("![cat](https://example.org/cat.png)", "cat", "https://example.org/cat.png"),
        ("| [t](https://example.org/t) |\n|---|", "t", "https://example.org/t"),
        ("see [text](https://example.org/a) now", "now", ""),
        ("[x](vscode://file/etc)", "x", ""),
        ("[x](ssh://host)", "x", ""),
        ("[x](/relative)", "x", ""),
        ("<mailto:a@example.org>", "a@", ""),
        ("`https://example.org`", "example", ""),
    ],
)
def test_only_web_addresses_are_links(source: str, word: str, address: str) -> None:
    leaf = parse_blocks(source, DARK)[0]

    assert leaf.link_at(leaf.text.index(word)) == address


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("https://a.org/x.", ["https://a.org/x"]),
        ("(https://a.org/x_(y))", ["https://a.org/x_(y)"]),
        ("HTTP://A.ORG and https://b.org/?q=1&r=2!", ["HTTP://A.ORG", "https://b.org/?q=1&r=2"]),
        ("https:// xhttps://a.org ftp://b.org", []),
        ("「https://a.org」。", ["https://a.org"]),
    ],
)
def test_bare_addresses_end_before_punctuation(text: str, addresses: list[str]) -> None:
    assert [text[start:end] for start, end, _ in bare_links(text)] == addresses


def test_what_we_add_to_a_link_can_be_told_from_its_text() -> None:
    found = inline("[t](https://h.org/x) ![](https://i.org/y)", {}, TEXT)

    assert [found.text[a:b] for a, b, pen in found.styled if pen == ASIDE] == [" (h.org)", "(image: i.org)"]


# Footnotes


def test_footnotes_are_small_marks_and_stand_where_they_are_written() -> None:
    source = "One[^1] two[^1][^2] three[^n].\n\n[^1]: first\n[^2]: second\n    goes on\n\n[^n]: named\n\nend"

    assert lines(source) == [
        "One¹ two¹,² three[n].",
        "",
        "¹ first",
        "² second goes on",
        "[n] named",
        "",
        "end",
    ]


def test_a_bracket_with_a_caret_is_no_footnote_without_its_text() -> None:
    assert lines("match [^a-z] or [^abc]") == ["match [^a-z] or [^abc]"]


def test_a_footnote_may_hold_more_blocks() -> None:
    assert lines("[^12]: one\n\n    - two\n\nthree") == ["¹² one", "", "   • two", "", "three"]


def test_a_footnotes_text_is_no_links_definition() -> None:
    assert lines("[^1]: /url\n\n[^1]") == ["¹ /url", "", "¹"]


# Tables


def test_no_cell_of_a_hopeless_table_is_cut() -> None:
    cells = [f"cell {n} with words and averyveryverylongword{n}" for n in range(12)]
    source = "|" + "|".join(f"head{n}" for n in range(12)) + "|\n" + "|--" * 12 + "|\n|" + "|".join(cells) + "|\n"

    shown = "".join("".join(line.split()) for line in lines(source, 30))

    assert all(f"head{n}" in shown for n in range(12))
    for cell in cells:
        words = cell.split()
        assert all(word[:6] in shown for word in words)
    assert max(cell_len(line) for line in lines(source, 30)) <= 30


def test_folded_columns_keep_the_words_of_their_header_whole() -> None:
    assert lines("| created_at | x |\n|--|--|\n| 2026-11-23T10:00 | " + "y " * 20 + "|\n", 20)[0] == "created_at   x"


def test_a_table_is_as_wide_as_it_is_alone() -> None:
    assert lines("| a | b |\n|--|--|\n| c | d |", 60) == ["a   b", "─   ─", "c   d"]


# The rest


def test_headings_are_told_apart_by_their_level() -> None:
    leaves = parse_blocks("# a\n\n## a\n\n### a\n\n#### a", DARK)
    looks = []
    for leaf in leaves:
        looks.append((leaf.lay(10), leaf.row(0)[-1][1]))

    assert looks == [(2, STRONG), (1, STRONG), (1, Pen("text", bold=True)), (1, Pen("muted", bold=True))]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("one  \ntwo\\\nthree<br/>four", ["one", "two", "three", "four"]),
        (":tada: stays", [":tada: stays"]),
        ("&copy; &lt;b&gt; &#x41;", ["© <b> A"]),
        ("H<sub>2</sub>O <kbd>x</kbd>", ["H<sub>2</sub>O <kbd>x</kbd>"]),
        ("<div>\n*a*\n</div>", ["<div> a </div>"]),
        ("שלום abc", ["שלום abc"]),
        ("![A cat](https://i.org/c.png)", ["A cat (image: i.org)"]),
        ("- [ ] a\n- [x] b", ["[ ] a", "[x] b"]),
    ],
)
def test_text_is_shown_as_it_is_meant(source: str, shown: list[str]) -> None:
    assert lines(source) == shown


HOSTILE = [
    "[", "*", "_", "`", "![", "<", "$", "|", "> ", "- ", "\\(", "\\[", "$$", "$a", "$a$ ", "**a ", "*a_", "[a](",
    "[^1]", "[^a]: x\n", "\\frac{", "$\\frac{a}{b}$ ", "http://", "http://a)", "<http://", "&amp;", "`a ", "~~a",
    "|a|\n|-|\n", "[a]: x\n", "[a]:\n", "[a]: x '\n", "$$\n", "\\[\n", "```math\n", "1. ", "> > a\n", "a\n===\n",
    "- a\n    - b\n", "[a][b] ", "***a** ", "[^1]: [^2]: ", "\\alpha ", "<br>", "](", "$\\overline{",
]  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE)
def test_no_short_text_takes_long(part: str) -> None:
    text = (part * 4_000)[:4_000]
    best = 9.0

    for _ in range(3):  # other work on the machine may take a share of one
        start = time.process_time()
        for leaf in parse_blocks(text, DARK):
            leaf.lay(80)
            assert leaf.text is not None
        best = min(best, time.process_time() - start)

    assert best < 0.1
