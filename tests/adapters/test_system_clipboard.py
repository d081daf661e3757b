"""The system's clipboard, with programs that are real processes in a PATH of their own, and with tmux itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ralex_tui.adapters.system_clipboard import SystemClipboard
from ralex_tui.ports.clipboard import Copied
from tests.adapters.processes import ended

TEXT = "Grüße, 日本語 👩‍👩‍👧\n\tsecond line\n"
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
X11 = {"DISPLAY": ":0"}
REMOTE = {"SSH_CONNECTION": "10.0.0.1 5000 10.0.0.2 22"}
INSIDE = {"TMUX": "/tmp/tmux-1000/default,1,0"}


class Programs:
    """Made-up programs in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "bin"
        self._folder.mkdir()
        self._kept = folder

    def add(self, name: str, body: str = "") -> None:
        """A program that keeps what it reads, then does `body`."""
        self.write(
            name, f'printf "%s\\n" "$@" > "{self._kept}/{name}.args"\n/bin/cat > "{self._kept}/{name}.kept"\n{body}'
        )

    def write(self, name: str, body: str) -> None:
        path = self._folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def kept(self, name: str) -> str | None:
        """What the program read; None where it was not run."""
        path = self._kept / f"{name}.kept"
        return path.read_text() if path.exists() else None

    def args(self, name: str) -> list[str]:
        return (self._kept / f"{name}.args").read_text().splitlines()

    def clipboard(
        self, environ: dict[str, str], platform: str = "linux", limit_s: float | None = None
    ) -> SystemClipboard:
        return SystemClipboard({"PATH": str(self._folder), **environ}, platform, limit_s)


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


@pytest.mark.parametrize(
    ("environ", "platform", "name", "args"),
    [
        (WAYLAND, "linux", "wl-copy", ["--type", "text/plain"]),
        (X11, "linux", "xclip", ["-selection", "clipboard"]),
        (X11, "linux", "xsel", ["--input", "--clipboard"]),
        ({}, "darwin", "pbcopy", [""]),
        ({"TERMUX_VERSION": "0.118"}, "linux", "termux-clipboard-set", [""]),
        ({**REMOTE, "DISPLAY": "localhost:10.0"}, "linux", "xclip", ["-selection", "clipboard"]),
    ],
)
async def test_the_systems_program_takes_the_text_as_it_is(
    programs: Programs, environ: dict[str, str], platform: str, name: str, args: list[str]
) -> None:
    programs.add(name)

    copied = await programs.clipboard(environ, platform).copy(TEXT)

    assert copied == Copied(name, is_certain=True)
    assert programs.kept(name) == TEXT
    assert programs.args(name) == args


async def test_windows_gets_the_text_by_powershell(programs: Programs) -> None:
    programs.add("powershell.exe")

    copied = await programs.clipboard({"WSL_DISTRO_NAME": "Debian"}).copy(TEXT)

    assert copied == Copied("powershell", is_certain=True)
    assert programs.kept("powershell.exe") == TEXT
    assert "Set-Clipboard" in programs.args("powershell.exe")[-1]


async def test_pbcopy_is_told_that_it_reads_utf_8(programs: Programs, tmp_path: Path) -> None:
    programs.add("pbcopy", f'echo "$LC_CTYPE $LC_ALL" > "{tmp_path}/locale"')

    await programs.clipboard({"LC_ALL": "C"}, "darwin").copy(TEXT)

    assert (tmp_path / "locale").read_text() == "UTF-8 \n"


async def test_the_next_program_is_tried_when_one_fails(programs: Programs) -> None:
    programs.add("wl-copy", "exit 1")
    programs.add("xclip")

    copied = await programs.clipboard({**WAYLAND, **X11}).copy(TEXT)

    assert copied == Copied("xclip", is_certain=True)


async def test_a_failure_is_told_when_no_program_is_left(programs: Programs) -> None:
    programs.add("xclip", "exit 3")

    copied = await programs.clipboard(X11).copy(TEXT)

    assert copied == Copied(trouble="xclip ended with code 3")


async def test_a_program_that_reads_nothing_fails_and_does_no_harm(programs: Programs) -> None:
    programs.write("xclip", "exit 1")

    copied = await programs.clipboard(X11).copy(TEXT * 100_000)

    assert copied.trouble == "xclip ended with code 1"


async def test_a_program_that_hangs_is_ended_with_its_children(programs: Programs, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "started")
    programs.write(
        "xclip",
        f'/bin/sleep 1000 & echo $! > "{tmp_path}/child"; echo > "{tmp_path}/started"; wait',
    )
    # Long enough for a busy machine to start it; the pipe below tells that it has.
    copying = asyncio.create_task(programs.clipboard(X11, limit_s=1.0).copy(TEXT))
    await asyncio.to_thread((tmp_path / "started").read_text)
    child = int((tmp_path / "child").read_text())

    copied = await copying

    assert copied == Copied(trouble="xclip gave no answer in 1 s")
    await ended(child)


async def test_a_program_is_ended_when_copying_is_given_up(programs: Programs, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "started")
    programs.write("xclip", f'echo $$ > "{tmp_path}/pid"; echo > "{tmp_path}/started"; exec /bin/sleep 1000')
    copying = asyncio.create_task(programs.clipboard(X11).copy(TEXT))
    await asyncio.to_thread((tmp_path / "started").read_text)

    copying.cancel()
    with suppress(asyncio.CancelledError):
        await copying

    await ended(int((tmp_path / "pid").read_text()))


