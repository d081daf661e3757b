"""How `ralex doctor`, `ralex models` and the health screen learn what is so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.logs import open_request_log
from ralex_tui.bootstrap.models import catalogue, local_servers, make_carrier, make_engine, reach_found
from ralex_tui.bootstrap.setup import Setup, is_local
from ralex_tui.bootstrap.stores import open_ledger, prices_of

if TYPE_CHECKING:
    from ralex_tui.adapters.engine_router import Engines
    from ralex_tui.domain.local import FoundServer
    from ralex_tui.domain.models import Model, Tier
    from ralex_tui.ports.engine import EngineStatus
    from ralex_tui.services.asking import Asking
    from ralex_tui.services.checks import MoneyFacts, PriceFacts
    from ralex_tui.services.deployment_rows import DeploymentRow
    from ralex_tui.services.health import Facts
    from ralex_tui.services.ledger import LedgerService
    from ralex_tui.services.local import FoundModels
    from ralex_tui.services.prices import PriceService
    from ralex_tui.services.services import Services

_PACKAGES = ("textual", "litellm", "tinydb", "PyYAML", "httpx", "orjson")
_EXTRAS = ("xllamacpp",)


def doctor_facts(setup: Setup, *, asks_terminal: bool = False) -> Facts:
    """For the command line: opens what it needs for as long as it needs it.

    Args:
        asks_terminal: Whether the terminal may be asked what it can do, which nobody else may read meanwhile.
    """
    from ralex_tui.adapters.terminal_report import terminal_facts

    prices = prices_of(setup)
    local = local_servers(setup, lambda _: None)

    async def look() -> Sequence[FoundServer]:
        await local.look()
        return local.found.servers

    async def money() -> MoneyFacts:
        with open_ledger(setup) as ledger:
            return await _money(setup, ledger)

    async def deployments() -> Sequence[DeploymentRow]:
        return await _list_deployments(setup, prices, local.found)

    return replace(
        _facts(setup),
        read_ledger=lambda: _read_whole_ledger(setup),
        catalogue=lambda: catalogue(setup, prices, local.found),
        look=look,
        engine=lambda: _try_engine(setup),
        money=money,
        prices=lambda: _prices(setup, prices),
        terminal=lambda: terminal_facts(os.environ, asks=asks_terminal),
        deployments=deployments,
    )


@asynccontextmanager
async def open_asking(setup: Setup) -> AsyncGenerator[tuple[Asking, Sequence[tuple[Tier, Model]]]]:
    """What asks deployments a word each, and those worth asking: not what a server would have to load first."""
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.asking import Asking
    from ralex_tui.services.attempts import Attempts
    from ralex_tui.services.deployments import Deployments

    clock, engine = SystemClock(), make_engine(setup)
    local = local_servers(setup, lambda servers: reach_found(setup, engine, servers))
    await local.look()
    asleep = {model.ref for model in local.found.in_order if not model.is_loaded}
    plans = catalogue(setup, prices_of(setup), local.found).tiers
    worth = [(tier, model) for tier, plan in plans.items() for model in plan.models if model.ref not in asleep]
    with open_ledger(setup) as ledger, open_request_log(setup) as log:
        deployments = Deployments(log, clock)
        attempts = Attempts(engine, ledger, deployments, setup.settings.timeouts, clock)
        try:
            await engine.warm_up()
            yield Asking(attempts, ledger, clock), worth
        finally:
            await engine.close()
            deployments.close()


def live_facts(setup: Setup, services: Services, engines: Engines) -> Facts:
    """For the app: what its services know already, and the rest as the command line learns it."""
    from ralex_tui.adapters.terminal_report import terminal_facts
    from ralex_tui.services.deployment_rows import deployment_rows

    async def look() -> Sequence[FoundServer]:
        await services.local.look()
        return services.local.found.servers

    async def engine() -> EngineStatus:
        return services.engine_status()

    async def deployments() -> Sequence[DeploymentRow]:
        now, known = services.clock.now(), services.deployments.health
        return deployment_rows(services.catalogue(), known, services.prices, is_local(setup.settings), now)

    return replace(
        _facts(setup),
        read_ledger=lambda: len(services.ledger.sums_sync(date.min, date.max)),
        catalogue=services.catalogue,
        look=look,
        engine=engine,
        money=lambda: _money(setup, services.ledger),
        prices=lambda: _prices(setup, services.prices),
        terminal=lambda: terminal_facts(os.environ),
        is_embedded_running=lambda: engines.is_embedded_running,
        deployments=deployments,
    )


async def list_deployments(setup: Setup) -> Sequence[DeploymentRow]:
    """How each model of each tier stands, after a look for servers on this computer. Sends nothing else."""
    local = local_servers(setup, lambda _: None)
    await local.look()
    return await _list_deployments(setup, prices_of(setup), local.found)


async def _list_deployments(setup: Setup, prices: PriceService, found: FoundModels) -> Sequence[DeploymentRow]:
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.deployment_rows import deployment_rows
    from ralex_tui.services.deployments import Deployments

    clock = SystemClock()
    with open_request_log(setup) as log:
        deployments = Deployments(log, clock)
        await deployments.load()
        deployments.close()
    ranked = deployments.rank(catalogue(setup, prices, found))
    return deployment_rows(ranked, deployments.health, prices, is_local(setup.settings), clock.now())


async def _try_engine(setup: Setup) -> EngineStatus:
    """How requests would be carried, by having LiteLLM imported: 3 s of another process."""
    carrier = make_carrier(setup)
    # What it logs goes where the app's log goes, and not between the findings.
    with open_request_log(setup):
        try:
            await carrier.warm_up()
            return carrier.status()
        finally:
            await carrier.close()


def _read_whole_ledger(setup: Setup) -> int:
    """How many days it has."""
    with open_ledger(setup) as ledger:
        return len({entry.reservation.day for entry in ledger.entries_sync(date.min, date.max)})


def _facts(setup: Setup) -> Facts:
    """What both learn in the same way."""
    from ralex_tui.adapters.doctor import disk_facts, installed_version, probe_folder
    from ralex_tui.adapters.endpoints import KEY_VARIABLES, endpoints, key_hosts
    from ralex_tui.adapters.local_engine import EmbeddedModel, gguf_file
    from ralex_tui.services.health import Facts

    settings, paths = setup.settings, setup.paths
    known = {endpoint.provider: endpoint for endpoint in endpoints(settings, os.environ)}
    variables = [*KEY_VARIABLES.values(), *(p.api_key_env for p in settings.providers.values() if p.api_key_env)]
    model = EmbeddedModel(settings.local, paths)

    async def reach(name: str) -> str:
        # In a thread: importing httpx takes 0.1 s, in which nobody could type.
        module = await asyncio.to_thread(import_module, "ralex_tui.adapters.reach")
        said: str = await module.reach(known[name])
        return said

    async def start_local() -> str:
        try:
            await model.start()
        finally:
            await model.close()
        return "it loads and answers"

    return Facts(
        versions=lambda: {name: installed_version(name) for name in _PACKAGES},
        extras=lambda: {name: installed_version(name) for name in _EXTRAS},
        keys=lambda: {name: bool(os.environ.get(name)) for name in dict.fromkeys(variables)},
        write=lambda: probe_folder(paths.data),
        read_ledger=lambda: 0,
        embedded=lambda: str(gguf_file(settings.local, paths, os.environ)) if model.is_installed else None,
        providers=list(known),
        reach=reach,
        start_local=start_local,
        prices_dated=settings.prices_dated,
        key_hosts=key_hosts(settings),
        disk=lambda: disk_facts(paths),
    )


async def _money(setup: Setup, ledger: LedgerService) -> MoneyFacts:
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.checks import MoneyFacts

    budget = await ledger.day_budget()
    books = await ledger.books(budget.day, budget.day)
    return MoneyFacts(
        today=budget.day,
        n_open=sum(len(book.open_entries) for book in books),
        zone=setup.policy.zone_name,
        is_behind=budget.is_behind,
        doubted=budget.doubted,
        is_synchronised=await asyncio.to_thread(SystemClock().is_synchronised),
    )


def _prices(setup: Setup, prices: PriceService) -> PriceFacts:
    from ralex_tui.adapters.endpoints import has_openrouter_key
    from ralex_tui.services.checks import PriceFacts

    return PriceFacts(prices.fetched_at, has_openrouter_key(setup.settings, os.environ), prices.notice)
