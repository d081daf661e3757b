"""The themes that ship, for tests that draw."""

from ralex_tui.config.palette import Palette, read_palette
from ralex_tui.paths import bundled


def palette(name: str) -> Palette:
    """A shipped theme by name."""
    return read_palette(bundled("themes") / f"{name}.yaml")
