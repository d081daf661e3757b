"""What a reader of Markdown says of a text: a flat list of tokens, blocks opened and closed in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Align: TypeAlias = Literal["left", "center", "right"]
Kind: TypeAlias = Literal[
    "list_open",
    "list_close",
    "item_open",
    "item_close",
    "quote_open",
    "quote_close",
    "text",
    "heading",
    "rule",
    "code_open",
    "code_lines",
    "code_close",
    "table_open",
    "table_row",
    "table_close",
    "note_open",
    "note_close",
    "formula",
]


@dataclass(slots=True)
class Token:
    """One step.

    Args:
        start: Where its first line begins in the source; of the later pieces of a huge paragraph: where it begins.
        end: Where its last line ends, without the newline; of what is only opened: where the first line ends.
        content: The Markdown inside of a text or a heading, without what it is nested in; a formula's TeX.
        info: What stands behind a fence's mark; of an item its mark, of a footnote its label.
        number: A heading's level; what an ordered list starts with, -1 for a list with bullets.
        cells: A table row's cells; lines of code.
        is_after_blank: Whether the line above it says nothing.
        is_more: Whether it goes on with the text before: the next piece of a huge paragraph.
    """

    kind: Kind
    start: int
    end: int
    content: str = ""
    info: str = ""
    number: int = -1
    cells: tuple[str, ...] = ()
    aligns: tuple[Align, ...] = ()
    is_after_blank: bool = False
    is_more: bool = False
