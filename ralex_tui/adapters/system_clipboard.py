"""The system's clipboard by way of its own programs: which there are, and what they say.

A text goes to a program's standard input, never through a shell, and nothing a program prints is
read. Over SSH the programs of this computer are no help, as the user sits at another one; only a
forwarded X display leads there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from ralex_tui.adapters.search_path import search_path
from ralex_tui.domain.text import visible_line
from ralex_tui.ports.clipboard import Copied, Terminal

_LIMIT_S = 2.0
# PowerShell takes most of a second to start, and several the first time.
_POWERSHELL_S = 8.0

# What these programs need to find their display or server. Some go on to keep the selection for hours, and
# other programs' keys lie in variables whose names nobody can list.
_PASSED = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "DISPLAY", "XAUTHORITY"),
        *("WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),
        *("TMUX", "TMUX_PANE", "TMUX_TMPDIR", "WSL_INTEROP", "WSL_DISTRO_NAME", "PREFIX", "LD_PRELOAD"),
        *("ANDROID_ROOT", "ANDROID_DATA", "ANDROID_ART_ROOT", "ANDROID_I18N_ROOT", "ANDROID_TZDATA_ROOT"),
        *("BOOTCLASSPATH", "DEX2OATBOOTCLASSPATH", "TERMUX_VERSION", "TERMUX_APP__PACKAGE_NAME"),
    }
)

# clip.exe takes UTF-8 for the country's old code page, and keeps the mark that would tell it otherwise in the text.
_POWERSHELL = (
    "$in = New-Object IO.StreamReader([Console]::OpenStandardInput(), [Text.Encoding]::UTF8);"
    " Set-Clipboard -Value $in.ReadToEnd()"
)


@dataclass(frozen=True, slots=True)
class _Program:
    """A program that takes a text from its standard input."""

    command: tuple[str, ...]
    limit_s: float = _LIMIT_S

    @property
    def name(self) -> str:
        return self.command[0].removesuffix(".exe")


_PBCOPY = _Program(("pbcopy",))
_WAYLAND = _Program(("wl-copy", "--type", "text/plain"))
_X11 = (_Program(("xclip", "-selection", "clipboard")), _Program(("xsel", "--input", "--clipboard")))
_WINDOWS = _Program(("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL), _POWERSHELL_S)
_TERMUX = _Program(("termux-clipboard-set",))
# -w, from tmux 3.2 on, has tmux tell the terminal too, which at `set-clipboard external`, its default, it does for
# nobody else inside of it.
_TMUX = (_Program(("tmux", "load-buffer", "-w", "-")), _Program(("tmux", "load-buffer", "-")))


class SystemClipboard:
    """The programs that the environment speaks of.

    Args:
        environ: The environment of the process, by which displays and multiplexers are known.
        limit_s: Seconds that a program may take; for tests.
    """

    def __init__(self, environ: Mapping[str, str], platform: str = sys.platform, limit_s: float | None = None) -> None:
        self._environ = environ
        self._platform = platform
        self._limit_s = limit_s
        # The Linux console and what calls itself dumb have none, and Apple's Terminal never took up OSC 52.
        is_without = environ.get("TERM") in ("linux", "dumb") or environ.get("TERM_PROGRAM") == "Apple_Terminal"
        self.terminal = Terminal(
            has_clipboard=not is_without or "TMUX" in environ,
            is_screen="STY" in environ and "TMUX" not in environ,
        )

    @property
    def installed(self) -> tuple[str, ...]:
        """The programs that would be tried, the best first; tmux last. Looks at files."""
        wanted = (*self._programs(), *(_TMUX[:1] if "TMUX" in self._environ else ()))
        return tuple(program.name for program in self._which(wanted))

    async def copy(self, text: str) -> Copied:
        """Offer the text to the programs there are, the best first, until one has taken it; and to tmux in any case."""
        data = text.encode()
        wanted = self._programs()
        by_system, by_tmux = await asyncio.gather(
            self._first(wanted, data), self._first(_TMUX if "TMUX" in self._environ else (), data)
        )
        (program, trouble), (tmux, tmux_trouble) = by_system, by_tmux
        if program:
            return Copied(program, is_certain=True)
        return Copied(tmux, trouble=trouble or ("" if tmux else tmux_trouble), hint=self._hint(wanted))

    def _programs(self) -> tuple[_Program, ...]:
        """What leads to the clipboard where the user sits."""
        environ = self._environ
        display = environ.get("DISPLAY", "")
        if is_remote(environ):
            return () if not display or display.startswith((":", "unix:", "/")) else _X11
        if self._platform == "darwin":
            return (_PBCOPY,)
        if "TERMUX_VERSION" in environ:
            return (_TERMUX,)
        found: list[_Program] = []
        if environ.get("WAYLAND_DISPLAY"):
            found.append(_WAYLAND)
        if display:
            found += _X11
        if is_wsl(environ):
            found.append(_WINDOWS)
        return tuple(found)

    def _hint(self, wanted: tuple[_Program, ...]) -> str:
        environ = self._environ
        if "TMUX" in environ:
            return "If it did not: put `set -s set-clipboard on` into tmux.conf, and let the terminal allow OSC 52."
        if is_remote(environ):
            return "Over SSH the terminal is the only way: if it did not work, see whether it allows OSC 52."
        if self._which(wanted):
            return ""
        names = "wl-clipboard" if _WAYLAND in wanted else "xclip or xsel" if set(_X11) <= set(wanted) else ""
        if _TERMUX in wanted:
            names = "the Termux:API app and package"
        return f"To be certain, install {names}." if names else ""

    def _which(self, wanted: tuple[_Program, ...]) -> list[_Program]:
        path = search_path(self._environ)
        return [program for program in wanted if shutil.which(program.command[0], path=path)]

    async def _first(self, wanted: tuple[_Program, ...], data: bytes) -> tuple[str, str]:
        """The name of the first program that took it, else empty; and how the last one failed."""
        trouble = ""
        for program in self._which(wanted):
            trouble = await self._run(program, data)
            if not trouble:
                return program.name, ""
        return "", trouble

    async def _run(self, program: _Program, data: bytes) -> str:
        """Give a program the text; how it failed, empty where it did not."""
        command = [shutil.which(program.command[0], path=search_path(self._environ)) or "", *program.command[1:]]
        nowhere = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                # Not pipes: a child that stays to keep the selection would hold them open.
                stdout=nowhere,
                stderr=nowhere,
                env=self._child_env(),
                # Of its own: what keeps the selection outlives the terminal, and hears none of its signals.
                start_new_session=True,
            )
        except OSError as error:
            return f"{program.name} could not be started: {visible_line(error.strerror or '')}"
        limit_s = self._limit_s or program.limit_s
        try:
            async with asyncio.timeout(limit_s):
                await process.communicate(data)
        except TimeoutError:
            return f"{program.name} gave no answer in {limit_s:g} s"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return f"{program.name} ended with code {process.returncode}" if process.returncode else ""

    def _child_env(self) -> dict[str, str]:
        env = {name: value for name, value in self._environ.items() if name in _PASSED or name.startswith("LC_")}
        env["PATH"] = search_path(self._environ)
        if self._platform == "darwin":
            # pbcopy reads by the locale: without one, as the Mac's old code page.
            env.pop("LC_ALL", None)
            env["LC_CTYPE"] = "UTF-8"
        return env


def is_remote(environ: Mapping[str, str]) -> bool:
    """Whether the user sits at another computer, as far as SSH tells."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def is_wsl(environ: Mapping[str, str]) -> bool:
    """Whether this Linux runs inside Windows."""
    return bool(environ.get("WSL_INTEROP") or environ.get("WSL_DISTRO_NAME"))
