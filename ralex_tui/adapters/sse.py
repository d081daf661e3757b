"""Server-sent events read out of bytes, by the HTML standard. Knows nothing of what they say.

Lines end in LF, CR LF or CR, comments and fields other than data are skipped, several data lines are
one text, and bytes may be cut anywhere, within a character too.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

MAX_EVENT = 8 * 1024 * 1024
"""The longest event that is taken, in characters."""

# Not str.splitlines(): U+2028 and its like stand in texts, and end no line here.
_LINE_END = re.compile(r"\r\n|\n|\r")


class EventTooLong(ValueError):
    """An event, or a line, that never ends."""


class SseReader:
    """Takes bytes as they come and gives the data of the events that are complete.

    What is no UTF-8 becomes U+FFFD.
    """

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._held: list[str] = []  # a line that has not ended
        self._data: list[str] = []  # the data lines of an event that has not ended
        self._n_held = 0
        self._is_after_cr = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The events that `data` completes.

        Raises:
            EventTooLong: Beyond the limit, whether or not it would have ended later.
        """
        text = self._decoder.decode(data)
        if not text:
            return
        if self._is_after_cr and text.startswith("\n"):
            text = text[1:]
        self._is_after_cr = text.endswith("\r") if text else False
        *lines, rest = _LINE_END.split(text)
        for line in lines:
            self._hold(line)
            yield from self._end_line()
        self._hold(rest)

    def close(self) -> Iterator[str]:
        """What came since the last complete event; it may be cut off anywhere."""
        self._hold(self._decoder.decode(b"", final=True))
        yield from self._end_line()
        yield from self._end_line()

    def _hold(self, part: str) -> None:
        self._n_held += len(part)
        if self._n_held > self._limit:
            raise EventTooLong(f"more than {self._limit} characters without an end")
        if part:
            self._held.append(part)

    def _end_line(self) -> Iterator[str]:
        line = "".join(self._held)
        self._held.clear()
        if line:
            field, _, value = line.partition(":")
            if field == "data":
                self._data.append(value.removeprefix(" "))
            else:
                self._n_held -= len(line)
            return
        data, self._data = self._data, []
        self._n_held = 0
        if data:
            yield "\n".join(data)
