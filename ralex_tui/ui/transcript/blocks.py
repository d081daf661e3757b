"""Markdown text as flat leaves: markdown-it's block rules, with nesting turned into prefixes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ralex_tui.ui.transcript.code import FenceLeaf
from ralex_tui.ui.transcript.cuts import chunks
from ralex_tui.ui.transcript.inline import PIECE, Env, markdown
from ralex_tui.ui.transcript.leaves import Leaf, Prefix, RuleLeaf
from ralex_tui.ui.transcript.paragraph import TextLeaf
from ralex_tui.ui.transcript.pens import LINE, MUTED, STRONG, TEXT, Look, Run
from ralex_tui.ui.transcript.table import Align, RowLeaf, Table

if TYPE_CHECKING:
    from markdown_it.token import Token

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


@dataclass(slots=True)
class ListState:
    """A list that goes on from blocks already done: the number its next item bears."""

    number: int
    serial: int = 0


@dataclass(slots=True)
class _Container:
    kind: str  # "list", "item" or "quote"
    line: int  # of its first source line
    first: Prefix = ()
    rest: Prefix = ()
    is_used: bool = False
    number: int = 0  # of a list's next item; of an item: 0
    serial: int = field(default=0)


def parse_tokens(source: str, env: Env) -> list[Token]:
    """Block tokens of a source; definitions of reference links go into `env`."""
    return markdown().parse(source, env)


def parse_blocks(source: str, look: Look) -> list[Leaf]:
    """A whole text as leaves."""
    env: Env = {}
    tokens = parse_tokens(source, env)
    return Builder(look, env, source).build(tokens)


class Builder:
    """Turns the tokens of one source into leaves.

    Args:
        goes_on: A list of which earlier items are done already: the first block goes on with it.
        is_after_blank: Whether a blank line stands above the source.
        table: A table of which earlier rows are done already: the first block's rows join it.
    """

    def __init__(
        self,
        look: Look,
        env: Env,
        source: str,
        *,
        goes_on: ListState | None = None,
        is_after_blank: bool = False,
        previous: Leaf | None = None,
    ) -> None:
        self._look = look
        self._env = env
        self._source = source
        self._lines: list[str] | None = None
        self._goes_on = goes_on
        self._is_after_blank = is_after_blank
        self._stack: list[_Container] = []
        self._previous_path: list[int] = []
        self._serial = 0
        self._previous = previous
        self._heading = 0
        self.leaves: list[Leaf] = []
        self.next_number = 0  # of the last list of the top level

    def build(self, tokens: Sequence[Token]) -> list[Leaf]:
        n = 0
        while n < len(tokens):
            if tokens[n].type == "table_open":
                n = self._table(tokens, n)
            else:
                self._token(tokens[n])
            n += 1
        return self.leaves

    def _token(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "list_item_open":
                self._open_item(token)
            case "blockquote_open":
                bar = ((f"{self._look.glyphs.bar} ", LINE),)
                self._push(_Container("quote", _line(token), bar, bar))
            case "bullet_list_close" | "ordered_list_close" | "list_item_close" | "blockquote_close":
                self._close(token)
            case "heading_open":
                self._heading = int(token.tag[1:])
            case "heading_close":
                self._heading = 0
            case "inline":
                self._text(token)
            case "fence" | "code_block":
                lines = token.content.removesuffix("\n").split("\n") if token.content else []
                language = (token.info.split() or [""])[0]
                self._add(FenceLeaf(self._look, lines, language, *self._prefixes()), token)
            case "hr":
                self._add(RuleLeaf(self._look, *self._prefixes()), token)
            case _:
                pass

    def _open_list(self, token: Token) -> None:
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else 0
        made = _Container("list", _line(token), number=number)
        if self._goes_on is not None and not self._stack and not self.leaves:
            made.number = self._goes_on.number if token.type == "ordered_list_open" else 0
            self._previous_path = [-1]
            made.serial = -1
            self._goes_on = None
        self._push(made)

    def _open_item(self, token: Token) -> None:
        parent = self._stack[-1]
        if token.info:
            marker = f"{parent.number}{token.markup} "
            parent.number += 1
        else:
            marker = f"{self._look.bullet} "
        rest: Prefix = ((" " * len(marker), TEXT),)
        self._push(_Container("item", _line(token), ((marker, MUTED),), rest))

    def _close(self, token: Token) -> None:
        top = self._stack[-1]
        if top.kind in ("item", "quote") and not top.is_used:
            self._add(TextLeaf(self._look, "", self._env, *self._prefixes()), token, top.line)
        if top.kind == "list" and len(self._stack) == 1:
            self.next_number = top.number
        self._stack.pop()

    def _push(self, container: _Container) -> None:
        if not container.serial:
            self._serial += 1
            container.serial = self._serial
        self._stack.append(container)

    def _text(self, token: Token) -> None:
        source = token.content
        top = self._stack[-1] if self._stack else None
        if top is not None and top.kind == "item" and not top.is_used and (task := _TASK.match(source)):
            source = source[task.end() :]
            box = "[ ] " if task[1] == " " else "[x] "
            top.first = (*(() if top.first[0][0].startswith(self._look.bullet) else top.first), (box, MUTED))
            top.rest = ((" " * sum(len(text) for text, _ in top.first), TEXT),)
        pen = STRONG if self._heading else TEXT
        for n, (start, end) in enumerate(chunks(source, size=PIECE)):
            piece = source[start:end].lstrip(" ") if n else source[:end]
            leaf = TextLeaf(self._look, piece, self._env, *self._prefixes(), pen=pen)
            self._add(leaf, token, is_more=n > 0)

    def _table(self, tokens: Sequence[Token], start: int) -> int:
        """Add a table's rows; returns the index of its closing token."""
        table: Table | None = None
        cells: list[str] = []
        aligns: list[Align] = []
        n = start
        while tokens[n].type != "table_close":
            token = tokens[n]
            if token.type == "tr_open":
                cells = []
            elif token.type == "th_open":
                aligns.append(_align(token))
            elif token.type == "inline":
                cells.append(token.content)
            elif token.type == "tr_close":
                is_header = table is None
                table = table or Table(aligns, self._env)
                table.note(cells, STRONG if is_header else TEXT)
                leaf = RowLeaf(self._look, table, cells, *self._prefixes(), is_header=is_header)
                self._add(leaf, tokens[start], is_more=not is_header)
            n += 1
        return n

    def _prefixes(self) -> tuple[Prefix, Prefix]:
        first: list[Run] = []
        rest: list[Run] = []
        for container in self._stack:
            first.extend(container.rest if container.is_used else container.first)
            rest.extend(container.rest)
        return tuple(first), tuple(rest)

    def _add(self, leaf: Leaf, token: Token, line: int | None = None, *, is_more: bool = False) -> None:
        path = [container.serial for container in self._stack]
        depth = 0
        while depth < min(len(path), len(self._previous_path)) and path[depth] == self._previous_path[depth]:
            depth += 1
        shared = self._stack[:depth]
        if is_more:
            leaf.margin = 0
        elif shared and shared[-1].kind != "quote":
            # In a list blank rows are as they are written, gap by gap.
            opened = self._stack[depth].line if depth < len(self._stack) else (_line(token) if line is None else line)
            leaf.margin = int(self._is_blank(opened - 1))
        gap_row = tuple(run for container in shared for run in container.rest)
        set_gap(self._previous, leaf, gap_row)
        for container in self._stack:
            container.is_used = True
        self._previous_path = path
        self._previous = leaf
        self.leaves.append(leaf)

    def _is_blank(self, line: int) -> bool:
        if line < 0:
            return self._is_after_blank
        if self._lines is None:
            self._lines = self._source.split("\n")
        return line < len(self._lines) and not self._lines[line].strip(" \t>")


def set_gap(previous: Leaf | None, leaf: Leaf, gap_row: Prefix = ()) -> None:
    """Blank rows before a leaf: half-row edges of what stands above or below are air enough."""
    leaf.gap = 0 if leaf.is_raised or (previous is not None and previous.is_raised) else leaf.margin
    leaf.gap_row = gap_row


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _align(token: Token) -> Align:
    style = str(token.attrs.get("style", ""))
    return "right" if style.endswith("right") else "center" if style.endswith("center") else "left"
