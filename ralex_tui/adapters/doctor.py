"""What `ralex doctor` finds out about this computer: packages, folders, locks."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ralex_tui.adapters.mounts import network_filesystem
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import Paths
from ralex_tui.ports.computer import DiskFacts


def installed_version(package: str) -> str | None:
    """The version that is installed, or None. Imports nothing."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def probe_folder(folder: Path) -> str:
    """Write, sync and remove a file there; what to say.

    Raises:
        StorageError: If that can't be done.
    """
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        fd = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(fd, b"ralex")
            os.fsync(fd)
        finally:
            os.close(fd)
            probe.unlink()
    except OSError as error:
        raise StorageError(
            f"{folder} can't be written to: {error.strerror or error}",
            hint="make room, mend its rights, or give another folder with --home DIR",
        ) from error
    return f"{folder} can be written to"


def disk_facts(paths: Paths, proc: Path = Path("/proc")) -> DiskFacts:
    """Room, file system and locks of the data folder. Takes no lock for longer than it takes to ask for it.

    Raises:
        StorageError: If the folder can't be asked.
    """
    try:
        disk = os.statvfs(paths.data)
    except OSError as error:
        raise StorageError(f"{paths.data} can't be looked at: {error.strerror or error}") from error
    lives = [_is_held(path) for path in sorted((paths.state / "owners").glob("*.lock"))]
    return DiskFacts(
        free_bytes=disk.f_bavail * disk.f_frsize,
        network=network_filesystem(paths.data) or "",
        holder=_holder(paths.ledger / "lock", proc),
        n_running=lives.count(True),
        n_stale=lives.count(False),
    )


def _is_held(path: Path) -> bool:
    """Whether a process holds a lock file; where that can't be told, it counts as held."""
    with _opened(path) as fd:
        if fd is None:
            return path.exists()
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(fd, fcntl.LOCK_UN)
        return False


def _holder(lock: Path, proc: Path) -> str:
    """Who holds a lock file, by name and number where /proc tells; empty where nobody does."""
    if not lock.exists() or not _is_held(lock):
        return ""
    inode = f":{lock.stat().st_ino}"
    try:
        rows = [line.split() for line in (proc / "locks").read_text("ascii", "replace").splitlines()]
    except OSError:
        return "another process"
    # "1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF"; see proc(5).
    pids = [row[4] for row in rows if len(row) > 5 and row[1] == "FLOCK" and row[5].endswith(inode)]
    if not pids:
        return "another process"
    try:
        name = (proc / pids[0] / "comm").read_text("utf-8", "replace")
    except OSError:
        return f"process {pids[0]}"
    return f"process {pids[0]} ({visible_line(name, 40)})"


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        yield None
        return
    try:
        yield fd
    finally:
        os.close(fd)
