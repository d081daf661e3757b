"""The inside of a Markdown paragraph as plain text with pens: emphasis, code, links, images.

What comes out is cleaned once more, since entities such as `&#x202E;` become characters only here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from ralex_tui.domain.text import visible, visible_line
from ralex_tui.ui.markdown.formula import display_text, inline_text
from ralex_tui.ui.markdown.formulas import inline_formula
from ralex_tui.ui.markdown.pens import ASIDE, Pen

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

Env: TypeAlias = dict[str, Any]
Styled: TypeAlias = tuple[int, int, Pen]
Link: TypeAlias = tuple[int, int, str]  # start, end, whole address


class Inline(NamedTuple):
    """What a piece of Markdown says: its text, (start, end, pen) where the pen is another, and its links."""

    text: str
    styled: list[Styled]
    links: list[Link]


PIECE = 16_384  # characters of a paragraph that make a leaf of their own, so that a huge one costs what is seen
_MAX_DELIMITERS = 300  # more in one chunk is noise, and markdown-it is quadratic in them
_MAX_OPEN = 60  # brackets that nothing closes; markdown-it looks for the end of each
_NESTING = 60

_SPECIAL = re.compile(r"[\\`*_~\[<&$]")
# Blanks are looked at from their first on only: a long run of them would be gone through once for each.
_SOFT_BREAK = re.compile(r"(?:(?<![ \t])[ \t]+)?\n[ \t]*")
_DELIMITER = re.compile(r"[*_~`\[\]<$]|\\\(")
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,60})\](?!\()")
_NUMBERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ADDRESS = re.compile(
    r"(?<![\w.+-])https?://[^\s<>\"`\x00-\x1f「」『』【】《》（）、。，；：！？]{1,2000}",
    re.IGNORECASE,
)
_PUNCTUATION = "?!.,:;*_~'…"
_SMALL = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_LINE_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@lru_cache(maxsize=1)
def markdown() -> MarkdownIt:
    """The parser: CommonMark with tables, strikethrough, formulas and footnotes; HTML is text."""
    from markdown_it import MarkdownIt  # 45 ms, and an empty chat has nothing to parse

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "formula", _formula_rule)
    parser.inline.ruler.before("link", "note", _note_rule)
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def inline(source: str, env: Env, base: Pen) -> Inline:
    """Read one chunk of a paragraph; `base` is the pen of plain text."""
    is_plain = not _SPECIAL.search(source) and "  \n" not in source
    is_noise = len(_DELIMITER.findall(source)) > _MAX_DELIMITERS or source.count("[") - source.count("]") > _MAX_OPEN
    if is_plain or is_noise:
        text = visible(_SOFT_BREAK.sub(" ", source)).replace("\t", " ")
        return Inline(text, [], bare_links(text) if "://" in text else [])
    tokens: list[Token] = []
    parser = markdown()
    parser.inline.parse(source, parser, env, tokens)
    writer = _Writer(base)
    writer.write(tokens)
    return writer.read()


def note_mark(label: str) -> str:
    """A footnote's mark: small digits for a number, else the name in brackets."""
    return label.translate(_NUMBERS) if label.isascii() and label.isdigit() else f"[{visible_line(label, 60)}]"


def note_key(label: str) -> str:
    """Under what a footnote is known among the definitions of links; no link can have this label."""
    return f"\0{label.casefold()}"


