"""The links in what a leaf says."""

from __future__ import annotations

from typing import NamedTuple

from ralex_tui.ui.markdown.leaves import Leaf


class Link(NamedTuple):
    """Where a link leads, raw, and how it reads."""

    address: str
    words: str


def links_of(leaf: Leaf) -> list[Link]:
    """All links of a leaf, in order."""
    text = leaf.text
    links: list[Link] = []
    offset = 0
    while offset < len(text):
        address = leaf.link_at(offset)
        end = _end(leaf, text, offset, address)
        if address:
            links.append(Link(address, text[offset:end]))
        offset = end
    return links


def link_words(leaf: Leaf, offset: int) -> str:
    """How the link reads that the character at `offset` belongs to."""
    text = leaf.text
    address = leaf.link_at(offset)
    while offset > 0 and leaf.link_at(offset - 1) == address:
        offset -= 1
    return text[offset : _end(leaf, text, offset, address)]


def _end(leaf: Leaf, text: str, offset: int, address: str) -> int:
    end = offset + 1
    while end < len(text) and leaf.link_at(end) == address:
        end += 1
    return end
