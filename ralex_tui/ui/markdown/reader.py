"""Reads the blocks of Markdown line by line, as CommonMark's specification does, with tables, footnotes and formulas.

Each line is looked at once, and what it means never changes later, so that a text that still grows
costs what is new. Knows block structure only: what stands inside of a paragraph stays as it is.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from ralex_tui.ui.markdown import formulas, grammar
from ralex_tui.ui.markdown.inline import Env, note_key
from ralex_tui.ui.markdown.languages import is_maths
from ralex_tui.ui.markdown.opened import (
    CLOSING,
    INDENTED,
    Code,
    Container,
    Fence,
    Formula,
    FormulaFence,
    Line,
    Opened,
    Rows,
)
from ralex_tui.ui.markdown.prose import Prose
from ralex_tui.ui.markdown.tokens import Kind, Token

_DEEPEST = 40  # quotes and items inside each other; marks beyond are text
_MOST_COLUMNS = 200  # of a table; one with more is text
_NOTE_WIDTH = 4  # blanks that the later blocks of a footnote begin with


class Reader:
    """Feed it lines; `take()` gives the tokens they have made.

    Args:
        env: Where definitions of links go; None to leave no trace.
    """

    def __init__(self, env: Env | None) -> None:
        self._env = env
        self._tokens: list[Token] = []
        self._containers: list[Container] = []
        # At most one of these is open.
        self._prose: Prose | None = None
        self._block: Opened | None = None
        self._line = Line("", "", 0, -1, False)  # the one at hand
        self._end = 0  # where the last line before it ends that says something
        self._is_after_blank = False

    @property
    def prose(self) -> Prose | None:
        """The open paragraph."""
        return self._prose

    @property
    def block(self) -> Opened | None:
        """The open block that is no paragraph."""
        return self._block

    @property
    def start(self) -> int:
        """Where the next line begins in the source."""
        return self._line.end + 1

    def trial(self) -> Reader:
        """A reader that goes on from here on its own, and leaves no trace in the definitions."""
        other = copy(self)
        other._env = None
        other._tokens = []
        other._containers = [copy(container) for container in self._containers]
        other._prose = self._prose.trial() if self._prose is not None else None
        other._block = self._block.trial() if self._block is not None else None
        return other

    def take(self) -> list[Token]:
        """The tokens made since the last time."""
        if self._block is not None:
            self._tokens += self._block.take(self._end)
        tokens, self._tokens = self._tokens, []
        return tokens

    def finish(self, last: str = "") -> None:
        """The text is whole; `last` is what stands behind its last newline."""
        if last.strip(" \t"):
            self.line(last)
        self._close(0)

    def line(self, raw: str) -> None:
        """Read one more line, without its newline."""
        text = grammar.untabbed(raw) if "\t" in raw else raw
        start = self._line.end + 1
        self._line = line = Line(raw, text, start, start + len(raw), self._is_after_blank)
        depth, pos, at = self._match(text)
        is_inside = depth == len(self._containers)
        if not (is_inside and self._block is not None and self._go_on(line, pos, at)):
            if at < len(text):
                self._begin(text, depth, pos, at)
            elif is_inside:
                self._end_block()
            else:
                self._close(depth)
        self._is_after_blank = at == len(text) or not text.strip(" >")
        if text.strip(" "):
            self._end = line.end

    # What is open

    def _match(self, text: str) -> tuple[int, int, int]:
        """How many open containers the line goes on with, where their marks end, and where what is in them begins."""
        pos = depth = 0
        at = grammar.skip(text, 0)
        end = len(text)
        for container in self._containers:
            if container.kind in ("item", "note"):
                if at == end:
                    if container.is_empty:
                        break
                    pos = at
                elif at - pos >= container.width:
                    pos += container.width
                else:
                    break
            elif container.kind == "quote":
                if at - pos >= INDENTED or at == end or text[at] != ">":
                    break
                pos = at + text.startswith("> ", at) + 1
                at = grammar.skip(text, pos)
            depth += 1
        return depth, pos, at

    def _go_on(self, line: Line, pos: int, at: int) -> bool:
        """Give the line to the open block; False where it may be something else."""
        block = self._block
        assert block is not None
        fate = block.go_on(line, pos, at)
        if fate == "text":
            assert isinstance(block, Formula)
            self._prose, self._block = block.prose, None
        elif fate != "taken":
            self._end_block(line.end if fate == "last" else None)
        return fate in ("taken", "last")

    def _end_block(self, end: int | None = None) -> None:
        """Close the block at hand; `end` is where it ends in the source, by default with the line before."""
        block, self._block = self._prose or self._block, None
        self._prose = None
        end = self._end if end is None else end
        if block is not None:
            self._tokens += block.rest(end) if isinstance(block, Prose) else block.close(end)

    def _close(self, depth: int) -> None:
        """Close what is open beyond `depth` containers, and the block at hand."""
        self._end_block()
        while len(self._containers) > depth:
            kind = self._containers.pop().kind
            self._tokens.append(Token(CLOSING[kind], self._end, self._end))

    def _fill(self) -> None:
        """Note that something stands in the innermost container."""
        if self._containers:
            self._containers[-1].is_empty = False

    def _make_room(self, depth: int) -> None:
        """Close all that a new block inside of the first `depth` containers ends."""
        self._close(depth)
        if self._containers and self._containers[-1].kind == "list":
            self._close(depth - 1)
        self._fill()

    def _add(self, kind: Kind, **more: Any) -> None:
        """Add a token for the line at hand."""
        start, end, is_after_blank = self._line.start, self._line.end, self._line.is_after_blank
        self._tokens.append(Token(kind, start, end, is_after_blank=is_after_blank, **more))

    def _prose_at(self, at: int, env: Env | None, end: int | None = None) -> Prose:
        """A paragraph that begins at `at` of the line at hand."""
        line = self._line
        return Prose(line.text[at:end], line.place(at), line.start, env, is_after_blank=line.is_after_blank)

    # What begins

    def _begin(self, text: str, depth: int, pos: int, at: int) -> None:
        """Find what the line begins, inside of the `depth` containers it goes on with."""
        is_inside = depth == len(self._containers)  # in all that is open: a paragraph goes on without being lazy
        while at - pos < INDENTED and text[at] in grammar.SPECIAL:
            prose = self._prose if is_inside else None
            if prose is not None and (self._begin_table(prose, text, at) or self._underline(prose, text, at)):
                return
            if self._begin_block(text, pos, at, depth):
                return
            found = self._begin_container(text, depth, pos, at, is_inside) if depth < _DEEPEST else None
            if found is None:
                break
            depth, pos, at = found
            is_inside = True
            if at == len(text):
                return
        if self._prose is not None:
            may_head = is_inside and at - pos < INDENTED
            self._tokens += self._prose.add(text[at:], self._line.place(at), self._line.start, may_head=may_head)
        elif at - pos >= INDENTED:
            self._make_room(depth)
            self._block = code = Code(self._line)
            code.add(self._line.content(pos + INDENTED))
        else:
            self._make_room(depth)
            self._prose = self._prose_at(at, self._env)

    def _begin_container(self, text: str, depth: int, pos: int, at: int, inside: bool) -> tuple[int, int, int] | None:
        """Open a quote or an item: how deep it is, where its mark ends, where what is in it begins."""
        if text[at] == "[":
            return self._begin_note(text, depth, at)
        if text[at] == ">":
            self._make_room(depth)
            self._containers.append(Container("quote"))
            self._add("quote_open")
            pos = at + text.startswith("> ", at) + 1
            return len(self._containers), pos, grammar.skip(text, pos)
        found = grammar.marker(text, at)
        # Inside of a paragraph a number other than 1 is a number, and a mark with nothing behind it a sign.
        goes_on = inside and self._prose is not None
        if found is None or (goes_on and (found.is_empty or found.number not in (-1, 1))):
            return None
        self._close(depth)
        if self._containers and self._containers[-1].kind == "list" and self._containers[-1].mark != found.kind:
            self._close(depth - 1)
        self._fill()
        if not self._containers or self._containers[-1].kind != "list":
            self._containers.append(Container("list", found.kind))
            self._add("list_open", number=found.number)
        self._containers.append(Container("item", width=found.end - pos + found.start))
        self._add("item_open", info=text[at : found.end])
        pos = min(len(text), found.end + found.start)
        return len(self._containers), pos, grammar.skip(text, pos)

    def _begin_note(self, text: str, depth: int, at: int) -> tuple[int, int, int] | None:
        """Open a footnote's text, where one begins here."""
        found = grammar.note(text, at)
        if found is None:
            return None
        label, end = found
        self._make_room(depth)
        self._containers.append(Container("note", width=_NOTE_WIDTH))
        self._add("note_open", info=label)
        if self._env is not None:
            self._env.setdefault("references", {}).setdefault(note_key(label), {"title": "", "href": ""})
        at = grammar.skip(text, end)
        return len(self._containers), at, at

    def _begin_block(self, text: str, pos: int, at: int, depth: int) -> bool:
        """Begin a heading, a fence, a rule or a formula, where one stands here."""
        if (found := grammar.heading(text, at)) is not None:
            level, start, end = found
            self._make_room(depth)
            self._tokens += self._prose_at(start, None, end).rest(self._line.end, "heading", level)
        elif (mark := grammar.fence(text, at)) is not None:
            info = text[at + len(mark) :].strip(" \t")
            self._make_room(depth)
            self._block = (FormulaFence if is_maths(info) else Fence)(self._line, mark, at - pos, info)
        elif grammar.is_rule(text, at):
            self._make_room(depth)
            self._add("rule")
        elif (formula := formulas.opening(text, at)) is not None:
            self._make_room(depth)
            if formula.content is not None:
                self._add("formula", content=formula.content)
            else:
                self._block = Formula(self._prose_at(at, None), formula.closing)
        else:
            return False
        return True

    def _begin_table(self, prose: Prose, text: str, at: int) -> bool:
        """Make the last line of the paragraph a table's header, where this line says so."""
        header = prose.header()
        if header is None or (aligns := grammar.aligns(text, at)) is None:
            return False
        cells = grammar.cells(header)
        if len(cells) != len(aligns) or len(cells) > _MOST_COLUMNS:
            return False
        start, is_after_blank = prose.drop_last()
        self._tokens += prose.rest(start - 1)
        token = Token("table_open", start, self._line.end, "", "", -1, cells, aligns, is_after_blank)
        self._prose, self._block = None, Rows(token)
        return True

    def _underline(self, prose: Prose, text: str, at: int) -> bool:
        """Make the paragraph a heading, where this line underlines it."""
        level = grammar.underline(text, at) if prose.may_be_heading else 0
        if not level:
            return False
        self._prose = None
        # What had but definitions is gone with them, and the line begins something of its own.
        if not prose.settle():
            return False
        self._tokens += prose.rest(self._line.end, "heading", level)
        return True
