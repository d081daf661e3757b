"""What our child processes have in common: how they are started, what they inherit, how they end.

Used on both sides: the parent builds the command and the environment (see `spawned`), the child guards its
pipes. Imports nothing outside the standard library, so that a child is up at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import site
import sys
from collections.abc import Mapping
from pathlib import Path

import ralex_tui

_PR_SET_PDEATHSIG = 1
_BY_LINES = 1  # _IOLBF in stdio.h

# All that a child needs of the environment. A list of what may pass, and not of what may not:
# other programs' keys lie in variables whose names nobody can list.
_PASSED = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)


def child_command(module: str, *args: str) -> list[str]:
    """The command that runs one of our modules as a child."""
    # -P: without it `-m` puts the current folder first on the path, and a cloned repository
    # with a litellm.py in it would run as us. -u and faulthandler: a child that crashes has
    # printed all that it had to say, and where it was.
    return [sys.executable, "-P", "-u", "-X", "faulthandler", "-m", module, *args]


def child_env(environ: Mapping[str, str]) -> dict[str, str]:
    """The little of `environ` that a child needs: no keys, no provider addresses."""
    env = {name: value for name, value in environ.items() if name in _PASSED or name.startswith("LC_")}
    package_root = Path(ralex_tui.__file__).parent.parent
    installed = {Path(folder) for folder in [*site.getsitepackages(), site.getusersitepackages()]}
    if package_root not in installed:
        # A checkout, found through the current folder, which -P takes away.
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(package_root), env.get("PYTHONPATH", "")]))
    return env


def die_with_parent() -> None:
    """Have the kernel end this process with its parent, killed or not (Linux; elsewhere the pipe's end tells)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def take_protocol(descriptor: int) -> int:
    """Keep the pipe to the parent, which `descriptor` names, from this process's own children.

    What anyone prints, from Python or C, goes to the log: stdout and stderr were the log's from the first moment on.
    """
    os.set_inheritable(descriptor, False)
    _print_by_lines()
    return descriptor


def _print_by_lines() -> None:
    """Have C's stdout written line by line: into a pipe it would be held back, and be lost in a crash."""
    libc = ctypes.CDLL(None)
    with contextlib.suppress(ValueError):  # the symbol has another name on macOS
        stdout = ctypes.c_void_p.in_dll(libc, "stdout")
        libc.setvbuf(stdout, None, _BY_LINES, 0)
