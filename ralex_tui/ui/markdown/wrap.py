"""Where lines of text break, in terminal cells; knows letters and words, nothing of Markdown."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from rich.cells import cell_len, load_cell_table  # type: ignore[attr-defined] # its own import, under a public name

# One cell each by rich's tables, with no combining marks among them; tested against those tables.
_NARROW = re.compile(
    r"[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u0390-\u03a1\u03a3-\u0482\u2010-\u2027\u2030-\u205e]*"
)
# A letter with what belongs to it: marks, variation selectors, and letters that a joiner ties to it.
_CLUSTER = re.compile(
    r".(?:\u200d.|[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff]){0,30}",
    re.DOTALL,
)
# Closing marks of Chinese and Japanese, which never begin a line.
_NEVER_FIRST = frozenset("、。，．・：；？！）］｝〉》」』】〕”’々ー…")

_MOST_IN_A_CELL = 8  # characters on average: a row is no longer, whatever marks are heaped upon its letters

Span = tuple[int, int]


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[tuple[int, int, int]]]:
    """rich's table of ranges that are not one cell wide, and where each begins."""
    table = list(load_cell_table("auto").widths)
    return [first for first, _, _ in table], table


def _size(cluster: str) -> int:
    """Cells that a letter takes: rich's figure, which for a single one that was not met before takes rich 4 us."""
    if len(cluster) > 1 or cluster < " " or "\x7f" <= cluster < "\xa0":
        return cell_len(cluster)
    starts, table = _ranges()
    code = ord(cluster)
    _, last, size = table[bisect_right(starts, code) - 1]
    return size if code <= last else 1


def is_narrow(text: str) -> bool:
    """Whether each character takes one cell, as far as is quick to tell."""
    return text.isascii() or _NARROW.fullmatch(text) is not None


def wrap(text: str, width: int, start: int = 0) -> list[Span]:
    """The lines of text[start:] as (start, end), at most `width` cells each, broken at spaces where there are any.

    A line's break depends on the text up to its end and the word after it only, so earlier lines
    stay as they are when text is added at the end. `width` is at least 2.
    """
    lines: list[Span] = []
    while True:
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        while True:
            end, following = _break(text, start, stop, width)
            lines.append((start, end))
            if following >= stop:
                break
            start = following
        if stop == len(text):
            return lines
        start = stop + 1


def _break(text: str, start: int, stop: int, width: int) -> Span:
    """Where the line at `start` ends, and where the next one starts."""
    reach = min(stop, start + width + 1)
    if not is_narrow(text[start:reach]):
        return _break_wide(text, start, stop, width)
    if stop - start <= width:
        return stop, stop
    space = text.rfind(" ", start, reach)
    end = space
    while end > start and text[end - 1] == " ":
        end -= 1
    if end <= start:
        return start + width, start + width
    return end, _skip_spaces(text, space, stop)


def _break_wide(text: str, start: int, stop: int, width: int) -> Span:
    at, cells, was_wide = start, 0, False
    best: Span | None = None
    while at < stop:
        cluster = _CLUSTER.match(text, at, stop)
        assert cluster is not None
        size = _size(cluster.group())
        is_wide = size >= 2
        if text[at] == " ":
            if at > start and text[at - 1] != " ":
                best = at, _skip_spaces(text, at, stop)
        elif at > start and (is_wide or was_wide) and text[at] not in _NEVER_FIRST and text[at - 1] != " ":
            best = at, at
        if cells + size > width or at - start > width * _MOST_IN_A_CELL:
            break
        cells += size
        at, was_wide = cluster.end(), is_wide
    else:
        return stop, stop
    if best is not None and best[0] > start:
        return best
    at = max(at, start + 1)
    return at, at


def _skip_spaces(text: str, at: int, stop: int) -> int:
    while at < stop and text[at] == " ":
        at += 1
    return at


def fold(text: str, width: int) -> list[Span]:
    """The pieces of one line of code: cut at the edge, spaces kept."""
    if is_narrow(text):
        return [(at, min(at + width, len(text))) for at in range(0, len(text), width)] or [(0, 0)]
    pieces: list[Span] = []
    start = cells = 0
    for cluster in _CLUSTER.finditer(text):
        size = _size(cluster.group())
        is_full = cells + size > width or cluster.start() - start > width * _MOST_IN_A_CELL
        if is_full and cluster.start() > start:
            pieces.append((start, cluster.start()))
            start, cells = cluster.start(), 0
        cells += size
    return [*pieces, (start, len(text))]


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """At most `width` cells of the text, ending in `…` where something was cut."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    end = fold(text, max(1, width - cell_len(ellipsis)))[0][1]
    kept = text[:end]
    return kept + ellipsis if cell_len(kept) + cell_len(ellipsis) <= width else ellipsis
