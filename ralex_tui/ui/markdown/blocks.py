"""Markdown's blocks as flat leaves: a reader's tokens, with nesting turned into prefixes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from rich.cells import cell_len

from ralex_tui.ui.markdown.code import FenceLeaf
from ralex_tui.ui.markdown.columns import Table
from ralex_tui.ui.markdown.cuts import completed
from ralex_tui.ui.markdown.formula import FormulaLeaf
from ralex_tui.ui.markdown.headings import NoteLeaf, TitleLeaf, heading_pen
from ralex_tui.ui.markdown.inline import Env, note_mark
from ralex_tui.ui.markdown.leaves import Leaf, Prefix, RuleLeaf
from ralex_tui.ui.markdown.paragraph import TextLeaf
from ralex_tui.ui.markdown.pens import LINE, MUTED, STRONG, TEXT, Look, Run
from ralex_tui.ui.markdown.reader import Reader
from ralex_tui.ui.markdown.table import RowLeaf
from ralex_tui.ui.markdown.tokens import Token

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


@dataclass(slots=True)
class _Container:
    kind: str  # "list", "item", "quote" or "note"
    start: int  # where its first line begins in the source
    is_after_blank: bool
    serial: int
    first: Prefix = ()
    rest: Prefix = ()
    is_used: bool = False
    number: int = -1  # of a list's next item; -1 for bullets


def parse_blocks(source: str, look: Look) -> list[Leaf]:
    """A whole text as leaves."""
    env: Env = {"references": {}}
    reader = Reader(env)
    *lines, last = source.split("\n")
    for line in lines:
        reader.line(line)
    reader.finish(last)
    return Builder(look, env).build(reader.take())


class Builder:
    """Turns tokens into leaves, batch by batch."""

    def __init__(self, look: Look, env: Env) -> None:
        self._look = look
        self._env = env
        self._stack: list[_Container] = []
        self._path: list[int] = []  # the containers of the leaf before
        self._serial = 0
        self._previous: Leaf | None = None
        self._leaves: list[Leaf] = []
        self._code: FenceLeaf | None = None
        self._table: Table | None = None
        self._is_lent = False  # whether code and table are another builder's

    @property
    def open_code(self) -> FenceLeaf | None:
        """A fence that has not ended yet; more lines will be added to it."""
        return self._code

    def trial(self) -> Builder:
        """A builder that goes on from here on its own. What it adds to an open fence is taken back by the next."""
        other = copy(self)
        other._stack = [copy(container) for container in self._stack]
        other._leaves = []
        other._is_lent = True
        return other

    def build(self, tokens: Sequence[Token]) -> list[Leaf]:
        """The leaves that these tokens begin."""
        for token in tokens:
            self._token(token)
        leaves, self._leaves = self._leaves, []
        return leaves

    def _token(self, token: Token) -> None:
        match token.kind:
            case "text" | "heading":
                self._text(token)
            case "list_open":
                self._push(_Container("list", *self._place(token), number=token.number))
            case "item_open":
                self._open_item(token)
            case "quote_open":
                bar = ((f"{self._look.glyphs.bar} ", LINE),)
                self._push(_Container("quote", *self._place(token), bar, bar))
            case "note_open":
                mark = note_mark(token.info) + " "
                rest: Prefix = ((" " * cell_len(mark), TEXT),)
                self._push(_Container("note", *self._place(token), ((mark, MUTED),), rest))
            case "formula":
                self._add(FormulaLeaf(self._look, token.content, *self._prefixes()), token)
            case "list_close" | "item_close" | "quote_close" | "note_close":
                self._close()
            case "table_open" | "table_row" | "table_close":
                self._table_token(token)
            case "code_open" | "code_lines" | "code_close":
                self._code_token(token)
            case "rule":
                self._add(RuleLeaf(self._look, *self._prefixes()), token)

    def _place(self, token: Token) -> tuple[int, bool, int]:
        self._serial += 1
        return token.start, token.is_after_blank, self._serial

    def _push(self, container: _Container) -> None:
        self._stack.append(container)

    def _open_item(self, token: Token) -> None:
        parent = self._stack[-1]
        if parent.number >= 0:
            marker = f"{parent.number}{token.info[-1]} "
            parent.number += 1
        else:
            marker = f"{self._look.bullet} "
        rest: Prefix = ((" " * len(marker), TEXT),)
        self._push(_Container("item", *self._place(token), ((marker, MUTED),), rest))

    def _close(self) -> None:
        top = self._stack[-1]
        if top.kind != "list" and not top.is_used:
            token = Token("text", top.start, top.start, is_after_blank=top.is_after_blank)
            kind = NoteLeaf if top.kind == "note" else TextLeaf
            self._add(kind(self._look, "", self._env, *self._prefixes()), token)
        self._stack.pop()

    def _text(self, token: Token) -> None:
        source = token.content
        top = self._stack[-1] if self._stack else None
        if top is not None and top.kind == "item" and not top.is_used and (task := _TASK.match(source)):
            source = source[task.end() :]
            box = "[ ] " if task[1] == " " else "[x] "
            top.first = (*(() if top.first[0][0].startswith(self._look.bullet) else top.first), (box, MUTED))
            top.rest = ((" " * sum(len(text) for text, _ in top.first), TEXT),)
        kind, pen = TextLeaf, TEXT
        if token.kind == "heading":
            kind, pen = (TitleLeaf if token.number == 1 else TextLeaf), heading_pen(token.number)
        elif top is not None and top.kind == "note" and not top.is_used:
            kind = NoteLeaf
        self._add(kind(self._look, source, self._env, *self._prefixes(), pen=pen), token)

    def _table_token(self, token: Token) -> None:
        if token.kind == "table_close":
            self._table = None
            return
        is_header = token.kind == "table_open"
        if is_header:
            self._table, self._is_lent = Table(token.aligns, self._env), False
        assert self._table is not None
        cells, pen = token.cells, STRONG if is_header else TEXT
        if self._is_lent:
            n_written = len("".join((cell and "x") or " " for cell in cells).rstrip())
            cells = (*cells[: n_written - 1], *map(completed, cells[n_written - 1 : n_written]), *cells[n_written:])
            self._table.show(cells, pen)
        else:
            self._table.note(cells, pen)
        leaf = RowLeaf(self._look, self._table, cells, *self._prefixes(), is_header=is_header)
        self._add(leaf, token, is_more=not is_header)

    def _code_token(self, token: Token) -> None:
        if token.kind == "code_open":
            self._code, self._is_lent = FenceLeaf(self._look, [], token.info, *self._prefixes()), False
            self._add(self._code, token)
            return
        code = self._code
        assert code is not None
        code.span = (code.span[0], max(code.span[1], token.end))
        if token.kind == "code_close":
            self._code = None
            if not self._is_lent:
                code.close()
        elif self._is_lent:
            code.append([], token.cells[-1])
        else:
            code.append(list(token.cells), None)

    def _prefixes(self) -> tuple[Prefix, Prefix]:
        first: list[Run] = []
        rest: list[Run] = []
        for container in self._stack:
            first.extend(container.rest if container.is_used else container.first)
            rest.extend(container.rest)
        return tuple(first), tuple(rest)

    def _add(self, leaf: Leaf, token: Token, *, is_more: bool = False) -> None:
        leaf.is_more = is_more or token.is_more
        # A marker may stand on a line of its own, above what it marks.
        markers = [container.start for container in self._stack if not container.is_used]
        leaf.span = (min([token.start, *markers]), token.end)
        path = [container.serial for container in self._stack]
        depth = 0
        while depth < min(len(path), len(self._path)) and path[depth] == self._path[depth]:
            depth += 1
        shared = self._stack[:depth]
        if leaf.is_more or (isinstance(leaf, NoteLeaf) and isinstance(self._previous, NoteLeaf)):
            leaf.margin = 0
        elif shared and shared[-1].kind != "quote":
            # In a list blank rows are as they are written, gap by gap.
            opened = self._stack[depth] if depth < len(self._stack) else token
            leaf.margin = int(opened.is_after_blank)
        gap_row = tuple(run for container in shared for run in container.rest)
        set_gap(self._previous, leaf, gap_row)
        for container in self._stack:
            container.is_used = True
        self._path = path
        self._previous = leaf
        self._leaves.append(leaf)


def set_gap(previous: Leaf | None, leaf: Leaf, gap_row: Prefix = ()) -> None:
    """Blank rows before a leaf: half-row edges of what stands above or below are air enough."""
    leaf.gap = 0 if leaf.is_raised or (previous is not None and previous.is_raised) else leaf.margin
    leaf.gap_row = gap_row
