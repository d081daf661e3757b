"""A theme file as a checked value: a colour for every role of the visual language. Knows no screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ralex_tui.config.strict_yaml import nearest, read_yaml
from ralex_tui.domain.errors import ConfigError

ROLES = (
    "bg",
    "panel",
    "raised",
    "selected",
    "line",
    "faint",
    "text",
    "strong",
    "muted",
    "auto",
    "cheap",
    "smart",
    "yolo",
    "local",
    "warn",
    "error",
    "code_string",
    "code_name",
)

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_ANSI = re.compile(r"ansi_(bright_)?(black|red|green|yellow|blue|magenta|cyan|white)|ansi_default")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, by role: "#rrggbb", or "ansi_cyan" and the like in a terminal theme.

    Args:
        is_ansi: Whether all colours are the terminal's own; then grounds don't tell parts of the
            screen apart, so lines do.
    """

    name: str
    label: str
    is_dark: bool
    is_ansi: bool
    colors: Mapping[str, str]

    def __getitem__(self, role: str) -> str:
        return self.colors[role]


def read_palette(path: Path) -> Palette:
    """Read one theme file.

    Raises:
        ConfigError: With one sentence that names the file, the role and what is wrong.
    """
    content = read_yaml(path)
    where = path.name
    for key in content:
        if key not in ("name", "label", "dark", "colors"):
            raise ConfigError(f"{where}: unknown key {key!r}", hint=nearest(key, ("name", "label", "dark", "colors")))
    name, colors = content.get("name"), content.get("colors")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ConfigError(f"{where}: name must be lower-case letters, digits and hyphens")
    if not isinstance(colors, dict):
        raise ConfigError(f"{where}: colors must hold a colour for each role")
    checked = _check_colors(where, colors)
    n_ansi = sum(color.startswith("ansi_") for color in checked.values())
    if n_ansi not in (0, len(checked)):
        raise ConfigError(f"{where}: colours are either all #rrggbb or all the terminal's own, not mixed")
    label, dark = content.get("label", name), content.get("dark", True)
    if not isinstance(label, str) or not isinstance(dark, bool):
        raise ConfigError(f"{where}: label must be text and dark must be true or false")
    return Palette(name, label[:60], dark, n_ansi > 0, checked)


def _check_colors(where: str, colors: Mapping[object, object]) -> dict[str, str]:
    for role in colors:
        if role not in ROLES:
            raise ConfigError(f"{where}: unknown colour role {role!r}", hint=nearest(str(role), ROLES))
    checked: dict[str, str] = {}
    for role in ROLES:
        color = colors.get(role)
        if color is None:
            raise ConfigError(f"{where}: the colour {role} is missing", hint=f'add {role}: "#rrggbb"')
        if not isinstance(color, str) or not (_HEX.fullmatch(color) or _ANSI.fullmatch(color)):
            raise ConfigError(f"{where}: {role} is {color!r}, not a colour", hint='write it as "#rrggbb"')
        checked[role] = color.lower()
    return checked


def find_palettes(folders: list[Path]) -> tuple[dict[str, Palette], list[ConfigError]]:
    """All themes in `folders`, by name; a later folder's replaces an earlier one's of the same name.

    Files that can't be used are returned as errors beside, so that one bad file hides no other.
    """
    found: dict[str, Palette] = {}
    problems: list[ConfigError] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            try:
                palette = read_palette(path)
            except ConfigError as error:
                problems.append(error)
            else:
                found[palette.name] = palette
    return found, problems
