"""Programs of the current folder are never run, however careless the user's PATH is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ralex_tui.adapters.search_path import search_path
from ralex_tui.adapters.system_browser import SystemBrowser
from ralex_tui.adapters.system_clipboard import SystemClipboard
from tests.hostile.folders import PROGRAMS, SEAT, Site, programs

CARELESS = [".", "", "node_modules/.bin", "./node_modules/.bin", "../repo"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The current folder, full of programs that tell of having been run."""
    cwd = tmp_path / "repo"
    cwd.mkdir()
    monkeypatch.chdir(cwd)
    site = Site(cwd, "http://127.0.0.1:9", tmp_path / "marker", tmp_path)
    programs(site)
    return site


def careless(entry: str) -> Mapping[str, str]:
    return {**SEAT, "PATH": f"{entry}:/usr/bin:/bin"}


def test_the_programs_would_tell(site: Site) -> None:
    assert all((site.cwd / name).is_file() and (site.cwd / "node_modules/.bin" / name).is_file() for name in PROGRAMS)


@pytest.mark.parametrize("entry", CARELESS)
async def test_a_copied_text_is_given_to_no_program_of_the_folder(site: Site, entry: str) -> None:
    clipboard = SystemClipboard(careless(entry), "linux")

    await clipboard.copy("secret")

    assert not site.marker.exists()


@pytest.mark.parametrize("entry", CARELESS)
async def test_a_link_is_opened_by_no_program_of_the_folder(site: Site, entry: str) -> None:
    await SystemBrowser(careless(entry), "linux").open("https://example.org")

    assert not site.marker.exists()


async def test_a_program_of_a_whole_path_is_run_as_before(site: Site) -> None:
    clipboard = SystemClipboard({**SEAT, "PATH": f"{site.cwd}:/usr/bin:/bin"}, "linux")

    copied = await clipboard.copy("text")

    assert copied.program == "wl-copy"
    assert "wl-copy" in site.marker.read_text()


def test_an_unset_path_is_the_systems() -> None:
    assert "/bin" in search_path({})
