"""Lines for the log: gathered from everywhere without a wait, made and written by a thread of their own.

Each line is one JSON object of at most 16 KB, without keys and without control codes.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, datetime
from queue import SimpleQueue
from typing import Any, TypeAlias

import orjson

from ralex_tui import __version__
from ralex_tui.adapters.log_files import LogFiles, remove_old
from ralex_tui.adapters.secret import Redactor
from ralex_tui.adapters.traces import chain_of
from ralex_tui.domain.text import visible

_MOST_LINE_BYTES = 16_384
_MOST_WAITING = 10_000
_DEEPEST = 6
_LONGEST = 100_000
# Strings are cut to these, one after another, until a line fits.
_CUTS = (8_000, 2_000, 400, 80)
_MOST_ITEMS = 200

_Item: TypeAlias = "dict[str, Any] | threading.Event"


class LogWriter:
    """The way into the log.

    Args:
        lag_s: Seconds to let pass before the first line is made. What makes them is imported then, which takes
            85 ms of CPU: not while the first frame is drawn and the first words are typed.
    """

    def __init__(self, files: LogFiles, redact: Redactor, *, lag_s: float = 0.0) -> None:
        self._files = files
        self._redact = redact
        self._lag_s = lag_s
        self._queue: SimpleQueue[_Item] = SimpleQueue()
        self._hurry = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._n_left_out = 0

    def write(self, event: str, *, level: str = "info", at: datetime | None = None, **fields: object) -> None:
        """Have a line written, soon. Takes microseconds, and never raises.

        Args:
            at: When it happened; now where not given.
        """
        if self._queue.qsize() >= _MOST_WAITING:
            self._n_left_out += 1
            return
        # The zone's clock time, as people read it; the offset stands beside it.
        moment = (at or datetime.now().astimezone()).astimezone()
        self._queue.put({"at": moment, "level": level, "event": event, **fields})
        self._start()

    def flush(self, timeout_s: float = 1.0) -> bool:
        """Wait until all that was handed over before is written; false if that takes too long."""
        if self._thread is None:
            return True
        self._hurry.set()
        done = threading.Event()
        self._queue.put(done)
        return done.wait(timeout_s)

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what waits, and let go of the file. Safe to call more than once; what comes later opens it again."""
        self.flush(timeout_s)
        self._files.close()

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="log", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        item = self._queue.get()
        self._hurry.wait(self._lag_s)
        write = line_maker(self._redact, self._append)
        remove_old(self._files.folder, date.today())
        while True:
            if isinstance(item, threading.Event):
                item.set()
            else:
                self._make(write, item)
            item = self._queue.get()

    def _make(self, write: Callable[[Mapping[str, object]], None], item: dict[str, Any]) -> None:
        if self._n_left_out:
            item["n_left_out"], self._n_left_out = self._n_left_out, 0
        try:
            write(item)
        except Exception:  # noqa: BLE001 - the thread's edge: one line that can't be made must not end the log
            self._n_left_out += 1

    def _append(self, line: bytes, day: date) -> None:
        try:
            self._files.append(line, day)
        except OSError:
            # A full disk, a folder that is gone: there is nowhere to tell it. The next line that gets through does.
            self._n_left_out += 1


class LogHandler(logging.Handler):
    """Takes what the modules of ralex_tui log; exceptions as types and places, without a variable's value."""

    def __init__(self, writer: LogWriter) -> None:
        super().__init__(logging.INFO)
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name.removeprefix("ralex_tui.")}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            # Here and now, and not in the thread: a traceback keeps all that its functions held alive.
            fields["exception"] = exception_doc(error)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        self._writer.write(text, level=record.levelname.lower(), **fields)

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()
        super().close()


class Once(logging.Filter):
    """Lets each module say something once: a collector that is not there would be told of every few seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        is_new = record.name not in self._seen
        self._seen.add(record.name)
        return is_new


def exception_doc(error: BaseException) -> list[dict[str, object]]:
    """An exception with those behind it, as JSON values."""
    return [
        {"type": link.type, "says": link.says, "why": link.why, "frames": list(link.frames)} for link in chain_of(error)
    ]


def line_maker(redact: Redactor, write: Callable[[bytes, date], None]) -> Callable[[Mapping[str, object]], None]:
    """What turns an event's fields into a line and hands it to `write`, with the day it belongs to."""
    # Imported here: 85 ms of CPU, in the log's thread.
    import structlog

    class Sink:
        line = staticmethod(write)

    log = structlog.wrap_logger(
        Sink(),
        processors=[_Stamp(), _Clean(redact), _render],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )

    def make(fields: Mapping[str, object]) -> None:
        log.line(**fields)

    return make


class _Stamp:
    """Says whose line it is; the first fields are those that people read."""

    def __init__(self) -> None:
        self._pid = os.getpid()

    def __call__(self, _log: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        first = {name: fields.pop(name) for name in ("at", "level", "event")}
        return {**first, **fields, "pid": self._pid, "version": __version__}


class _Clean:
    """Takes keys and control codes out of every string, and makes JSON values of all else."""

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact

    def __call__(self, _log: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {self._text(name): self._value(value, 0) if name != "at" else value for name, value in fields.items()}

    def _value(self, value: object, depth: int) -> object:
        match value:
            case None | bool() | float():
                return value
            case int():
                return value if -(2**63) <= value < 2**63 else str(value)
            case str():
                return self._text(value)
            case _ if depth == _DEEPEST:
                return self._text(str(value)[: _CUTS[0]])
            case Mapping():
                items = list(value.items())[:_MOST_ITEMS]
                return {self._text(str(name)): self._value(each, depth + 1) for name, each in items}
            case list() | tuple() | set() | frozenset():
                return [self._value(each, depth + 1) for each in list(value)[:_MOST_ITEMS]]
            case _:
                return self._text(str(value))

    def _text(self, text: str) -> str:
        if len(text) <= _LONGEST:
            return visible(self._redact(text))
        # Nobody reads a megabyte in a log. The end goes once more: a key that the cut went through is not known by it.
        return visible(self._redact(text[:_LONGEST])[:-1_000])


def _render(_log: object, _name: str, fields: MutableMapping[str, Any]) -> tuple[tuple[bytes, date], dict[str, Any]]:
    """The line and its day, as what is written next wants them."""
    at: datetime = fields["at"]
    content: Any = {**fields, "at": at.isoformat(timespec="microseconds")}
    line = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
    for longest in _CUTS:
        if len(line) <= _MOST_LINE_BYTES:
            break
        line = orjson.dumps({**_cut(content, longest), "is_cut": True}, option=orjson.OPT_APPEND_NEWLINE)
    if len(line) > _MOST_LINE_BYTES:
        few = {name: content[name] for name in ("at", "level", "pid", "version")}
        line = orjson.dumps(
            {**few, "event": content["event"][: _CUTS[-1]], "is_cut": True}, option=orjson.OPT_APPEND_NEWLINE
        )
    return (line, at.date()), {}


def _cut(value: Any, longest: int) -> Any:
    match value:
        case str():
            return value if len(value) <= longest else value[: longest - 1] + "…"
        case dict():
            return {name: _cut(each, longest) for name, each in value.items()}
        case list():
            return [_cut(each, longest) for each in value]
    return value
