"""Every byte that reaches a real pseudo-terminal while hostile texts are shown in it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from tests.fuzz.stage import BAD, Fault, Findings

_COLUMNS, _ROWS = 90, 40
# All that Textual 8.2.8 writes besides text, to a terminal with true colour: attributes, moves, the
# pointer's shape, modes and questions.
_COLOUR = rb"[34]8;2;\d+;\d+;\d+"
_OURS = re.compile(
    rb"\x1b\[(?:(?:[0123479]|" + _COLOUR + rb")(?:;(?:[123479]|" + _COLOUR + rb"))*)m"
    rb"|\x1b\[\d+;\d+H"
    rb"|\r?\n(?=\x1b\[\d+;\d+H)"
    rb"|\x1b\]22;[a-z-]+\x07"
    rb"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    rb"|\x1b\[\?(?:2026|2048)\$p"
    rb"|\x1b\[[<>]\d*u"
)


def show(seeds: range) -> Findings:
    """Have a program of its own show these texts, and look at all that it writes."""
    written = _written_while_showing(seeds)
    found = Findings(n_texts=len(seeds), n_bytes=len(written), controls=controls(written))
    if f"seed {seeds[-1]}".encode() not in written:
        found.crashes.append(Fault(None, "pseudo-terminal", f"it ended early: {written[-2_000:]!r}"))
    return found


def controls(written: bytes) -> list[Fault]:
    """What is left of control codes when those of Textual's own are taken away."""
    text = _OURS.sub(b"", written).decode("utf-8", "surrogateescape")
    return [
        Fault(None, "pseudo-terminal", f"{bad[0]!a} in {text[max(0, bad.start() - 80) : bad.end() + 80]!a}")
        for bad in BAD.finditer(text)
    ]


def _written_while_showing(seeds: range) -> bytes:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.shown", *map(str, (seeds.start, seeds.stop, seeds.step))],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
    )
    os.close(theirs)
    written = bytearray()
    try:
        while data := os.read(ours, 1 << 16):
            written += data
    except OSError:  # EIO: the other side is closed
        pass
    finally:
        os.close(ours)
        process.wait()
    return bytes(written)
