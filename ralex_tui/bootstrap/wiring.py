"""All services, wired."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.doctor import live_facts
from ralex_tui.bootstrap.logs import open_request_log
from ralex_tui.bootstrap.models import catalogue, local_servers, make_auto, make_engine, reach_found
from ralex_tui.bootstrap.setup import Setup
from ralex_tui.bootstrap.stores import open_exports, open_labels, open_ledger, open_library, open_prices

if TYPE_CHECKING:
    from ralex_tui.services.reports import ReportService
    from ralex_tui.services.services import Services


def build_services(setup: Setup) -> Services:
    """Wire everything. Starts no process and opens no connection; `Services.close` lets go of all of it."""
    from ralex_tui.adapters.log_reader import LogFolder
    from ralex_tui.adapters.system_browser import SystemBrowser
    from ralex_tui.adapters.system_clipboard import SystemClipboard
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.catalogue import kept_fresh
    from ralex_tui.services.deployments import Deployments
    from ralex_tui.services.services import Services
    from ralex_tui.services.turn import TurnService

    stack = ExitStack()
    ledger = stack.enter_context(open_ledger(setup))
    library = stack.enter_context(open_library(setup))
    prices = stack.enter_context(open_prices(setup))
    policy, clock = setup.policy, SystemClock()
    engine = make_engine(setup)
    deployments = Deployments(stack.enter_context(open_request_log(setup)), clock)
    local = local_servers(setup, lambda servers: reach_found(setup, engine, servers))
    built = kept_fresh(lambda: catalogue(setup, prices, local.found), lambda: (prices.version, local.version))
    known = kept_fresh(lambda: deployments.rank(built()), lambda: (built(), deployments.version()))
    known()  # now, so that what is wrong with the settings is told before the screen is taken
    learning = stack.enter_context(open_labels(setup))
    auto = make_auto(setup, adjust=learning.adjust)

    @cache
    def reports() -> ReportService:
        from ralex_tui.services.reports import ReportService

        return ReportService(ledger, clock)

    turns = TurnService(
        engine=engine,
        ledger=ledger,
        library=library,
        catalogue=known,
        policy=policy,
        clock=clock,
        deployments=deployments,
        auto=auto,
        timeouts=setup.settings.timeouts,
    )

    async def close() -> None:
        await local.close()
        await turns.close()
        await engine.close()
        deployments.close()
        stack.close()

    services = Services(
        settings=setup.settings,
        policy=policy,
        clock=clock,
        catalogue=known,
        turns=turns,
        auto=auto,
        learning=learning,
        ledger=ledger,
        library=library,
        reports=reports,
        exports=lambda: open_exports(setup, reports()),
        prices=prices,
        deployments=deployments,
        clipboard=SystemClipboard(os.environ),
        browser=SystemBrowser(os.environ),
        local=local,
        facts=lambda: live_facts(setup, services, engine),
        logs=LogFolder(setup.paths.logs),
        warm_up=engine.warm_up,
        close=close,
        engine_status=engine.status,
    )
    return services


@asynccontextmanager
async def open_services(setup: Setup) -> AsyncGenerator[Services]:
    """The services for as long as the block lasts."""
    services = build_services(setup)
    try:
        yield services
    finally:
        await services.close()
