"""The composition root: the one module that knows every concrete class."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ralex_tui.config.load import foreign_config_notice, load_settings
from ralex_tui.config.policy import budget_policy
from ralex_tui.config.schema import Settings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.models import Catalogue, ModelRef
from ralex_tui.paths import Paths, bundled, find_paths

if TYPE_CHECKING:
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.services.services import Services

# Everything below is imported where it is used: `ralex --version` and `ralex spend` must stay as
# quick as Python itself, and the first paint waits for nothing that it does not show.


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
    notice = foreign_config_notice(Path.cwd(), paths)
    return Setup(paths, settings, budget_policy(settings), (notice,) if notice else ())


def catalogue(setup: Setup) -> Catalogue:
    """What can answer, by the keys in the environment and the local model on disk."""
    from ralex_tui.adapters.endpoints import LOCAL_PROVIDER, reachable
    from ralex_tui.adapters.local_engine import EmbeddedModel
    from ralex_tui.adapters.price_sources import Prices
    from ralex_tui.services.catalogue import build_catalogue

    settings = setup.settings
    has_embedded = EmbeddedModel(settings.local, setup.paths).is_installed

    def is_local(ref: ModelRef) -> bool:
        entry = settings.providers.get(ref.provider)
        return ref.provider == LOCAL_PROVIDER or (entry is not None and entry.local)

    return build_catalogue(
        settings,
        is_reachable=lambda ref: reachable(ref, settings, os.environ, has_embedded=has_embedded),
        is_local=is_local,
        prices=Prices(settings.prices, is_local),
    )


def build_services(setup: Setup, *, in_process: bool) -> Services:
    """Wire everything. Starts no process and opens no connection.

    Args:
        in_process: Whether LiteLLM runs in this process (`ralex ask`) or in a child (the app).
    """
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.adapters.tinydb_conversations import TinydbConversations
    from ralex_tui.adapters.tinydb_ledger import TinydbLedger
    from ralex_tui.services.ledger import LedgerService
    from ralex_tui.services.library import LibraryService
    from ralex_tui.services.reports import ReportService
    from ralex_tui.services.services import Services
    from ralex_tui.services.turn import TurnService

    paths, policy, clock = setup.paths, setup.policy, SystemClock()
    store = TinydbLedger(paths.ledger, paths.state / "owners")
    ledger = LedgerService(store, policy, clock)
    library = LibraryService(TinydbConversations(paths.conversations, paths.state / "conversations.index"), clock)
    engine = _engine(setup, in_process=in_process)
    known = catalogue(setup)

    async def close() -> None:
        await engine.close()
        library.close()
        ledger.close()
        store.close()

    return Services(
        settings=setup.settings,
        policy=policy,
        clock=clock,
        catalogue=lambda: known,
        turns=TurnService(
            engine=engine, ledger=ledger, library=library, catalogue=lambda: known, policy=policy, clock=clock
        ),
        ledger=ledger,
        library=library,
        reports=ReportService(ledger, policy),
        warm_up=engine.warm_up,
        close=close,
    )


@asynccontextmanager
async def open_services(setup: Setup, *, in_process: bool = True) -> AsyncGenerator[Services]:
    """The services for as long as the block lasts."""
    services = build_services(setup, in_process=in_process)
    try:
        yield services
    finally:
        await services.close()


def run_app(setup: Setup) -> int:
    """Start the full-screen app; its exit code."""
    from ralex_tui.config.palette import find_palettes
    from ralex_tui.ui.app import RalexApp

    palettes, problems = find_palettes([bundled("themes"), setup.paths.config / "themes"])
    notices = [*setup.notices, *(f"{problem.message} {problem.hint}".strip() for problem in problems)]
    app = RalexApp(build_services(setup, in_process=False), palettes, notices=notices)
    app.run()
    return app.return_code or 0


def install_local_model(setup: Setup, progress: Callable[[str], None]) -> Path:
    """Fetch the embedded model's weights, if they are not there; where they lie."""
    from ralex_tui.adapters.local_install import install

    return install(setup.paths, progress=progress)


def _engine(setup: Setup, *, in_process: bool) -> Engines:
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
