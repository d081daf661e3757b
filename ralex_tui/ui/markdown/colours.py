"""Colours of code, line by line and in small slices of time: what Pygments says of the whole text, never a guess.

Lexing runs from the top, so a line far below is plain until it is reached. While a fence still grows,
it goes on from the lexer's state a few lines above the end; once whole, it is done again from the top.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, TypeAlias

# Pygments ships no types.
from pygments.lexer import ExtendedRegexLexer, Lexer, RegexLexer  # type: ignore[import-untyped]
from pygments.lexers import find_lexer_class, get_all_lexers  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Operator,
    String,
    Whitespace,
    _TokenType,
)

from ralex_tui.ui.markdown.languages import lexer_name

Kind: TypeAlias = Literal["", "keyword", "string", "name", "comment", "added", "removed"]
Coloured: TypeAlias = tuple[int, int, Kind]

_LONGEST_LINE = 2_000  # characters; a longer one is data, and regular expressions may take seconds on it
_LARGEST_OPEN = 200  # lines of an unfinished fence that lexers without a state of their own do again
_BACK = 3  # lines above the end that are lexed again when more come


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Lexers' names by alias; plug-ins are left out, since foreign text would choose what is loaded."""
    return {alias: name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    name = _names().get(lexer_name(language))
    if name is None or name == "Text only":
        return None
    found = find_lexer_class(name)
    return found() if found is not None else None


@lru_cache(maxsize=512)
def kind_of(token: _TokenType) -> Kind:
    """Which of our few kinds of code a token is."""
    if token in Comment and token not in Comment.Preproc:
        return "comment"
    if token in Keyword or token in Operator.Word or token in Name.Tag or token in Comment.Preproc:
        return "keyword"
    if token in String:
        return "string"
    if token in Generic.Inserted or token in Generic.Deleted:
        return "added" if token in Generic.Inserted else "removed"
    if any(token in kind for kind in (Name.Builtin, Name.Function, Name.Class, Name.Decorator, Name.Attribute)):
        return "name"
    if token in Generic.Heading or token in Generic.Subheading:
        return "keyword"
    return ""


class Colours:
    """The colours of a growing list of lines."""

    def __init__(self, lines: list[str], language: str) -> None:
        self._lines = lines
        self._language = language
        self._runs: list[list[Coloured]] = []
        self._stacks: list[tuple[str, ...] | None] = []  # the lexer's state at the start of each line done
        self._walk: Iterator[None] | None = None
        self.n_done = 0  # lines whose colours are known for good
        self._is_given_up = False
        self._is_open = False
        self._has_long = False
        self._n_measured = 0

    def of(self, line: int) -> list[Coloured]:
        """What is known of a line's colours by now."""
        return self._runs[line] if line < len(self._runs) else []

    def reach(self, line: int, deadline: float) -> bool:
        """Go on until `line` is coloured or `deadline` (time.monotonic) has passed; True when it is."""
        line = min(line, len(self._lines) - 1)
        if self._is_given_up or self.n_done > line:
            return True
        if self._walk is None:
            self._walk = self._start()
        for _ in self._walk:
            if self.n_done > line:
                return True
            if time.monotonic() > deadline:
                return False
        self.n_done = len(self._lines)
        return True

    def grow(self) -> None:
        """Lines were added: those near the old end are done again, since they may read on into the new."""
        self._is_open = True
        if self._walk is None and not self.n_done:
            return
        self._walk = None
        self.n_done = max(0, self.n_done - _BACK)
        while self.n_done and (self.n_done >= len(self._stacks) or self._stacks[self.n_done] is None):
            self.n_done -= 1

    def restart(self) -> None:
        """The text is whole: everything again from the top; what is shown stays until then."""
        self._walk = None
        self.n_done = 0
        self._stacks = []
        self._is_given_up = self._is_open = False

    def adopt(self, older: Colours) -> None:
        """Show what an earlier, shorter state of the same code knows, until these are worked out."""
        self._runs = list(older._runs)

    def _start(self) -> Iterator[None]:
        lexer = _lexer(self._language) if self._language else None
        is_new = self.n_done == 0
        self._has_long = self._has_long or any(len(line) > _LONGEST_LINE for line in self._lines[self._n_measured :])
        self._n_measured = len(self._lines)
        is_open_ended = isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer)
        if (
            lexer is None
            or self._has_long
            or (not is_open_ended and self._is_open and len(self._lines) > _LARGEST_OPEN)
        ):
            self._is_given_up = True
            return iter(())
        if not is_open_ended or is_new:
            self.n_done = 0
        first = self.n_done
        stack = list((self._stacks[first] if first < len(self._stacks) else None) or ("root",))
        text = "\n".join(self._lines[first:]) + "\n"
        if is_open_ended:
            assert isinstance(lexer, RegexLexer)
            return self._take(_tokens(lexer, text, stack), first, stack)
        return self._take(lexer.get_tokens_unprocessed(text), first, None)

    def _take(
        self, tokens: Iterator[tuple[int, _TokenType, str]], line: int, stack: list[str] | None
    ) -> Iterator[None]:
        """Gather tokens into lines, pausing after each."""
        runs: list[Coloured] = []
        column = 0
        self._mark(line, stack)
        for _, token, value in tokens:
            if column == 0:
                self._mark(line, stack)
            kind = kind_of(token)
            for n, part in enumerate(value.split("\n")):
                if n:
                    self._put(line, runs)
                    runs, column, line = [], 0, line + 1
                    self._mark(line, None)
                    yield
                end = column + len(part)
                if kind and part:
                    runs.append((column, end, kind))
                column = end
        if column:
            self._put(line, runs)

    def _mark(self, line: int, stack: list[str] | None) -> None:
        del self._stacks[line:]
        self._stacks.extend([None] * (line - len(self._stacks)))
        self._stacks.append(tuple(stack) if stack is not None else None)

    def _put(self, line: int, runs: list[Coloured]) -> None:
        if line < len(self._runs):
            self._runs[line] = runs
        else:
            self._runs.extend([] for _ in range(line - len(self._runs)))
            self._runs.append(runs)
        self.n_done = line + 1


def _tokens(lexer: RegexLexer, text: str, stack: list[str]) -> Iterator[tuple[int, _TokenType, str]]:
    """What RegexLexer.get_tokens_unprocessed does (Pygments 2.21), with its stack of states in the open."""
    rules: dict[str, Any] = lexer._tokens
    at, end = 0, len(text)
    while at < end:
        for match_at, action, new_state in rules[stack[-1]]:
            match = match_at(text, at)
            if not match:
                continue
            if action is not None:
                if type(action) is _TokenType:
                    yield at, action, match.group()
                else:
                    yield from action(lexer, match)
            at = match.end()
            if new_state is not None:
                _move(stack, new_state)
            break
        else:
            if text[at] == "\n":
                stack[:] = ["root"]
                yield at, Whitespace, "\n"
            else:
                yield at, Error, text[at]
            at += 1


def _move(stack: list[str], new_state: tuple[str, ...] | int | str) -> None:
    if isinstance(new_state, int):
        if abs(new_state) >= len(stack):
            del stack[1:]
        else:
            del stack[new_state:]
        return
    for state in (new_state,) if isinstance(new_state, str) else new_state:
        if state == "#pop":
            if len(stack) > 1:
                stack.pop()
        elif state == "#push":
            stack.append(stack[-1])
        else:
            stack.append(state)
