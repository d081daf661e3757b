"""What is known before anything is started: folders, settings, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ralex_tui.config.load import foreign_config_notice, load_settings
from ralex_tui.config.policy import budget_policy
from ralex_tui.config.schema import Settings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.models import ModelRef
from ralex_tui.paths import Paths, find_paths


@dataclass(frozen=True, slots=True)
class Setup:
    """What is known before anything is started: folders, settings, limits."""

    paths: Paths
    settings: Settings
    policy: BudgetPolicy
    notices: tuple[str, ...] = ()


def load(home: str | None, config: Path | None, profile: str | None) -> Setup:
    """Find the folders and read the settings.

    Raises:
        ConfigError: If config.yaml can't be used.
        StorageError: If a folder can't be made.
    """
    paths = find_paths(home, profile)
    paths.make()
    settings = load_settings(paths, config)
    notices = [foreign_config_notice(Path(), paths), _network_notice(paths)]
    return Setup(paths, settings, budget_policy(settings), tuple(notice for notice in notices if notice))


def _network_notice(paths: Paths) -> str | None:
    from ralex_tui.adapters.mounts import network_filesystem

    kind = network_filesystem(paths.data)
    if kind is None:
        return None
    return (
        f"the data folder is on {kind}: the limit holds for this computer's terminals, and may not for another's "
        "that share the folder; --home DIR or RALEX_HOME gives a folder on a disk"
    )


def is_local(settings: Settings) -> Callable[[ModelRef], bool]:
    """Whether a model runs on this computer, by the settings or because its server can only be found there."""
    from ralex_tui.adapters.endpoints import LOCAL_PROVIDER
    from ralex_tui.domain.local import has_found_name

    def is_local(ref: ModelRef) -> bool:
        entry = settings.providers.get(ref.provider)
        if entry is not None:
            return entry.local
        return ref.provider == LOCAL_PROVIDER or has_found_name(ref.provider)

    return is_local
