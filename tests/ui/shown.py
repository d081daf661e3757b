"""What Markdown looks like, as plain rows."""

from __future__ import annotations

from ralex_tui.domain.text import unix_lines, visible
from ralex_tui.ui.glyphs import UNICODE
from ralex_tui.ui.markdown.blocks import parse_blocks
from ralex_tui.ui.markdown.pens import Look

DARK = Look(UNICODE, has_grounds=True)
TERMINAL = Look(UNICODE, has_grounds=False)


def lines(source: str, width: int = 60, look: Look = DARK) -> list[str]:
    """The text of all rows, blank ones before a leaf included."""
    shown: list[str] = []
    for leaf in parse_blocks(visible(unix_lines(source)), look):
        n_rows = leaf.lay(width)
        shown += ["".join(text for text, _ in leaf.gap_row).rstrip()] * leaf.gap
        shown += ["".join(text for text, _ in leaf.row(n)).rstrip() for n in range(n_rows)]
    return shown[1:] if shown and not shown[0] else shown
