"""How foreign text becomes Content: cleaned, and never read as markup."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style

from ralex_tui.domain.text import visible, visible_line


def plain(text: str, style: Style | str = "") -> Content:
    """Foreign text as Content: control codes visible, brackets just brackets."""
    return Content.styled(visible(text), style)


def plain_line(text: str, limit: int = 200, style: Style | str = "") -> Content:
    """The same as one line of at most `limit` characters."""
    return Content.styled(visible_line(text, limit), style)
