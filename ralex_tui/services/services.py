"""The services as one value: what bootstrap makes and the app and the command line are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ralex_tui.config.schema import Settings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.events import Way
from ralex_tui.domain.models import Catalogue
from ralex_tui.ports.browser import Browser
from ralex_tui.ports.clipboard import Clipboard
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.ports.logs import Logs
from ralex_tui.services.auto import AutoService
from ralex_tui.services.deployments import Deployments
from ralex_tui.services.learning import LearningService
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.local import LocalServers
from ralex_tui.services.prices import PriceService
from ralex_tui.services.turn import TurnService

if TYPE_CHECKING:
    from ralex_tui.services.exports import ExportService
    from ralex_tui.services.health import Facts
    from ralex_tui.services.reports import ReportService


@dataclass(frozen=True, slots=True)
class Services:
    """All use cases, wired.

    Args:
        catalogue: What can answer now, at the prices that count now; cheap to call.
        local: The servers on this computer; they join the catalogue once they were looked for.
        logs: For one screen at a time.
        facts: What the health screen looks at; imported when it is first asked for.
        reports: What the review says, always the same one; exports: takes it out of the program; both the same way.
        warm_up: Starts the engines' slow preparations; to be awaited beside the first paint.
        close: Ends child processes and lets go of locks.
        engine_status: How requests are carried now; cheap to call.
    """

    settings: Settings
    policy: BudgetPolicy
    clock: Clock
    catalogue: Callable[[], Catalogue]
    turns: TurnService
    auto: AutoService
    learning: LearningService
    ledger: LedgerService
    library: LibraryService
    reports: Callable[[], ReportService]
    exports: Callable[[], ExportService]
    prices: PriceService
    deployments: Deployments
    clipboard: Clipboard
    browser: Browser
    local: LocalServers
    facts: Callable[[], Facts]
    logs: Logs
    warm_up: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    engine_status: Callable[[], EngineStatus] = lambda: EngineStatus(Way.LITELLM)

    async def find_local(self) -> bool:
        """Look for servers on this computer; whether some came or went. Up to two seconds, in threads."""
        return await self.local.look()
