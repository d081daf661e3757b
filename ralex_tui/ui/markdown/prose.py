"""A paragraph as it is read, line after line: what may still become of it, and its pieces where it is huge."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from typing import Literal

from ralex_tui.ui.markdown import grammar
from ralex_tui.ui.markdown.cuts import pieces
from ralex_tui.ui.markdown.inline import PIECE, Env, markdown
from ralex_tui.ui.markdown.tokens import Token

_LONGEST_HEADER = 4 * PIECE  # characters; a longer line is no table's header
_LONGEST_HIDDEN = 400  # characters of a line that is not shown while it may become a table's header
_RETRY = 1_024  # characters that must have come before a place to cut is looked for again


class Prose:
    """The lines of a paragraph, without what they are nested in, and without the definitions it began with.

    Args:
        at: Where the first line's content stands in the source.
        start: Where that line begins.
        env: Where definitions go; None to leave no trace.
    """

    def __init__(self, content: str, at: int, start: int, env: Env | None, *, is_after_blank: bool) -> None:
        self.text = content
        self.env = env
        self._start = start
        self._is_after_blank = is_after_blank
        self._places = [(0, at)]  # where each line begins in the text, and in the source
        self._is_more = False
        self._may_head = len(content) <= _LONGEST_HEADER
        self._may_define = content.startswith("[")
        self._next_cut = PIECE

    @property
    def is_undecided(self) -> bool:
        """Whether its last line may well be a table's header or a definition: what shows in the line after it."""
        last = self._places[-1][0]
        is_header = self._may_head and self.text.startswith("|", last) and len(self.text) - last <= _LONGEST_HIDDEN
        return is_header or (self._may_define and grammar.is_half_definition(self.text))

    def trial(self) -> Prose:
        """The same, to go on with on its own."""
        other = copy(self)
        other.env = None
        other._places = list(self._places)
        return other

    def add(self, content: str, at: int, start: int, *, may_head: bool) -> list[Token]:
        """One more line. Returns the pieces of a huge paragraph that nothing can change any more."""
        if self._may_define:
            self._define(is_whole=False, following=content)
        if self.text:
            self._places.append((len(self.text) + 1, at))
            self.text = f"{self.text}\n{content}"
        else:
            self.text, self._start, self._places = content, start, [(0, at)]
            self._is_after_blank, self._may_define = False, content.startswith("[")
        self._may_head = may_head and len(content) <= _LONGEST_HEADER
        return self._cut() if len(self.text) > self._next_cut and not self._may_define else []

    def header(self) -> str | None:
        """The last line, where it may be a table's header."""
        last = self._places[-1][0]
        return self.text[last:] if self._may_head and "|" in self.text[last:] else None

    def drop_last(self) -> tuple[int, bool]:
        """Take the last line off; where it begins in the source, and whether a blank line stands above it."""
        last, at = self._places.pop()
        if not last:
            self.text = ""
            return self._start, self._is_after_blank
        self.text = self.text[: last - 1]
        return at, False

    def rest(self, end: int, kind: Literal["text", "heading"] = "text", number: int = -1) -> list[Token]:
        """What is left of it, now that it is whole; nothing where there were but definitions."""
        if kind == "text":
            self._define(is_whole=True)
        self.text = self.text.rstrip(" \t")
        return self._pieces(self.text, end, kind, number) if self.text or kind == "heading" else []

    def settle(self) -> bool:
        """Take all definitions off, since a line follows that would end them; whether there is text left."""
        self._define(is_whole=True)
        return bool(self.text)

    @property
    def may_be_heading(self) -> bool:
        """Whether a line below may make it one: not when parts of it are handed over."""
        return not self._is_more

    def _cut(self) -> list[Token]:
        last = self._places[-1][0]
        settled = self.text[: max(0, last - 1)] if self._may_head else self.text
        cut = 0
        for cut, _ in pieces(settled):  # noqa: B007
            pass
        tokens = self._pieces(self.text[:cut], -1) if cut else []
        if cut:
            self._drop(cut)
        self._next_cut = max(PIECE, len(self.text)) + _RETRY
        return tokens

    def _pieces(self, text: str, end: int, kind: Literal["text", "heading"] = "text", number: int = -1) -> list[Token]:
        """The pieces of the text's beginning; `end`: where the last ends in the source, -1 for where it stands."""
        tokens: list[Token] = []
        for first, behind in pieces(text):
            content = text[first:behind]
            start = self._place(first) if self._is_more else self._start
            stop = self._place(behind) if behind < len(text) or end < 0 else end
            is_after_blank = self._is_after_blank and not self._is_more
            tokens.append(Token(kind, start, stop, content, "", number, (), (), is_after_blank, self._is_more))
            self._is_more = True
        return tokens

    def _place(self, at: int) -> int:
        """Where text[at] stands in the source."""
        start, place = self._places[bisect_right(self._places, at, key=lambda pair: pair[0]) - 1]
        return place + at - start

    def _drop(self, n: int) -> None:
        """Drop the first `n` characters."""
        place = self._place(n)
        later = bisect_right(self._places, n, key=lambda pair: pair[0])
        self._places = [(0, place), *((at - n, source) for at, source in self._places[later:])]
        self.text = self.text[n:]

    def _define(self, *, is_whole: bool, following: str = "") -> None:
        """Take definitions off the beginning: those that what follows can't change, or all when it is whole."""
        while self._may_define:
            found = grammar.definition(self.text)
            if found is None:
                self._may_define = not is_whole and grammar.may_become_definition(self.text)
                return
            rest = self.text[found.end :]
            if not is_whole and (grammar.is_open_title(rest) or (not rest and following[:1] in tuple("\"'("))):
                return
            if not _learn(found, self.env):
                self._may_define = False
                return
            # What is left begins a line of its own.
            self._start = self._place(found.end) if rest else self._start
            self._is_after_blank = False
            if rest:
                self._drop(found.end)
            else:
                self.text = ""
            self._may_define = rest.startswith("[")


def _learn(found: grammar.Definition, env: Env | None) -> bool:
    """Keep a definition, unless there is one of that name; False where its address is not to be trusted."""
    from markdown_it.common.utils import normalizeReference, unescapeAll  # with the parser, which is loaded late

    parser = markdown()
    href = parser.normalizeLink(found.address)
    label = normalizeReference(found.label)
    if not parser.validateLink(href) or not label:
        return False
    if env is not None:
        title = unescapeAll(found.title)
        env.setdefault("references", {}).setdefault(label, {"title": title, "href": href})
    return True
