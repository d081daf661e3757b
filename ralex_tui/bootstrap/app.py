"""The full-screen app, started."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys

from ralex_tui import __version__
from ralex_tui.bootstrap.crash import crash_files, farewell
from ralex_tui.bootstrap.setup import Setup
from ralex_tui.bootstrap.wiring import build_services
from ralex_tui.domain.text import visible
from ralex_tui.paths import bundled

_log = logging.getLogger(__name__)


def run_app(setup: Setup) -> int:
    """Start the full-screen app; its exit code."""
    # Until the first paint nearly all that is made stays: the collector would look through it in vain,
    # a tenth of the imports' time, and later again at each full round.
    gc.disable()
    from ralex_tui.adapters.crash import log_the_uncaught, watch_for_faults
    from ralex_tui.config.palette import find_palettes
    from ralex_tui.ui.app import RalexApp

    fault = watch_for_faults(setup.paths.logs)
    log_the_uncaught()
    palettes, problems = find_palettes([bundled("themes"), setup.paths.config / "themes"])
    services = build_services(setup)
    notices = [*setup.notices, *(f"{problem.message} {problem.hint}".strip() for problem in problems)]
    if services.prices.notice:
        notices.append(services.prices.notice)
    if fault is not None:
        notices.append(f"The last ralex ended by a fault below Python; {fault} says where.")
    app = RalexApp(services, palettes, notices=notices, when_painted=_painted, rescue=crash_files(setup))
    app.run()
    if app.crash is not None:
        print(visible(farewell(app.crash, setup.paths.logs)), file=sys.stderr)
    if app.return_code == 128 + signal.SIGHUP:
        # The terminal is gone: what Python still holds back for it at exit has nowhere to go.
        gone = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(gone, stream.fileno())
    return app.return_code or 0


def _painted() -> None:
    collect_garbage()
    _log.info("ralex %s started", __version__)


def collect_garbage() -> None:
    """Collect garbage from now on, but not what the start has made, most of which stays."""
    gc.freeze()
    # With Python's own thresholds a long answer, thousands of lasting blocks, is looked through again and again
    # while it streams: 95 ms at most for 1 MB of text, 39 ms with these.
    gc.set_threshold(20_000, 50, 1_000)
    gc.enable()