def _note_rule(state: StateInline, silent: bool) -> bool:
    found = _NOTE.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    if found is None:
        return False
    # A number is a footnote's even before its text has come; a name may be anything, such as [^a-z].
    if not found[1].isdigit() and note_key(found[1]) not in state.env.get("references", ()):
        return False
    if not silent:
        state.push("note", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _formula_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    found = inline_formula(state.src, state.pos)
    if found is None or found.end > state.posMax:
        return False
    if not silent:
        token = state.push("display" if found.is_display else "formula", "", 0)
        token.content, token.markup = found.content, state.src[state.pos : found.end]
    state.pos = found.end
    return True


class _Writer:
    """Walks inline tokens, gathering text, pens and links."""

    def __init__(self, base: Pen) -> None:
        self._base = base
        self._bold = self._italic = self._strike = 0
        self._parts: list[str] = []
        self._length = 0
        self._open: list[tuple[int, int, str]] = []  # links: their first part, where they start, their address
        self._is_below_formula = False
        self._images = 0  # how many we are inside of
        self._styled: list[Styled] = []
        self._links: list[Link] = []
        self._closed: list[tuple[int, int]] = []  # stretches in which a bare address is no link of its own

    def read(self) -> Inline:
        """What was written."""
        text = "".join(self._parts)
        if text.endswith("\n"):
            text = text.rstrip("\n")
        if "://" in text:
            bare = [
                link
                for link in bare_links(text)
                if not any(start < link[1] and link[0] < end for start, end in self._closed)
            ]
            self._links = sorted([*self._links, *bare])
        return Inline(text, self._styled, self._links)

    def write(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "text":
                    self._add(_LINE_TAG.sub("\n", token.content), self._pen())
                case "softbreak":
                    self._add(" ", self._pen())
                case "hardbreak":
                    self._add("\n", self._pen())
                case "code_inline":
                    start = self._length
                    self._add(token.content.replace("\n", " "), self._pen()._replace(role="code_name"))
                    self._closed.append((start, self._length))
                case "strong_open" | "strong_close":
                    self._bold += token.nesting
                case "em_open" | "em_close":
                    self._italic += token.nesting
                case "s_open" | "s_close":
                    self._strike += token.nesting
                case "link_open":
                    self._open.append((len(self._parts), self._length, str(token.attrs.get("href", ""))))
                case "link_close":
                    self._close_link()
                case "image":
                    self._image(token)
                case "note":
                    comma = "," if self._parts and self._parts[-1][-1:] in _SMALL else ""
                    self._add(comma + note_mark(token.content), self._pen()._replace(role="muted"))
                case "formula":
                    self._add((inline_text(token.content) or token.markup).replace("\n", " "), self._pen())
                case "display":
                    self._display(token)
                case _:
                    self._add(token.content, self._pen())

    def _pen(self) -> Pen:
        pen = self._base
        if self._bold:
            pen = pen._replace(role="strong" if pen.role == "text" else pen.role, bold=True)
        if self._italic or self._strike:
            pen = pen._replace(italic=pen.italic or self._italic > 0, strike=self._strike > 0)
        return pen

    def _add(self, text: str, pen: Pen) -> None:
        text = visible(text).replace("\t", " ")
        if self._is_below_formula:
            text = text.lstrip(" ")
        if not text:
            return
        self._is_below_formula = False
        end = self._length + len(text)
        if pen != self._base:
            self._styled.append((self._length, end, pen))
        self._parts.append(text)
        self._length = end

    def _display(self, token: Token) -> None:
        """A formula on lines of its own."""
        if self._parts and self._parts[-1][-1] != "\n":
            self._add("\n", self._pen())
        lines = display_text(token.content).split("\n")
        self._add("".join(f"  {line}\n" for line in lines), self._pen())
        self._is_below_formula = True

    def _close_link(self) -> None:
        first, start, href = self._open.pop()
        shown = "".join(self._parts[first:]).strip()
        place = _place(href)
        if place and not self._images and place.casefold() not in shown.casefold():
            self._add(f" ({place})" if shown else f"({place})", ASIDE)
        self._link(start, href)

    def _image(self, token: Token) -> None:
        """What is to be seen on it, then where it is; without a description the place stands alone."""
        start, source = self._length, str(token.attrs.get("src", ""))
        self._images += 1
        self.write(token.children or ())
        self._images -= 1
        if not self._images:
            note = f"(image: {_place(source) or 'no address'})"
            self._add(note if self._length == start else f" {note}", ASIDE)
            if not self._open:
                self._link(start, source)

    def _link(self, start: int, address: str) -> None:
        self._closed.append((start, self._length))
        # markdown-it lets other schemes pass as well: those are shown, and lead nowhere.
        if is_web(address) and start < self._length and not self._images:
            self._links.append((start, self._length, address))


def is_web(address: str) -> bool:
    """Whether it is a link that may be opened: http or https with a host, and nothing unprintable in it."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable()
    except ValueError:
        return False


def bare_links(text: str) -> list[Link]:
    """Addresses that stand in running text as they are, without the punctuation behind them."""
    links: list[Link] = []
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_PUNCTUATION)
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(_PUNCTUATION)
        if is_web(address):
            links.append((found.start(), found.start() + len(address), address))
    return links


def _place(url: str) -> str:
    """Where a link leads, in few words: its host, as punycode; else the address itself, cut."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    return visible_line(host or url.removeprefix("mailto:"), 60)
