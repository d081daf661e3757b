"""What single lines of Markdown look like: marks, fences, table rows, definitions. Each in time linear in the line."""

from __future__ import annotations

import re
from typing import NamedTuple

from ralex_tui.ui.markdown.tokens import Align

SPECIAL = frozenset(">#`~=-+*_|:0123456789[$\\")  # with what anything but text begins

_PREFIX = re.compile(r"(?:[ \t]*(?:>|[*+\-](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*")
_TAB = 4
_BLANKS = re.compile(r"[ \t]*")

_MARKER = re.compile(r"(?:[*+\-]|(\d{1,9})[.)])(?=[ \t]|\Z)")
_FENCE = re.compile(r"(`{3,})[^`]*\Z|(~{3,})")
_ATX = re.compile(r"(#{1,6})(?:[ \t]+|\Z)")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*\Z")
# One dash alone is a list's mark or a heading's underline.
_DELIMITERS = re.compile(r"(?=[|:\-][|:\-\t ])(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_PIPE = re.compile(r"(?<!\\)\|")

_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){1,999})\]", re.DOTALL)
_OPEN_LABEL = re.compile(r"\[(?:[^\\\[\]]|\\.){0,999}\\?\Z", re.DOTALL)
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,60})\]:")
_GAP = re.compile(r"[ \t]*\n?[ \t]*")
_TITLE = re.compile(
    r"""(?:"(?:[^"\\]|\\.){0,2000}"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\))[ \t]*(?=\n|\Z)""", re.DOTALL
)
_OPEN_TITLE = re.compile(
    r"""(?:"(?:[^"\\]|\\.){0,2000}|'(?:[^'\\]|\\.){0,2000}|\((?:[^()\\]|\\.){0,2000})\\?\Z""", re.DOTALL
)
_LONGEST_HALF = 60  # characters of a label that is not shown while it may be a definition's
_LONGEST_PLACE = 4_000  # characters of a definition's address


def untabbed(line: str) -> str:
    """The line with the tabs among its marks as blanks, so that cells can be counted there."""
    end = _PREFIX.match(line).end()  # type: ignore[union-attr]
    return line[:end].expandtabs(_TAB) + line[end:] if "\t" in line[:end] else line


def from_cell(line: str, cell: int) -> str:
    """What of a line with tabs stands from a cell on; a tab that is cut leaves blanks."""
    at = 0
    for n, char in enumerate(line):
        if at >= cell:
            return " " * (at - cell) + line[n:]
        at += _TAB - at % _TAB if char == "\t" else 1
    return " " * max(0, at - cell)


class Marker(NamedTuple):
    """A list item's mark.

    Args:
        kind: What marks of one list share: the bullet, or the sign behind the number.
        number: -1 for a bullet.
        end: Where it ends in the line.
        start: Where the item's content begins, counted from the mark's end.
    """

    kind: str
    number: int
    end: int
    start: int
    is_empty: bool


def marker(line: str, at: int) -> Marker | None:
    """The list mark that stands at `at`."""
    found = _MARKER.match(line, at)
    if found is None:
        return None
    end = found.end()
    blanks = skip(line, end) - end
    is_empty = end + blanks == len(line)
    start = 1 if is_empty or blanks > 4 else blanks
    return Marker(line[end - 1], int(found[1]) if found[1] else -1, end, start, is_empty)


def skip(line: str, at: int) -> int:
    """The first character from `at` on that is no blank."""
    return _BLANKS.match(line, at).end()  # type: ignore[union-attr]


def fence(line: str, at: int) -> str | None:
    """The mark of a code fence that opens at `at`."""
    found = _FENCE.match(line, at)
    return (found[1] or found[2]) if found else None


def is_fence_end(line: str, at: int, mark: str) -> bool:
    """Whether a fence that opened with `mark` ends at `at`."""
    rest = line[at:].rstrip(" \t")
    return len(rest) >= len(mark) and not rest.strip(mark[0])


def heading(line: str, at: int) -> tuple[int, int, int] | None:
    """The level of a heading with `#` at `at`, and where its text stands in the line."""
    found = _ATX.match(line, at)
    if found is None:
        return None
    text = line[found.end() :].rstrip(" \t")
    bare = text.rstrip("#")
    if not bare or bare[-1] in " \t":
        text = bare.rstrip(" \t")
    return len(found[1]), found.end(), found.end() + len(text)


def underline(line: str, at: int) -> int:
    """The level of the heading that a line underlines; 0 where it does not."""
    return (1 if line[at] == "=" else 2) if _SETEXT.match(line, at) else 0


