"""What Auto learns on this computer: labels added as opinions come, and what they are good for, off the event loop."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.labels import Label
from ralex_tui.domain.models import Tier
from ralex_tui.domain.remarks import Opinion
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.labels import LabelStore
from ralex_tui.services.one_thread import OneThread

if TYPE_CHECKING:
    from ralex_tui.domain.auto_learning import Learned
    from ralex_tui.domain.difficulty import Difficulty

_log = logging.getLogger(__name__)


class LearningService:
    """The labels and what is learned from them. Blocking work is done in one thread of its own.

    The `_sync` twins are for callers without an event loop. Nothing is read before the first call that needs it.
    """

    def __init__(self, store: LabelStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._thread = OneThread("learning")
        self._seen: object = None
        self._latest: Learned | None = None

    @property
    def latest(self) -> Learned | None:
        """What was learned when it was last looked for; None until then. Waits for nothing."""
        return self._latest

    def adjust(self, shipped: Difficulty) -> float:
        """A score with what was learned, 0 to 1. For every key: waits for nothing."""
        return shipped.score if self._latest is None else self._latest.adjust(shipped.score, shipped.features)

    async def learned(self) -> Learned:
        """What the labels teach now, those of other terminals included; made anew only where they have changed.

        Where the labels can't be read, the shipped score counts, and `why` says so.
        """
        return await self._thread.run(self._learned)

    def learned_sync(self) -> Learned:
        return self._thread.wait(self._learned)

    async def heed(
        self, answer: str, tier: Tier, opinions: Sequence[Opinion], shipped: Difficulty, version: str
    ) -> Label | None:
        """Learn from what the user thinks of an answer, or unlearn it where the word was taken back.

        Args:
            answer: The id of the message; `tier` has given it.
            opinions: All on it, in the order in which they came.
            shipped: Its prompt by the shipped score, whose `version` it is.

        Returns:
            The label that counts now; None where the opinions say nothing about the tier that was needed.

        Raises:
            StorageError: If it can't be written.
        """
        # Imported here, as below: not needed before the first paint.
        from ralex_tui.domain.auto_learning import verdict_of

        said = verdict_of(tier, opinions)
        if said is None:
            await self._thread.run(self._remove, answer)
            return None
        is_needed, opinion = said
        now = self._clock.now()
        label = Label(
            new_id(now), now, answer, tier, shipped.score, shipped.features, version, is_needed, opinion.value
        )
        await self.add(label)
        return label

    async def add(self, label: Label) -> None:
        """Keep a label in the place of an earlier one of the same answer, and learn from it.

        Raises:
            StorageError: If it can't be written.
        """
        await self._thread.run(self._add, label)

    async def reset(self) -> int:
        """Forget everything that was learned, on the disk too; how many labels there were.

        Raises:
            StorageError: If the file can't be removed.
        """
        return await self._thread.run(self._reset)

    def reset_sync(self) -> int:
        return self._thread.wait(self._reset)

    async def export(self) -> list[dict[str, Any]]:
        """All labels, oldest first, as plain values: every number that Auto keeps of the user.

        Raises:
            StorageError: If they can't be read.
        """
        return await self._thread.run(self._export)

    def export_sync(self) -> list[dict[str, Any]]:
        return self._thread.wait(self._export)

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _add(self, label: Label) -> None:
        self._store.put(label)
        self._learned()

    def _remove(self, answer: str) -> None:
        self._store.remove(answer)
        self._learned()

    def _learned(self) -> Learned:
        from ralex_tui.domain.auto_learning import Learned, learn

        # Taken before the reading: what is written meanwhile is found the next time.
        stamp, known = self._store.fingerprint(), self._latest
        if stamp is None:
            known = Learned()
        elif known is None or stamp != self._seen:
            try:
                known = learn(self._store.all())
            except StorageError as error:
                _log.warning("the labels can't be read, so the shipped score counts: %s", error.message)
                known = Learned(why=f"what was learned can't be read: {error.message}")
        self._seen, self._latest = stamp, known
        return known

    def _reset(self) -> int:
        n_labels = self._store.clear()
        self._learned()
        return n_labels

    def _export(self) -> list[dict[str, Any]]:
        labels = sorted(self._store.all(), key=lambda label: (label.at, label.id))
        return [_plain(label) for label in labels]


def _plain(label: Label) -> dict[str, Any]:
    return {
        "id": label.id,
        "at": label.at.isoformat(),
        "answer": label.answer,
        "tier": label.tier.value,
        "score": label.score,
        "features": list(label.features),
        "version": label.version,
        "is_needed": label.is_needed,
        "source": label.source,
    }
