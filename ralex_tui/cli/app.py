"""`ralex` without a command: the full-screen app."""

from __future__ import annotations

import os
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
    # Textual (8.2.8) repaints on a beat of its own, 60 a second: with an answer on its way a key would wait for the
    # next one. Read at its import. What is streamed has our own, slower beat.
    os.environ.setdefault("TEXTUAL_FPS", "400")
    # Imported here: it reads the settings, which a refusal has no need of.
    from ralex_tui import bootstrap

    return bootstrap.run_app(options.setup())
