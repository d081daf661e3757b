"""The one place that imports LiteLLM: quiet, without network calls, deaf to inherited addresses.

Knows nothing of requests.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from ralex_tui.adapters.child_log import Redact, append
from ralex_tui.adapters.litellm_mends import mend
from ralex_tui.domain.text import visible

_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
_ADDRESSES = ("_BASE_URL", "_API_BASE")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    """Set what LiteLLM reads when it is imported, and drop what must not steer where keys are sent.

    It would else load `.env` from the current folder upwards, fetch prices from the network, and
    take a provider's address from the environment.
    """
    environ["LITELLM_MODE"] = "PRODUCTION"
    environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    environ.pop("LITELLM_LOG", None)
    for name in [name for name in environ if name.endswith(_ADDRESSES)]:
        del environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        # A proxy can't reach this computer's own loopback, where the local models are.
        inherited = [host for host in environ.get(name, "").split(",") if host]
        environ[name] = ",".join([*inherited, *(host for host in _LOOPBACK if host not in inherited)])


def load_litellm(log: Path | None, redact: Redact) -> Any:
    """Import LiteLLM (about 3 s of CPU the first time) and silence it.

    Args:
        log: Where its warnings go; None for nowhere.
        redact: Takes keys out of what it logs.

    Returns:
        The module, untyped: LiteLLM has no types that we could rely on.

    Raises:
        ImportError: If it isn't there or is broken.
    """
    prepare_environment(os.environ)
    # Pydantic warns of LiteLLM's own classes, on stderr, when they are first used.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\.")
    # Heavy, and only right once the environment is prepared.
    import litellm

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    litellm.turn_off_message_logging = True
    mend()
    handler = _handler(log, redact)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for old in logger.handlers:
            old.close()
        logger.handlers[:] = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    return litellm


def _handler(log: Path | None, redact: Redact) -> logging.Handler:
    return logging.NullHandler() if log is None else _LogFile(log, redact)


class _LogFile(logging.Handler):
    """Adds each record to a file of bounded size: servers' words are made harmless, keys are taken out."""

    def __init__(self, log: Path, redact: Redact) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        self._log = log
        self._redact = redact

    def emit(self, record: logging.LogRecord) -> None:
        try:
            append(self._log, self._redact(visible(self.format(record))) + "\n")
        except (OSError, TypeError, ValueError):
            # A full disk, or arguments that do not fit the message.
            self.handleError(record)
