"""What stands in the prompt for text that can't be drawn as it is. Pure.

A text area draws its document as it is, in a fixed number of cells for each character, and slows
down with its size. So a control code becomes one private character that is drawn as a picture, and
a long paste becomes one private character with a label behind it. `raw` gives back what was meant,
character for character.
"""

from __future__ import annotations

import re

from ralex_tui.domain.text import unix_lines, visible

# Textual 8.2.8's TextArea takes 1.7 to 3.2 s for a paste of 1 MB and up to 1.5 s for each key after
# it; with 4,000 characters in one line it is 35 ms and 13 ms.
FOLD_CHARS = 4_000
FOLD_LINES = 120

# Both ranges lie in a private plane that no font and no keyboard uses.
_FOLDS = range(0x10E000, 0x10F000)
_SHIELDS = range(0x10F000, 0x10FFFE)
_PRIVATE = re.compile(f"[{chr(_FOLDS.start)}-{chr(_SHIELDS.stop - 1)}]")
_FOLD = re.compile(f"([{chr(_FOLDS.start)}-{chr(_FOLDS.stop - 1)}])")


class Draft:
    """The long pastes and odd characters of one draft, and the two ways between what was meant and what is drawn."""

    def __init__(self) -> None:
        self._folds: dict[str, tuple[str, str]] = {}
        self._shields: dict[int, int] = {}
        self._meanings: dict[int, int] = {}
        self._pictures: dict[int, int] = dict.fromkeys(_FOLDS, ord("["))

    def take_in(self, text: str) -> str:
        """What to put into the document for `text`; safe to draw, and short."""
        text = unix_lines(text)
        if len(text) > FOLD_CHARS or text.count("\n") > FOLD_LINES or _PRIVATE.search(text):
            return self._fold(text)
        if text.isascii() and text.isprintable():
            return text
        for char in sorted(set(text)):
            if ord(char) not in self._shields and visible(char) != char:
                self._shield(ord(char))
        return text.translate(self._shields)

    def raw(self, document: str) -> str:
        """What the document stands for."""
        if document.isascii() or not _PRIVATE.search(document):
            return document
        # Every odd piece is a fold's mark, and the piece after it begins with the label.
        pieces = _FOLD.split(document)
        for at in range(1, len(pieces), 2):
            label, text = self._folds.get(pieces[at], ("", ""))
            pieces[at] = text
            pieces[at + 1] = pieces[at + 1].removeprefix(label)
        for at in range(0, len(pieces), 2):
            pieces[at] = pieces[at].translate(self._meanings)
        return "".join(pieces)

    def drawn(self, line: str) -> str:
        """A line of the document as it is drawn, character for character: private ones as pictures."""
        return line.translate(self._pictures) if _PRIVATE.search(line) else line

    def label_at(self, line: str, column: int) -> tuple[int, int] | None:
        """Start and end of the label that `column` lies inside of; None between labels."""
        for found in _FOLD.finditer(line):
            label, _ = self._folds.get(found[1], ("", ""))
            end = found.end() + len(label)
            if found.start() < column < end:
                return found.start(), end
        return None

    def clear(self) -> None:
        """Forget the long pastes of a draft that is gone."""
        self._folds.clear()

    def _fold(self, text: str) -> str:
        mark = chr(_FOLDS.start + len(self._folds) % len(_FOLDS))
        n_lines = text.count("\n") + 1
        label = f"pasted {_size(len(text))}, {'1 line' if n_lines == 1 else f'{n_lines:,} lines'}]"
        self._folds[mark] = (label, text)
        return mark + label

    def _shield(self, code: int) -> None:
        private = _SHIELDS.start + len(self._shields)
        self._shields[code] = private
        self._meanings[private] = code
        self._pictures[private] = 0x2400 + code if code < 0x20 else 0xFFFD


def _size(n_chars: int) -> str:
    return f"{n_chars / 1e6:.1f} MB" if n_chars >= 1e6 else f"{max(1, n_chars // 1_000)} kB"
