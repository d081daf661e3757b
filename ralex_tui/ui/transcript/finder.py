"""Finding words in a conversation, a few milliseconds at a time: what is shown counts, not how it is written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import NamedTuple

from ralex_tui.ui.transcript.entry import Entry
from ralex_tui.ui.transcript.heights import Heights
from ralex_tui.ui.transcript.layout import Column

_RUN = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"[*_~`\\\[\]]+")
_TARGET = re.compile(r"\]\([^()]*\)|\]\[[^\[\]]*\]")
# What is shown otherwise than it is written, letter by letter: entities, formulas, images, notes.
_RIDDLE = re.compile(r"[&$]|\\[(\[]|!\[|\[\^")
_STEP_S = 0.03  # for messages not searched yet that a step comes by


class Match(NamedTuple):
    """Where something was found: in a leaf of an entry, from `start` to before `end` of its text."""

    entry: int
    leaf: int
    start: int
    end: int


class Found(NamedTuple):
    """How a search stands: the number of the current match, from 1 on, of how many; 0 for none.

    Args:
        is_done: Whether all is searched; there may be more until then.
        is_round: Whether the last step went past an end, and on from the other one.
    """

    current: int
    total: int
    is_done: bool
    is_round: bool


class Finder:
    """A search that goes on while messages come and grow. Upper case in the query makes it tell cases apart.

    It counts matches by message, from `origin` outwards, and works out where they stand only where
    that is asked: a letter may be found a million times.

    Args:
        origin: Entry and leaf from which the nearest match is wanted.
        older: The search before this one, which may have ruled messages out already.
    """

    def __init__(self, column: Column, query: str, origin: tuple[int, int], older: Finder | None = None) -> None:
        n_entries = len(column.entries)
        self.query = query
        self.current: Match | None = None
        self.is_round = False
        self._column = column
        self._origin = origin
        self._is_cased = query != query.lower()
        self._wanted = re.compile(re.escape(query), re.NOFLAG if self._is_cased else re.IGNORECASE)
        self._runs = _RUN.findall(query if self._is_cased else query.lower())
        self._counts = Heights([0] * n_entries)
        self._is_known = bytearray(n_entries)
        self._waiting = _outwards(origin[0], n_entries) if query else iter(())
        self._again: list[int] = []
        self._scan: Iterator[None] | None = None
        self._inside: tuple[Match, int] | None = None
        self._is_done = not query
        if older is not None and older.query and query.startswith(older.query) and older._is_cased <= self._is_cased:
            for n in range(min(n_entries, len(older._counts))):
                self._is_known[n] = older._is_known[n] and not older._counts[n]

    @property
    def found(self) -> Found:
        """How it stands now."""
        return Found(self._number(), self._counts.total, self._is_done, self.is_round)

    def work(self, deadline: float) -> bool:
        """Search on until `deadline` (time.monotonic); true when all is searched."""
        while time.monotonic() < deadline:
            if self._scan is None:
                n = self._again.pop() if self._again else next(self._waiting, None)
                if n is None:
                    self._is_done = True
                    return True
                self._scan = self._count(n)
            if next(self._scan, self) is self:
                self._scan = None
        return False

    def changed(self, n: int) -> None:
        """Entry `n` is new, or says something else now."""
        while len(self._counts) <= n:
            self._counts.append(0)
            self._is_known.append(0)
        self._is_known[n] = 0
        self._inside = None
        if self.query:
            self._is_done = False
            if n not in self._again:
                self._again.append(n)

    def go_to_nearest(self) -> bool:
        """Make the match nearest to the origin the current one; false while none is known."""
        entry, leaf = self._origin
        for n in _outwards(entry, len(self._counts)):
            if self._counts[n]:
                place = (leaf, 0) if n == entry else (0, 0) if n > entry else None
                self.current = (self._first(n, place) if place else None) or self._last(n, None)
                return self.current is not None
            if not self._is_known[n] and not self._is_done:
                return False
        return False

    def step(self, by: int) -> bool:
        """Make the next match (1) or the one before (-1) the current one, past the end if need be."""
        at = self.current
        if at is None:
            return self.go_to_nearest()
        self.is_round = False
        inside = self._first(at.entry, (at.leaf, at.end)) if by > 0 else self._last(at.entry, (at.leaf, at.start))
        if inside is not None:
            self.current = inside
            return True
        n = self._entry_after(at.entry, by)
        if n is None:
            self.is_round = True
            n = self._entry_after(-1 if by > 0 else len(self._counts), by)
        if n is not None:
            self.current = self._first(n, (0, 0)) if by > 0 else self._last(n, None)
        return n is not None

    def in_text(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The matches in a leaf's text that reach into text[start:end]."""
        if not self.query:
            return []
        around = len(self.query) - 1
        found = self._wanted.finditer(text, max(0, start - around), min(len(text), end + around))
        return [match.span() for match in found]

    def _count(self, n: int) -> Iterator[None]:
        """Count the matches of entry `n`, a leaf at a time."""
        if self._is_known[n]:
            return
        entry = self._column.entries[n]
        total = 0
        if self._may_hold(entry):
            for _, leaf in entry.said():
                total += sum(1 for _ in self._wanted.finditer(leaf.text))
                yield
        self._counts.set(n, total)
        self._is_known[n] = 1

    def _may_hold(self, entry: Entry) -> bool:
        """Whether it is worth building what an entry says: quick, and wrong only by saying yes."""
        source = entry.text
        if not source or _RIDDLE.search(source):
            return bool(source)
        plain = source if self._is_cased else source.lower()
        if not self._runs:
            return all(char in plain for char in self.query if not char.isspace())
        if all(run in plain for run in self._runs):
            return True
        # Emphasis and links may begin and end inside a word.
        bare = _MARKUP.sub("", _TARGET.sub("", plain))
        return all(run in bare for run in self._runs)

    def _number(self) -> int:
        at = self.current
        if at is None or at.entry >= len(self._counts):
            return 0
        if self._inside is None or self._inside[0] != at:
            self._inside = at, self._number_inside(at)
        return self._counts.before(at.entry) + self._inside[1]

    def _number_inside(self, at: Match) -> int:
        """Which match of its entry it is, from 1 on."""
        number = 1
        for n, leaf in self._column.entries[at.entry].said():
            if n > at.leaf:
                break
            stop = at.start if n == at.leaf else len(leaf.text)
            number += sum(1 for _ in self._wanted.finditer(leaf.text, 0, stop))
        return number

    def _first(self, n: int, place: tuple[int, int]) -> Match | None:
        """The first match of entry `n` at `place`, a leaf and an offset, or behind it."""
        for leaf_n, leaf in self._column.entries[n].said():
            if leaf_n >= place[0]:
                found = self._wanted.search(leaf.text, place[1] if leaf_n == place[0] else 0)
                if found is not None:
                    return Match(n, leaf_n, *found.span())
        return None

    def _last(self, n: int, place: tuple[int, int] | None) -> Match | None:
        """The last match of entry `n` before `place`; None for that means its end."""
        for leaf_n, leaf in reversed(self._column.entries[n].said()):
            if place is None or leaf_n <= place[0]:
                stop = place[1] if place is not None and leaf_n == place[0] else len(leaf.text)
                found = None
                for found in self._wanted.finditer(leaf.text, 0, stop):  # noqa: B007 - the last one is wanted
                    pass
                if found is not None:
                    return Match(n, leaf_n, *found.span())
        return None

    def _entry_after(self, n: int, by: int) -> int | None:
        """The next entry with a match in one direction; what was not searched on the way is searched now."""
        deadline = time.monotonic() + _STEP_S
        n += by
        while 0 <= n < len(self._counts):
            if not self._is_known[n] and time.monotonic() < deadline:
                for _ in self._count(n):
                    pass
            if self._counts[n]:
                return n
            n += by
        return None


def _outwards(middle: int, n: int) -> Iterator[int]:
    """The numbers from 0 to before `n`, those near `middle` first."""
    middle = max(0, min(middle, n - 1))
    for away in range(n):
        if middle - away >= 0:
            yield middle - away
        if away and middle + away < n:
            yield middle + away
