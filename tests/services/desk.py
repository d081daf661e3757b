"""All services on real files with a scripted engine: what tests of use cases sit down at."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from ralex_tui.adapters.memory_log import MemoryRequestLog
from ralex_tui.adapters.scripted_engine import ScriptedEngine
from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.config.schema import TimeoutSettings
from ralex_tui.domain.budget import BudgetPolicy, Need
from ralex_tui.domain.conversation import Conversation, ConversationSummary, Message
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.events import EngineEvent
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Settlement
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.ports.engine import EngineRequest
from ralex_tui.ports.stores import ConversationStore
from ralex_tui.services.deployments import Deployments
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.reports import ReportService
from ralex_tui.services.turn import TurnService
from tests.autos import word_auto

CHEAP_PRICE = Price(Rates(Usd.parse("0.30"), Usd.parse("2.50")), source="test")
SMART_PRICE = Price(Rates(Usd.parse("2.00"), Usd.parse("10.00")), source="test")

_MODELS = {
    Tier.CHEAP: Model(ModelRef("lan/small"), CHEAP_PRICE),
    Tier.SMART: Model(ModelRef("lan/large"), SMART_PRICE),
    Tier.YOLO: Model(ModelRef("lan/quick"), CHEAP_PRICE),
    Tier.LOCAL: Model(ModelRef("local/tiny"), free_price("local"), is_local=True),
}


class WatchedEngine(ScriptedEngine):
    """A scripted engine that runs a check before each answer and knows which streams are open."""

    def __init__(self) -> None:
        super().__init__()
        self.n_open = 0
        self._check: Callable[[], Awaitable[None]] | None = None

    def before_each(self, check: Callable[[], Awaitable[None]]) -> None:
        self._check = check

    async def stream(self, request: EngineRequest) -> AsyncGenerator[EngineEvent]:
        self.n_open += 1
        try:
            if self._check is not None:
                await self._check()
            async for event in super().stream(request):
                yield event
        finally:
            self.n_open -= 1


class Desk:
    """The services over one folder. `policy` may be replaced before the first turn."""

    def __init__(self, folder: Path, policy: BudgetPolicy) -> None:
        self.engine = WatchedEngine()
        self.clock = SystemClock()
        self.timeouts = TimeoutSettings()
        self.log = MemoryRequestLog()
        self.deployments = Deployments(self.log, self.clock)
        self.auto = word_auto()
        self._conversations = _Breakable(TinydbConversations(folder / "conversations", folder / "index"))
        self.library = LibraryService(self._conversations, self.clock)
        self.ledger = LedgerService(TinydbLedger(folder / "ledger", folder / "owners"), policy, self.clock)
        self.reports = ReportService(self.ledger, self.clock)
        self.catalogue = Catalogue(
            {tier: TierPlan(tier, (model,), (model.ref,), 1_000) for tier, model in _MODELS.items()}
        )

    @property
    def policy(self) -> BudgetPolicy:
        return self.ledger.policy

    @policy.setter
    def policy(self, policy: BudgetPolicy) -> None:
        self.ledger.policy = policy

    @property
    def turns(self) -> TurnService:
        return TurnService(
            engine=self.engine,
            ledger=self.ledger,
            library=self.library,
            catalogue=lambda: self.deployments.rank(self.catalogue),
            policy=self.policy,
            clock=self.clock,
            deployments=self.deployments,
            auto=self.auto,
            timeouts=self.timeouts,
        )

    async def spend(self, amount: Usd, tier: Tier = Tier.SMART, allowed_because: str = "") -> None:
        """A settled request of exactly `amount`."""
        model = _MODELS[tier]
        # A thousand tokens whose price is the amount, so that the hold is exactly that.
        price = Price(Rates(Usd(0), Usd(amount.nano * 1_000)), source="test")
        need = Need(replace(model, price=price), tier, new_id(), price, 1, 1_000)
        held = await self.ledger.reserve(new_id(), need, is_auto=False, allowed_because=allowed_because)
        assert held.amount == amount
        charged = Settlement(held.id, self.clock.now(), amount, Accuracy.EXACT, Outcome.DONE)
        await self.ledger.settle(held.day, charged)

    async def settled(self) -> None:
        """Wait for what the ledger's thread has been given."""
        await self.ledger.day_budget()

    def set_price(self, tier: Tier, price: Price | None) -> None:
        """Give a tier's model another price."""
        plan = self.catalogue.plan(tier)
        self._replace(replace(plan, models=(replace(plan.models[0], price=price),)))

    def set_models(self, tier: Tier, *models: Model) -> None:
        """Give a tier these deployments, in this order."""
        self._replace(replace(self.catalogue.plan(tier), models=models))

    def drop(self, tier: Tier) -> None:
        """Leave a tier without a model."""
        self._replace(replace(self.catalogue.plan(tier), models=()))

    def break_library(self, error: RalexError) -> None:
        """Let every write of a conversation fail from now on."""
        self._conversations.error = error

    def _replace(self, plan: TierPlan) -> None:
        self.catalogue = Catalogue({**self.catalogue.tiers, plan.tier: plan})


class _Breakable:
    """A store that works until it is told to fail."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self.error: RalexError | None = None

    def create(self, conversation: Conversation) -> None:
        self._check()
        self._store.create(conversation)

    def put(self, conversation_id: str, message: Message) -> None:
        self._check()
        self._store.put(conversation_id, message)

    def amend(self, conversation_id: str, message: Message) -> None:
        self._check()
        self._store.amend(conversation_id, message)

    def rename(self, conversation_id: str, title: str) -> None:
        self._check()
        self._store.rename(conversation_id, title)

    def load(self, conversation_id: str) -> Conversation:
        return self._store.load(conversation_id)

    def summaries(self) -> list[ConversationSummary]:
        return self._store.summaries()

    def _check(self) -> None:
        if self.error is not None:
            raise self.error
