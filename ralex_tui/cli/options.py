"""The options that come before the sub-command, and what they lead to."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.domain.text import visible_line

if TYPE_CHECKING:
    from ralex_tui.bootstrap import Setup


@dataclass(frozen=True, slots=True)
class Options:
    """--config, --home and --profile as given."""

    config: str | None = None
    home: str | None = None
    profile: str | None = None

    def setup(self) -> Setup:
        """The folders and settings, for the app, which shows the notices itself.

        Raises:
            ConfigError: If the settings can't be used.
            StorageError: If a folder can't be made.
        """
        # Imported here: it reads the settings, which `ralex --help` has no need of.
        from ralex_tui import bootstrap

        return bootstrap.load(self.home, Path(self.config) if self.config else None, self.profile)

    def setup_with_notices(self) -> Setup:
        """The same for a sub-command, with the notices told on stderr."""
        setup = self.setup()
        for notice in setup.notices:
            print(f"ralex: {visible_line(notice)}", file=sys.stderr)
        return setup


class Bug(Exception):
    """A command ended in an exception that nobody foresaw.

    Args:
        options: With which it ran: they tell in which folders to write it down.
    """

    def __init__(self, options: Options, cause: Exception) -> None:
        super().__init__()
        self.options = options
        self.cause = cause
