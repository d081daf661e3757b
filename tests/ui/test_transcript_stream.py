"""A streamed answer: what is shown while it comes, and that its end equals the whole rendered at once."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ralex_tui.domain.conversation import Message, MessageState, Role
from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import Look, Row
from ralex_tui.ui.markdown.stream import Stream
from ralex_tui.ui.markdown.table import RowLeaf
from ralex_tui.ui.themes import Ink
from ralex_tui.ui.transcript.answer import AnswerEntry
from ralex_tui.ui.transcript.header import Frame
from tests.ui.long_answer import LONG_ANSWER
from tests.ui.transcript_demo import palette

LOOK = Look(UNICODE, has_grounds=True)
WIDTH = 40

PIECES = (
    "A plain line of words. ", "trailing blanks  \n", "\n", "\n\n", "# Heading\n", "## Head #\n", "- item\n",
    "- [x] done\n", "  - nested\n", "    - deeper\n", "* star\n", "- \n", "1. one\n", "2. two\n", "3) three\n",
    "   indented\n", "> quoted\n", "> > twice\n", "> - in a quote\n", ">\n", "> ", "```py\n", "x = 1  # note\n",
    "```\n",
    "  ```\n", "> ```\n", "~~~\n", "    indented code\n", "\tcode\n", "-\titem\n", "| a | b |\n", "| --- | :-: |\n",
    "| 1 | 2 |\n", "> | a | b |\n", "> |---|---|\n", "- | a | b |\n  |---|---|\n", "| [ref] | [t][ref] |\n", "**bold",
    "** ", "`code` ", "[link](https://example.org/x) ", "[ref]\n", "[t][ref] ", "![i](https://example.org/i) ",
    "[ref]: https://example.org\n", "[ref]: <https://example.com> 'title'\n", "[ref]:\n", "'title\n", "over lines'\n",
    "---\n", "===\n", "***\n", "日本語 ", "🙂 ", "\r\n", "\r", "\x1b[31m", "<b>", "<br>", "&amp; ", "\\* ", "\\\n",
    "word", "https://example.org/a. ", "[^1] ", "[^1]: note\n", "    of two blocks\n", "$x^2$ ", "$$\nx\n$$\n", "$$\n",
    "\\[ x \\]\n", "```math\n", " ", "\t", "10", ".", "-", "|", "`", "#", "[", "]", ":",
)  # fmt: skip

documents = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
cuts = st.lists(st.integers(0, 10_000), max_size=30)


def joined(row: Row) -> list[tuple[str, Any]]:
    """A row with neighbours of one pen as one run."""
    runs: list[tuple[str, Any]] = []
    for text, pen in row:
        if runs and runs[-1][1] == pen:
            runs[-1] = (runs[-1][0] + text, pen)
        elif text:
            runs.append((text, pen))
    return runs


def looks_of(leaves: list[Leaf], width: int = WIDTH) -> list[tuple[Any, ...]]:
    """All that can be told of leaves from outside."""
    looks: list[tuple[Any, ...]] = []
    for leaf in leaves:
        n_rows = leaf.lay(width)
        if isinstance(leaf, FenceLeaf):
            leaf.colour(0, n_rows, math.inf)
        looks.append(
            (
                type(leaf).__name__,
                (leaf.gap, joined(list(leaf.gap_row)), leaf.is_more, leaf.span),
                [joined(leaf.row(n)) for n in range(n_rows)],
                [leaf.pieces(n) for n in range(n_rows)],
                leaf.text,
                {at: leaf.link_at(at) for at in range(0, len(leaf.text), 1 + len(leaf.text) // 1_000)},
            )
        )
    return looks


def rows_of(leaves: list[Leaf]) -> list[str]:
    """The rows of leaves as they stand on the screen, blank ones included."""
    rows: list[str] = []
    for leaf in leaves:
        rows += [""] * leaf.gap
        rows += ["".join(text for text, _ in leaf.row(n)).rstrip() for n in range(leaf.lay(WIDTH))]
    return rows


def whole(text: str) -> list[Leaf]:
    return parse_blocks(visible(unix_lines(text)), LOOK)


def cut(text: str, cuts: list[int]) -> list[str]:
    ends = sorted({n % (len(text) + 1) for n in cuts} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def streamed(chunks: list[str]) -> list[Leaf]:
    """The leaves of a text that came in chunks, and was looked at after each."""
    stream = Stream(LOOK)
    done: list[Leaf] = []
    for chunk in chunks:
        stream.feed(chunk)
        done += stream.advance()
        rows_of([*done[-2:], *stream.live])
    return done + stream.close()


def mutated(text: str, random: Random) -> str:
    """Some lines of a text doubled, dropped, swapped, indented or quoted."""
    lines = text.splitlines(keepends=True)
    for _ in range(random.randint(1, 12)):
        n = random.randrange(len(lines))
        match random.randrange(6):
            case 0:
                lines[n : n + 1] = lines[n : n + 1] * 2
            case 1 if len(lines) > 1:
                del lines[n]
            case 2:
                lines[n] = " " * random.randint(1, 5) + lines[n]
            case 3:
                lines[n] = "> " + lines[n]
            case 4:
                lines[n] = random.choice(PIECES) + lines[n]
            case _:
                lines[n] = lines[n].rstrip("\n")
    return "".join(lines)


@settings(max_examples=600, deadline=None)
@given(documents, cuts)
@example("Half of an answer", [8])
@example("a\r\nb", [2])
@example("- one\n\n- two\n", [6, 7])
@example("```\nx\n\r", [1, 6])
def test_a_streams_end_equals_the_whole_for_every_way_of_cutting_it(text: str, cuts: list[int]) -> None:
    assert looks_of(streamed(cut(text, cuts))) == looks_of(whole(text))


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from((3, 20, 90, 900)))
def test_a_long_streams_end_equals_the_whole(random: Random, n_cuts: int) -> None:
    text = mutated(LONG_ANSWER, random)

    leaves = streamed(cut(text, [random.randrange(len(text)) for _ in range(n_cuts)]))

    assert looks_of(leaves) == looks_of(whole(text))


@settings(max_examples=30, deadline=None)
@given(
    st.randoms(use_true_random=False), st.sampled_from(("word ", "*word* ", "x", "字", "[a ", "`a ", "_a\n", "a b\n"))
)
def test_a_huge_paragraphs_end_equals_the_whole(random: Random, unit: str) -> None:
    text = unit * (random.randint(20_000, 60_000) // len(unit)) + random.choice(("", "\n---\n", "\n| a |\n|--|\n"))

    leaves = streamed(cut(text, [random.randrange(len(text)) for _ in range(random.randint(1, 12))]))

    assert looks_of(leaves) == looks_of(whole(text))


@settings(max_examples=200, deadline=None)
@given(documents, st.integers(0, 3))
def test_no_clock_changes_what_a_stream_ends_in(text: str, n_beats: int) -> None:
    stream = Stream(LOOK)
    stream.feed(text)

    done = [leaf for _ in range(n_beats) for leaf in stream.advance(deadline=-math.inf)]
    done += stream.close()

    assert looks_of(done) == looks_of(whole(text))


def test_a_stream_stops_at_its_deadline_and_goes_on_from_there() -> None:
    stream = Stream(LOOK)
    stream.feed("One line.\n\n" * 1_000)

    first = stream.advance(deadline=-math.inf)
    had_news = stream.has_news
    rest = stream.advance()

    assert (0 < len(first) < 1_000, had_news, stream.has_news) == (True, True, False)
    assert len(first) + len(rest) == 1_000


def an_answer(text: str, state: MessageState) -> Message:
    return Message(id="a", role=Role.ASSISTANT, text=text, at=datetime(2026, 11, 23, tzinfo=UTC), state=state)


def test_an_answer_that_ends_ahead_of_the_screen_is_shown_to_its_end_in_slices() -> None:
    frame = Frame(LOOK, Ink(palette("ralex-dark")))
    text = LONG_ANSWER * 20
    entry = AnswerEntry(an_answer("", MessageState.PENDING), frame)
    entry.prepare(WIDTH)
    entry.write(text)

    entry.finish(an_answer(text, MessageState.DONE), deadline=-math.inf)
    n_slices = 1
    while entry.is_behind:
        entry.advance(deadline=-math.inf)
        n_slices += 1

    assert n_slices > 10
    assert entry.stream is None
    assert looks_of([entry.leaves[n] for n in entry.body]) == looks_of(whole(text))


def test_an_answer_that_ends_while_it_is_drawn_anew_is_whole() -> None:
    frame = Frame(LOOK, Ink(palette("ralex-dark")))
    text = LONG_ANSWER * 20
    entry = AnswerEntry(an_answer("", MessageState.PENDING), frame)
    entry.prepare(WIDTH)
    entry.write(text)
    entry.finish(an_answer(text, MessageState.DONE), deadline=-math.inf)

    entry.forget()
    entry.write("late")
    entry.prepare(WIDTH)

    assert (entry.is_behind, entry.cursor(), entry.text) == (False, None, text)
    assert len(entry.body) == len(whole(text))


@settings(max_examples=200, deadline=None)
@given(documents, cuts)
def test_finished_leaves_say_the_same_for_good(text: str, cuts: list[int]) -> None:
    """But for the two things that come from further down: wider columns, and definitions of links."""
    stream = Stream(LOOK)
    finished: list[tuple[Leaf, str]] = []

    for chunk in cut(text.replace("]:", "] "), cuts):
        stream.feed(chunk)
        finished += [(leaf, leaf.text) for leaf in stream.advance()]
    stream.close()

    assert [leaf.text for leaf, _ in finished] == [text for _, text in finished]


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

        assert rows_of([*done, *stream.live]) == rows_of(whole(text))


def tokens_of(text: str) -> list[str]:
    """A text in pieces as models send them."""
    return re.findall(r"\s*\S{1,4}|\s+", text)


def test_a_streamed_answer_grows_and_never_jumps() -> None:
    """No row is taken back; what a block says only grows, but for what is drawn otherwise when it is whole.

    Those are formulas, and a link in a table whose definition comes last.
    """
    stream = Stream(LOOK)
    done: list[Leaf] = []
    rows: list[str] = []
    texts: list[str] = []
    n_taken_back: list[int] = []
    redrawn: list[tuple[str, str]] = []

    for token in tokens_of(LONG_ANSWER):
        stream.feed(token)
        done += stream.advance()
        leaves = [*done, *stream.live]
        before, rows = rows, rows_of(leaves)
        n_taken_back.append(max(0, len(before) - len(rows)))
        known, texts = texts, [leaf.text for leaf in leaves]
        redrawn += [(old, new) for old, new in zip(known, texts, strict=False) if not new.startswith(old.rstrip())]

    assert sum(n_taken_back) == 0
    assert [new for _, new in redrawn] == [
        "a long one\t1,000 ms\t10 ms\tit was read twice, see [below][why]",
        "The sum is E = mc²",
        "∑ₖ₌₁ⁿ k = n(n+1)/2",
        "a long one\t1,000 ms\t10 ms\tit was read twice, see below (example.org)",
    ]


def test_rows_above_the_last_block_stay_but_for_wider_columns() -> None:
    stream = Stream(LOOK)
    done: list[Leaf] = []
    above: list[str] = []

    for token in tokens_of(LONG_ANSWER.replace("[why]: ", "[other]: ")):
        stream.feed(token)
        n_done = len(done)
        assert rows_of([leaf for leaf in done if not isinstance(leaf, RowLeaf)]) == above
        done += stream.advance()
        above = rows_of([leaf for leaf in done if not isinstance(leaf, RowLeaf)])
        assert len(done) >= n_done
