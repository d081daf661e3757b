"""What can answer, and what carries the requests there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.setup import Setup, is_local
from ralex_tui.bootstrap.stores import prices_of
from ralex_tui.domain.models import Catalogue

if TYPE_CHECKING:
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.ports.prices import PriceSource


def catalogue(setup: Setup, prices: PriceSource | None = None) -> Catalogue:
    """What can answer, by the keys in the environment and the local model on disk.

    Args:
        prices: Where to ask for prices; a service of its own, which only reads, if none is given.
    """
    from ralex_tui.adapters.endpoints import reachable
    from ralex_tui.adapters.local_engine import EmbeddedModel
    from ralex_tui.services.catalogue import build_catalogue

    settings = setup.settings
    has_embedded = EmbeddedModel(settings.local, setup.paths).is_installed
    return build_catalogue(
        settings,
        is_reachable=lambda ref: reachable(ref, settings, os.environ, has_embedded=has_embedded),
        is_local=is_local(settings),
        prices=prices or prices_of(setup),
    )


def make_engine(setup: Setup, *, in_process: bool) -> Engines:
    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.adapters.local_engine import EmbeddedModel

    known = endpoints(setup.settings, os.environ)
    log = setup.paths.logs / "engine.log"
    embedded = EmbeddedModel(setup.settings.local, setup.paths)
    if in_process:
        from ralex_tui.adapters.litellm_engine import LitellmEngine

        return Engines(LitellmEngine(known, log=log), embedded, known)
    from ralex_tui.adapters.engine_client import HostedEngine

    # Without any key it is the embedded model that answers: loaded while the first question is typed.
    return Engines(HostedEngine(known, log=log), embedded, known, warm_embedded=not known)


def install_local_model(setup: Setup, progress: Callable[[str], None]) -> Path:
    """Fetch the embedded model's weights, if they are not there; where they lie."""
    from ralex_tui.adapters.local_install import install

    return install(setup.paths, progress=progress)
