"""The composition root: the one module that knows every concrete class."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
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
    from ralex_tui.ports.prices import PriceList, PriceSource
    from ralex_tui.services.health import Facts
    from ralex_tui.services.ledger import LedgerService
    from ralex_tui.services.library import LibraryService
    from ralex_tui.services.prices import PriceService
    from ralex_tui.services.reconcile import ReconcileService
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
    notices = [foreign_config_notice(Path.cwd(), paths), _network_notice(paths)]
    return Setup(paths, settings, budget_policy(settings), tuple(notice for notice in notices if notice))


def _network_notice(paths: Paths) -> str | None:
    from ralex_tui.adapters.mounts import network_filesystem

    kind = network_filesystem(paths.data)
    if kind is None:
        return None
    return (
        f"the data folder is on {kind}: the limit holds for this computer's terminals, and may not for another's "
        "that share the folder; --home DIR or RALEX_HOME gives a folder on a disk"
    )


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
        is_local=_is_local(settings),
        prices=prices or _prices(setup),
    )


@contextmanager
def open_prices(setup: Setup) -> Iterator[PriceService]:
    """The prices alone."""
    prices = _prices(setup)
    try:
        yield prices
    finally:
        prices.close()


@contextmanager
def open_ledger(setup: Setup) -> Iterator[LedgerService]:
    """The ledger alone, for what only reads or writes money: no engine, no LiteLLM."""
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.adapters.tinydb_ledger import TinydbLedger
    from ralex_tui.services.ledger import LedgerService

    store = TinydbLedger(setup.paths.ledger, setup.paths.state / "owners", sums=setup.paths.state / "ledger.sums")
    ledger = LedgerService(store, setup.policy, SystemClock())
    try:
        yield ledger
    finally:
        ledger.close()
        store.close()


@contextmanager
def open_reconcile(setup: Setup) -> Iterator[ReconcileService]:
    """The ledger with the accounts of providers that tell their sums."""
    from ralex_tui.adapters.accounts import accounts
    from ralex_tui.adapters.endpoints import endpoints
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.reconcile import ReconcileService

    with open_ledger(setup) as ledger:
        yield ReconcileService(ledger, accounts(endpoints(setup.settings, os.environ)), SystemClock())


@contextmanager
def open_library(setup: Setup) -> Iterator[LibraryService]:
    """The conversations alone."""
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.adapters.tinydb_conversations import TinydbConversations
    from ralex_tui.services.library import LibraryService

    store = TinydbConversations(setup.paths.conversations, setup.paths.state / "conversations.index")
    library = LibraryService(store, SystemClock())
    try:
        yield library
    finally:
        library.close()


def build_services(setup: Setup, *, in_process: bool) -> Services:
    """Wire everything. Starts no process and opens no connection; `Services.close` lets go of all of it.

    Args:
        in_process: Whether LiteLLM runs in this process (`ralex ask`) or in a child (the app).
    """
    from ralex_tui.adapters.system_browser import SystemBrowser
    from ralex_tui.adapters.system_clipboard import SystemClipboard
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.catalogue import kept_fresh
    from ralex_tui.services.reports import ReportService
    from ralex_tui.services.services import Services
    from ralex_tui.services.turn import TurnService

    stack = ExitStack()
    ledger = stack.enter_context(open_ledger(setup))
    library = stack.enter_context(open_library(setup))
    prices = stack.enter_context(open_prices(setup))
    policy, clock = setup.policy, SystemClock()
    engine = _engine(setup, in_process=in_process)
    known = kept_fresh(lambda: catalogue(setup, prices), lambda: prices.version)
    known()  # now, so that what is wrong with the settings is told before the screen is taken

    turns = TurnService(engine=engine, ledger=ledger, library=library, catalogue=known, policy=policy, clock=clock)

    async def close() -> None:
        await turns.close()
        await engine.close()
        stack.close()

    return Services(
        settings=setup.settings,
        policy=policy,
        clock=clock,
        catalogue=known,
        turns=turns,
        ledger=ledger,
        library=library,
        reports=ReportService(ledger, policy),
        prices=prices,
        clipboard=SystemClipboard(os.environ),
        browser=SystemBrowser(os.environ),
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
    # Until the first paint nearly all that is made stays: the collector would look through it in vain,
    # a tenth of the imports' time, and later again at each full round.
    gc.disable()
    from ralex_tui.config.palette import find_palettes
    from ralex_tui.ui.app import RalexApp

    palettes, problems = find_palettes([bundled("themes"), setup.paths.config / "themes"])
    services = build_services(setup, in_process=False)
    notices = [*setup.notices, *(f"{problem.message} {problem.hint}".strip() for problem in problems)]
    if services.prices.notice:
        notices.append(services.prices.notice)
    app = RalexApp(services, palettes, notices=notices, when_painted=collect_garbage)
    app.run()
    return app.return_code or 0


def collect_garbage() -> None:
    """Collect garbage from now on, but not what the start has made, most of which stays."""
    gc.freeze()
    # With Python's own thresholds a long answer, thousands of lasting blocks, is looked through again and again
    # while it streams: 95 ms at most for 1 MB of text, 39 ms with these.
    gc.set_threshold(20_000, 50, 1_000)
    gc.enable()


def install_local_model(setup: Setup, progress: Callable[[str], None]) -> Path:
    """Fetch the embedded model's weights, if they are not there; where they lie."""
    from ralex_tui.adapters.local_install import install

    return install(setup.paths, progress=progress)


