"""TeX's words, read from left to right: commands, groups, numbers, signs. Knows not what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ralex_tui.ui.maths.signs import ESCAPED

_WORD = re.compile(r"\\(?:[A-Za-z]+\*?|.|\Z)|\s+|\d+(?:\.\d+)?|.", re.DOTALL)
_DEEPEST = 16


class TooMuchError(Exception):
    """More nesting, or more cells, than a formula has that somebody reads."""


class Words:
    """The words of a formula, and how far it is read."""

    def __init__(self, source: str) -> None:
        self._words: list[str] = _WORD.findall(source)
        self._at = 0
        self._depth = 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One group further in.

        Raises:
            TooMuchError: If that is deeper than anybody writes.
        """
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TooMuchError
        yield
        self._depth -= 1

    def peek(self) -> str:
        """The next word; empty at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def next(self) -> str:
        """The next word, which is read with this."""
        word = self.peek()
        self._at += 1
        return word

    def digit(self) -> str:
        """The first digit of the number that comes next: all that a command without a group takes of it."""
        word = self.peek()
        if len(word) == 1:
            return self.next()
        self._words[self._at] = word[1:]
        return word[0]

    def skip_space(self) -> None:
        """Go on to what is no blank."""
        while self.peek().isspace():
            self._at += 1

    def peek_behind_space(self) -> str:
        """The next word that is no blank; nothing is read with this."""
        at = self._at
        while at < len(self._words) and self._words[at].isspace():
            at += 1
        return self._words[at] if at < len(self._words) else ""

    def close(self) -> None:
        """Read the end of a group, where it stands here."""
        self._at += self.peek() == "}"

    def raw(self) -> str:
        """The source of a group, blanks and all."""
        self.skip_space()
        if self.peek() != "{":
            return self.next()
        self.next()
        parts: list[str] = []
        depth = 0
        while word := self.peek():
            depth += (word == "{") - (word == "}")
            if depth < 0:
                break
            if word not in ("{", "}", "$"):
                parts.append(" " if word == "~" else ESCAPED.get(word[1:], word) if word[0] == "\\" else word)
            self._at += 1
        self.close()
        return "".join(parts)
