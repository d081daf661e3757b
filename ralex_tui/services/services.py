"""The services as one value: what bootstrap makes and the app and the command line are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ralex_tui.config.schema import Settings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.models import Catalogue
from ralex_tui.ports.browser import Browser
from ralex_tui.ports.clipboard import Clipboard
from ralex_tui.ports.clock import Clock
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.prices import PriceService
from ralex_tui.services.reports import ReportService
from ralex_tui.services.turn import TurnService


@dataclass(frozen=True, slots=True)
class Services:
    """All use cases, wired.

    Args:
        catalogue: What can answer now, at the prices that count now; cheap to call.
        warm_up: Starts the engines' slow preparations; to be awaited beside the first paint.
        close: Ends child processes and lets go of locks.
    """

    settings: Settings
    policy: BudgetPolicy
    clock: Clock
    catalogue: Callable[[], Catalogue]
    turns: TurnService
    ledger: LedgerService
    library: LibraryService
    reports: ReportService
    prices: PriceService
    clipboard: Clipboard
    browser: Browser
    warm_up: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
