"""Opening the user's browser: which are tried, what they get, and that none of them sees the terminal."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ralex_tui.adapters.system_browser import SystemBrowser

ADDRESS = "https://example.org/a?b=c&d=%20$(reboot)"
SEATED = {"DISPLAY": ":0"}


def program(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def test_the_named_browser_gets_the_address_as_one_argument(tmp_path: Path) -> None:
    program(tmp_path, "firefly", f'printf "%s\\n" "$@" > "{tmp_path}/opened"')

    is_open = await SystemBrowser({**SEATED, "PATH": str(tmp_path), "BROWSER": "firefly"}).open(ADDRESS)

    assert is_open
    assert (tmp_path / "opened").read_text() == f"{ADDRESS}\n"


async def test_nobody_takes_the_address_when_there_is_no_browser(tmp_path: Path) -> None:
    assert not await SystemBrowser({**SEATED, "PATH": str(tmp_path)}, "linux").open(ADDRESS)


async def test_it_is_not_open_when_python_itself_is_gone(tmp_path: Path) -> None:
    browser = SystemBrowser({**SEATED, "PATH": str(tmp_path)}, python=str(tmp_path / "none"))

    assert not await browser.open(ADDRESS)


@pytest.mark.parametrize("name", ["w3m", "lynx", "www-browser"])
async def test_a_browser_that_runs_in_the_terminal_is_never_started(tmp_path: Path, name: str) -> None:
    path = program(tmp_path, name, f'echo run > "{tmp_path}/run"')
    environ = {**SEATED, "TERM": "xterm", "PATH": str(tmp_path), "BROWSER": f"{path} %s"}

    is_open = await SystemBrowser(environ, "linux").open(ADDRESS)

    assert not is_open
    assert not (tmp_path / "run").exists()


async def test_a_browser_has_no_terminal_and_no_keys(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    looks = f'/usr/bin/env > "{tmp_path}/environment"; (: < /dev/tty) 2> /dev/null && echo > "{tmp_path}/tty"'
    program(tmp_path, "firefly", f"echo noise; echo noise >&2; {looks}; exit 0")
    environ = {**SEATED, "PATH": str(tmp_path), "BROWSER": "firefly", "OPENAI_API_KEY": "sk-canary", "XDG_X": "yes"}

    is_open = await SystemBrowser(environ).open(ADDRESS)

    seen = (tmp_path / "environment").read_text()
    assert is_open
    assert capfd.readouterr() == ("", "")
    assert "sk-canary" not in seen
    assert "XDG_X=yes" in seen
    assert not (tmp_path / "tty").exists()


async def test_a_webbrowser_module_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "webbrowser.py").write_text(f"open('{tmp_path}/run', 'w')\ndef open(_): return True\n")
    monkeypatch.chdir(tmp_path)

    await SystemBrowser({**SEATED, "PATH": str(tmp_path)}, "linux").open(ADDRESS)

    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("environ", "platform", "words"),
    [
        ({**SEATED, "SSH_CONNECTION": "a"}, "linux", "Over SSH"),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", "Over SSH"),
        ({}, "linux", "no window system"),
        ({}, "darwin", ""),
        (SEATED, "linux", ""),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ""),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", ""),
    ],
)
def test_an_obstacle_is_told_where_no_browser_can_show_itself(
    environ: dict[str, str], platform: str, words: str
) -> None:
    obstacle = SystemBrowser(environ, platform).obstacle

    assert obstacle == "" if not words else words in obstacle
