"""What the terminal can do: by the environment, and by asking it, where that is wanted.

Asking writes a few queries and reads the answers within 0.2 s, in a mode that neither waits for lines nor
echoes; the mode before is restored whatever happens.
"""

from __future__ import annotations

import locale
import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Mapping
from dataclasses import replace

from ralex_tui.adapters.system_clipboard import SystemClipboard, is_remote
from ralex_tui.ports.computer import TerminalFacts

_LIMIT_S = 0.2
_MAX_BYTES = 4_096

# One of our glyphs at the line's start, where the cursor is then, the line cleared again; kitty's keyboard
# flags; mode 2026, synchronised output; and what every terminal answers, so that no answer is waited for in vain.
_QUERIES = b"\r\xe2\x97\x86\x1b[6n\r\x1b[K\x1b[?u\x1b[?2026$p\x1b[c"
_CURSOR = re.compile(rb"\x1b\[\d+;(\d+)R")
_KITTY = re.compile(rb"\x1b\[\?\d+u")
_SYNCHRONISED = re.compile(rb"\x1b\[\?2026;(\d)\$y")
_LAST = re.compile(rb"\x1b\[\?[\d;]*c")

_EAST_ASIAN = ("zh", "ja", "ko")


def terminal_facts(environ: Mapping[str, str], *, asks: bool = False) -> TerminalFacts:
    """What the environment tells; with `asks`, what the terminal answers too, where there is one to ask.

    Args:
        asks: False where somebody else reads the terminal, as the app does.
    """
    columns, rows = _size()
    n_colours, why = colours(environ)
    clipboard = SystemClipboard(environ)
    facts = TerminalFacts(
        is_terminal=sys.__stdout__ is not None and sys.__stdout__.isatty(),
        term=environ.get("TERM", ""),
        n_colours=n_colours,
        why_colours=why,
        columns=columns,
        rows=rows,
        encoding=locale.getencoding(),
        within=_within(environ),
        clipboard=clipboard.installed,
        has_osc52=clipboard.terminal.has_clipboard,
        is_east_asian=_language(environ).startswith(_EAST_ASIAN),
    )
    return with_answers(facts, ask_terminal()) if asks and facts.is_terminal else facts


def colours(environ: Mapping[str, str]) -> tuple[int, str]:
    """How many colours the app would use, and the variable that says so."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return 0, "NO_COLOR"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 1 << 24, "COLORTERM"
    if term == "dumb":
        return 0, "TERM"
    return (256, "TERM") if "256color" in term or term == "xterm-kitty" else (16, "TERM")


def with_answers(facts: TerminalFacts, answers: bytes) -> TerminalFacts:
    """The same with what the terminal has answered; nothing of it is shown."""
    if not _LAST.search(answers):
        return facts  # it did not come to the end: what is missing may be on its way
    cursor, frames = _CURSOR.search(answers), _SYNCHRONISED.search(answers)
    return replace(
        facts,
        kitty_keys=_KITTY.search(answers) is not None,
        # 0 and 4: unknown to it, and off for good.
        synchronised=frames is not None and frames[1] not in (b"0", b"4"),
        glyph_cells=int(cursor[1]) - 1 if cursor else None,
    )


def ask_terminal(limit_s: float = _LIMIT_S) -> bytes:
    """Send the queries and gather the answers; empty where there is no terminal of ours to ask. Blocks."""
    try:
        source, target = sys.__stdin__, sys.__stdout__
        if source is None or target is None or not (source.isatty() and target.isatty()):
            return b""
        # A background job that touched the terminal's mode would be stopped.
        if os.tcgetpgrp(source.fileno()) != os.getpgrp():
            return b""
        target.flush()
        return _quietly(source.fileno(), lambda: _exchange(source.fileno(), target.fileno(), limit_s))
    except (OSError, ValueError, termios.error):
        return b""


def _quietly(fd: int, deed: Callable[[], bytes]) -> bytes:
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd, termios.TCSANOW)
        return deed()
    finally:
        # Flushes too: an answer that came late must not end up on the shell's line.
        termios.tcsetattr(fd, termios.TCSAFLUSH, before)


def _exchange(source: int, target: int, limit_s: float) -> bytes:
    os.write(target, _QUERIES)
    deadline = time.monotonic() + limit_s
    answers = b""
    while not _LAST.search(answers) and len(answers) < _MAX_BYTES:
        ready, _, _ = select.select([source], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            break
        read = os.read(source, 256)
        if not read:
            break
        answers += read
    return answers


def _size() -> tuple[int, int]:
    try:
        return os.get_terminal_size((sys.__stdout__ or sys.stdout).fileno())
    except (OSError, ValueError):
        return 80, 24


def _within(environ: Mapping[str, str]) -> tuple[str, ...]:
    within = []
    if "TMUX" in environ:
        within.append("tmux")
    elif "STY" in environ:
        within.append("screen")
    if is_remote(environ):
        within.append("SSH")
    return tuple(within)


def _language(environ: Mapping[str, str]) -> str:
    return next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
