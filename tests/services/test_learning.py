"""The learning service: when it reads, what it makes of opinions, and that a broken file stops nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_labels import TinydbLabels
from ralex_tui.domain.auto_learning import N_THRESHOLD
from ralex_tui.domain.difficulty import Difficulty
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.labels import Label
from ralex_tui.domain.models import Tier
from ralex_tui.domain.prompt_features import N_FEATURES
from ralex_tui.domain.remarks import Opinion
from ralex_tui.services.learning import LearningService
from tests.samples import NOON

FEATURES = (1.0,) * N_FEATURES
SHIPPED = Difficulty(0.2, (), FEATURES)
LABEL = Label("l", NOON, "a", Tier.CHEAP, 0.2, FEATURES, "v1", True, "down")


class Watched(TinydbLabels):
    """Labels that count how often they were read."""

    n_read = 0

    def all(self) -> list[Label]:
        self.n_read += 1
        return super().all()


@pytest.fixture
def store(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "labels.journal")


@pytest.fixture
async def learning(store: Watched) -> AsyncIterator[LearningService]:
    service = LearningService(store, SystemClock())
    yield service
    service.close()


def put_enough(store: TinydbLabels) -> None:
    """Labels of somebody who always needed the strong tier."""
    for number in range(N_THRESHOLD):
        store.put(replace(LABEL, id=f"{number:03}", answer=f"{number}", at=NOON + timedelta(minutes=number)))


async def test_nothing_is_read_before_it_is_asked_for(store: Watched, learning: LearningService) -> None:
    put_enough(store)

    assert learning.latest is None
    assert learning.adjust(SHIPPED) == 0.2
    assert store.n_read == 0


async def test_labels_are_learned_from_and_adjust_the_score(store: Watched, learning: LearningService) -> None:
    put_enough(store)

    learned = await learning.learned()

    assert learned.what == "threshold"
    assert learning.latest is learned
    assert learning.adjust(SHIPPED) == learned.adjust(0.2, FEATURES) > 0.2


async def test_what_was_learned_is_kept_until_the_labels_change(store: Watched, learning: LearningService) -> None:
    put_enough(store)
    first = await learning.learned()

    assert await learning.learned() is first
    assert store.n_read == 1

    TinydbLabels(store._path).put(replace(LABEL, id="z", answer="of another terminal"))
    assert (await learning.learned()).n_labels == N_THRESHOLD + 1


async def test_an_opinion_becomes_a_label(learning: LearningService) -> None:
    label = await learning.heed("a1", Tier.CHEAP, [Opinion.DOWN], SHIPPED, "v1")

    assert label is not None
    assert (label.answer, label.tier, label.score, label.is_needed, label.source) == (
        "a1",
        Tier.CHEAP,
        0.2,
        True,
        "down",
    )
    assert [each["id"] for each in await learning.export()] == [label.id]
    assert learning.latest is not None
    assert learning.latest.n_labels == 1


async def test_an_opinion_that_is_taken_back_takes_its_label_along(learning: LearningService) -> None:
    await learning.heed("a1", Tier.CHEAP, [Opinion.DOWN], SHIPPED, "v1")

    assert await learning.heed("a1", Tier.CHEAP, [Opinion.DOWN, Opinion.NONE], SHIPPED, "v1") is None

    assert await learning.export() == []


async def test_the_export_has_numbers_and_ids_only(learning: LearningService) -> None:
    await learning.add(LABEL)

    (plain,) = await learning.export()

    assert plain == {
        "id": "l",
        "at": NOON.isoformat(),
        "answer": "a",
        "tier": "cheap",
        "score": 0.2,
        "features": [1.0] * N_FEATURES,
        "version": "v1",
        "is_needed": True,
        "source": "down",
    }


async def test_a_reset_forgets_and_the_shipped_score_counts_again(store: Watched, learning: LearningService) -> None:
    put_enough(store)
    await learning.learned()

    assert await learning.reset() == N_THRESHOLD

    assert learning.adjust(SHIPPED) == 0.2
    assert await learning.export() == []
    assert store.fingerprint() is None


async def test_labels_that_can_not_be_read_stop_nothing(store: Watched, learning: LearningService) -> None:
    put_enough(store)
    store._path.write_bytes(b"nothing of ours\n")

    learned = await learning.learned()

    assert not learned.is_used
    assert "can't be read" in learned.why
    assert learning.adjust(SHIPPED) == 0.2
    with pytest.raises(StorageError):
        await learning.export()


def test_callers_without_a_loop_are_served_too(store: Watched) -> None:
    put_enough(store)
    learning = LearningService(store, SystemClock())

    assert learning.learned_sync().is_used
    assert len(learning.export_sync()) == N_THRESHOLD
    assert learning.reset_sync() == N_THRESHOLD
    learning.close()
