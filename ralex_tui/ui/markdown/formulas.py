"""What in Markdown is a formula, and not a price: the marks around it, in a line and in blocks. Knows no TeX."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 4_000  # characters of a formula; what is longer stays as it is written
_LONGEST_INLINE = 1_000

_BEGIN = re.compile(r"\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|displaymath)\*?)\}")
# Two plain words beside each other are no product, but a sentence.
_PROSE = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{2,}[,.]?\s+(?:[a-z]+\s+)?[A-Za-z]{2,}(?![A-Za-z}])")
_TEXT = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?")
_SIGNAL = re.compile(r"[\\^_=+*/<>|(\d-]")


class Found(NamedTuple):
    """A formula in a paragraph: what it says, and where it ends."""

    content: str
    end: int
    is_display: bool


class Opening(NamedTuple):
    """A block of its own that begins on a line. `closing` ends it; `content` is set where this line does already."""

    closing: str
    content: str | None


def is_formula(content: str, *, needs_signal: bool = False) -> bool:
    """Whether what stands between marks may be a formula.

    Args:
        needs_signal: A word alone is none: it must have an operator, a digit or a command.
    """
    if not any(char.isalnum() for char in content) or "`" in content:
        return False
    if needs_signal and len(content.strip()) > 2 and not _SIGNAL.search(content):
        return False
    return _PROSE.search(_TEXT.sub(" ", content)) is None


def inline_formula(text: str, at: int) -> Found | None:
    """The formula that begins at `at` of a paragraph, with `$`, `$$`, `\\(` or `\\[`."""
    if text.startswith("$$$", at) or (text[at] == "$" and text[at - 1 : at] == "$"):
        return None
    if text.startswith("$$", at):
        return _between(text, at, "$$", is_display=True)
    if text[at] == "$":
        return _dollars(text, at)
    if text.startswith("\\(", at):
        return _between(text, at, "\\)", is_display=False)
    if text.startswith("\\[", at):
        return _between(text, at, "\\]", is_display=True)
    return None


def _between(text: str, at: int, closing: str, *, is_display: bool) -> Found | None:
    end = text.find(closing, at + 2, at + LONGEST)
    if end < 0:
        return None
    content = text[at + 2 : end]
    return Found(content, end + 2, is_display) if is_formula(content, needs_signal=closing == "\\]") else None


def _dollars(text: str, at: int) -> Found | None:
    """Pandoc's rules, and some more, since in a chat dollars are money before they are marks.

    Something other than a blank stands inside of both marks, no letter or digit outside of them; what
    stands between begins with no price.
    """
    before, first = text[at - 1 : at], text[at + 1 : at + 2]
    if not first or first.isspace() or first == "$" or before.isalnum():
        return None
    if text.startswith("`", at + 1):
        end = text.find("`$", at + 2, at + _LONGEST_INLINE)
        content = text[at + 2 : end]
        return Found(content, end + 2, False) if end > 0 and is_formula(content) else None
    end = text.find("$", at + 1, at + _LONGEST_INLINE)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("$", end + 1, at + _LONGEST_INLINE)
    if end < 0 or text[end - 1].isspace() or text[end + 1 : end + 2].isalnum() or text[end + 1 : end + 2] == "$":
        return None
    content = text[at + 1 : end]
    return Found(content, end + 1, False) if is_formula(content) and not _is_price(content) else None


def _is_price(content: str) -> bool:
    return re.match(r"\d[\d,.]*\s*(?:[kKmMbB]\b|[-–—/]\s*\Z|[a-z]{3,}|(?:and|or|to|vs)\b)", content) is not None


def opening(line: str, at: int) -> Opening | None:
    """The block of a formula that a line begins at `at`."""
    text = line[at:].rstrip(" \t")
    if len(text) > LONGEST:
        return None
    if text.startswith("$$") and not text.startswith("$$$"):
        closing, rest = "$$", text[2:]
    elif text.startswith("\\["):
        closing, rest = "\\]", text[2:]
    elif (begin := _BEGIN.match(text)) is not None:
        closing, rest = f"\\end{{{begin[1]}}}", text[begin.end() :]
    else:
        return None
    if closing in rest:
        return Opening(closing, content) if (content := closed(text, closing)) is not None else None
    # What is no formula in its first line will be none in the others.
    return Opening(closing, None) if not rest or is_formula(rest, needs_signal=True) else None


def closed(text: str, closing: str) -> str | None:
    """What a block of a formula says, once its text ends in what closes it; else None."""
    body = text.rstrip(" \t.,;")
    if not body.endswith(closing):
        return None
    if closing.startswith("\\end"):
        return body if body.count(closing) == 1 else None
    content = body[2 : -len(closing)]
    return content if closing not in content and is_formula(content, needs_signal=closing == "\\]") else None
