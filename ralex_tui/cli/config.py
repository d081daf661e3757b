"""`ralex config`: where the settings are, and whether they can be used."""

from __future__ import annotations

from pathlib import Path

import click

from ralex_tui.cli.options import Options
from ralex_tui.cli.output import write_json
from ralex_tui.config.load import foreign_config_notice, load_settings
from ralex_tui.config.palette import find_palettes
from ralex_tui.config.strict_yaml import nearest
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import Paths, bundled, find_paths


@click.group("config")
def command() -> None:
    """Where the settings are, and whether they can be used."""


@command.command("path")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def path(options: Options, as_json: bool) -> int:
    """The file that holds your settings, whether or not it is there yet."""
    paths, file = _files(options)
    if as_json:
        write_json(
            {
                "config": str(file),
                "exists": file.is_file(),
                "defaults": str(bundled("config.yaml")),
                "data": str(paths.data),
                "state": str(paths.state),
            }
        )
    else:
        print(file)
    return 0


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.pass_obj
def check(options: Options, as_json: bool) -> int:
    """Read the settings and the themes; exit code 2 and a sentence if something is wrong."""
    paths, file = _files(options)
    try:
        notices = _check(options, paths)
    except ConfigError as error:
        if as_json:
            write_json({"ok": False, "config": str(file), "error": error.message, "hint": error.hint})
            return error.exit_code
        raise
    if as_json:
        write_json({"ok": True, "config": str(file), "exists": file.is_file(), "notices": notices})
        return 0
    print(f"{file} is fine" if file.is_file() else f"{file} is not there, so the defaults hold; they are fine")
    for notice in notices:
        print(notice)
    return 0


def _files(options: Options) -> tuple[Paths, Path]:
    paths = find_paths(options.home, options.profile)
    return paths, Path(options.config).absolute() if options.config else paths.config_file


def _check(options: Options, paths: Paths) -> list[str]:
    """Read all there is; what is worth knowing though nothing is wrong.

    Raises:
        ConfigError: For the first thing that is wrong.
    """
    settings = load_settings(paths, Path(options.config) if options.config else None)
    palettes, problems = find_palettes([bundled("themes"), paths.config / "themes"])
    if problems:
        raise problems[0]
    theme = settings.ui.theme
    if theme not in palettes:
        hint = nearest(theme, palettes) or f"there are {', '.join(palettes)}"
        raise ConfigError(f"ui.theme: there is no theme called {visible_line(theme)!r}", hint=hint)
    notice = foreign_config_notice(Path(), paths)
    return [notice] if notice else []
