"""Large figures of three rows, for the one loud number of a screen. Pure."""

from __future__ import annotations

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD


def digit_rows(text: str) -> list[str]:
    """Three rows that write `text` as large figures, as Textual's Digits does."""
    rows = ["", "", ""]
    for char in text:
        if char in DIGITS:
            at = DIGITS.index(char) * 3
            for n in range(3):
                rows[n] += DIGITS3X3_BOLD[at + n].ljust(3)
        else:
            rows = [rows[0] + " ", rows[1] + " ", rows[2] + char]
    return rows
