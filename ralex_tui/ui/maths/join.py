"""How the signs of a formula stand beside each other on one line: space, scripts, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from ralex_tui.ui.maths.signs import (
    BIG,
    DELIMITERS,
    ESCAPED,
    FUNCTIONS,
    LETTERS,
    OPERATORS,
    RELATIONS,
    SILENT,
    SPACES,
    SUBSCRIPT,
    SUPERSCRIPT,
)


class Kind(Enum):
    """What a part of a formula is: it decides about the space around it."""

    LETTER = auto()
    SIGN = auto()  # a letter that a command made: the blank behind it was the command's end
    DIGIT = auto()
    RELATION = auto()
    OPERATOR = auto()
    FUNCTION = auto()
    FRACTION = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    TEXT = auto()
    BLANK = auto()  # as it stands in the source: counts between letters only
    SPACE = auto()  # asked for


class Atom(NamedTuple):
    """One part of a formula, as it is shown."""

    kind: Kind
    text: str

    @classmethod
    def of(cls, word: str) -> Atom:
        """A word that is no command."""
        if word.isspace():
            return cls(Kind.BLANK, " ")
        if word == "~":
            return cls(Kind.SPACE, " ")
        kind = _KINDS.get(word, Kind.DIGIT if word[0].isdigit() else Kind.LETTER)
        return cls(kind, word)


_KINDS = {
    **dict.fromkeys("=<>≤≥≠≈→", Kind.RELATION),
    **dict.fromkeys("+-*", Kind.OPERATOR),
    **dict.fromkeys("([⟨⌊⌈", Kind.OPEN),
    **dict.fromkeys(")]⟩⌋⌉!", Kind.CLOSE),
    **dict.fromkeys(",;:", Kind.COMMA),
}
_TABLES = (
    (LETTERS, Kind.SIGN),
    (RELATIONS, Kind.RELATION),
    (OPERATORS, Kind.OPERATOR),
    (BIG, Kind.FUNCTION),
)
_ENDS = frozenset([Kind.LETTER, Kind.SIGN, Kind.DIGIT, Kind.CLOSE, Kind.FRACTION, Kind.TEXT])
_STARTS = frozenset([Kind.LETTER, Kind.SIGN, Kind.DIGIT, Kind.FUNCTION, Kind.FRACTION, Kind.TEXT])
_FACTOR = re.compile(r"(?:[d∂Δδ]?\w[\u0300-\u036f\u20d7′⁰-₟ᵃ-ᶻⁱ²³¹]*|\d+(?:\.\d+)?|\d*√?\d+|∞|√\w)")
_PLAIN = re.compile(r"[^\s+\-=<>±∓×÷·/→∧∨]*")


def signs(name: str) -> list[Atom] | None:
    """What a command without arguments shows, which may be nothing; None where it is none of those."""
    for table, kind in _TABLES:
        if name in table:
            return [Atom(kind, table[name])]
    if name in FUNCTIONS:
        return [Atom(Kind.FUNCTION, name)]
    if name in DELIMITERS:
        return [Atom({"l": Kind.OPEN, "r": Kind.CLOSE}.get(name[0], Kind.LETTER), DELIMITERS[name])]
    if name in ESCAPED:
        return [Atom.of(ESCAPED[name])] if ESCAPED[name] else []
    if name in SPACES:
        return [Atom(Kind.SPACE, SPACES[name])] if SPACES[name] else []
    return [] if name in SILENT else None


def joined(atoms: Sequence[Atom], *, is_tight: bool, follows: bool = False) -> str:
    """The atoms as one line.

    Args:
        is_tight: Without space around signs, as in scripts.
        follows: Something stands before them.
    """
    parts: list[str] = []
    last = Kind.LETTER if follows else None
    is_blank = False
    for kind, text in atoms:
        if kind is Kind.BLANK:
            is_blank = True
            continue
        is_apart = text[:1] == " " or (bool(parts) and parts[-1][-1:] == " ")
        if last is not None and not is_apart and _has_space(last, kind, is_blank, is_tight):
            parts.append(" ")
        is_unary = kind is Kind.OPERATOR and last not in _ENDS
        parts.append(text)
        # A sign before a number belongs to it.
        last = Kind.OPEN if is_unary else kind
        is_blank = False
    return re.sub(r"(?<=\S) {3,}", "  ", "".join(parts)) if len(parts) > 1 else "".join(parts)


def _has_space(left: Kind, right: Kind, is_blank: bool, is_tight: bool) -> bool:
    if Kind.SPACE in (left, right):
        return False
    if Kind.TEXT in (left, right):
        return is_blank and left is not Kind.OPEN
    if Kind.RELATION in (left, right) or left is Kind.OPERATOR or (right is Kind.OPERATOR and left in _ENDS):
        return not is_tight
    if left is Kind.FUNCTION:
        return right in _STARTS
    if right is Kind.FUNCTION:
        return left in (Kind.LETTER, Kind.SIGN, Kind.DIGIT, Kind.CLOSE, Kind.FRACTION)
    if Kind.FRACTION in (left, right):
        return left in _ENDS and right in _STARTS
    if left is Kind.COMMA:
        return is_blank
    if Kind.SIGN in (left, right) or Kind.OPEN in (left, right) or right in (Kind.CLOSE, Kind.COMMA):
        return False
    return is_blank and not is_tight


def raised(base: str, below: str, above: str) -> str:
    """A base with its scripts, in Unicode's small letters where there are all of them."""
    made = base
    for text, mark, table in ((below, "_", SUBSCRIPT), (above, "^", SUPERSCRIPT)):
        if not text:
            continue
        small = "".join(table.get(char, "") for char in text)
        if len(small) == len(text):
            made += small
        elif len(text) == 1 or (text[0] == "(" and text[-1] == ")" and text.count("(") == 1):
            made += mark + text
        else:
            made += f"{mark}({text})"
    return made


def single(text: str, *, is_divisor: bool = False) -> str:
    """The text, in brackets unless it is clear without where it ends.

    Args:
        is_divisor: It stands behind a stroke or a root, where two factors are not one.
    """
    is_bracketed = text[:1] == "(" and text[-1:] == ")" and text.count("(") == 1
    if is_bracketed or (is_divisor and _FACTOR.fullmatch(text)):
        return text
    if not is_divisor and _PLAIN.fullmatch(_outside(text).lstrip("-")):
        return text
    if is_divisor and re.fullmatch(r"\w*\([^()]*\)", text):
        return text
    return f"({text})"


def _outside(text: str) -> str:
    """The text without what stands in brackets."""
    depth, kept = 0, []
    for char in text:
        depth -= char in ")]"
        if depth <= 0:
            kept.append(char)
        depth += char in "(["
    return "".join(kept)
