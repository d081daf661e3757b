"""Markdown that is still being written: finished blocks are handed over once, only the tail is parsed again.

A block is finished when the next one has begun on a complete line; then nothing that comes later can
change it. Lists are cut between items, tables between rows, fences between lines, so that the tail
stays small. After `close()` the leaves equal those of `parse_blocks` on the whole text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ralex_tui.ui.transcript.blocks import Builder, ListState, parse_tokens, set_gap
from ralex_tui.ui.transcript.code import FenceLeaf
from ralex_tui.ui.transcript.cuts import chunks
from ralex_tui.ui.transcript.inline import PIECE, Env
from ralex_tui.ui.transcript.leaves import Leaf
from ralex_tui.ui.transcript.paragraph import TextLeaf
from ralex_tui.ui.transcript.pens import TEXT, Look
from ralex_tui.ui.transcript.table import RowLeaf, Table
from ralex_tui.ui.transcript.tail import Cleaner, is_half_table, is_plain_line, is_undecided

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE = re.compile(r"(`{3,}|~{3,})")


@dataclass(slots=True)
class _OpenFence:
    leaf: FenceLeaf
    mark: str  # the character and how often it opened
    closing: re.Pattern[str]


@dataclass(slots=True)
class _OpenTable:
    head: str  # the header line and the one below it
    table: Table


class Stream:
    """Parses a text as it comes.

    `feed()` is cheap; `advance()` does the work on all that was fed, and returns the leaves finished
    by it. `live` holds the leaves of the tail as it stands now.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._cleaner = Cleaner()
        self._env: Env = {"references": {}}
        self._tail = ""
        self._fed: list[str] = []
        self._all: list[str] = []
        self._goes_on: ListState | None = None
        self._is_after_blank = False
        self._fence: _OpenFence | None = None
        self._table: _OpenTable | None = None
        self._previous: Leaf | None = None
        self._paragraph: TextLeaf | None = None
        self._trimmed = ""
        self.live: list[Leaf] = []

    @property
    def source(self) -> str:
        """All text so far, cleaned."""
        if len(self._all) > 1:
            self._all = ["".join(self._all)]
        return self._all[0] if self._all else ""

    @property
    def has_news(self) -> bool:
        return bool(self._fed)

    def feed(self, text: str) -> None:
        """Take raw text of the model."""
        clean = self._cleaner.clean(text)
        if clean:
            self._fed.append(clean)
            self._all.append(clean)

    def advance(self) -> list[Leaf]:
        """Work on what was fed; returns the leaves that are finished now."""
        text = "".join(self._fed)
        self._fed.clear()
        if self._paragraph is not None and self._extend_paragraph(text):
            return []
        self._tail += text
        done: list[Leaf] = []
        if "\n" in text:
            while self._commit(done):
                pass
        self._show()
        return done

    def close(self) -> list[Leaf]:
        """The text is whole: the rest of its leaves."""
        rest = self._cleaner.rest()
        if rest:
            self._fed.append(rest)
            self._all.append(rest)
        done = self.advance()
        older, self.live = self.live, []
        if self._fence is not None:
            self._close_fence(done)
        elif self._tail:
            leaves = self._leaves(self._tail, self._env)
            _adopt(leaves, older)
            done.extend(leaves)
        self._tail = ""
        self._paragraph = None
        for leaf in done:
            if isinstance(leaf, FenceLeaf):
                leaf.close()
        return done

    # Finished blocks

    def _commit(self, done: list[Leaf]) -> bool:
        """Hand over what complete lines have finished; True when there may be more to do."""
        if self._fence is not None:
            return self._grow_fence(done)
        complete = self._tail[: self._tail.rfind("\n") + 1]
        if not complete.strip():
            return False
        if self._table is not None:
            return self._grow_table(complete, done)
        env: Env = {"references": dict(self._env["references"])}
        tokens = parse_tokens(complete, env)
        tops = [n for n, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
        if not tops:
            return False
        last = tops[-1]
        lines = complete.split("\n")
        start = _line(tokens[last])
        end = _end(tokens[last], len(lines))
        if last:
            self._hand_over(tokens[:last], complete, env, start, lines, done)
            self._goes_on = None
        return self._cut_last(tokens[last:], last, complete, env, start, end, lines, done)

    def _cut_last(
        self,
        tokens: list[Token],
        n_before: int,
        complete: str,
        env: Env,
        start: int,
        end: int,
        lines: list[str],
        done: list[Leaf],
    ) -> bool:
        """Open the last block's own mode, so that it too is finished piece by piece."""
        kind = tokens[0].type
        if kind == "fence" and (opening := _FENCE.match(lines[start])):
            self._drop_lines(lines, start, env)
            mark = opening[1]
            language = (tokens[0].info.split() or [""])[0]
            leaf = FenceLeaf(self._look, [], language)
            set_gap(self._previous, leaf)
            _adopt([leaf], self.live[-1:])
            closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\Z")
            self._fence = _OpenFence(leaf, mark, closing)
            self._drop_lines(lines[start:], 1, None)
            return True
        if kind == "table_open":
            return self._open_table(tokens, complete, env, start, end, lines, done)
        if kind in ("bullet_list_open", "ordered_list_open"):
            self._cut_list(tokens, complete, env, start, lines, done)
        elif n_before:
            self._drop_lines(lines, start, env)
        return False

    def _cut_list(
        self, tokens: list[Token], complete: str, env: Env, start: int, lines: list[str], done: list[Leaf]
    ) -> None:
        items = [n for n, token in enumerate(tokens) if token.type == "list_item_open" and token.level == 1]
        # An item that is indented otherwise than the first depends on it in ways that a cut would lose.
        cuts = [n for n in items[1:] if _indent(lines[_line(tokens[n])]) == _indent(lines[start]) is not None]
        if not cuts:
            if start:
                self._drop_lines(lines, start, env)
            return
        cut = cuts[-1]
        line = _line(tokens[cut])
        n_done = items.index(cut)
        number = self._goes_on.number if self._goes_on else int(tokens[0].attrs.get("start", 1))
        self._hand_over([*tokens[:cut], tokens[-1]], complete, env, line, lines, done)
        self._goes_on = ListState(number + n_done)
        self._is_after_blank = not lines[line - 1].strip(" \t>")
        self._drop_lines(lines, line, env)

    def _hand_over(
        self, tokens: list[Token], complete: str, env: Env, line: int, lines: list[str], done: list[Leaf]
    ) -> None:
        """Build finished leaves of tokens that end before `line`."""
        self._learn(env, line)
        builder = self._builder(complete, self._env)
        leaves = builder.build(tokens)
        _adopt(leaves, self.live)
        self._finish(leaves, done)

    def _finish(self, leaves: list[Leaf], done: list[Leaf]) -> None:
        done.extend(leaves)
        if leaves:
            self._previous = leaves[-1]

    def _learn(self, env: Env, line: int) -> None:
        """Keep the definitions of links that stand above `line`: they can't change any more."""
        for label, reference in env["references"].items():
            if reference["map"][1] <= line:
                self._env["references"].setdefault(label, {**reference, "map": [0, 0]})

    def _drop_lines(self, lines: list[str], n: int, env: Env | None) -> None:
        """Cut the first `n` of `lines`, which are those of the tail, off it."""
        if env is not None:
            self._learn(env, n)
        self._tail = self._tail[sum(len(line) + 1 for line in lines[:n]) :]

    def _grow_fence(self, done: list[Leaf]) -> bool:
        assert self._fence is not None
        *complete, partial = self._tail.split("\n")
        for n, line in enumerate(complete):
            if self._fence.closing.match(line):
                self._fence.leaf.append(complete[:n], None)
                self._fence.leaf.close()
                self._finish([self._fence.leaf], done)
                self._fence = None
                self._tail = "\n".join([*complete[n + 1 :], partial])
                return True
        self._fence.leaf.append(complete, None)
        self._tail = partial
        return False

    def _close_fence(self, done: list[Leaf]) -> None:
        assert self._fence is not None
        if not self._fence.closing.match(self._tail):
            # markdown-it knows no last line of blanks only.
            self._fence.leaf.append([self._tail] if self._tail.strip(" \t") else [], None)
        self._fence.leaf.close()
        self._finish([self._fence.leaf], done)
        self._fence = None

    def _open_table(
        self, tokens: list[Token], complete: str, env: Env, start: int, end: int, lines: list[str], done: list[Leaf]
    ) -> bool:
        self._hand_over(tokens, complete, env, end, lines, done)
        self._goes_on = None
        self._drop_lines(lines, end, env)
        if end >= len(lines) - 1:
            row = done[-1]
            assert isinstance(row, RowLeaf)
            self._table = _OpenTable("\n".join(lines[start : start + 2]) + "\n", row.table)
            return False
        return bool(self._tail.strip())

    def _grow_table(self, complete: str, done: list[Leaf]) -> bool:
        assert self._table is not None
        lines = complete.split("\n")
        rows, n_lines = self._rows(complete)
        self._finish(rows, done)
        self._drop_lines(lines, n_lines, None)
        if n_lines >= len(lines) - 1:
            return False
        self._table = None
        return True

    def _rows(self, source: str, *, is_live: bool = False) -> tuple[list[Leaf], int]:
        """The rows at the start of `source` that the open table goes on with, and how many lines they take."""
        assert self._table is not None
        tokens = parse_tokens(self._table.head + source, {"references": {}})
        closing = next(n for n, token in enumerate(tokens) if token.type == "table_close")
        rows: list[Leaf] = []
        cells: list[str] = []
        n_lines = 0
        for token in tokens[:closing]:
            if token.type == "tr_open":
                cells = []
            elif token.type == "inline":
                cells.append(token.content)
            elif token.type == "tr_close":
                n_lines += 1
                if n_lines > 1:
                    leaf = RowLeaf(self._look, self._table.table, cells)
                    set_gap(None, leaf)
                    rows.append(leaf)
                    if not is_live:
                        self._table.table.note(cells, TEXT)
        return rows, n_lines - 1

    # The tail as it stands

    def _show(self) -> None:
        """Bring `live` up to the tail, the partial line included."""
        self._paragraph = None
        if self._fence is not None:
            mark = self._fence.mark[0]
            may_close = self._tail.strip(f" {mark}") == ""
            self._fence.leaf.append([], None if may_close else self._tail)
            self.live = [self._fence.leaf]
            return
        newline = self._tail.rfind("\n") + 1
        source = self._tail
        if is_undecided(source[newline:]):
            source = source[:newline]
        older = self.live
        if not source.strip():
            self.live = []
            return
        env: Env = {"references": dict(self._env["references"])}
        self.live = self._leaves(source, env, is_live=True)
        _adopt(self.live, older)
        self._note_paragraph(source)

    def _leaves(self, source: str, env: Env, *, is_live: bool = False) -> list[Leaf]:
        rows: list[Leaf] = []
        if self._table is not None:
            rows, n_lines = self._rows(source, is_live=is_live)
            source = "\n".join(source.split("\n")[n_lines:])
        tokens = parse_tokens(source, env)
        leaves = self._builder(source, env, rows[-1] if rows else self._previous).build(tokens)
        if is_live and leaves and isinstance(last := leaves[-1], TextLeaf):
            if is_half_table(last) and not source.endswith("\n\n"):
                leaves.pop()
            else:
                last.is_open = True
        return rows + leaves

    def _builder(self, source: str, env: Env, previous: Leaf | None = None) -> Builder:
        return Builder(
            self._look,
            env,
            source,
            goes_on=self._goes_on,
            is_after_blank=self._is_after_blank,
            previous=previous or self._previous,
        )

    # A paragraph that goes on and on

    def _note_paragraph(self, source: str) -> None:
        """Remember the tail's only paragraph, where more text can be added to it without parsing blocks."""
        if (
            self.live
            and all(type(leaf) is TextLeaf and leaf.pen == TEXT and not leaf.first for leaf in self.live)
            and all(leaf.gap == 0 for leaf in self.live[1:])
            and source == self._tail
            and not source.startswith(("[", " ", "\t", "\n"))
            and is_plain_line(source[source.rfind("\n") + 1 :])
        ):
            leaf = self.live[-1]
            assert isinstance(leaf, TextLeaf)
            self._paragraph = leaf
            # markdown-it ends a paragraph at its last letter; what comes next stands behind these blanks.
            self._trimmed = source[len(source.rstrip(" \t")) :]

    def _extend_paragraph(self, text: str) -> bool:
        """Add text to the open paragraph; False where it may be something else, and blocks must be parsed."""
        assert self._paragraph is not None
        _, *others = text.split("\n")
        if others and not all(is_plain_line(line) for line in others):
            return False
        self._tail += text
        self._paragraph.extend(self._trimmed + text)
        self._trimmed = ""
        while (cut := next(chunks(self._paragraph.source, size=PIECE))[1]) < len(self._paragraph.source):
            more = self._paragraph.split(cut)
            self.live.append(more)
            self._paragraph = more
        return True


def _adopt(leaves: list[Leaf], older: list[Leaf]) -> None:
    for leaf, old in zip(leaves, older, strict=False):
        if type(leaf) is type(old):
            leaf.adopt(old)


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _end(token: Token, default: int) -> int:
    return token.map[1] if token.map else default


def _indent(line: str) -> int | None:
    """Spaces before the first letter; None where a tab makes it hard to tell."""
    indent = len(line) - len(line.lstrip(" "))
    return None if line[indent : indent + 1] == "\t" else indent
