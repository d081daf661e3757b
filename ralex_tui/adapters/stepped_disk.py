"""A disk that tells each step that changes something, before it is taken: what fails or kills in turn stands on it."""

from __future__ import annotations

from pathlib import Path

from ralex_tui.adapters.disk import Disk


class SteppedDisk(Disk):
    """Calls `step` before all but `open` and `write`, of which only the subclass knows what they change."""

    def step(self, name: str) -> None:
        """What happens before the step; raises OSError where it fails."""
        raise NotImplementedError

    def sync(self, fd: int) -> None:
        self.step("sync")
        super().sync(fd)

    def sync_folder(self, folder: Path) -> None:
        self.step("sync_folder")
        super().sync_folder(folder)

    def truncate(self, fd: int, size: int) -> None:
        self.step("truncate")
        super().truncate(fd, size)

    def link(self, source: Path, target: Path) -> None:
        self.step("link")
        super().link(source, target)

    def rename(self, source: Path, target: Path) -> None:
        self.step("rename")
        super().rename(source, target)

    def unlink(self, path: Path) -> None:
        self.step("unlink")
        super().unlink(path)
