"""The fenced blocks of an answer, and whether what they hold parses. Never raises, whatever a model wrote."""

from __future__ import annotations

import ast
import json
import re
import textwrap
import warnings
from dataclasses import dataclass

# A larger text is taken for good: parsing must not be felt.
_MOST_JSON_CHARS = 100_000

# Python's own parser goes one level down its C stack for each of these; so many in a row are no program.
_DEEP = re.compile(r"[(\[{~+-]{60}|(?:not ){60}|(?:lambda:\s*){60}")

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*([A-Za-z0-9_+-]*)(.*)")

# What stands in examples in the place of code, and lines that are for a shell or a notebook.
_PLACEHOLDER = re.compile(r"<[A-Za-z_][\w -]*>|\.\.\.|…")
_NOT_PYTHON = re.compile(r"[ \t]*(?:>>>|\$ |!|%|In \[\d)")
# Python 3.12 and later have syntax that this interpreter may not know.
_NEWER = re.compile(r"^\s*(?:type \w+.* = |(?:async )?def \w+\[|class \w+\[)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `language` is in lower case; empty where the fence names none."""

    language: str
    body: str


def blocks_of(text: str) -> tuple[list[Block], bool]:
    """The closed fenced blocks of a text, and whether the last fence is still open."""
    blocks: list[Block] = []
    fence, language = "", ""
    body: list[str] = []
    if "```" not in text and "~~~" not in text:
        return blocks, False
    for line in text.split("\n"):
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if found is None:
            if fence:
                body.append(line)
        elif not fence:
            fence, language, body = found[1], found[2].lower(), []
        elif found[1].startswith(fence) and not found[2] and not found[3].strip():
            blocks.append(Block(language, "\n".join(body)))
            fence = ""
        else:
            body.append(line)
    return blocks, bool(fence)


def does_python_parse(body: str) -> bool:
    """Whether a block is Python, or can't be told: a shell's or a notebook's, newer than this Python, far too deep.

    Takes about 1 ms for 2,000 characters.
    """
    if _NEWER.search(body) or _DEEP.search(body):
        return True
    lines = body.splitlines()
    if any(_NOT_PYTHON.match(line) for line in lines):
        return True
    try:
        # Told off for an odd escape is not broken, and no warning may reach the screen.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(textwrap.dedent(body))
    except SyntaxError as error:
        at = (error.lineno or 1) - 1
        line = lines[at] if 0 <= at < len(lines) else ""
        # From 3.12 on a formatted string may hold its own quotes.
        return _PLACEHOLDER.search(line) is not None or (error.msg or "").startswith("f-string")
    except (ValueError, RecursionError, MemoryError):
        return True
    return True


def does_json_parse(body: str) -> bool:
    """Whether a text is JSON, or too large to be tried."""
    if len(body) > _MOST_JSON_CHARS:
        return True
    try:
        json.loads(body)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
