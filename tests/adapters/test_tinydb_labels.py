"""The labels on disk: each comes back, a later opinion takes an earlier one's place, and forgetting forgets."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from ralex_tui.adapters.journal_storage import open_db
from ralex_tui.adapters.tinydb_labels import TinydbLabels
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.labels import Label
from ralex_tui.domain.models import Tier
from tests.adapters.failing_disk import FailingDisk
from tests.adapters.processes import mode
from tests.samples import NOON

LABEL = Label("l1", NOON, "a1", Tier.CHEAP, 0.25, (0.5, -3.0, 0.0), "v1", True, "escalated")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "labels.journal"


def test_a_label_gives_back_every_field(path: Path) -> None:
    TinydbLabels(path).put(LABEL)

    assert TinydbLabels(path).all() == [LABEL]


def test_without_a_file_there_are_no_labels_and_none_is_made(path: Path) -> None:
    store = TinydbLabels(path)

    assert store.all() == []
    assert store.fingerprint() is None
    store.remove("a1")
    assert store.clear() == 0
    assert not path.exists()


def test_a_later_opinion_on_an_answer_takes_the_place_of_the_earlier(path: Path) -> None:
    store = TinydbLabels(path)
    store.put(LABEL)
    other = replace(LABEL, id="l2", answer="a2")
    store.put(other)

    later = replace(LABEL, id="l3", is_needed=False, source="up")
    store.put(later)

    assert store.all() == [later, other]


def test_what_was_taken_back_is_gone(path: Path) -> None:
    store = TinydbLabels(path)
    store.put(LABEL)

    store.remove("a1")
    store.remove("another")

    assert store.all() == []


def test_forgetting_leaves_nothing_on_the_disk(path: Path) -> None:
    store = TinydbLabels(path)
    store.put(LABEL)
    store.put(replace(LABEL, id="l2", answer="a2"))

    assert store.clear() == 2

    assert store.all() == []
    assert list(path.parent.iterdir()) == []


def test_another_process_sees_what_was_forgotten_and_what_came_after(path: Path) -> None:
    one, other = TinydbLabels(path), TinydbLabels(path)
    one.put(LABEL)
    assert other.all() == [LABEL]

    one.clear()
    assert other.all() == []

    after = replace(LABEL, id="l9")
    one.put(after)
    assert other.all() == [after]


def test_the_fingerprint_changes_with_each_change_of_whoever(path: Path) -> None:
    store, seen = TinydbLabels(path), []
    for change in (lambda: None, lambda: TinydbLabels(path).put(LABEL), lambda: store.remove("a1"), store.clear):
        change()
        seen.append(store.fingerprint())

    assert len(set(seen)) == 3
    assert seen[0] is None
    assert seen[-1] is None


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    TinydbLabels(path).put(LABEL)

    assert mode(path) == 0o600


def test_a_damaged_file_is_told_and_can_be_forgotten(path: Path) -> None:
    store = TinydbLabels(path)
    store.put(LABEL)
    path.write_bytes(path.read_bytes().replace(b"escalated", b"escalater"))

    with pytest.raises(StorageError, match="damaged"):
        TinydbLabels(path).all()

    assert TinydbLabels(path).clear() == 0
    assert store.all() == []


@pytest.mark.parametrize("change", [{"tier": "grand"}, {"v": 2}, {"at": "2026-01-01T00:00:00"}, {"features": None}])
def test_a_label_that_makes_no_sense_is_told_with_the_way_out(path: Path, change: dict[str, object]) -> None:
    store = TinydbLabels(path)
    store.put(LABEL)
    open_db(path).records("labels").update(change)

    with pytest.raises(StorageError) as caught:
        store.all()

    assert "ralex route --reset" in caught.value.hint


@pytest.mark.parametrize("step", [1, 2])
def test_a_label_that_can_not_be_written_is_told_and_harms_no_other(path: Path, step: int) -> None:
    TinydbLabels(path).put(LABEL)
    failing = TinydbLabels(path, disk=FailingDisk(step))

    with pytest.raises(StorageError):
        failing.put(replace(LABEL, id="l2", answer="a2"))

    assert LABEL in TinydbLabels(path).all()


def _put_some(path: Path, who: int) -> None:
    store = TinydbLabels(path)
    for number in range(20):
        store.put(replace(LABEL, id=f"{who}-{number}", answer=f"{who}-{number}"))


def test_many_processes_lose_no_label(path: Path) -> None:
    forks = multiprocessing.get_context("fork")
    running = [forks.Process(target=_put_some, args=(path, who)) for who in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(30)

    assert len(TinydbLabels(path).all()) == 60
