"""The inputs that freeze Textual's Markdown: long lists, tables, listings, paragraphs, headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Input(NamedTuple):
    """A text, and within how many seconds it should be usable."""

    text: str
    aim_s: float


def _items(n: int) -> str:
    return "".join(f"- item {k} with **some** text and `code` in it\n" for k in range(n))


def _rows(n: int) -> str:
    return "| id | name | note |\n|---|---|---|\n" + "".join(f"| {k} | name {k} | a note on it |\n" for k in range(n))


def _code(n: int) -> str:
    return "```python\n" + "".join(f"def f{k}(x: int) -> str:  # {k}\n" for k in range(n)) + "```\n"


def _paragraph(n: int) -> str:
    return "The quick brown fox *jumps* over the `lazy` dog. " * (n // 49)


def _headings(n: int) -> str:
    return "".join(f"## Heading {k}\n\n" for k in range(n))


INPUTS: Mapping[str, Input] = {
    "300 list items": Input(_items(300), 0.1),
    "5,000 list items": Input(_items(5_000), 0.5),
    "500 table rows": Input(_rows(500), 0.1),
    "3,000 table rows": Input(_rows(3_000), 0.5),
    "2,000 lines of code": Input(_code(2_000), 0.1),
    "20,000 lines of code": Input(_code(20_000), 0.5),
    "1 MB in one paragraph": Input(_paragraph(1_000_000), 0.5),
    "3,000 headings": Input(_headings(3_000), 0.5),
}
