"""Markdown that is still being written: each line is read once, and only the last block is made anew.

Complete lines go through one reader, piece by piece or all at once alike, so the leaves at the end
equal those of the whole text. What is shown of the rest is made by a trial copy of that reader.
"""

from __future__ import annotations

import time
from collections import deque

from ralex_tui.ui.markdown.blocks import Builder
from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.cuts import pieces
from ralex_tui.ui.markdown.inline import Env
from ralex_tui.ui.markdown.leaves import Leaf
from ralex_tui.ui.markdown.opened import LONGEST_ROW, Rows
from ralex_tui.ui.markdown.paragraph import TextLeaf
from ralex_tui.ui.markdown.pens import Look
from ralex_tui.ui.markdown.reader import Reader
from ralex_tui.ui.markdown.tail import Cleaner, is_undecided, keep

_SLICE = 32_768  # characters cleaned and cut into lines in one go
_SHOWN_ROW = 16_384  # characters of a table's row shown before it is whole
_BATCH = 32  # lines read between two looks at the clock


class Stream:
    """Parses a text as it comes.

    `feed()` is cheap; `advance()` does the work, and returns the leaves finished by it. `live` holds
    those of the rest as it stands now: they may change with what comes.
    """

    def __init__(self, look: Look) -> None:
        env: Env = {"references": {}}
        self._reader = Reader(env)
        self._builder = Builder(look, env)
        self._cleaner = Cleaner()
        self._fed: deque[str] = deque()
        self._all: list[str] = []
        self._lines: deque[str] = deque()
        self._partial = ""
        self._held: list[Leaf] = []  # a fence that is open
        self._paragraph: TextLeaf | None = None
        self._trimmed = ""
        self.live: list[Leaf] = []

    @property
    def raw(self) -> str:
        """All text so far, as it came."""
        if len(self._all) > 1:
            self._all = ["".join(self._all)]
        return self._all[0] if self._all else ""

    @property
    def source(self) -> str:
        """All text so far, cleaned."""
        cleaner = Cleaner()
        return cleaner.clean(self.raw) + cleaner.rest()

    @property
    def has_news(self) -> bool:
        """Whether there is text that `advance()` has not worked on."""
        return bool(self._fed or self._lines)

    def feed(self, text: str) -> None:
        """Take raw text of the model."""
        if text:
            self._all.append(text)
            self._fed.extend(text[at : at + _SLICE] for at in range(0, len(text), _SLICE))

    def advance(self, deadline: float | None = None) -> list[Leaf]:
        """Work on what was fed; returns the leaves that are finished now.

        Args:
            deadline: When to stop (time.monotonic) and leave the rest for the next time; None for all of it.
        """
        if self._paragraph is not None and not self._lines and self._extend():
            return []
        done: list[Leaf] = []
        while self._take_lines():
            self._read(done)
            if deadline is not None and time.monotonic() > deadline:
                break
        self._show(done)
        return done

    def close(self) -> list[Leaf]:
        """The text is whole: the rest of its leaves."""
        done: list[Leaf] = []
        while self._take_lines():
            self._read(done)
        if self._cleaner.rest():
            self._reader.line(self._partial)
            self._partial = ""
        self._reader.finish(self._partial)
        self._build(done)
        keep(done, self.live)
        self._partial, self._paragraph, self.live = "", None, []
        return done

    def _take_lines(self) -> bool:
        """Make sure there are lines to read; False where all is read but the last, unfinished one."""
        while not self._lines and self._fed:
            first, *others = self._cleaner.clean(self._fed.popleft()).split("\n")
            self._partial += first
            if others:
                self._lines.append(self._partial)
                self._lines.extend(others[:-1])
                self._partial = others[-1]
        return bool(self._lines)

    def _read(self, done: list[Leaf]) -> None:
        """Read a batch of lines."""
        for _ in range(min(_BATCH, len(self._lines))):
            self._reader.line(self._lines.popleft())
        self._build(done)

    def _build(self, done: list[Leaf]) -> None:
        leaves = [*self._held, *self._builder.build(self._reader.take())]
        # Lines are still added to a fence that is open.
        n_done = len(leaves) - (self._builder.open_code is not None)
        self._held = leaves[n_done:]
        done.extend(leaves[:n_done])

    # The rest as it stands

    def _show(self, done: list[Leaf]) -> None:
        """Bring `live` up to what is read, the unfinished line included."""
        older = self.live
        keep(done, older)
        older = older[len(done) :]
        reader, builder = self._reader.trial(), self._builder.trial()
        line = "" if self._lines or self._is_hidden() else self._partial
        if line:
            is_row = isinstance(reader.block, Rows) and len(line) <= LONGEST_ROW
            reader.line(line[:_SHOWN_ROW] if is_row else line)
        else:
            for leaf in self._held:
                assert isinstance(leaf, FenceLeaf)
                leaf.append([], None)
        prose = reader.prose
        goes_on = bool(line) and prose is not None and not prose.is_undecided
        if prose is not None and prose.is_undecided:
            prose.drop_last()
        reader.finish()
        tokens = reader.take()
        # Marks at a heading's end belong to it when there is more.
        goes_on = goes_on or (any(token.kind == "heading" for token in tokens) and not line.rstrip(" \t").endswith("#"))
        live = [*self._held, *builder.build(tokens)]
        self._paragraph = None
        if live and isinstance(last := live[-1], TextLeaf):
            last.is_open = True
        keep(live, older)
        self.live = live
        if goes_on:
            assert isinstance(live[-1], TextLeaf)
            self._paragraph = live[-1]
            # A paragraph ends at its last letter; what comes next stands behind these blanks.
            self._trimmed = line[len(line.rstrip(" \t")) :]

    def _is_hidden(self) -> bool:
        """Whether the unfinished line may still become anything, and is shown when it has become something."""
        if self._reader.block is not None and (mark := self._reader.block.mark):
            return not self._partial.strip(f" \t>{mark[0]}")
        return is_undecided(self._partial)

    def _extend(self) -> bool:
        """Add to the last line of a paragraph; False where a new line begins, and blocks must be read."""
        assert self._paragraph is not None
        if any("\n" in text or "\r" in text for text in self._fed):
            return False
        more = self._cleaner.clean("".join(self._fed))
        if "\n" in more:
            self._fed = deque([more])
            return False
        self._fed.clear()
        self._partial += more
        self._paragraph.extend(self._trimmed + more)
        self._trimmed = ""
        end = self._reader.start + len(self._partial)
        while (cut := next(pieces(self._paragraph.source))[1]) < len(self._paragraph.source):
            later = self._paragraph.split(cut)
            at = end - len(later.source)
            later.span, self._paragraph.span = (at, end), (self._paragraph.span[0], at)
            self._paragraph = later
            self.live.append(later)
        self._paragraph.span = (self._paragraph.span[0], end)
        return True
