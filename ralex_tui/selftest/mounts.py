"""File systems that are really small or really read-only, for one process and its children to see.

Linux only, and only where a process may have a namespace of its own; elsewhere `NoMount`, and the
report says what was done in its place.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_MS_RDONLY = 1
_MS_REMOUNT = 32


class NoMount(Exception):
    """This system gives no file system of its own to a process like this."""


def mount_small(folder: Path, n_bytes: int) -> None:
    """Put an empty file system of that size on `folder`; it goes with this process and those it forks.

    Raises:
        NoMount: If that is not allowed here. This process may be in a namespace of its own by then: end it.
    """
    if sys.platform != "linux":
        raise NoMount(f"there are none on {sys.platform}")
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    _check(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNS))
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            Path("/proc/self", name).write_text(text)
    except OSError as error:
        raise NoMount(error.strerror or str(error)) from error
    _check(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={n_bytes}".encode()))


def make_read_only(folder: Path) -> None:
    """Let nobody write to what `mount_small` put on `folder`.

    Raises:
        NoMount: If that is not allowed here.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.mount(b"none", os.fsencode(folder), None, _MS_REMOUNT | _MS_RDONLY, None))


def _check(code: int) -> None:
    if code != 0:
        raise NoMount(os.strerror(ctypes.get_errno()))