def is_rule(line: str, at: int) -> bool:
    """Whether it is a line across."""
    char = line[at]
    return char in "*-_" and line.count(char, at) >= 3 and not line[at:].strip(f"{char} \t")


def begins_block(line: str, at: int) -> bool:
    """Whether a table ends above a line that begins like this at `at`."""
    return line[at] in SPECIAL and (
        line[at] == ">"
        or marker(line, at) is not None
        or fence(line, at) is not None
        or heading(line, at) is not None
        or is_rule(line, at)
        or note(line, at) is not None
    )


def aligns(line: str, at: int) -> tuple[Align, ...] | None:
    """How the columns are aligned by the line below a table's header; None where it is no such line."""
    if not _DELIMITERS.match(line, at):
        return None
    marks = [mark.strip(" \t") for mark in line[at:].strip(" \t").strip("|").split("|")]
    return tuple("center" if mark[0] == mark[-1] == ":" else "right" if mark[-1] == ":" else "left" for mark in marks)


def cells(line: str, n_columns: int | None = None) -> tuple[str, ...]:
    """The cells of a table's row; of `n_columns` columns, where that is known."""
    line = line.strip(" \t")
    found = _PIPE.split(line) if "\\|" in line else line.split("|")
    if found[0] == "":
        del found[0]
    if found and found[-1] == "":
        del found[-1]
    if n_columns is not None:
        found = found[:n_columns] + [""] * (n_columns - len(found))
    return tuple(cell.strip(" \t").replace("\\|", "|") for cell in found)


def note(line: str, at: int) -> tuple[str, int] | None:
    """The label of a footnote whose text begins at `at`, and where its mark ends."""
    found = _NOTE.match(line, at)
    return (found[1], found.end()) if found else None


class Definition(NamedTuple):
    """A link's definition, as it stands: the label is not normalised, the address neither."""

    label: str
    address: str
    title: str
    end: int  # behind its last line


def definition(text: str) -> Definition | None:
    """The definition that a paragraph begins with."""
    label = _LABEL.match(text)
    if label is None or text[label.end() : label.end() + 1] != ":" or not label[1].strip():
        return None
    at = _GAP.match(text, label.end() + 1).end()  # type: ignore[union-attr]
    address, end = _address(text, at)
    if end < 0:
        return None
    line_end = skip(text, end)
    is_whole_line = line_end == len(text) or text[line_end] == "\n"
    gap = _GAP.match(text, end).end()  # type: ignore[union-attr]
    if gap > end and (title := _TITLE.match(text, gap)):
        return Definition(label[1], address, title[0].rstrip(" \t")[1:-1], min(len(text), title.end() + 1))
    return Definition(label[1], address, "", min(len(text), line_end + 1)) if is_whole_line else None


def may_become_definition(text: str) -> bool:
    """Whether a paragraph that is no definition yet may be one when more lines have come."""
    label = _LABEL.match(text)
    if label is None:
        return _OPEN_LABEL.match(text) is not None
    if text[label.end() : label.end() + 1] != ":":
        return False
    at = _GAP.match(text, label.end() + 1).end()  # type: ignore[union-attr]
    if at == len(text):
        return True
    _, end = _address(text, at)
    return end >= 0 and (gap := _GAP.match(text, end).end()) > end and is_open_title(text[gap:])  # type: ignore[union-attr]


def is_half_definition(text: str) -> bool:
    """Whether a paragraph that is cut anywhere looks like the beginning of a definition."""
    label = _LABEL.match(text)
    if label is None:
        return len(text) <= _LONGEST_HALF and _OPEN_LABEL.match(text) is not None
    rest = text[label.end() :]
    if rest[:1] != ":" or not rest[1:].strip(" \t\n"):
        return rest[:1] in ("", ":")
    end = _address(text, _GAP.match(text, label.end() + 1).end())[1]  # type: ignore[union-attr]
    title = text[end:].lstrip(" \t\n")
    return end >= 0 and (not title or _OPEN_TITLE.match(title) is not None or _TITLE.match(title) is not None)


def is_open_title(text: str) -> bool:
    """Whether a title begins here that is not finished yet."""
    return _OPEN_TITLE.match(text) is not None


def _address(text: str, at: int) -> tuple[str, int]:
    """The address at `at` and its end, -1 for none."""
    from markdown_it.helpers import parseLinkDestination  # with the parser, which is loaded late

    found = parseLinkDestination(text, at, min(len(text), at + _LONGEST_PLACE))
    if not found.ok or (found.pos == at + _LONGEST_PLACE < len(text)) or found.pos == at:
        return "", -1
    return found.str, found.pos
