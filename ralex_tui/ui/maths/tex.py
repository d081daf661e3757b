"""TeX formulas as readable Unicode. What is not known stays as its source; knows nothing of Markdown.

A small reader of its own: unicodeit replaces commands one by one and knows no fractions, pylatexenc's text
has no sub- and superscripts.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from ralex_tui.ui.maths.grid import Grid, beside, bracketed, columns, one_line
from ralex_tui.ui.maths.join import Atom, Kind, joined, raised, signs, single
from ralex_tui.ui.maths.signs import (
    ACCENTS,
    ALPHABETS,
    DELIMITERS,
    ESCAPED,
    LINES,
    PLAIN_GROUPS,
    TEXT_GROUPS,
    in_alphabet,
)
from ralex_tui.ui.maths.words import TooMuchError, Words

_LONGEST = 4_000  # characters; longer is no formula that a row of letters can show
_MOST_CELLS = 1_000  # of a matrix
_MATRICES = {
    "matrix": ("", ""),
    "smallmatrix": ("", ""),
    "array": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "rcases": ("", "}"),
}


class _Scope(NamedTuple):
    is_tight: bool = False  # in a script or a fraction: no space around signs
    is_flat: bool = True  # on one line, matrices too


@lru_cache(maxsize=256)
def formula(source: str) -> str | None:
    """A formula on one line; None where it is too long or too deep to be drawn."""
    lines = _drawn(source, is_flat=True)
    return None if lines is None else "; ".join(line.strip() for line in lines if line.strip())


@lru_cache(maxsize=64)
def display(source: str) -> tuple[str, ...] | None:
    """A formula on as many lines as it takes; None where it is too long or too deep to be drawn."""
    lines = _drawn(source, is_flat=False)
    return None if lines is None else tuple(line.rstrip() for line in lines if line.strip())


def _drawn(source: str, *, is_flat: bool) -> list[str] | None:
    if len(source) > _LONGEST:
        return None
    try:
        return _Reader(source).lines(is_flat=is_flat)
    except TooMuchError:
        return None


class _Reader(Words):
    """Makes of words what is to be seen."""

    def lines(self, *, is_flat: bool) -> list[str]:
        lines: list[str] = []
        scope = _Scope(is_flat=is_flat)
        while self.peek():
            lines += beside(self._row(scope))
            if self.peek():
                # What closes nothing here stands for itself.
                word = self.next()
                if word not in ("\\\\", "\\newline", "\\cr"):
                    lines[-1:] = [(lines[-1] if lines else "") + ("  " if word == "&" else word)]
        return lines

    def _row(self, scope: _Scope, closing: str = "}") -> list[str | Grid]:
        """Up to what ends it: strings, and grids of several rows between them."""
        made: list[str | Grid] = []
        atoms: list[Atom] = []
        while (word := self.peek()) and word not in (closing, "}", "&", "\\\\", "\\newline", "\\cr", "\\end"):
            if word == "\\right":
                break
            with self.deeper():
                part = self._part(scope)
            if isinstance(part, Grid):
                made += [joined(atoms, is_tight=scope.is_tight, follows=bool(made)), part]
                atoms = []
            else:
                atoms += part
        return [*made, joined(atoms, is_tight=scope.is_tight, follows=bool(made))]

    def _text(self, scope: _Scope, closing: str = "}") -> str:
        return one_line(self._row(scope._replace(is_flat=True), closing))

    def _argument(self, scope: _Scope) -> str:
        """What a command or a script applies to: a group, or one sign."""
        self.skip_space()
        if self.peek() != "{":
            if self.peek() in ("", "}", "&", "\\\\", "\\end", "\\right"):
                return ""
            if self.peek()[0].isdigit():
                return self.digit()
            with self.deeper():
                part = self._part(scope._replace(is_flat=True), has_scripts=False)
            return joined(part, is_tight=True) if isinstance(part, list) else one_line([part])
        self.next()
        text = self._text(scope)
        self.close()
        return text

    def _part(self, scope: _Scope, *, has_scripts: bool = True) -> list[Atom] | Grid:
        """The next sign or command, with its scripts."""
        word = self.next()
        if word == "\\begin":
            made = self._environment(scope)
            if isinstance(made, Grid):
                return made
        elif word == "\\left":
            made = self._fenced(scope)
            if isinstance(made, Grid):
                return made
        elif word[0] == "\\":
            name = word[1:].removesuffix("*")
            known = signs(name)
            made = self._applied(name, scope) if known is None else known
        elif word == "{":
            text = self._text(scope)
            self.close()
            made = [Atom(Kind.LETTER, text)]
        else:
            made = [Atom.of(word)]
        return self._scripted(made, scope) if has_scripts and made else made

    def _scripted(self, atoms: list[Atom], scope: _Scope) -> list[Atom]:
        below = above = ""
        while (word := self.peek_behind_space()) in ("^", "_", "'"):
            self.skip_space()
            self.next()
            if word == "^":
                above += self._argument(scope._replace(is_tight=True))
            elif word == "_":
                below += self._argument(scope._replace(is_tight=True))
            else:
                above += "′"
        if not below and not above:
            return atoms
        last = atoms[-1]
        text = raised(last.text, below, above)
        return [*atoms[:-1], last._replace(text=text, kind=Kind.LETTER if last.kind is Kind.SPACE else last.kind)]

    def _applied(self, name: str, scope: _Scope) -> list[Atom]:
        """Commands with arguments."""
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            above, below = (self._argument(scope._replace(is_tight=True)) for _ in range(2))
            if not above or not below:
                return [Atom(Kind.LETTER, f"\\{name}{{{above}}}{{{below}}}")]
            return [Atom(Kind.FRACTION, f"{single(above)}/{single(below, is_divisor=True)}")]
        if name == "sqrt":
            return [Atom(Kind.LETTER, self._root(scope))]
        if name in ("binom", "dbinom", "tbinom"):
            return [Atom(Kind.LETTER, f"C({self._argument(scope)}, {self._argument(scope)})")]
        if name in TEXT_GROUPS:
            return [Atom(Kind.TEXT, self.raw())]
        if name in ALPHABETS:
            return [Atom(Kind.LETTER, in_alphabet(name, self._argument(scope)))]
        if name == "operatorname":
            return [Atom(Kind.FUNCTION, self._argument(scope))]
        if name in PLAIN_GROUPS:
            return [Atom(Kind.LETTER, self._argument(scope))]
        if name in ACCENTS:
            return [Atom(Kind.LETTER, _accented(name, self._argument(scope)))]
        if name in ("overset", "stackrel", "underset"):
            mark, base = self._argument(scope), self._argument(scope)
            text = raised(base, mark, "") if name == "underset" else raised(base, "", mark)
            return [Atom(Kind.RELATION, text)]
        if name in ("xrightarrow", "xleftarrow"):
            return [Atom(Kind.RELATION, raised("→" if name == "xrightarrow" else "←", "", self._argument(scope)))]
        if name in ("pmod", "tag"):
            start = "mod " if name == "pmod" else ""
            return [Atom(Kind.SPACE, "  "), Atom(Kind.TEXT, f"({start}{self._argument(scope)})")]
        if name in ("color", "label", "textcolor", "hspace", "vspace"):
            self.raw()
            return []
        if name == "not":
            return [Atom(Kind.RELATION, _negated(self._argument(scope)))]
        return [Atom(Kind.LETTER, self._unknown(name, scope))]

    def _unknown(self, name: str, scope: _Scope) -> str:
        text = f"\\{name}"
        while self.peek() == "{":
            text += "{" + self._argument(scope) + "}"
        return text

    def _root(self, scope: _Scope) -> str:
        self.skip_space()
        degree = ""
        if self.peek() == "[":
            self.next()
            degree = self._text(scope._replace(is_tight=True), "]")
            if self.peek() == "]":
                self.next()
        sign = {"3": "∛", "4": "∜"}.get(degree) or raised("", "", degree) + "√"
        return sign + single(self._argument(scope), is_divisor=True)

    def _fenced(self, scope: _Scope) -> list[Atom] | Grid:
        """What stands between left and right; a grid alone in there grows brackets."""
        before = self._delimiter()
        row = self._row(scope)
        if self.peek() == "\\right":
            self.next()
            after = self._delimiter()
        else:
            after = ""
        grids = [part for part in row if isinstance(part, Grid)]
        if len(grids) == 1 and all(isinstance(part, Grid) or not part.strip() for part in row):
            return bracketed(grids[0], before, after)
        return [Atom(Kind.LETTER, before + one_line(row) + after)]

    def _delimiter(self) -> str:
        self.skip_space()
        word = self.next()
        if word in (".", ""):
            return ""
        name = word[1:] if word[0] == "\\" else ""
        return DELIMITERS.get(name) or ESCAPED.get(name) or {"<": "⟨", ">": "⟩"}.get(word, word)

    def _environment(self, scope: _Scope) -> list[Atom] | Grid:
        name = self.raw().strip().removesuffix("*")
        if name not in _MATRICES and name not in LINES:
            return [Atom(Kind.LETTER, f"\\begin{{{name}}}")]
        if name in ("array", "alignat"):
            self.raw()
        rows: list[list[str]] = [[]]
        while self.peek():
            rows[-1].append(self._text(scope._replace(is_tight=False)))
            word = self.peek()
            if word in ("\\\\", "\\newline", "\\cr"):
                rows.append([])
            elif word != "&":
                break
            self.next()
        if self.peek() == "\\end":
            self.next()
            self.raw()
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if len(rows) * max(map(len, rows), default=0) > _MOST_CELLS:
            raise TooMuchError
        is_list = "cases" in name or name == "array"
        grid = columns(rows, "left" if is_list else "center" if name in _MATRICES else "signs")
        before, after = _MATRICES.get(name, ("", ""))
        if not scope.is_flat:
            return bracketed(grid, before, after)
        flat = "; ".join((" " if name in _MATRICES else "").join(cell for cell in row).strip() for row in rows)
        return [Atom(Kind.LETTER, f"{before}{flat}{after}")]


def _accented(name: str, text: str) -> str:
    mark, is_on_each = ACCENTS[name]
    if mark in text:
        return text
    if len(text) <= 1 or is_on_each:
        return "".join(char if char.isspace() else char + mark for char in text)
    return text if name in ("bar", "vec") and " " in text else f"{name.removeprefix('wide')}({text})"


def _negated(text: str) -> str:
    return unicodedata.normalize("NFC", text[:1] + "\u0338") + text[1:] if text else "¬"
