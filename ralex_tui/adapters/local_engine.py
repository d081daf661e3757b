"""The embedded model: llama.cpp in a child process, reached over loopback like any other provider.

Starts it on demand, knows whether it lives, ends it. What is asked of it goes through LiteLLM.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ralex_tui.adapters.endpoints import LOCAL_PROVIDER, Endpoint
from ralex_tui.adapters.local_install import MODEL_FILE, models_dir
from ralex_tui.adapters.secret import Redactor, Secret
from ralex_tui.adapters.spawned import Spawned, spawn
from ralex_tui.config.schema import LocalSettings
from ralex_tui.domain.errors import EngineUnavailable
from ralex_tui.domain.text import visible_line
from ralex_tui.paths import Paths

_SERVER = "ralex_tui.adapters.local_server"
_STARTS_ALLOWED = 3
_STARTS_WITHIN_S = 60.0
_FAREWELL_S = 3.0


def gguf_file(settings: LocalSettings, paths: Paths, environ: Mapping[str, str]) -> Path:
    """The model file to use: the user's own, or the one that `ralex local install` puts there."""
    if settings.gguf:
        return Path(settings.gguf).expanduser()
    return models_dir(paths, environ) / MODEL_FILE


class EmbeddedModel:
    """The model in a process of its own.

    Args:
        load_s: How long loading may take, in seconds; a big GGUF on a slow disk takes a while.
    """

    def __init__(
        self, settings: LocalSettings, paths: Paths, environ: Mapping[str, str] | None = None, *, load_s: float = 180.0
    ) -> None:
        self._settings = settings
        self._environ = os.environ if environ is None else environ
        self._gguf = gguf_file(settings, paths, self._environ)
        self._log = paths.logs / "local-model.log"
        self._load_s = load_s
        self._child: Spawned | None = None
        self._endpoint: Endpoint | None = None
        self._starting = asyncio.Lock()
        self._starts: deque[float] = deque(maxlen=_STARTS_ALLOWED)

    @property
    def is_installed(self) -> bool:
        """Whether both llama.cpp and the weights are there. Looks at the disk; loads nothing."""
        return self._gguf.is_file() and importlib.util.find_spec("xllamacpp") is not None

    @property
    def is_running(self) -> bool:
        return self._endpoint is not None and self._child is not None and not self._child.has_ended

    @property
    def pid(self) -> int | None:
        """The server's process id, while there is one."""
        return self._child.process.pid if self._child else None

    @property
    def log(self) -> Path:
        return self._log

    async def start(self) -> Endpoint:
        """Have the model loaded and answering; at once when it already is, anew when it died.

        Raises:
            EngineUnavailable: If it isn't installed or does not come up; says what to do.
        """
        async with self._starting:
            if self.is_running:
                assert self._endpoint is not None
                return self._endpoint
            await self._end()
            self._check_installed()
            self._check_storm()
            key = Secret(secrets.token_urlsafe(32))
            self._child = await self._spawn(key)
            try:
                address = await self._load(self._child, key)
            except BaseException:
                await self._end()
                raise
            self._endpoint = Endpoint(LOCAL_PROVIDER, "openai", key, f"{address}/v1", is_local=True)
            return self._endpoint

    async def close(self) -> None:
        """End the server, also while it loads. Safe to call more than once."""
        if self._starting.locked() and self._child is not None:
            # Or closing would wait until a big model is loaded, only to end it.
            self._child.kill()
        async with self._starting:
            await self._end()

    def _check_installed(self) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise EngineUnavailable(
                "the embedded model needs the package xllamacpp, which is not installed",
                hint="run pip install 'ralex-tui[local]', then ralex local install",
                may_be_billed=False,
            )
        if not self._gguf.is_file():
            hint = "check local.gguf in config.yaml" if self._settings.gguf else "run ralex local install"
            raise EngineUnavailable(
                f"the embedded model's weights are not there: {visible_line(str(self._gguf))}",
                hint=hint,
                may_be_billed=False,
            )

    def _check_storm(self) -> None:
        now = time.monotonic()
        if len(self._starts) == _STARTS_ALLOWED and now - self._starts[0] < _STARTS_WITHIN_S:
            raise self._failure("the embedded model keeps ending")
        self._starts.append(now)

    async def _spawn(self, key: Secret) -> Spawned:
        try:
            return await spawn(_SERVER, log=self._log, environ=self._environ, redact=Redactor([key]))
        except OSError as error:
            raise self._failure(f"the embedded model can't be started: {error.strerror or error}") from error

    async def _load(self, child: Spawned, key: Secret) -> str:
        """Send what to load, and wait for the address."""
        order = {
            "gguf": str(self._gguf.absolute()),
            "key": key.reveal(),
            "context": self._settings.context,
            "threads": self._settings.threads or default_threads(),
        }
        child.order(json.dumps(order).encode() + b"\n")
        try:
            async with asyncio.timeout(self._load_s):
                said = await child.said.readline()
        except TimeoutError as error:
            raise self._failure(f"the embedded model was not loaded within {self._load_s:g} s") from error
        reply: dict[str, Any] = json.loads(said) if said else {}
        if "address" in reply:
            return str(reply["address"])
        if "missing" in reply:
            raise EngineUnavailable(
                f"the embedded model needs the package {reply['missing']}, which can't be imported",
                hint="run pip install --force-reinstall 'ralex-tui[local]'",
                may_be_billed=False,
            )
        detail = visible_line(str(reply["failed"])) if "failed" in reply else "its process ended"
        raise self._failure(f"the embedded model could not be loaded: {detail}")

    def _failure(self, message: str) -> EngineUnavailable:
        return EngineUnavailable(message, hint=f"the log tells why: {self._log}", may_be_billed=False)

    async def _end(self) -> None:
        child, self._child, self._endpoint = self._child, None, None
        if child is None:
            return
        child.end_orders()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await child.process.wait()
        await child.end()


def default_threads() -> int:
    """All processors that we may use but one, which keeps the screen alive."""
    try:
        n_usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        n_usable = os.cpu_count() or 1
    return max(1, n_usable - 1)
