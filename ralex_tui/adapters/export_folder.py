"""Exports as folders of files, private to their owner."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ralex_tui.adapters.disk import REAL_DISK, Disk, storage_error, write_all
from ralex_tui.domain.text import visible_line

# So many exports of one day are some loop's, not a user's.
_MOST = 1_000


class ExportFolder:
    """See `ports.exports.ExportStore`."""

    def __init__(self, folder: Path, *, disk: Disk = REAL_DISK) -> None:
        self._folder = folder
        self._disk = disk

    def save(self, name: str, files: Mapping[str, str]) -> Path:
        making = self._folder / f".{name}.{secrets.token_hex(8)}.new"
        try:
            making.mkdir(mode=0o700, parents=True)
            try:
                for file, text in files.items():
                    self._write(making / file, text.encode("utf-8", "replace"))
                self._disk.sync_folder(making)
                made = self._named(making, name)
            finally:
                shutil.rmtree(making, ignore_errors=True)
            # It is there; all that could still take it is a power cut.
            with suppress(OSError):
                self._disk.sync_folder(self._folder)
        except OSError as error:
            raise storage_error(visible_line(f"{self._folder.name}/{name}"), "written", error) from error
        return made

    def _named(self, making: Path, name: str) -> Path:
        """Give the folder the first name that is free. A rename fails where a folder with files has the name."""
        for number in range(1, _MOST):
            made = self._folder / (name if number == 1 else f"{name}-{number}")
            if made.exists():
                continue
            try:
                self._disk.rename(making, made)
            except OSError:
                if not made.exists():  # else another process took the name meanwhile
                    raise
            else:
                return made
        raise FileExistsError(errno.EEXIST, "there are too many exports of that name", name)

    def _write(self, path: Path, data: bytes) -> None:
        fd = self._disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            write_all(self._disk, fd, data)
            self._disk.sync(fd)
        finally:
            os.close(fd)
