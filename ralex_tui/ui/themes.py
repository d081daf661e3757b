"""Palettes as Textual themes, and roles as styles."""

from __future__ import annotations

from functools import lru_cache

from textual.color import Color
from textual.style import Style
from textual.theme import Theme

from ralex_tui.config.palette import Palette


def textual_theme(palette: Palette) -> Theme:
    """A Textual theme whose variables carry every role: the role `text` is `$r-text` in our style sheets."""
    roles = {f"r-{role.replace('_', '-')}": color for role, color in palette.colors.items()}
    ground = "ansi_default" if palette.is_ansi else palette["bg"]
    return Theme(
        name=palette.name,
        primary=palette["auto"],
        secondary=palette["smart"],
        warning=palette["warn"],
        error=palette["error"],
        success=palette["cheap"],
        accent=palette["auto"],
        foreground=palette["text"],
        background=palette["bg"],
        surface=palette["panel"],
        panel=palette["raised"],
        boost=palette["raised"],
        dark=palette.is_dark,
        ansi=palette.is_ansi,
        text_alpha=1.0,
        variables=roles
        | (_ANSI_EXTRAS if palette.is_ansi else {})
        | {
            "scrollbar": palette["line"],
            "scrollbar-hover": palette["faint"],
            "scrollbar-active": palette["faint"],
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
            "input-selection-background": "ansi_bright_black" if palette.is_ansi else palette["line"],
            "screen-selection-background": "ansi_bright_black" if palette.is_ansi else palette["line"],
        },
    )


# What Textual's own widgets ask of a theme of terminal colours, beyond what it derives from the others.
_ANSI_EXTRAS = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "border-blurred": "ansi_bright_black",
    "block-cursor-foreground": "ansi_black",
    "block-cursor-background": "ansi_white",
    "input-cursor-background": "ansi_white",
    "input-cursor-foreground": "ansi_black",
    "input-cursor-text-style": "none",
    "input-selection-foreground": "ansi_white",
    "screen-selection-foreground": "ansi_white",
}


class Ink:
    """Styles of a palette, by role. One is made for each theme; asking for the same style twice is cheap."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._style = lru_cache(maxsize=256)(self._make)

    def __call__(
        self, role: str, *, bold: bool | None = None, italic: bool | None = None, on: str | None = None
    ) -> Style:
        """The style of `role`, on the ground of role `on` where given.

        In the terminal's own colours muted is dim and strong is bold, since there is no grey to rely
        on; a ground that is a tier's or an alarm's colour becomes reverse video.
        """
        return self._style(role, bold, italic, on)

    def _make(self, role: str, bold: bool | None, italic: bool | None, on: str | None) -> Style:
        if not self.palette.is_ansi:
            ground = Color.parse(self.palette[on]) if on else None
            return Style(
                foreground=Color.parse(self.palette[role]),
                background=ground,
                bold=True if role == "strong" or bold else None,
                italic=italic,
            )
        if on and self.palette[on] not in ("ansi_default", "ansi_bright_black"):
            return Style(foreground=Color.parse(self.palette[on]), bold=bold, italic=italic, reverse=True)
        color = self.palette[role]
        return Style(
            foreground=None if color == "ansi_default" else Color.parse(color),
            bold=True if role == "strong" or bold else None,
            dim=True if role == "muted" else None,
            italic=italic,
        )
