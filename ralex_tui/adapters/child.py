"""What our child processes have in common: how they are started, what they inherit, how they end.

Used on both sides: the app builds the command and the environment, the child guards its pipes.
Imports nothing outside the standard library, so that a child is up at once.
"""

from __future__ import annotations

import ctypes
import os
import signal
import site
import sys
from collections.abc import Mapping
from pathlib import Path

import ralex_tui

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT = 1_000_000

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
    # with a litellm.py in it would run as us.
    return [sys.executable, "-P", "-m", module, *args]


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


def take_stdout(log: Path) -> int:
    """Keep the real stdout for the protocol and send whatever is printed, by anyone, to `log`.

    Returns:
        A new descriptor of the real stdout, not inherited by this process's own children.
    """
    protocol = os.dup(1)
    target = open_log(log)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
    return protocol


def open_log(log: Path) -> int:
    """A descriptor that appends to `log`, for its owner only; one that has grown past 1 MB begins anew."""
    try:
        is_long = log.stat().st_size > _LOG_LIMIT
    except OSError:
        is_long = False
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if is_long else 0)
    descriptor = os.open(log, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor
