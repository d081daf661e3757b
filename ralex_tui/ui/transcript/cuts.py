"""Where a paragraph may be cut, and how one that is still being written will look; knows marks by sight only."""

from __future__ import annotations

import re
from collections.abc import Iterator

CHUNK = 2048  # characters of a long paragraph parsed at a time
_FORCED = 6144  # so far beyond its size a chunk is cut even inside an emphasis
_STRAY = 500  # characters

_SPECIAL = re.compile(r"[\\`*_~\[<&]")
_MASKED = re.compile(r"\\[^\n]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_TICKS = re.compile(r"`+")
_EMPHASIS = re.compile(r"\*{1,3}|~~")
_HALF_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^()\s]*)\Z")
_RUNS = (re.compile(r"`+"), re.compile(r"\*+"), re.compile(r"~+"), re.compile(r"(?<!\w)_+|_+(?!\w)"))


def completed(source: str) -> str:
    """A text that is still being written, as it will look: what is open is closed, half a link is its text.

    So that emphasis and code stand there from their first letter on, and no marker shows for a moment.
    """
    if not _SPECIAL.search(source):
        return source
    source = _HALF_LINK.sub(r"\1", source)
    text = _MASKED.sub(lambda span: "x" * len(span[0]), source)
    if (tick := _TICKS.search(text)) is not None:
        body = source[tick.end() :]
        return source + tick[0] if body.strip() else source[: tick.start()]
    body = source.rstrip(" *_~")
    return body + "".join(reversed(_open_marks(text[: len(body)])))


def _open_marks(text: str) -> list[str]:
    """Emphasis that is open at the end of a text, outermost first. One that is long open is a stray sign."""
    marks: list[tuple[str, int]] = []
    for mark in _EMPHASIS.finditer(text):
        before, after = text[: mark.start()][-1:], text[mark.end() : mark.end() + 1]
        names = [name for name, _ in marks]
        if before and not before.isspace() and mark[0] in names:
            del marks[names.index(mark[0]) :]
        elif after and not after.isspace() and (len(mark[0]) > 1 or not before.isalnum()):
            marks.append((mark[0], mark.start()))
    return [name for name, at in marks if len(text) - at < _STRAY]


def chunks(source: str, start: int = 0, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Pieces of a paragraph that can be parsed one by one, as (start, end), of `size` characters or more.

    Where a piece ends depends only on what comes before its end and one character more, so that a
    paragraph that grows keeps all its pieces but the last.
    """
    while len(source) - start > size:
        end = _chunk_end(source, start, size)
        if end is None:
            break
        yield start, end
        start = end
    yield start, len(source)


def _chunk_end(source: str, start: int, size: int) -> int | None:
    at, forced = start + size, start + size + _FORCED
    # Each try looks through the chunk again: 40 of them are 2 ms.
    for _ in range(40):
        at = source.find(" ", at)
        if at < 0 or at >= forced or at + 1 >= len(source):
            break
        begin = max(start, at - 2 * CHUNK)
        if not source[at - 1].isspace() and not source[at + 1].isspace() and not _is_open(source[begin:at]):
            return at
        at += 1
    if len(source) <= forced:
        return None
    space = source.rfind(" ", start + size, forced)
    return space if space > 0 else forced


def _is_open(text: str) -> bool:
    """Whether an emphasis, a code span or a link may be unfinished at the end of the text."""
    if not _SPECIAL.search(text):
        return False
    if any(len(run.findall(text)) % 2 for run in _RUNS) or text.count("[") > text.count("]"):
        return True
    return text.rfind("](") > text.rfind(")") or text.rfind("<") > text.rfind(">")
