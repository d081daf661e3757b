"""An exception as it may be written down: types, places, and words only where they can hold no text of the user's.

Never a local variable's value, never a folder outside the packages.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType

from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.text import visible_line

_MOST_LINKS = 6
_MOST_FRAMES = 40

# Python's own words for these name attributes, types and modules. Those of others, ValueError and KeyError first of
# all, quote what was given, which may be a line of a conversation.
_WORDY = (AttributeError, ImportError, IndexError, NameError, NotImplementedError, RecursionError, ZeroDivisionError)


@dataclass(frozen=True, slots=True)
class Link:
    """One exception of a chain.

    Args:
        says: Its words, empty where they are left out; not redacted yet.
        frames: "ralex_tui/ui/app.py:123 in on_mount", the call that raised last.
        why: How it comes to stand in the chain: "", "cause", "context" or "part" of a group.
    """

    type: str
    says: str
    frames: tuple[str, ...]
    why: str = ""


def chain_of(error: BaseException) -> list[Link]:
    """The exception and those behind it, the newest first; at most 6, each with at most 40 frames."""
    links = []
    for each, why in _behind(error):
        links.append(Link(type(each).__qualname__, words_of(each), tuple(_frames(each.__traceback__)), why))
        if len(links) == _MOST_LINKS:
            break
    return links


def words_of(error: BaseException) -> str:
    """What an exception says, as one line, where that can't quote what the user or a model wrote; else nothing."""
    match error:
        case RalexError():
            return visible_line(error.message, 500)
        case OSError():
            return visible_line(error.strerror or "")
        case _ if isinstance(error, _WORDY):
            return visible_line(str(error))
        case _:
            return ""


def place_of(error: BaseException) -> str:
    """Where it was raised: "app.py line 123"; empty where it never was."""
    last = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1:]
    lines = [line for _, line in traceback.walk_tb(error.__traceback__)][-1:]
    return f"{PurePath(last[0].f_code.co_filename).name} line {lines[0]}" if last else ""


def _behind(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    waiting: list[tuple[BaseException, str]] = [(error, "")]
    seen: set[int] = set()
    while waiting:
        each, why = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each, why
        if isinstance(each, BaseExceptionGroup):
            waiting += [(part, "part") for part in each.exceptions]
        if each.__cause__ is not None:
            waiting.append((each.__cause__, "cause"))
        elif each.__context__ is not None and not each.__suppress_context__:
            waiting.append((each.__context__, "context"))


def _frames(trace: TracebackType | None) -> list[str]:
    frames = [
        f"{_short(frame.f_code.co_filename)}:{line} in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    if len(frames) <= _MOST_FRAMES:
        return frames
    half = _MOST_FRAMES // 2
    return [*frames[:half], f"... {len(frames) - 2 * half} more ...", *frames[-half:]]


def _short(filename: str) -> str:
    """A file below its package, or its name alone: the folders above are nobody's business."""
    parts = PurePath(filename).parts
    for root, skip in (("site-packages", 1), ("dist-packages", 1), ("ralex_tui", 0)):
        if root in parts:
            at = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[at + skip :])
    return parts[-1] if parts else "?"
