"""What can be told of a text that is cut anywhere: clean chunks, and lines that may still become anything."""

from __future__ import annotations

import re

from ralex_tui.domain.text import visible
from ralex_tui.ui.transcript.paragraph import TextLeaf

# A line that may still become anything: shown when it has become something.
_UNDECIDED = re.compile(
    r"[ \t]*(?:[#>*+\-=_`~|: \t]+|\d{1,9}[.)]?[ \t]*|(?:[*+\-]|\d{1,9}[.)])[ \t]+\[[ xX]?\]?[ \t]*)\Z"
)
_LONGEST_HEAD = 400  # characters of a table's first row


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


def is_plain_line(line: str) -> bool:
    """Whether a line in a paragraph can be nothing but more of it: no marker starts with a letter."""
    return line[:1].isalpha()


def is_half_table(leaf: TextLeaf) -> bool:
    """Whether it may be the first row of a table, which shows in the line after it."""
    return leaf.source.startswith("|") and "\n" not in leaf.source and len(leaf.source) < _LONGEST_HEAD
