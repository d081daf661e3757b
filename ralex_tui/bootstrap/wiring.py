"""All services, wired."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.models import catalogue, make_engine
from ralex_tui.bootstrap.setup import Setup
from ralex_tui.bootstrap.stores import open_ledger, open_library, open_prices

if TYPE_CHECKING:
    from ralex_tui.services.services import Services


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
    engine = make_engine(setup, in_process=in_process)
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
