"""The services over the user's files: ledger, conversations, prices. Each opened alone, for what needs no more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.setup import Setup, is_local

if TYPE_CHECKING:
    from ralex_tui.ports.prices import PriceList
    from ralex_tui.services.exports import ExportService
    from ralex_tui.services.learning import LearningService
    from ralex_tui.services.ledger import LedgerService
    from ralex_tui.services.library import LibraryService
    from ralex_tui.services.prices import PriceService
    from ralex_tui.services.reconcile import ReconcileService
    from ralex_tui.services.reports import ReportService


@contextmanager
def open_prices(setup: Setup) -> Iterator[PriceService]:
    """The prices alone."""
    prices = prices_of(setup)
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

    store = TinydbLedger(setup.paths.ledger, setup.paths.state / "owners", sums=setup.paths.state / "sums")
    ledger = LedgerService(store, setup.policy, SystemClock())
    try:
        yield ledger
    finally:
        ledger.close()
        store.close()


@contextmanager
def open_reports(setup: Setup) -> Iterator[tuple[LedgerService, ReportService]]:
    """The ledger with what is reported of it."""
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.services.reports import ReportService

    with open_ledger(setup) as ledger:
        yield ledger, ReportService(ledger, SystemClock())


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


@contextmanager
def open_labels(setup: Setup) -> Iterator[LearningService]:
    """What Auto learned here, alone. Nothing is read yet."""
    from ralex_tui.adapters.system_clock import SystemClock
    from ralex_tui.adapters.tinydb_labels import TinydbLabels
    from ralex_tui.services.learning import LearningService

    learning = LearningService(TinydbLabels(setup.paths.labels), SystemClock())
    try:
        yield learning
    finally:
        learning.close()


def open_exports(setup: Setup, reports: ReportService) -> ExportService:
    """What takes the review out of the program."""
    from ralex_tui.adapters.export_folder import ExportFolder
    from ralex_tui.services.exports import ExportService

    return ExportService(reports, ExportFolder(setup.paths.exports))


def prices_of(setup: Setup) -> PriceService:
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
        Prices(settings.prices, is_local(settings)),
        PriceCache(paths.prices / "openrouter.json"),
        OwnPriceFile(paths.prices_file, paths.prices / "own.lock"),
        fetch,
        SystemClock(),
        models=[ref for tier in settings.tiers.values() for ref in tier.models],
        is_wanted=lambda: has_openrouter_key(settings, os.environ),
    )