async def test_a_child_that_stays_to_keep_the_selection_holds_up_nothing(programs: Programs, tmp_path: Path) -> None:
    programs.add("xclip", f'/bin/sleep 1000 & echo $! > "{tmp_path}/child"')

    copied = await programs.clipboard(X11).copy(TEXT)

    child = int((tmp_path / "child").read_text())
    assert copied.is_certain
    os.kill(child, 0)  # it lives
    os.kill(child, 9)


async def test_what_a_program_prints_reaches_nobody(
    programs: Programs, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    programs.add("xclip", 'i=0; while [ $i -lt 20000 ]; do echo "noise $i"; echo "noise $i" >&2; i=$((i+1)); done')

    copied = await programs.clipboard(X11).copy(TEXT)

    assert copied.is_certain
    assert capfd.readouterr() == ("", "")


async def test_a_program_gets_no_keys(programs: Programs, tmp_path: Path) -> None:
    programs.add("xclip", f'/usr/bin/env > "{tmp_path}/environment"')

    await programs.clipboard({**X11, "OPENAI_API_KEY": "sk-canary", "LANG": "de_DE.UTF-8"}).copy(TEXT)

    found = (tmp_path / "environment").read_text()
    assert "sk-canary" not in found
    assert "LANG=de_DE.UTF-8" in found


@pytest.mark.parametrize(
    ("environ", "platform"),
    [
        ({**REMOTE, **X11, **WAYLAND}, "linux"),
        (REMOTE, "darwin"),
        ({}, "linux"),
    ],
)
async def test_programs_that_would_reach_another_computers_clipboard_are_not_run(
    programs: Programs, environ: dict[str, str], platform: str
) -> None:
    for name in ("xclip", "xsel", "wl-copy", "pbcopy"):
        programs.add(name)

    copied = await programs.clipboard(environ, platform).copy(TEXT)

    assert not copied.program
    assert [programs.kept(name) for name in ("xclip", "xsel", "wl-copy", "pbcopy")] == [None] * 4


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        (WAYLAND, "wl-clipboard"),
        (X11, "xclip"),
        (REMOTE, "Over SSH"),
        (INSIDE, "set-clipboard on"),
        ({"TERMUX_VERSION": "0.118"}, "Termux:API"),
    ],
)
async def test_without_a_program_a_hint_says_what_helps(programs: Programs, environ: dict[str, str], word: str) -> None:
    copied = await programs.clipboard(environ).copy(TEXT)

    assert not copied.program
    assert word in copied.hint


async def test_tmux_gets_the_text_besides_and_is_not_certain(programs: Programs) -> None:
    programs.add("tmux")

    copied = await programs.clipboard({**INSIDE, **REMOTE}).copy(TEXT)

    assert (copied.program, copied.is_certain) == ("tmux", False)
    assert programs.kept("tmux") == TEXT
    assert programs.args("tmux") == ["load-buffer", "-w", "-"]


async def test_an_old_tmux_that_knows_no_w_keeps_the_text_in_its_buffer(programs: Programs) -> None:
    programs.write("tmux", '[ "$2" = "-w" ] && exit 1\n/bin/cat > "${0%/bin/tmux}/old.kept"')

    copied = await programs.clipboard(INSIDE).copy(TEXT)

    assert copied.program == "tmux"
    assert programs.kept("old") == TEXT


async def test_in_tmux_the_systems_program_counts_and_tmux_has_the_text_too(programs: Programs) -> None:
    programs.add("tmux")
    programs.add("xclip")

    copied = await programs.clipboard({**INSIDE, **X11}).copy(TEXT)

    assert copied == Copied("xclip", is_certain=True)
    assert programs.kept("tmux") == TEXT


@pytest.mark.parametrize(
    ("environ", "has_clipboard", "is_screen"),
    [
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "linux"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False, False),
        ({"TERM": "screen", "STY": "123.pts-0"}, True, True),
        ({"TERM": "screen", **INSIDE}, True, False),
    ],
)
def test_terminals_are_known_by_the_environment(environ: dict[str, str], has_clipboard: bool, is_screen: bool) -> None:
    terminal = SystemClipboard(environ).terminal

    assert (terminal.has_clipboard, terminal.is_screen) == (has_clipboard, is_screen)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A tmux server of the test's own; the environment of a program inside of it."""
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("there is no tmux here")
    socket = tmp_path / "tmux"
    command = [program, "-S", str(socket), "-f", "/dev/null"]
    subprocess.run([*command, "new-session", "-d"], check=True, env={**os.environ, "TERM": "xterm"})
    yield {"PATH": os.environ["PATH"], "TMUX": f"{socket},1,0"}
    subprocess.run([*command, "kill-server"], check=True)


async def test_a_real_tmux_pastes_what_was_copied(tmux: dict[str, str]) -> None:
    copied = await SystemClipboard(tmux, "linux").copy(TEXT)

    socket = tmux["TMUX"].split(",")[0]
    show = await asyncio.create_subprocess_exec("tmux", "-S", socket, "show-buffer", stdout=asyncio.subprocess.PIPE)
    shown, _ = await show.communicate()
    assert copied.program == "tmux"
    assert shown.decode() == TEXT
