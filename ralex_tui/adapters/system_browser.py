"""The user's browser, opened by Python's `webbrowser` in a child that has no terminal.

In our own process it would hold up the screen for seconds, print into it, and fall back on browsers
that run in the terminal, such as lynx, which would take the screen and the keys.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Mapping
from pathlib import PurePath

from ralex_tui.adapters.search_path import search_path
from ralex_tui.adapters.system_clipboard import is_remote, is_wsl

_LIMIT_S = 10.0
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
_IN_TERMINALS = frozenset(("www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh", "carbonyl", "chawan"))

# What a desktop's programs are told by. Not TERM, by which text browsers are found; and not the rest, where the
# keys lie.
_PASSED = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
        *("DISPLAY", "XAUTHORITY", "DESKTOP_SESSION", "SESSION_MANAGER", "WSLENV"),
    }
)
_FAMILIES = ("LC_", "XDG_", "WAYLAND_", "DBUS_", "GTK_", "QT_", "GNOME_", "KDE_", "MOZ_", "WSL_")


class SystemBrowser:
    """The browser that the system or $BROWSER names, unless it runs in terminals.

    Args:
        environ: The environment of the process, of which the browser gets only what it needs.
    """

    def __init__(self, environ: Mapping[str, str], platform: str = sys.platform, python: str = sys.executable) -> None:
        self._environ = environ
        self._platform = platform
        self._python = python

    @property
    def obstacle(self) -> str:
        environ = self._environ
        if is_remote(environ):
            return "Over SSH there is no browser here: copy the address into yours."
        if self._platform == "darwin" or environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY") or is_wsl(environ):
            return ""
        return "There is no window system here that a browser could show itself in: copy the address."

    async def open(self, address: str) -> bool:
        env = {name: value for name, value in self._environ.items() if name in _PASSED or name.startswith(_FAMILIES)}
        env["PATH"] = search_path(self._environ)
        if named := self._browsers():
            env["BROWSER"] = named
        nowhere = asyncio.subprocess.DEVNULL
        try:
            # -P keeps a webbrowser.py of the current folder from being run.
            process = await asyncio.create_subprocess_exec(
                *(self._python, "-P", "-c", _OPEN, address),
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
                env=env,
                start_new_session=True,
            )
        except OSError:
            return False
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await process.wait() == 0
        except TimeoutError:
            # It waits for the browser's end, so there is one.
            return True

    def _browsers(self) -> str:
        """$BROWSER without those that run in a terminal; in WSL its own bridge where nothing is named."""
        given = self._environ.get("BROWSER", "")
        kept = [each for each in given.split(":") if each and _name(each) not in _IN_TERMINALS]
        if not kept and not given and is_wsl(self._environ) and not self._environ.get("DISPLAY"):
            return "wslview"
        return ":".join(kept)


def _name(command: str) -> str:
    try:
        return PurePath(shlex.split(command)[0]).name
    except (ValueError, IndexError):
        return command
