"""YAML with everything left out that can hang, hide or surprise: for config.yaml and themes.

Built on the parser's events, so nothing is expanded or constructed that was not checked first.
Knows nothing of what the keys mean.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.text import visible_line

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12

KeyPath = tuple[str, ...]

# YAML 1.2's core schema and no more: `no`, `on`, `1:30` and `010` stay text. Numbers with more
# digits than any setting has stay text too, so that no length of literal costs time.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content, and where in it each key stands.

    Args:
        where: The file's name for messages.
        content: dict, list, str, int, Decimal, bool, date and None only. Never a float: `5.1` is
            Decimal("5.1"), as it was written.
        lines: The line of each key path, counted from 1; a list's items are "0", "1", ...
    """

    where: str
    content: dict[str, object]
    lines: Mapping[KeyPath, int]


def read_yaml(path: Path) -> dict[str, object]:
    """The content of a YAML file; see `Document.content`.

    Raises:
        ConfigError: If it can't be read, or is anything but plain keys and values.
    """
    return read_document(path).content


def parse_yaml(text: str, where: str) -> dict[str, object]:
    """The content of a YAML text; `where` names it in messages. Raises as `read_yaml`."""
    return parse_document(text, where).content


def read_document(path: Path, where: str | None = None) -> Document:
    """A YAML file with the lines of its keys; `where` names it in messages. Raises as `read_yaml`."""
    where = where or visible_line(path.name)
    try:
        with open_file(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{visible_line(str(path))} can't be read: {error.strerror or type(error).__name__}",
            hint="check the path and that the file may be read",
        ) from error
    if len(raw) > MAX_BYTES:
        raise _too_long(where)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{where} line {line}: this is not UTF-8 text", hint="save the file as UTF-8") from None
    return parse_document(text, where)


def open_file(path: Path) -> BinaryIO:
    """A file to be read; never waits for whoever is to write into a named pipe.

    Raises:
        OSError: If it can't be opened, or is such a pipe. One of the shell's own, `<(...)`, is none.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISFIFO(os.fstat(fd).st_mode) and not str(path).startswith("/dev/"):
        os.close(fd)
        raise OSError(errno.EINVAL, "it is a pipe and no file")
    os.set_blocking(fd, True)
    return os.fdopen(fd, "rb")


def parse_document(text: str, where: str) -> Document:
    """A YAML text with the lines of its keys. Raises as `read_yaml`."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _too_long(where)
    try:
        return _Builder(where, _events(text)).document()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise ConfigError(f"{where} line {line}: a character that YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where} line {mark.line + 1}" if mark else where
        problem = visible_line(error.problem or "it is not YAML", 120)
        raise ConfigError(f"{place}: {problem}", hint="check the indentation, the colons and the quotes") from None
    except (yaml.YAMLError, UnicodeError):
        raise ConfigError(f"{where}: this is not YAML text") from None


def nearest(key: str, known: Iterable[str]) -> str:
    """A hint such as "did you mean 'daily'?"; empty when nothing known is like `key`."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(key[:80].lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean {by_lower[found[0]]!r}?" if found else ""


def _events(text: str) -> Iterator[Any]:
    """The parser's events, by libyaml where PyYAML was built with it (7 times as fast here)."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return iter(yaml.parse(text, Loader=loader))


def _too_long(where: str) -> ConfigError:
    return ConfigError(f"{where} is longer than {MAX_BYTES // 1024} kB, more than any configuration needs")


class _Builder:
    """Makes plain values of events, and refuses all that is not plain."""

    def __init__(self, where: str, events: Iterator[Any]) -> None:
        self._where = where
        self._events = events
        self._lines: dict[KeyPath, int] = {}

    def document(self) -> Document:
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        content = None if isinstance(event, yaml.StreamEndEvent) else self._value(event, ())
        self._check_end()
        if content is None:
            content = {}
        if not isinstance(content, dict):
            raise self._error(event, (), "a file holds keys and values, such as `budget:`, and this one does not")
        return Document(self._where, content, self._lines)

    def _check_end(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise self._error(event, (), "a second document begins, and one is all a file may hold")

    def _value(self, event: Any, path: KeyPath) -> object:
        if len(path) > MAX_DEPTH:
            raise self._error(event, path, f"it is nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, path, "aliases (*name) are not allowed; write the value out")
        if event.anchor is not None:
            raise self._error(event, path, "anchors (&name) are not allowed; write the value out")
        if event.tag is not None:
            raise self._error(event, path, "tags (!name) are not allowed; quote the value to make it text")
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        return self._mapping(event, path) if isinstance(event, yaml.MappingStartEvent) else self._list(path)

    def _mapping(self, start: Any, path: KeyPath) -> dict[str, object]:
        content: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in content:
                first = self._lines[(*path, key)]
                raise self._error(event, (*path, key), f"the key is there twice, first in line {first}")
            self._lines[(*path, key)] = event.start_mark.line + 1
            content[key] = self._value(self._next(), (*path, key))
        return content

    def _key(self, event: Any, path: KeyPath) -> str:
        """The key as text, whatever it looks like: `2026-11-01:` is no date here."""
        if isinstance(event, yaml.AliasEvent):
            self._value(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(event, path, "a key must be plain text")
        self._value(event, path)
        key = str(event.value)
        if event.implicit[0] and key == "<<":
            raise self._error(event, path, "merge keys (<<) are not allowed; write the values out")
        if not key or len(key) > 200:
            raise self._error(event, path, "a key has between 1 and 200 characters")
        return key

    def _list(self, path: KeyPath) -> list[object]:
        content: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            item = (*path, str(len(content)))
            self._lines[item] = event.start_mark.line + 1
            content.append(self._value(event, item))
        return content

    def _next(self) -> Any:
        return next(self._events)

    def _error(self, event: Any, path: KeyPath, problem: str) -> ConfigError:
        place = f"{self._where} line {event.start_mark.line + 1}"
        return ConfigError(f"{place}: {show_path(path)}: {problem}" if path else f"{place}: {problem}")


def show_path(path: KeyPath) -> str:
    """A key path for messages: tiers.cheap.models."""
    return visible_line(".".join(path), 120)


def _plain(text: str) -> object:
    """What an unquoted value means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text  # the field that wanted a date says so, with its name
    return text