def doctor_facts(setup: Setup) -> Facts:
    """How `ralex doctor` learns what is so."""
    from ralex_tui.adapters.doctor import installed_version, probe_folder
    from ralex_tui.adapters.endpoints import KEY_VARIABLES, endpoints
    from ralex_tui.adapters.local_engine import EmbeddedModel, gguf_file
    from ralex_tui.adapters.reach import reach
    from ralex_tui.services.health import Facts

    settings, paths = setup.settings, setup.paths
    known = {endpoint.provider: endpoint for endpoint in endpoints(settings, os.environ)}
    variables = [*KEY_VARIABLES.values(), *(p.api_key_env for p in settings.providers.values() if p.api_key_env)]
    model = EmbeddedModel(settings.local, paths)

    def read_ledger() -> int:
        with open_ledger(setup) as ledger:
            return len({entry.reservation.day for entry in ledger.entries_sync(date.min, date.max)})

    async def start_local() -> str:
        try:
            await model.start()
        finally:
            await model.close()
        return "it loads and answers"

    def versions(names: tuple[str, ...]) -> Mapping[str, str | None]:
        return {name: installed_version(name) for name in names}

    return Facts(
        versions=lambda: versions(("textual", "litellm", "tinydb", "PyYAML", "httpx", "orjson")),
        extras=lambda: versions(("xllamacpp",)),
        keys=lambda: {name: bool(os.environ.get(name)) for name in dict.fromkeys(variables)},
        write=lambda: probe_folder(paths.data),
        read_ledger=read_ledger,
        embedded=lambda: str(gguf_file(settings.local, paths, os.environ)) if model.is_installed else None,
        providers=list(known),
        reach=lambda name: reach(known[name]),
        start_local=start_local,
        prices_dated=settings.prices_dated,
    )


def _is_local(settings: Settings) -> Callable[[ModelRef], bool]:
    """Whether a model runs on this computer, by the settings."""
    from ralex_tui.adapters.endpoints import LOCAL_PROVIDER

    def is_local(ref: ModelRef) -> bool:
        entry = settings.providers.get(ref.provider)
        return ref.provider == LOCAL_PROVIDER or (entry is not None and entry.local)

    return is_local


def _prices(setup: Setup) -> PriceService:
    import asyncio

    from ralex_tui.adapters.endpoints import has_openrouter_key, openrouter_address
    from ralex_tui.adapters.own_prices import OwnPriceFile
    from ralex_tui.adapters.price_cache import PriceCache
    from ralex_tui.adapters.price_sources import Prices
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.prices import PriceService

    settings, paths = setup.settings, setup.paths

    async def fetch(dated: date) -> PriceList:
        # In a thread: importing httpx takes 0.1 s, in which nobody could type.
        module = await asyncio.to_thread(import_module, "ralex_tui.adapters.openrouter_prices")
        found: PriceList = await module.fetch_prices(openrouter_address(settings), dated)
        return found

    return PriceService(
        Prices(settings.prices, _is_local(settings)),
        PriceCache(paths.prices / "openrouter.json"),
        OwnPriceFile(paths.prices_file, paths.prices / "own.lock"),
        fetch,
        SystemClock(),
        models=[ref for tier in settings.tiers.values() for ref in tier.models],
        is_wanted=lambda: has_openrouter_key(settings, os.environ),
    )


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
