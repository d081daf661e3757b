"""What the first answer needs and the first paint does not: some 70 ms of imports."""

from __future__ import annotations

from importlib import import_module

from ralex_tui.ui.markdown.inline import markdown


def prepare() -> None:
    """Import the parser and the lexers. For a thread: none of it touches the screen."""
    markdown()
    import_module("ralex_tui.ui.markdown.colours")
