"""Folders that somebody else has made: 0 packets to another host, 0 files outside the data folder, no code run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.cage import CANARY
from tests.hostile.folders import FOLDERS, STOLEN_KEY

ROOT = Path(__file__).parents[2]

# LiteLLM and its child are started in these: they read more, and import more, than all else.
ASKED = ("all of it at once", ".env", "project files")
USED = (
    "all of it at once",
    "config.yaml with another host",
    ".env",
    "sitecustomize.py",
    "programs, and a relative PATH",
)

Cage = Callable[[str, str], dict[str, Any]]


@cache
def can_unshare() -> bool:
    """Whether a network of one's own can be had here, with an interface that counts what leaves."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    tried = subprocess.run(
        ["unshare", "-rnm", "ip", "link", "add", "out", "type", "veth", "peer", "name", "far"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


@pytest.fixture
def cage(tmp_path: Path) -> Cage:
    """Run ralex in a hostile folder, shut off from the network where that can be done."""

    def run(folder: str, what: str) -> dict[str, Any]:
        alone = ["unshare", "-rnm"] if can_unshare() else []
        flags = ["--net"] if alone else []
        ran = subprocess.run(
            [*alone, sys.executable, "-m", "tests.hostile.cage", folder, what, str(tmp_path), *flags],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return result

    return run


def assert_harmless(result: dict[str, Any]) -> None:
    assert result["evil"] == []
    assert result["packets"] in (0, None)
    assert result["marker"] == ""
    assert result["changed"] == []
    for run in result["runs"]:
        said = run["out"] + run["err"]
        assert "Traceback" not in said
        assert "a bug in ralex" not in said
        assert CANARY not in said + run.get("raw", "")
        assert STOLEN_KEY not in said


@pytest.mark.parametrize("folder", FOLDERS)
def test_ralex_in_a_hostile_folder_does_what_it_does_elsewhere(cage: Cage, folder: str) -> None:
    result = cage(folder, "quick")

    assert_harmless(result)
    assert tuple(run["code"] for run in result["runs"]) == FOLDERS[folder].codes
    if FOLDERS[folder].codes[1] == 0:
        models = {row["model"]: row for row in json.loads(result["runs"][1]["out"])["models"]}
        assert models["lan/small"]["price"]["input"] == "0.300000000"
    assert not any("\x1b" in run["out"] + run["err"] for run in result["runs"])


@pytest.mark.parametrize("folder", ASKED)
def test_a_question_asked_in_a_hostile_folder_goes_to_the_users_own_provider(cage: Cage, folder: str) -> None:
    result = cage(folder, "ask")

    assert_harmless(result)
    (run,) = result["runs"]
    assert (run["code"], run["out"]) == (0, "Hello\n")
    assert result["n_asked"] == 1


@pytest.mark.parametrize("folder", USED)
def test_the_app_used_in_a_hostile_folder_asks_and_copies_as_elsewhere(cage: Cage, folder: str) -> None:
    result = cage(folder, "app")

    assert_harmless(result)
    (run,) = result["runs"]
    assert run["code"] == 0
    assert result["n_asked"] == 1
    assert "owned" not in run["raw"]


@pytest.mark.skipif(not can_unshare(), reason="no network of one's own can be had here")
def test_the_cage_counts_what_leaves_it(tmp_path: Path) -> None:
    tries = (
        "import sys, socket; from pathlib import Path; from tests.hostile.cage import n_packets, set_up_network\n"
        "set_up_network(Path(sys.argv[1])); assert n_packets() == 0\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9)); assert n_packets() == 1\n"
        "try: socket.getaddrinfo('somewhere.example', 80)\n"
        "except OSError: pass\n"
        "assert n_packets() > 1"
    )

    ran = subprocess.run(
        ["unshare", "-rnm", sys.executable, "-c", tries, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
