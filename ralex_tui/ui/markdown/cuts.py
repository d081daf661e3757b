"""Where a paragraph may be cut, and how one that is still being written will look; knows marks by sight only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ralex_tui.ui.markdown.inline import PIECE

CHUNK = 2048  # characters of a long paragraph parsed at a time
_FORCED = 4096  # so far beyond its size a chunk is cut even inside an emphasis
_STRAY = 500  # characters
_TRIES = 12
_STEP = 40  # characters between two tries
_MOST_OPEN = 8  # marks that are closed for the time being

_SPECIAL = re.compile(r"[\\`*_~\[<&]")
_MASKED = re.compile(r"\\[^\n]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_TICKS = re.compile(r"`+")
_EMPHASIS = re.compile(r"\*{1,3}|~~")
_HALF_LINK = re.compile(r"!?(?<![\w\]])\[(\^?)([^\[\]\n]{0,200})(?:\](?:\([^()\s]*|\[[^\[\]\n]*)?)?\Z")
_LONGEST_FORMULA = 120  # characters of one that no cut goes through
_OPEN_FORMULA = re.compile(rf"\$[^\s\d$][^$\n]{{0,{_LONGEST_FORMULA}}}\Z")
_RUNS = {
    "`": re.compile(r"`+"),
    "*": re.compile(r"\*+"),
    "~": re.compile(r"~+"),
    "_": re.compile(r"(?<!\w)_+|_+(?!\w)"),
}


def completed(source: str) -> str:
    """A text that is still being written, as it will look: what is open is closed, half a link is its text.

    So that emphasis and code stand there from their first letter on, and no marker shows for a moment.
    """
    if not _SPECIAL.search(source):
        return source
    text = _MASKED.sub(lambda span: "x" * len(span[0]), source)
    if (tick := _TICKS.search(text)) is not None:
        body = source[tick.end() :]
        return source + tick[0] if body.strip() else source[: tick.start()]
    if (link := _HALF_LINK.search(text)) is not None:
        kept = "" if link[1] else source[link.start(2) : link.end(2)]
        source = source[: link.start()] + kept
        text = text[: link.start()] + "x" * len(kept)
    body = source.rstrip(" *_~")
    return body + "".join(reversed(_open_marks(text[: len(body)])))


def _open_marks(text: str) -> list[str]:
    """Emphasis that is open at the end of a text, outermost first. One that is long open is a stray sign."""
    names: list[str] = []
    starts: list[int] = []
    for mark in _EMPHASIS.finditer(text, max(0, len(text) - CHUNK)):
        before, after = text[: mark.start()][-1:], text[mark.end() : mark.end() + 1]
        if before and not before.isspace() and mark[0] in names:
            at = names.index(mark[0])
            del names[at:], starts[at:]
        elif after and not after.isspace() and (len(mark[0]) > 1 or not before.isalnum()):
            names, starts = [*names[1 - _MOST_OPEN :], mark[0]], [*starts[1 - _MOST_OPEN :], mark.start()]
    return [name for name, at in zip(names, starts, strict=True) if len(text) - at < _STRAY]


def chunks(source: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Pieces of a paragraph that can be parsed one by one, as (start, end), of CHUNK characters or more.

    Where a piece ends depends only on what comes before its end and one character more, so that a
    paragraph that grows keeps all its pieces but the last.
    """
    while len(source) - start > CHUNK:
        end = _chunk_end(source, start)
        if end is None:
            break
        yield start, end
        start = end
    yield start, len(source)


def pieces(source: str) -> Iterator[tuple[int, int]]:
    """Where a huge paragraph becomes several leaves, as (start, end); stable as it grows, see `chunks`."""
    start = 0
    while True:
        end = next(end for _, end in chunks(source, start) if end - start >= PIECE or end == len(source))
        # The blank stays behind: what goes on is cut the same when it stands on its own.
        end += source.startswith(" ", end)
        yield start, end
        if end >= len(source):
            return
        start = end


def _chunk_end(source: str, start: int) -> int | None:
    at, forced = start + CHUNK, start + CHUNK + _FORCED
    # Each try looks through the chunk again, at 50 µs.
    for _ in range(_TRIES):
        at = source.find(" ", at)
        if at < 0 or at >= forced or at + 1 >= len(source):
            break
        if not source[at - 1].isspace() and not source[at + 1].isspace() and not _is_open(source[start:at]):
            return at
        at += _STEP
    if len(source) <= forced:
        return None
    space = source.rfind(" ", start + CHUNK, forced)
    return space if space > 0 else forced


def _is_open(text: str) -> bool:
    """Whether an emphasis, a code span, a formula or a link may be unfinished at the end of the text."""
    if _OPEN_FORMULA.search(text, max(0, len(text) - 2 * _LONGEST_FORMULA)) or text.rfind("\\(") > text.rfind("\\)"):
        return True
    if not _SPECIAL.search(text):
        return False
    if any(_is_odd(text, sign) for sign in _RUNS) or text.count("[") > text.count("]"):
        return True
    return text.rfind("](") > text.rfind(")") or text.rfind("<") > text.rfind(">")


def _is_odd(text: str, sign: str) -> bool:
    """Whether there is an odd number of runs of a sign."""
    if sign not in text:
        return False
    if sign != "_" and sign * 2 not in text:  # counting is 50 times as quick
        return text.count(sign) % 2 == 1
    return len(_RUNS[sign].findall(text)) % 2 == 1
