"""The check at the suite's end finds a key where the program writes, and only there."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import CANARIES, holding_a_key


def test_a_key_in_a_file_of_the_program_is_found(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "home" / "state" / "logs", tmp_path / "provider"
    for n, folder in enumerate((ours, theirs)):
        folder.mkdir(parents=True)
        (folder / "file.txt").write_bytes(b"before " + CANARIES[n] + b" after")
        (folder / "clean.txt").write_bytes(b"nothing")

    found = list(holding_a_key(tmp_path))

    # Else the suite's own check would find it, too.
    (ours / "file.txt").unlink()
    assert found == [ours / "file.txt"]
