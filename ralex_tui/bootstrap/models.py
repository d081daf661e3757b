"""What can answer, and what carries the requests there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.setup import Setup, is_local
from ralex_tui.bootstrap.stores import prices_of
from ralex_tui.domain.models import Catalogue

if TYPE_CHECKING:
    from ralex_tui.adapters.emergency import Emergency
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.domain.difficulty import Difficulty, Scorer
    from ralex_tui.domain.local import FoundServer
    from ralex_tui.ports.prices import PriceSource
    from ralex_tui.services.auto import AutoService
    from ralex_tui.services.local import FoundModels, LocalServers


def catalogue(setup: Setup, prices: PriceSource | None = None, found: FoundModels | None = None) -> Catalogue:
    """What can answer, by the keys in the environment, the local model on disk and the servers that were found.

    Args:
        prices: Where to ask for prices; a service of its own, which only reads, if none is given.
        found: None where nobody has looked for servers.
    """
    from ralex_tui.adapters.endpoints import EMBEDDED_REF, reachable
    from ralex_tui.adapters.local_engine import EmbeddedModel
    from ralex_tui.services.catalogue import NOTHING_FOUND, build_catalogue

    settings = setup.settings
    has_embedded = EmbeddedModel(settings.local, setup.paths).is_installed
    return build_catalogue(
        settings,
        is_reachable=lambda ref: reachable(ref, settings, os.environ, has_embedded=has_embedded),
        is_local=is_local(settings),
        prices=prices or prices_of(setup),
        found=found or NOTHING_FOUND,
        # The one that is installed is a toy; a file of the user's own is their choice, and stays where it is named.
        embedded=None if settings.local.gguf else EMBEDDED_REF,
    )


def local_servers(setup: Setup, on_change: Callable[[Sequence[FoundServer]], None]) -> LocalServers:
    """What looks for servers on this computer; imports what it needs when it looks."""
    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.local import LocalServers

    async def find() -> Sequence[FoundServer]:
        # In a thread: nobody could type for as long as http.client is imported.
        discovery = await asyncio.to_thread(import_module, "ralex_tui.adapters.local_discovery")
        found: Sequence[FoundServer] = await discovery.find_servers(
            discovery.places(setup.settings, endpoints(setup.settings, os.environ))
        )
        return found

    return LocalServers(find, SystemClock(), on_change)


def reach_found(setup: Setup, engine: Engines, servers: Sequence[FoundServer]) -> None:
    """Tell the engine where the servers are that were found."""
    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.local_discovery import found_endpoints

    engine.set_endpoints((*endpoints(setup.settings, os.environ), *found_endpoints(servers)))


def make_engine(setup: Setup) -> Engines:
    """What carries all requests. Starts no process yet."""
    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.adapters.local_engine import EmbeddedModel

    known = endpoints(setup.settings, os.environ)
    remote = make_carrier(setup)
    embedded = EmbeddedModel(setup.settings.local, setup.paths)
    # Without any key it is the embedded model that answers: loaded while the first question is typed.
    return Engines(remote, embedded, known, warm_embedded=not known, status=remote.status)


def make_carrier(setup: Setup) -> Emergency:
    """What carries requests to servers and providers. Starts no process yet."""
    from ralex_tui.adapters.emergency import Emergency
    from ralex_tui.adapters.engine_client import HostedEngine
    from ralex_tui.domain.events import Way

    log, waits = setup.paths.logs / "engine.log", setup.settings.timeouts
    limits = {
        "first_token_s": waits.first_token,
        "inactivity_s": waits.between,
        "local_first_token_s": waits.local_first_token,
    }
    litellm, direct = (HostedEngine(log=log, limits=limits, engine=way) for way in (Way.LITELLM, Way.DIRECT))
    return Emergency(litellm, direct)


def install_local_model(setup: Setup, progress: Callable[[str], None]) -> Path:
    """Fetch the embedded model's weights, if they are not there; where they lie."""
    from ralex_tui.adapters.local_install import install

    return install(setup.paths, progress=progress)


def make_auto(
    setup: Setup, quality: float | None = None, adjust: Callable[[Difficulty], float] = lambda shipped: shipped.score
) -> AutoService:
    """What picks for Auto. Its table is read when the first text is judged.

    Args:
        quality: In place of the settings' own.
        adjust: What was learned on this computer; see `LearningService.adjust`.
    """
    from ralex_tui.services.auto import AutoService

    def load() -> Scorer:
        from ralex_tui.adapters.router_table import load_scorer

        return load_scorer()

    settings = setup.settings.auto
    return AutoService(settings.rules, settings.quality if quality is None else quality, load, adjust)
