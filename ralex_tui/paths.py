"""Where config, data, state and logs live; made private (0700)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import ralex_tui
from ralex_tui.domain.errors import StorageError

_APP = "ralex"


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's own folders.

    Args:
        config: What the user writes: config.yaml, prices.yaml, themes/.
        data: What must never be lost: ledger/, conversations/, models/, prices/, exports/, labels.
        state: What may be lost: locks, logs, caches.
    """

    config: Path
    data: Path
    state: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.yaml"

    @property
    def prices_file(self) -> Path:
        """The prices that the user entered."""
        return self.config / "prices.yaml"

    @property
    def prices(self) -> Path:
        """The prices that were fetched."""
        return self.data / "prices"

    @property
    def ledger(self) -> Path:
        return self.data / "ledger"

    @property
    def conversations(self) -> Path:
        return self.data / "conversations"

    @property
    def labels(self) -> Path:
        """What Auto learns from."""
        return self.data / "labels.journal"

    @property
    def exports(self) -> Path:
        """What the user took out of the program."""
        return self.data / "exports"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    def make(self) -> None:
        """Make the folders, each for its owner only.

        Raises:
            StorageError: If one can't be made.
        """
        os.umask(0o077)
        for folder in (self.config, self.data, self.state, self.ledger, self.conversations, self.models, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if folder.stat().st_mode & 0o077 and folder in (self.data, self.state, self.config):
                    folder.chmod(0o700)
            except OSError as error:
                raise StorageError(
                    f"the folder {folder} can't be made: {error.strerror or error}",
                    hint="give another with --home DIR or RALEX_HOME",
                ) from error


def find_paths(home: str | None = None, profile: str | None = None) -> Paths:
    """The folders: below `home` (or RALEX_HOME) if given, else where the system keeps such things.

    Args:
        profile: Keeps folders of its own, with limits of its own, below profiles/.
    """
    chosen = home or os.environ.get("RALEX_HOME")
    if chosen:
        root = Path(chosen).expanduser().absolute()
        return _below(Paths(root / "config", root / "data", root / "state"), profile)
    # Imported here: with --home, as in every test and many scripts, it is never needed.
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(_APP, appauthor=False)
    return _below(Paths(dirs.user_config_path, dirs.user_data_path, dirs.user_state_path), profile)


def bundled(name: str) -> Path:
    """A file or folder that ships with the program: config.yaml, themes.

    In a wheel they lie inside the package, in a checkout at the top level.
    """
    package = Path(ralex_tui.__file__).parent
    inside = package / "_bundled" / name
    return inside if inside.exists() else package.parent / name


def _below(paths: Paths, profile: str | None) -> Paths:
    if profile is None:
        return paths
    return Paths(*(folder / "profiles" / profile for folder in (paths.config, paths.data, paths.state)))
