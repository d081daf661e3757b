"""Where exports go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class ExportStore(Protocol):
    """Keeps what the user took out of the program. Blocks: services run it off the event loop."""

    def save(self, name: str, files: Mapping[str, str]) -> Path:
        """Write a folder of text files, all of them or none; never over what is there.

        Args:
            name: Of the folder; "-2", "-3"... is added where it is taken.
            files: Their names with what they hold.

        Raises:
            StorageError: If it can't be written; then nothing of it is left.
        """
        ...
