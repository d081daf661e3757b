"""Where the labels that Auto learns from live. All calls block: the service runs them off the event loop."""

from __future__ import annotations

from typing import Protocol

from ralex_tui.domain.labels import Label


class LabelStore(Protocol):
    """Labels, one for each answer that the user had an opinion on; shared by every process on the data folder."""

    def all(self) -> list[Label]:
        """All labels, in no order that matters.

        Raises:
            StorageError: If the file can't be read, or what it holds makes no sense to this version.
        """
        ...

    def put(self, label: Label) -> None:
        """Keep a label, durably, in the place of an earlier one of the same answer.

        Raises:
            StorageError: If it can't be written.
        """
        ...

    def remove(self, answer: str) -> None:
        """Take back what was said of an answer; nothing where nothing was.

        Raises:
            StorageError: If it can't be written.
        """
        ...

    def clear(self) -> int:
        """Forget all labels, so that nothing of them is left on the disk; how many there were.

        Works on a file that can't be read too; then 0.

        Raises:
            StorageError: If it can't be removed.
        """
        ...

    def fingerprint(self) -> object:
        """Something that changes, by whichever process, when the labels do; compare with ==. One `stat`."""
        ...
