"""Small files written whole: at every failing step the old content or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.domain.errors import StorageError
from tests.adapters.failing_disk import FailingDisk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "a.json"


def test_file_gives_back_what_was_written_last(path: Path) -> None:
    write_atomic(path, {"a": 1})
    write_atomic(path, {"a": [2, "é", None]})

    assert read_atomic(path) == {"a": [2, "é", None]}
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["a.json", "a.json.bak"]


def test_file_that_does_not_exist_holds_nothing(path: Path) -> None:
    assert read_atomic(path) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"00000000 {}\n", b"\xff\xfe"])
def test_damaged_file_gives_what_stood_there_before(path: Path, content: bytes) -> None:
    write_atomic(path, "old")
    write_atomic(path, "new")

    path.write_bytes(content)

    assert read_atomic(path) == "old"


def test_every_failing_step_leaves_the_old_content_or_the_new(path: Path) -> None:
    write_atomic(path, "old")
    clean = FailingDisk()
    write_atomic(path, "older", disk=clean)

    for step in range(1, len(clean.steps) + 1):
        write_atomic(path, "old")
        with pytest.raises(StorageError, match="No space left"):
            write_atomic(path, "new", disk=FailingDisk(step))
        assert read_atomic(path) == ("new" if clean.steps[step - 1] == "sync_folder" else "old")
        assert not list(path.parent.glob(".*"))


def test_file_that_can_not_be_read_is_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(StorageError, match=r"folder/a\.json can't be read"):
        read_atomic(path)


def test_value_that_json_has_no_form_for_leaves_the_file_as_it_was(path: Path) -> None:
    write_atomic(path, "old")

    with pytest.raises(StorageError, match="can't be saved"):
        write_atomic(path, {1, 2})

    assert read_atomic(path) == "old"
