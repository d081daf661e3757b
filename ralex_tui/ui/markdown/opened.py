"""What is open while lines are read: containers, and blocks that take the lines that are their own."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ralex_tui.ui.markdown import formulas, grammar
from ralex_tui.ui.markdown.prose import Prose
from ralex_tui.ui.markdown.tokens import Kind, Token

INDENTED = 4  # blanks that make code
LONGEST_ROW = 65_536  # characters of a table's row; a longer one is text
_MOST_LINES = 200  # of a formula in a fence; longer ones are code

CLOSING: dict[str, Kind] = {"list": "list_close", "item": "item_close", "quote": "quote_close", "note": "note_close"}

# Of a line: it belongs to the block; it does and ends it; it does not; nor does it, and the block is a paragraph.
Fate: TypeAlias = Literal["taken", "last", "refused", "text"]


@dataclass(slots=True)
class Container:
    """A list, an item, a quote or a footnote that is open.

    Args:
        mark: What a list's items share.
        width: Blanks that the lines of an item or a footnote begin with.
    """

    kind: Literal["list", "item", "quote", "note"]
    mark: str = ""
    width: int = 0
    is_empty: bool = True


@dataclass(slots=True)
class Line:
    """A line of the source. `text` is the same with blanks for the tabs among its marks."""

    raw: str
    text: str
    start: int  # where it stands in the source
    end: int
    is_after_blank: bool

    def content(self, cell: int) -> str:
        """What of a line of code stands from a cell on, with its tabs."""
        return self.text[cell:] if self.text is self.raw else grammar.from_cell(self.raw, cell)

    def place(self, at: int) -> int:
        """Where text[at] stands in the source; `at` lies behind the marks."""
        return self.end - len(self.text) + at


class Opened:
    """A block that is open. What it has made of its lines up to now is in `take()`."""

    mark = ""  # what closes it, where that is a fence

    def __init__(self) -> None:
        self._tokens: list[Token] = []

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        """Take a line, if it is its own. Its content begins at `at`, what it is nested in ends at `pos`."""
        raise NotImplementedError

    def take(self, end: int) -> list[Token]:
        """The tokens made since the last time; `end` is where the last line ends that says something."""
        tokens, self._tokens = self._tokens, []
        return tokens

    def close(self, end: int) -> list[Token]:
        """All that is left of it; `end` is where it ends in the source."""
        raise NotImplementedError

    def trial(self) -> Opened:
        """The same, to go on with on its own; what is made up to now is not in it."""
        other = copy(self)
        other._tokens = []
        return other


class Code(Opened):
    """Code that is indented."""

    def __init__(self, line: Line, info: str = "") -> None:
        super().__init__()
        self._tokens.append(Token("code_open", line.start, line.end, info=info, is_after_blank=line.is_after_blank))
        self._lines: list[str] = []
        self._blanks: list[str] = []

    def add(self, content: str) -> None:
        """One more line of it."""
        self._lines += [*self._blanks, content]
        self._blanks.clear()

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        if at == len(line.text):
            self._blanks.append(line.content(pos + INDENTED))
        elif at - pos >= INDENTED:
            self.add(line.content(pos + INDENTED))
        else:
            return "refused"
        return "taken"

    def take(self, end: int) -> list[Token]:
        if self._lines:
            self._tokens.append(Token("code_lines", end, end, cells=tuple(self._lines)))
            self._lines = []
        return super().take(end)

    def close(self, end: int) -> list[Token]:
        return [*self.take(end), Token("code_close", end, end)]

    def trial(self) -> Code:
        other = super().trial()
        assert isinstance(other, Code)
        other._lines, other._blanks = [], list(self._blanks)
        return other


class Fence(Code):
    """Code between fences. `indent` blanks before its mark are taken off its lines as well."""

    def __init__(self, line: Line, mark: str, indent: int, info: str) -> None:
        super().__init__(line, info)
        self.mark = mark
        self._indent = indent

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        if at - pos < INDENTED and grammar.is_fence_end(line.text, at, self.mark):
            return "last"
        self.add(line.content(pos + min(at - pos, self._indent)))
        return "taken"


class FormulaFence(Fence):
    """A formula between fences. It is code where it is never closed, or too long."""

    def __init__(self, line: Line, mark: str, indent: int, info: str) -> None:
        super().__init__(line, mark, indent, info)
        self._is_code = False

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        fate = super().go_on(line, pos, at)
        self._is_code = self._is_code or len(self._lines) > _MOST_LINES
        if fate == "last" and not self._is_code:
            opened = self._tokens[0]
            self._tokens = [replace(opened, kind="formula", end=line.end, content="\n".join(self._lines))]
        return fate

    def take(self, end: int) -> list[Token]:
        return super().take(end) if self._is_code else []

    def close(self, end: int) -> list[Token]:
        if self._tokens and self._tokens[0].kind == "formula":
            return self._tokens
        self._is_code = True
        return super().close(end)

    def trial(self) -> FormulaFence:
        other = super().trial()
        assert isinstance(other, FormulaFence)
        if not self._is_code:
            other._tokens, other._lines = list(self._tokens), list(self._lines)
        return other


class Rows(Opened):
    """A table."""

    def __init__(self, opened: Token) -> None:
        super().__init__()
        self._tokens.append(opened)
        self._n_columns = len(opened.cells)

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        if len(line.text) > LONGEST_ROW or at == len(line.text) or at - pos >= INDENTED:
            return "refused"
        if grammar.begins_block(line.text, at):
            return "refused"
        cells = grammar.cells(line.text[at:], self._n_columns)
        self._tokens.append(Token("table_row", line.start, line.end, cells=cells, is_after_blank=line.is_after_blank))
        return "taken"

    def close(self, end: int) -> list[Token]:
        return [*self.take(end), Token("table_close", end, end)]


class Formula(Opened):
    """A formula in lines of its own, up to the mark that closes it. Else it is a paragraph, `prose`."""

    def __init__(self, prose: Prose, closing: str) -> None:
        super().__init__()
        self.prose = prose
        self._closing = closing

    def go_on(self, line: Line, pos: int, at: int) -> Fate:
        if at == len(line.text):
            return "refused"
        text = line.text[at:]
        if self._closing not in text and len(self.prose.text) + len(text) <= formulas.LONGEST:
            self.prose.add(text, line.place(at), line.start, may_head=False)
            return "taken"
        content = formulas.closed(f"{self.prose.text}\n{text}", self._closing)
        if content is None:
            return "text"
        self.prose.add(text, line.place(at), line.start, may_head=False)
        self._tokens = [replace(token, kind="formula", content=content) for token in self.prose.rest(line.end)]
        return "last"

    def close(self, end: int) -> list[Token]:
        return self._tokens or self.prose.rest(end)

    def trial(self) -> Formula:
        other = super().trial()
        assert isinstance(other, Formula)
        other.prose = self.prose.trial()
        return other
