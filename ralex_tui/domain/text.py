"""The only door for foreign text: what a model, provider, file or paste said, made harmless to show.

Whatever is not ours goes through `visible()` before it reaches a screen, a log line, an export or
the clipboard. The raw text stays on disk.
"""

from __future__ import annotations

import unicodedata

_NAMED = frozenset([*range(0x80, 0xA0), 0x7F, 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_DROPPED = frozenset(
    [
        *(0x200B, 0xFEFF, 0x00AD, 0x180E, *range(0x2060, 0x2066), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC)),
        *(*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE0080)),
    ]
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
    table |= {code: f"<U+{code:04X}>" for code in _NAMED}
    table |= dict.fromkeys(_DROPPED)
    table |= dict.fromkeys((0x2028, 0x2029), "\n")
    table |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    return table


_TABLE = _table()


def visible(text: str) -> str:
    """Make foreign text harmless, character by character, so that chunk borders can't matter.

    Control codes other than newline and tab become their pictures (U+2400..), DEL, C1 and bidi
    controls become "<U+202E>", zero-width and tag characters go (ZWJ stays: emoji need it), lone
    surrogates become U+FFFD. "\\r" becomes its picture: normalise line ends before, see `unix_lines`.
    """
    # Nearly all text is printable already; isascii and isprintable are single C passes.
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)


def visible_line(text: str, limit: int = 200) -> str:
    """Foreign text as one short line: for titles, model names, errors, file names."""
    line = " ".join(visible(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def unix_lines(text: str) -> str:
    """CR LF and lone CR as newlines. For whole texts only: a chunk border may cut a CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def slug(text: str, limit: int = 40) -> str:
    """A name fit for a file: lower-case ASCII letters, digits and single hyphens; "untitled" when nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text[: limit * 4]).encode("ascii", "ignore").decode().lower()
    words = "".join(char if char.isalnum() else " " for char in ascii_text).split()
    return "-".join(words)[:limit].strip("-") or "untitled"
