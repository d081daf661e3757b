"""Small files written whole: the old content or the new one, never a mixture. For caches and settings of ours."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

import orjson

from ralex_tui.adapters.disk import REAL_DISK, Disk, storage_error, write_all
from ralex_tui.adapters.json_lines import checked, encode, line_of
from ralex_tui.domain.text import visible_line


def write_atomic(path: Path, value: object, *, disk: Disk = REAL_DISK) -> None:
    """Replace the file by one checked line of JSON, durably; what stood there before is kept as `.bak`.

    Raises:
        StorageError: If it can't be written; the file is then as it was.
    """
    replace_file(path, line_of(encode(value)), disk=disk)


def replace_file(path: Path, content: bytes, *, disk: Disk = REAL_DISK) -> None:
    """The same with any content.

    Raises:
        StorageError: If it can't be written; the file is then as it was.
    """
    # A random part: a process id can come again, and has, within a test of 1,500 kills.
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    old = new.with_suffix(".old")
    backup = path.with_name(f"{path.name}.bak")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write_new(new, content, disk)
            with suppress(FileNotFoundError):
                disk.link(path, old)
                disk.rename(old, backup)
            disk.rename(new, path)
        finally:
            disk.unlink(new)
            disk.unlink(old)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise storage_error(_name(path), "written", error) from error


def read_atomic(path: Path) -> object | None:
    """What was written last, or what its `.bak` holds where the file is damaged; None where both fail.

    Raises:
        StorageError: If the file is there and can't be read at all.
    """
    for candidate in (path, path.with_name(f"{path.name}.bak")):
        try:
            line = candidate.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise storage_error(_name(path), "read", error) from error
        body = checked(line.removesuffix(b"\n"))
        if body is not None:
            with suppress(ValueError, RecursionError):
                value: object = orjson.loads(body)
                return value
    return None


def _write_new(path: Path, data: bytes, disk: Disk) -> None:
    fd = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        write_all(disk, fd, data)
        disk.sync(fd)
    finally:
        os.close(fd)


def _name(path: Path) -> str:
    return visible_line(f"{path.parent.name}/{path.name}")
