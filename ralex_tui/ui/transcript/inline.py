"""The inside of a Markdown paragraph as plain text with pens: emphasis, code, links, images.

What comes out is cleaned once more, since entities such as `&#x202E;` become characters only here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from ralex_tui.domain.text import visible, visible_line
from ralex_tui.ui.transcript.pens import MUTED, Pen

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Env: TypeAlias = dict[str, Any]
Styled: TypeAlias = tuple[int, int, Pen]

PIECE = 16_384  # characters of a paragraph that make a leaf of their own, so that a huge one costs what is seen
_MAX_DELIMITERS = 300  # more in one chunk is noise, and markdown-it is quadratic in them
_NESTING = 60

_SPECIAL = re.compile(r"[\\`*_~\[<&]")
_SOFT_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_DELIMITER = re.compile(r"[*_~`\[\]<]")
_LINE_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@lru_cache(maxsize=1)
def markdown() -> MarkdownIt:
    """The parser: CommonMark, tables and strikethrough; HTML is text."""
    from markdown_it import MarkdownIt  # 45 ms, and an empty chat has nothing to parse

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def inline(source: str, env: Env, base: Pen) -> tuple[str, list[Styled]]:
    """The text of one chunk, and (start, end, pen) where the pen is not `base`."""
    if not _SPECIAL.search(source) and "  \n" not in source:
        return visible(_SOFT_BREAK.sub(" ", source)).replace("\t", " "), []
    if len(_DELIMITER.findall(source)) > _MAX_DELIMITERS:
        return visible(_SOFT_BREAK.sub(" ", source)).replace("\t", " "), []
    tokens: list[Token] = []
    parser = markdown()
    parser.inline.parse(source, parser, env, tokens)
    writer = _Writer(base)
    writer.write(tokens)
    return writer.text, writer.styled


class _Writer:
    """Walks inline tokens, gathering text and pens."""

    def __init__(self, base: Pen) -> None:
        self._base = base
        self._bold = self._italic = self._strike = 0
        self._parts: list[str] = []
        self._length = 0
        self._links: list[tuple[int, str]] = []
        self.styled: list[Styled] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

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
                    self._add(token.content.replace("\n", " "), self._pen()._replace(role="code_name"))
                case "strong_open" | "strong_close":
                    self._bold += token.nesting
                case "em_open" | "em_close":
                    self._italic += token.nesting
                case "s_open" | "s_close":
                    self._strike += token.nesting
                case "link_open":
                    self._links.append((len(self._parts), str(token.attrs.get("href", ""))))
                case "link_close":
                    self._close_link()
                case "image":
                    self._add(f"[image: {_place(str(token.attrs.get('src', ''))) or 'no address'}]", MUTED)
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
        if not text:
            return
        end = self._length + len(text)
        if pen != self._base:
            self.styled.append((self._length, end, pen))
        self._parts.append(text)
        self._length = end

    def _close_link(self) -> None:
        first, href = self._links.pop()
        shown = "".join(self._parts[first:]).strip()
        place = _place(href)
        if place and place.casefold() not in shown.casefold():
            self._add(f" ({place})" if shown else f"({place})", MUTED)


def _place(url: str) -> str:
    """Where a link leads, in few words: its host, as punycode; else the address itself, cut."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    return visible_line(host or url.removeprefix("mailto:"), 60)
