"""A streamed answer: what is shown while it comes, and that its end equals the whole rendered at once."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.transcript.blocks import parse_blocks
from ralex_tui.ui.transcript.leaves import Leaf
from ralex_tui.ui.transcript.pens import Look
from ralex_tui.ui.transcript.stream import Stream

LOOK = Look(UNICODE, has_grounds=True)
WIDTH = 40

PIECES = (
    "A plain line of words. ", "trailing blanks  \n", "\n", "\n\n", "# Heading\n", "- item\n", "- [x] done\n",
    "  - nested\n", "1. one\n", "2. two\n", "> quoted\n", "```py\n", "x = 1  # note\n", "```\n", "| a | b |\n",
    "| --- | --- |\n", "| 1 | 2 |\n", "**bold", "** ", "`code` ", "[link](https://example.org/x) ", "[ref]\n",
    "[ref]: https://example.org\n", "---\n", "===\n", "日本語 ", "🙂 ", "\r\n", "\x1b[31m", "<b>", "&amp; ",
    "\\* ", "word",
)  # fmt: skip


def rows_of(leaves: list[Leaf]) -> list[tuple[int, list[str]]]:
    """What the leaves look like: blank rows before each, then its rows."""
    return [(leaf.gap, ["".join(text for text, _ in leaf.row(n)) for n in range(leaf.lay(WIDTH))]) for leaf in leaves]


def whole(text: str) -> list[tuple[int, list[str]]]:
    return rows_of(parse_blocks(visible(unix_lines(text)), LOOK))


def cut(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({n % (len(text) + 1) for n in cuts} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.lists(st.integers(0, 10_000), max_size=30))
@example("Half of an answer", [8])
@example("a\r\nb", [2])
@example("- one\n\n- two\n", [6, 7])
def test_a_streams_end_equals_the_whole_for_every_way_of_cutting_it(text: str, cuts: list[int]) -> None:
    stream = Stream(LOOK)
    done: list[Leaf] = []

    for chunk in cut(text, cuts):
        stream.feed(chunk)
        done += stream.advance()
    done += stream.close()

    assert rows_of(done) == whole(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(("Half", "of", "an answer", "goes on.")), min_size=1, max_size=40), st.booleans())
def test_prose_looks_at_every_moment_like_the_prefix_rendered_at_once(words: list[str], is_blank_before: bool) -> None:
    stream = Stream(LOOK)
    done: list[Leaf] = []
    text = ""

    for word in words:
        chunk = f" {word}" if is_blank_before and text else f"{word} " if not is_blank_before else word
        text += chunk
        stream.feed(chunk)
        done += stream.advance()

        shown = rows_of([*done, *stream.live])
        assert [[row.rstrip() for row in rows] for _, rows in shown] == [
            [row.rstrip() for row in rows] for _, rows in whole(text)
        ]
