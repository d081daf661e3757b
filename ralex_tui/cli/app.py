"""`ralex` without a command: the full-screen app."""

from __future__ import annotations

import sys

from ralex_tui.cli.options import Options
from ralex_tui.domain.errors import UsageError


def start(options: Options) -> int:
    """Start the app; its exit code.

    Raises:
        UsageError: If there is no terminal.
        ConfigError: If the settings can't be used.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the app needs a terminal, and this is none", hint="for one answer: ralex ask TEXT")
    # Imported here: it reads the settings, which a refusal has no need of.
    from ralex_tui import bootstrap

    return bootstrap.run_app(options.setup())
