"""`ralex selftest` as its users have it: a process of its own, which kills some hundred others."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ONE_PHASE = """
import sys
from ralex_tui.cli.main import main
from ralex_tui.selftest import run
from ralex_tui.selftest.report import Tally

for other in ("every_step", "full_disk", "size_limits", "read_only", "flipped_bytes", "torn_tails", "bills"):
    setattr(run, other, lambda *args, **options: Tally("left out"))
{}
sys.exit(main(sys.argv[1:]))
"""

# A build that charges the dead too little.
HALF_CHARGED = """
from dataclasses import replace
from ralex_tui.domain.money import Usd
from ralex_tui.services.bookkeeper import Bookkeeper

whole = Bookkeeper._abandonment

def half(self, entry):
    settlement = whole(self, entry)
    return replace(settlement, charged=Usd(settlement.charged.nano // 2))

Bookkeeper._abandonment = half
"""


def selftest(home: Path, *args: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    program = ["-m", "ralex_tui"] if code is None else ["-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RALEX_HOME": str(home)}
    command = [sys.executable, *program, "selftest", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home, check=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def test_three_hundred_kills_and_a_limit_for_eight_lose_nothing(home: Path) -> None:
    ran = selftest(home, "--kills", "300", "--spenders", "8", "--requests", "100", "--seed", "11")

    head, *rows, verdict = ran.stdout.splitlines()
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert re.fullmatch(r"what was tried +times +kills +acknowledged +lost +unreadable +over +wrong +used +s", head)
    assert re.match(r"killed at random: .* 300 +[\d,]+ +0 +0 +0 +0 +[\d.]+$", rows[0])
    # The last two are the bill without kills and with them; of each as much of the limit was used as can be.
    assert [float(used) >= 98 for used in re.findall(r"([\d.]+) %", "\n".join(rows[-2:]))] == [True, True]
    assert all(len(row) == len(head) for row in rows)
    assert verdict.startswith("ok: nothing lost, nothing unreadable, never over the limit; ")
    assert list((home / "data").glob("selftest-*")) == []


def test_selftest_for_programs_writes_one_object(home: Path) -> None:
    ran = selftest(home, "--kills", "1", "--seed", "3", "--in", str(home), "--json", code=ONE_PHASE.format(""))

    content = json.loads(ran.stdout)
    assert (content["ok"], content["seed"], content["phases"][0]["n_kills"]) == (True, 3, 1)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not (home / "data").exists()
    assert list(home.glob("selftest-*")) == []


def test_selftest_of_a_build_that_charges_too_little_fails_and_keeps_the_files(home: Path) -> None:
    ran = selftest(home, "--kills", "60", "--requests", "10", "--seed", "3", code=ONE_PHASE.format(HALF_CHARGED))

    (kept,) = (home / "data").glob("selftest-*")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1].startswith("FAILED: ")
    assert "was billed" in ran.stderr
    assert f"seed 3; the files are kept in {kept}" in ran.stderr


def test_selftest_in_a_folder_that_is_not_there_is_bad_usage(home: Path) -> None:
    ran = selftest(home, "--in", "nowhere")

    assert ran.returncode == 2
    assert ran.stderr == "ralex: nowhere is no folder\n       make it first, or leave --in out\n"
