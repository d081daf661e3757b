"""What is written when something of ours breaks: a crash file, and the draft. See `ports.rescue.Rescue`."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import secrets
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ralex_tui import __version__
from ralex_tui.adapters.disk import REAL_DISK, write_all
from ralex_tui.adapters.secret import Redactor
from ralex_tui.adapters.traces import Link, chain_of
from ralex_tui.domain.text import visible

_log = logging.getLogger(__name__)

_PACKAGES = ("textual", "litellm", "structlog", "tinydb", "httpx", "orjson", "click", "PyYAML", "xllamacpp")
_FAULTS = "fault.txt"
_MOST_DRAFT_BYTES = 16_000_000

_WHY = {"cause": "caused by", "context": "while handling", "part": "one of them"}


class CrashFiles:
    """Keeps a crash's report among the logs, and the draft in `draft`."""

    def __init__(self, logs: Path, draft: Path, redact: Redactor) -> None:
        self._logs = logs
        self._draft = draft
        self._redact = redact
        self._given_back = ""

    def draft(self) -> str:
        self._given_back = self._read()
        return self._given_back

    def keep_draft(self, text: str) -> bool:
        there = self._read()
        if there and there not in (self._given_back, text):
            text = f"{there}\n\n{text}"
        try:
            _replace(self._draft, text.encode("utf-8", "surrogatepass"))
        except OSError:
            return False
        self._given_back = text
        return True

    def forget_draft(self) -> None:
        # Another terminal's draft may have come to stand there since.
        if self._given_back and self._read() == self._given_back:
            with contextlib.suppress(OSError):
                self._draft.unlink()
        self._given_back = ""

    def report(self, error: BaseException, *, columns: int = 0, rows: int = 0) -> Path | None:
        at = datetime.now().astimezone()
        size = f", {columns} x {rows}" if columns else ""
        lines = [
            f"ralex {__version__} stopped at {at.isoformat(timespec='seconds')}",
            "",
            *(line for link in chain_of(error) for line in _told(link)),
            "",
            f"Python {sys.version.split()[0]} on {sys.platform}",
            ", ".join(_versions()),
            f"terminal {os.environ.get('TERM', 'unknown')} {os.environ.get('TERM_PROGRAM', '')}".rstrip() + size,
        ]
        text = visible(self._redact("\n".join(lines))) + "\n"
        path = self._logs / f"crash-{at:%Y-%m-%dT%H-%M-%S}-{os.getpid()}.txt"
        try:
            _replace(path, text.encode("utf-8", "replace"))
        except OSError:
            return None
        return path

    def _read(self) -> str:
        try:
            with self._draft.open("rb") as file:
                return file.read(_MOST_DRAFT_BYTES).decode("utf-8", "surrogatepass")
        except (OSError, UnicodeDecodeError):
            return ""


def watch_for_faults(logs: Path) -> Path | None:
    """Have Python write where it stood, should the process end by a fault in C code.

    Returns:
        What a process before this one has left; its file is named as other crash files are from now on.
    """
    path = logs / _FAULTS
    left: Path | None = None
    try:
        if path.stat().st_size:
            left = logs / f"crash-fault-{datetime.now():%Y-%m-%dT%H-%M-%S}.txt"
            path.rename(left)
    except OSError:
        left = None
    with contextlib.suppress(OSError):
        # All processes append to the one file, and none ever removes it: it stays empty unless something happens.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        faulthandler.enable(fd)
    return left


def log_the_uncaught() -> None:
    """Send exceptions that end a thread, and those that nobody can catch, to the log and not to the screen."""

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread else "?"
            _log.error("the thread %s failed", name, exc_info=args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            where = getattr(args.object, "__qualname__", type(args.object).__qualname__)
            _log.error("an exception in %s could not be raised", where, exc_info=args.exc_value)

    threading.excepthook = of_thread
    sys.unraisablehook = unraisable


def _told(link: Link) -> Iterator[str]:
    """One exception, the way a traceback tells it."""
    head = f"{link.type}: {link.says}" if link.says else link.type
    yield f"{_WHY[link.why]} {head}" if link.why else head
    for frame in link.frames:
        yield f"  {frame}"


def _versions() -> Iterator[str]:
    # Imported here: 15 ms, and needed in no run that goes well.
    from importlib.metadata import PackageNotFoundError, version

    for name in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"


def _replace(path: Path, content: bytes) -> None:
    """The old content or the new one, for the owner alone; no copy of the old one stays."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    fd = REAL_DISK.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        write_all(REAL_DISK, fd, content)
        os.close(fd)
        new.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            os.close(fd)
        new.unlink(missing_ok=True)
        raise
