"""The log of this process: what the modules say, and what became of each request."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.setup import Setup

if TYPE_CHECKING:
    from ralex_tui.adapters.log_writer import LogWriter
    from ralex_tui.adapters.secret import Redactor
    from ralex_tui.adapters.telemetry import Telemetry
    from ralex_tui.ports.request_log import RequestLog

# The first line waits for the first frame and the first words typed.
_LAG_S = 2.0


@contextmanager
def open_request_log(setup: Setup) -> Iterator[RequestLog]:
    """The log of requests, with the log of all else: from here on, what modules log goes into its files."""
    from ralex_tui.adapters.request_log import LoggedRequests

    with _open_log(setup) as writer:
        log = LoggedRequests(setup.paths.logs, writer)
        if setup.settings.telemetry.otlp is None:
            yield log
            return
        from ralex_tui.adapters.telemetry import ToldOn

        with _open_telemetry(setup, setup.settings.telemetry.otlp, writer) as telemetry:
            yield ToldOn(log, telemetry)


def redactor(setup: Setup) -> Redactor:
    """What takes the keys that this process may know out of a text."""
    from ralex_tui.adapters.endpoints import KEY_VARIABLES
    from ralex_tui.adapters.secret import Redactor

    named = (entry.api_key_env for entry in setup.settings.providers.values())
    return Redactor.of_environment(os.environ, [*KEY_VARIABLES.values(), *(name for name in named if name)])


@contextmanager
def _open_log(setup: Setup) -> Iterator[LogWriter]:
    from ralex_tui.adapters.log_files import LogFiles
    from ralex_tui.adapters.log_writer import LogHandler, LogWriter

    writer = LogWriter(LogFiles(setup.paths.logs), redactor(setup), lag_s=_LAG_S)
    handler = LogHandler(writer)
    logger = logging.getLogger("ralex_tui")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield writer
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


@contextmanager
def _open_telemetry(setup: Setup, address: str, writer: LogWriter) -> Iterator[Telemetry]:
    """Telemetry to the user's collector; what OpenTelemetry has to say about it goes into the log, once."""
    from urllib.parse import urlsplit

    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.log_writer import LogHandler, Once
    from ralex_tui.adapters.telemetry import Telemetry, otlp_exports

    known = endpoints(setup.settings, os.environ)
    hosts = {each.provider: urlsplit(each.api_base).hostname or "" for each in known if each.api_base}
    telemetry = Telemetry(lambda: otlp_exports(address), hosts)
    handler = LogHandler(writer)
    handler.addFilter(Once())
    logger = logging.getLogger("opentelemetry")
    # Without this its words would go to stderr, and so over the screen.
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield telemetry
    finally:
        telemetry.close()
        logger.removeHandler(handler)
        logger.propagate = propagates
