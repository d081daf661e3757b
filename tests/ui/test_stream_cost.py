"""What a stream costs: characters read again and again, not seconds. For answers that were meant to be hard."""

from __future__ import annotations

import pytest

from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.markdown import paragraph, reader, table
from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.inline import Env, Inline, inline
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import Look, Pen
from ralex_tui.ui.markdown.stream import Stream

LOOK = Look(UNICODE, has_grounds=True)
WIDTH = 80
N_PIECES = 100
PAGE = 50  # rows that are looked at after each piece

HARD = {
    "1,000 nested items": "- top\n" + "".join(f"  - nested {n} with *text*\n" for n in range(1_000)),
    "a quote of 2,000 lines": "".join(f"> line {n} of a quote\n" + ">\n" * (n % 7 == 0) for n in range(2_000)),
    "a quote that is one paragraph": "".join(f"> line {n} of a quote\n" for n in range(2_000)),
    "a fence in an item": "- item\n\n  ```py\n" + "".join(f"  x = {n}  # y\n" for n in range(1_000)) + "  ```\n",
    "a table in a quote": "> | a | b |\n> |---|---|\n" + "".join(f"> | {n} | some text |\n" for n in range(1_000)),
    "items of many blocks": "".join(f"{n}. One\n\n   Two {n}\n\n   ```py\n   x = {n}\n   ```\n\n" for n in range(200)),
    "1,500 items": "".join(f"- item {n} with **some** text and `code` in it\n" for n in range(1_500)),
    "1,000 rows": "| a | b |\n|---|---|\n" + "".join(f"| {n} | a note on it |\n" for n in range(1_000)),
    "5,000 lines of code": "```text\n" + "".join(f"def f{n}(x: int) -> str:\n" for n in range(5_000)) + "```\n",
    "1,000 headings": "".join(f"## Heading {n}\n\n" for n in range(1_000)),
    "a paragraph in one line": "The quick brown fox *jumps* over the `lazy` dog. " * 2_000,
    "a paragraph of lines": "".join(f"line {n} of a long paragraph that goes on\n" for n in range(2_000)),
    "a paragraph of lines in brackets": "".join(f"({n}) of a *long* paragraph\n" for n in range(2_000)),
    "a heading in one line": "# " + "word *em* " * 6_000,
    "emphasis that never ends": "**a " * 8_000,
    "brackets": "[" * 5_000,
    "images": "![" * 5_000,
    "links that never end": "[a](" * 5_000,
    "one run of backticks": "`" * 50_000,
    "runs of backticks": "".join("`" * (n % 50 + 1) + "a " for n in range(1_500)),
    "dollars": "$" * 50_000,
    "quotes in quotes": ">" * 30_000,
    "lists in lists": "- " * 5_000 + "x",
    "deep by indentation": "".join("  " * n + f"- level {n}\n" for n in range(300)),
    "letters without blanks": "x" * 100_000,
    "wide letters": "漢字" * 20_000,
    "marks on one letter": "a" + "\u0301" * 20_000,
    "blank lines": "a\n" + "\n" * 20_000 + "b",
    "definitions": "".join(f"[ref{n}]: https://example.org/{n}\n" for n in range(1_500)),
    "a row of 5,000 cells": "| a | b |\n|---|---|\n|" + " cell |" * 5_000 + "\n| 1 | 2 |\n",
    "a cell without end": "| a | b |\n|---|---|\n| " + "word *em* " * 20_000 + "| b |\n",
    "5,000 columns": "|" + "h|" * 5_000 + "\n|" + "--|" * 5_000 + "\n" + ("|" + "c|" * 5_000 + "\n") * 5,
    "a header without end": "| " + "head " * 20_000 + "|\n|---|\n| 1 |\n",
    "indented code": "".join(f"    x = {n}\n" for n in range(2_000)),
}
hard = pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HARD.items()])


class Count:
    """Characters that were read, in all and at most in one go."""

    def __init__(self) -> None:
        self.total = 0
        self.largest = 0

    def add(self, n: int) -> None:
        self.total += n
        self.largest = max(self.largest, n)


@pytest.fixture
def lines_read(monkeypatch: pytest.MonkeyPatch) -> Count:
    """What the reader of blocks was given, but for trials of an unfinished line."""
    count = Count()
    read = reader.Reader.line

    def line(self: reader.Reader, raw: str) -> None:
        count.add(len(raw) + 1)
        read(self, raw)

    monkeypatch.setattr(reader.Reader, "line", line)
    return count


@pytest.fixture
def text_read(monkeypatch: pytest.MonkeyPatch) -> Count:
    """What was parsed for emphasis, code and links."""
    count = Count()

    def counted(source: str, env: Env, base: Pen) -> Inline:
        count.add(len(source))
        return inline(source, env, base)

    monkeypatch.setattr(paragraph, "inline", counted)
    monkeypatch.setattr(table, "inline", counted)
    return count


def look_at_the_end(leaves: list[Leaf]) -> None:
    """Lay out what a page shows."""
    n_rows = 0
    for leaf in reversed(leaves):
        n_rows += leaf.lay(WIDTH)
        leaf.end()
        if n_rows > PAGE:
            return


def stream_it(text: str) -> list[Leaf]:
    """Stream a text in pieces, looking at its end after each."""
    stream = Stream(LOOK)
    done: list[Leaf] = []
    step = max(1, -(-len(text) // N_PIECES))
    for at in range(0, len(text), step):
        stream.feed(text[at : at + step])
        done += stream.advance()
        look_at_the_end([*done[-PAGE:], *stream.live])
    return done + stream.close()


@hard
def test_what_is_read_twice_is_little_however_long_the_answer_is(
    text: str, lines_read: Count, text_read: Count
) -> None:
    longest = max(map(len, text.split("\n"))) + 1

    stream_it(text)

    # A line that spans pieces is read again with each of them, unless it is only added to.
    assert lines_read.total <= len(text) + N_PIECES * min(longest, 17_000) + longest
    assert text_read.largest <= 17_000
    assert text_read.total <= 2 * len(text) + N_PIECES * 8_000


@hard
def test_leaves_stay_small_however_the_text_is_made(text: str) -> None:
    leaves = parse_blocks(text, LOOK)

    assert all(len(getattr(leaf, "source", "")) <= 23_000 and len(leaf.rest) <= 40 for leaf in leaves)


def test_a_trial_costs_the_same_however_long_the_answer_is(lines_read: Count) -> None:
    short, long = Stream(LOOK), Stream(LOOK)
    short.feed("- item\n" * 10)
    long.feed("- item\n" * 10_000)
    short.advance()
    long.advance()
    lines_read.total = 0

    for stream in (short, long):
        stream.feed("- more")
        stream.advance()

    assert lines_read.total == 2 * len("- more\n")
    assert len(short.live) == len(long.live) == 2
