"""What `ralex doctor` finds out about this computer: packages and folders."""

from __future__ import annotations

import os
import secrets
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ralex_tui.domain.errors import StorageError


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
