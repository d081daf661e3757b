"""What can be told of a text that is cut anywhere: clean chunks, and lines that may still become anything."""

from __future__ import annotations

import re

from ralex_tui.domain.text import visible
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.paragraph import TextLeaf
from ralex_tui.ui.markdown.table import RowLeaf

# A line that may still become anything: shown when it has become something. The blanks before it are not given
# back, or a line of nothing else would be gone through once for each of them.
_UNDECIDED = re.compile(
    r"[ \t]*+(?:[>\-*+ \t]*(?:`{3,}[^`\n]*|~{3,}[^\n]*)|[#>*+\-=_`~|: \t]+|\d{1,9}[.)]?[ \t]*|(?:[*+\-]|\d{1,9}[.)])"
    r"[ \t]+\[[ xX]?\]?[ \t]*"
    r"|\${1,2}|\\\[?|\[\^?[^\s\[\]^]{0,60}\]?|(?<=[ \t]))\Z"
)


class Cleaner:
    """Line ends made one, control codes visible, whatever the chunks; keeps a CR back that a LF may follow."""

    def __init__(self) -> None:
        self._has_cr = False

    def clean(self, text: str) -> str:
        if self._has_cr:
            text = "\r" + text
        self._has_cr = text.endswith("\r")
        if self._has_cr:
            text = text[:-1]
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return visible(text)

    def rest(self) -> str:
        """What was kept back, at the end."""
        kept, self._has_cr = "\n" if self._has_cr else "", False
        return kept


def is_undecided(line: str) -> bool:
    """Whether a line that goes on may become a block of any kind."""
    return _UNDECIDED.match(line) is not None


def keep(leaves: list[Leaf], older: list[Leaf]) -> None:
    """Put leaves of `older` in place of those that say the same, and let the others take over their work."""
    for n, (leaf, old) in enumerate(zip(leaves, older, strict=False)):
        if leaf is old:
            continue
        if _is_same(leaf, old):
            old.span = leaf.span
            if isinstance(old, TextLeaf) and isinstance(leaf, TextLeaf):
                old.is_open = leaf.is_open
            leaves[n] = old
        elif type(leaf) is type(old):
            leaf.adopt(old)


def _is_same(leaf: Leaf, old: Leaf) -> bool:
    if type(leaf) is not type(old) or (leaf.first, leaf.rest, leaf.gap, leaf.gap_row, leaf.margin, leaf.is_more) != (
        (old.first, old.rest, old.gap, old.gap_row, old.margin, old.is_more)
    ):
        return False
    if isinstance(leaf, TextLeaf) and isinstance(old, TextLeaf):
        return leaf.source == old.source and leaf.pen == old.pen
    if isinstance(leaf, RowLeaf) and isinstance(old, RowLeaf):
        return leaf.cells == old.cells and leaf.table is old.table and leaf.is_header == old.is_header
    return False
