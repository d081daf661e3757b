"""What the engines' tests share: LiteLLM imported once, weights installed once, a provider of our own."""

from __future__ import annotations

import fcntl
import os
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ralex_tui.adapters.litellm_setup import load_litellm
from ralex_tui.adapters.local_install import install
from ralex_tui.paths import Paths
from tests.adapters.provider import Provider, running_provider

_ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def litellm_loaded() -> None:
    """LiteLLM's import takes 3 s, and warns of other people's deprecations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_litellm(None, str)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "state")
    made.make()
    return made


@pytest.fixture(scope="session")
def embedded_models() -> dict[str, str]:
    """An environment whose RALEX_MODELS holds the weights: fetched once, shared by all runs and workers."""
    folder = Path(os.environ.get("RALEX_MODELS") or _ROOT / ".home" / "models")
    folder.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "RALEX_MODELS": str(folder)}
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(Paths(folder, folder, folder), progress=print, environ=environ)
    return environ
