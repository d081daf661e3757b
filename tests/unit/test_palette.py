"""Theme files: what is read and what is refused."""

from pathlib import Path

import pytest

from ralex_tui.config.palette import ROLES, find_palettes, read_palette
from ralex_tui.domain.errors import ConfigError
from ralex_tui.paths import bundled


def theme(folder: Path, name: str = "mine", *, color: str = '"#102030"', extra: str = "", leave_out: str = "") -> Path:
    path = folder / f"{name}.yaml"
    colors = "".join(f"  {role}: {color}\n" for role in ROLES if role != leave_out)
    path.write_text(f"name: {name}\n{extra}colors:\n{colors}")
    return path


def test_bundled_themes_can_all_be_used() -> None:
    palettes, problems = find_palettes([bundled("themes")])

    assert problems == []
    assert {"ralex-dark", "ralex-light", "high-contrast", "terminal"} <= set(palettes)
    assert palettes["ralex-dark"].is_dark
    assert not palettes["ralex-light"].is_dark
    assert palettes["terminal"].is_ansi


def test_theme_is_read_with_every_role(tmp_path: Path) -> None:
    palette = read_palette(theme(tmp_path, color='"#ABCDEF"', extra="label: Mine\ndark: false\n"))

    assert (palette.name, palette.label, palette.is_dark, palette.is_ansi) == ("mine", "Mine", False, False)
    assert all(palette[role] == "#abcdef" for role in ROLES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"leave_out": "warn"}, "mine.yaml: the colour warn is missing"),
        ({"color": "red"}, "mine.yaml: bg is 'red', not a colour"),
        ({"color": '"#12345"'}, "mine.yaml: bg is '#12345', not a colour"),
        ({"color": '"#1234567"'}, "mine.yaml: bg is '#1234567', not a colour"),
        ({"extra": "colour: x\n"}, "mine.yaml: unknown key 'colour'"),
        ({"extra": "dark: maybe\n"}, "mine.yaml: label must be text and dark must be true or false"),
        ({"name": "My Theme"}, "name must be lower-case letters"),
    ],
)
def test_theme_that_is_not_whole_is_refused(tmp_path: Path, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_palette(theme(tmp_path, **arguments))

    assert said in caught.value.message


def test_theme_with_an_unknown_role_names_the_nearest(tmp_path: Path) -> None:
    path = theme(tmp_path)
    path.write_text(path.read_text() + '  warm: "#102030"\n')

    with pytest.raises(ConfigError) as caught:
        read_palette(path)

    assert caught.value.hint == "did you mean 'warn'?"


def test_theme_that_mixes_its_own_colours_with_the_terminals_is_refused(tmp_path: Path) -> None:
    path = theme(tmp_path)
    path.write_text(path.read_text().replace('bg: "#102030"', "bg: ansi_black"))

    with pytest.raises(ConfigError, match="not mixed"):
        read_palette(path)


def test_bad_theme_hides_no_other(tmp_path: Path) -> None:
    theme(tmp_path, "good")
    theme(tmp_path, "bad", color="red")
    (tmp_path / "broken.yaml").write_text("a: [")

    palettes, problems = find_palettes([tmp_path])

    assert list(palettes) == ["good"]
    assert len(problems) == 2


def test_theme_of_a_later_folder_replaces_one_of_the_same_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    theme(first, color='"#000000"')
    theme(second, color='"#ffffff"')

    palettes, _ = find_palettes([first, second])

    assert palettes["mine"]["bg"] == "#ffffff"
