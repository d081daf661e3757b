"""The app on sample data that looks like a working day: for tests, snapshots and pictures.

`python -m tests.ui.demo WIDTHxHEIGHT THEME [KEY ...]` writes an SVG of it to standard output.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ralex_tui.adapters.export_folder import ExportFolder
from ralex_tui.adapters.log_reader import LogFolder
from ralex_tui.adapters.memory_log import MemoryRequestLog
from ralex_tui.adapters.scripted_engine import ScriptedEngine
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_labels import TinydbLabels
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.config.palette import find_palettes
from ralex_tui.config.schema import Settings, UiSettings
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.conversation import Conversation, Message, MessageState, Role
from ralex_tui.domain.events import Way
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Record, Reservation, Settlement
from ralex_tui.domain.local import FoundServer
from ralex_tui.domain.models import Catalogue, Model, ModelRef, Tier, TierPlan
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage, free_price
from ralex_tui.domain.providers import Caching, Habits
from ralex_tui.paths import bundled
from ralex_tui.ports.engine import EngineStatus
from ralex_tui.services.deployments import Deployments
from ralex_tui.services.exports import ExportService
from ralex_tui.services.health import Facts
from ralex_tui.services.learning import LearningService
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.library import LibraryService
from ralex_tui.services.local import LocalServers
from ralex_tui.services.reports import ReportService
from ralex_tui.services.services import Services
from ralex_tui.services.turn import TurnService
from ralex_tui.ui.app import RalexApp
from ralex_tui.ui.widgets.prompt import Prompt
from ralex_tui.ui.widgets.sidebar import Sidebar
from tests.autos import word_auto
from tests.clipboards import ScriptedBrowser, ScriptedClipboard
from tests.prices import ScriptedList, local_prices
from tests.ui.health_sample import sample_facts

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)


KEEPS = Habits(Caching.AUTOMATIC)


def price(into: str, out: str, cached: str | None = None) -> Price:
    return Price(Rates(Usd.parse(into), Usd.parse(out), Usd.parse(cached) if cached else None), source="test")


MODELS = {
    Tier.CHEAP: Model(
        ModelRef("openrouter/google/gemini-3.5-flash-lite"),
        price("0.30", "2.50", "0.03"),
        context=1_000_000,
        habits=KEEPS,
    ),
    Tier.SMART: Model(
        ModelRef("anthropic/claude-sonnet-5.5"), price("2.00", "10.00", "0.20"), context=400_000, habits=KEEPS
    ),
    Tier.YOLO: Model(ModelRef("openrouter/openai/gpt-oss-120b"), price("0.04", "0.17"), context=128_000),
    Tier.LOCAL: Model(ModelRef("local/qwen3-8b"), free_price("local"), is_local=True, context=4_096),
}


class DemoClock:
    """A clock that stands until it is moved; durations stand with it. `is_vouched_for`: by a time server."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.is_vouched_for = True

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def uptime(self) -> float:
        return self.at.timestamp()

    def is_synchronised(self) -> bool:
        return self.is_vouched_for

    def move(self, **by: float) -> None:
        """Move by hours, seconds, ..., as `timedelta` names them."""
        self.at += timedelta(**by)


class Demo:
    """All services over one folder, with a scripted engine and a clock that stands."""

    def __init__(
        self, folder: Path, *, theme: str = "ralex-dark", glyphs: str = "unicode", tiers: Sequence[Tier] = tuple(Tier)
    ) -> None:
        self._folder = folder
        self.clock = DemoClock()
        self.engine = ScriptedEngine()
        self.policy = BudgetPolicy(daily=Usd.parse("5.00"), zone=UTC, zone_name="UTC")
        self.ledger_store = TinydbLedger(folder / "ledger", folder / "owners")
        self.conversations = TinydbConversations(folder / "conversations", folder / "index")
        self.ledger = LedgerService(self.ledger_store, self.policy, self.clock)
        self.reports = ReportService(self.ledger, self.clock)
        self.library = LibraryService(self.conversations, self.clock)
        self.catalogue = Catalogue(
            {
                tier: TierPlan(tier, (model,) if tier in tiers else (), (model.ref,), 1_000)
                for tier, model in MODELS.items()
            }
        )
        self.prices = local_prices(folder, self.clock, {model.ref.id: model.price for model in MODELS.values()})
        self.log = MemoryRequestLog()
        self.logs = LogFolder(folder / "logs")
        self.deployments = Deployments(self.log, self.clock)
        self.settings = Settings(ui=UiSettings(theme=theme, glyphs=glyphs))
        self.clipboard = ScriptedClipboard()
        self.browser = ScriptedBrowser()
        self.servers: tuple[FoundServer, ...] = ()
        self.local = LocalServers(self.listen, self.clock, lambda _: None)
        self.auto = word_auto()
        self.learning = LearningService(TinydbLabels(folder / "labels.journal"), self.clock)
        self.is_closed = False
        self.engine_status = EngineStatus(Way.LITELLM)
        self.out_of_reach: set[str] = set()

    def facts(self) -> Facts:
        """What the health screen is told."""
        return sample_facts(self)

    async def listen(self) -> Sequence[FoundServer]:
        """Looking for servers on this computer finds what `servers` holds."""
        return self.servers

    @property
    def services(self) -> Services:
        turns = TurnService(
            engine=self.engine,
            ledger=self.ledger,
            library=self.library,
            catalogue=self.priced,
            policy=self.policy,
            clock=self.clock,
            deployments=self.deployments,
            auto=self.auto,
        )
        return Services(
            settings=self.settings,
            policy=self.policy,
            clock=self.clock,
            catalogue=self.priced,
            turns=turns,
            auto=self.auto,
            learning=self.learning,
            ledger=self.ledger,
            library=self.library,
            reports=lambda: self.reports,
            exports=lambda: ExportService(self.reports, ExportFolder(self._folder / "exports")),
            prices=self.prices,
            deployments=self.deployments,
            clipboard=self.clipboard,
            browser=self.browser,
            local=self.local,
            facts=self.facts,
            logs=self.logs,
            warm_up=self.engine.warm_up,
            close=self.close,
            engine_status=lambda: self.engine_status,
        )

    def priced(self) -> Catalogue:
        """What can answer, at the prices that count now, in the order in which it would be asked."""
        tiers = {
            tier: replace(
                plan, models=tuple(replace(model, price=self.prices.price(model.ref)) for model in plan.models)
            )
            for tier, plan in self.catalogue.tiers.items()
        }
        return self.deployments.rank(Catalogue(tiers))

    def list_prices(self, listed: dict[str, Price]) -> None:
        """Let OpenRouter list these, and the app ask for them; before the app is made."""
        scripted = ScriptedList()
        scripted.prices = listed
        pinned = {model.ref.id: model.price for model in MODELS.values()}
        self.prices = local_prices(self._folder, self.clock, pinned, scripted, is_wanted=True)

    def set_models(self, tier: Tier, *models: Model) -> None:
        """Give a tier these deployments, in this order; before the app is made."""
        self.catalogue = Catalogue({**self.catalogue.tiers, tier: replace(self.catalogue.plan(tier), models=models)})
        pinned = {model.ref.id: model.price for plan in self.catalogue.tiers.values() for model in plan.models}
        self.prices = local_prices(self._folder, self.clock, pinned)

    def forget_price(self, tier: Tier) -> None:
        """Let nobody know what a tier's model costs; before the app is made."""
        pinned = {model.ref.id: None if each is tier else model.price for each, model in MODELS.items()}
        self.prices = local_prices(self._folder, self.clock, pinned)

    def app(self, *notices: str) -> RalexApp:
        palettes, problems = find_palettes([bundled("themes")])
        assert not problems
        return RalexApp(self.services, palettes, notices=notices)

    async def close(self) -> None:
        await self.engine.close()
        self.ledger.close()
        self.learning.close()
        self.library.close()
        self.prices.close()
        self.deployments.close()
        self.is_closed = True

    # Sample data

    def spend(self, tier: Tier, amounts: Sequence[str], accuracy: Accuracy = Accuracy.COMPUTED) -> None:
        """Settled requests of these costs, an hour ago."""
        records: list[Record] = []
        for amount in amounts:
            held = self._reservation(tier, amount)
            usage = TokenUsage(900, 350)
            charged = Settlement(held.id, held.at, held.amount, accuracy, Outcome.DONE, usage)
            records += [held, charged]
        self.ledger_store.commit(NOW.date(), lambda _: records)

    def hold(self, amount: str, owner: str | None = None) -> str:
        """A request that is still on its way; of another process where `owner` says so. Its id."""
        held = self._reservation(Tier.CHEAP, amount)
        self.write(replace(held, owner=owner or held.owner))
        return held.id

    def write(self, *records: Record) -> None:
        """Lines of the sample day's book."""
        self.ledger_store.commit(NOW.date(), lambda _: records)

    def set_limits(
        self, *, daily: str | None = None, monthly: str | None = None, conversation: str | None = None
    ) -> None:
        """Other limits; before the app is made."""
        old = self.policy
        self.policy = self.ledger.policy = replace(
            old,
            daily=Usd.parse(daily) if daily else old.daily,
            monthly=Usd.parse(monthly) if monthly else old.monthly,
            conversation=Usd.parse(conversation) if conversation else old.conversation,
        )

    def day(self) -> None:
        """The spend of a usual day."""
        self.spend(Tier.CHEAP, [*["0.0030"] * 37, "0.0053"])
        self.spend(Tier.SMART, [*["0.0700"] * 16, "0.1107"], Accuracy.EXACT)
        self.spend(Tier.YOLO, [*["0.0012"] * 21, "0.0020"], Accuracy.ESTIMATED)
        self.spend(Tier.LOCAL, ["0"] * 9, Accuracy.EXACT)
        self.hold("0.0081")

    def shelf(self) -> str:
        """A shelf of conversations; the id of the one of the pictures."""
        for n, (days, title, cost, mark) in enumerate(SHELF):
            at = NOW - timedelta(days=days, hours=1, minutes=n)
            self._put(title, at, [("Question", "An answer.", cost, mark)])
        return self._put("Slow query on orders", NOW - timedelta(minutes=11), TALK)

    def _reservation(self, tier: Tier, amount: str) -> Reservation:
        model = MODELS[tier]
        assert model.price is not None
        return Reservation(
            id=new_id(),
            day=NOW.date(),
            at=NOW - timedelta(hours=1),
            owner=self.ledger_store.owner,
            conversation="sample",
            tier=tier,
            model=model.ref.id,
            amount=Usd.parse(amount),
            input_bound=2_000,
            max_tokens=1_000,
            price=model.price,
        )

    def _put(self, title: str, at: datetime, talk: Sequence[tuple[str, str, str, Accuracy]]) -> str:
        conversation = Conversation(new_id(at), at, title)
        self.conversations.create(conversation)
        parent: str | None = None
        for n, (asked, said, cost, mark) in enumerate(talk):
            asked_at = at + timedelta(minutes=9 * n)
            question = Message(new_id(asked_at), Role.USER, asked, asked_at, parent)
            answer = Message(
                new_id(asked_at),
                Role.ASSISTANT,
                said,
                asked_at,
                question.id,
                MessageState.DONE,
                tier=Tier.SMART if n == 0 else Tier.CHEAP,
                model=MODELS[Tier.SMART if n == 0 else Tier.CHEAP].ref.id,
                usage=TokenUsage(1_200, 561),
                cost=Figure(Usd.parse(cost), mark),
                first_token_s=0.4,
                duration_s=6.1 if n == 0 else 0.9,
                finish_reason="stop",
            )
            self.conversations.put(conversation.id, question)
            self.conversations.put(conversation.id, replace(answer, thinking="The planner." if n == 0 else ""))
            parent = answer.id
        return conversation.id


SHELF = (
    (9, "Reading list", "0.0121", Accuracy.COMPUTED),
    (6, "Letter to the landlord about the broken window", "0", Accuracy.EXACT),
    (5, "Postgres to SQLite", "0.33", Accuracy.ESTIMATED),
    (4, "Rust lifetimes, once more and slowly", "1.10", Accuracy.EXACT),
    (1, "Cron in UTC or local time", "0.0031", Accuracy.COMPUTED),
    (1, "Name for a daemon", "0.0014", Accuracy.COMPUTED),
    (1, "Terraform state lock", "0.84", Accuracy.EXACT),
    (0, "Tests for the parser", "0.61", Accuracy.EXACT),
    (0, "Regex for log lines", "0.0040", Accuracy.COMPUTED),
    (0, "Release notes, 2.4", "0.04", Accuracy.COMPUTED),
)

TALK = (
    (
        "This takes 4 s on 2 million rows. Why, and what would you change?",
        """The filter on `status` hits four in ten rows, so SQLite walks the whole table, and the sort then spills \
to disk. Two changes, in this order:

1. A partial index, so that only open orders are kept in it.
2. Ask for the columns you show. `SELECT *` reads the blob each time.

```sql
CREATE INDEX orders_open_by_day
    ON orders (created_at, customer_id)
    WHERE status = 'open';
```

On your numbers that should land near 20 ms. Check with `EXPLAIN QUERY PLAN`: it must say **SEARCH**, not **SCAN**.""",
        "0.0148",
        Accuracy.EXACT,
    ),
    (
        "And how do I see that plan from Python?",
        """Run the statement with the prefix and read the fourth column:

```python
plan = db.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
for _, _, _, step in plan:
    print(step)   # SEARCH is good, SCAN reads all
```

The line you want to read is `SEARCH orders USING INDEX orders_open_by_day`.""",
        "0.0014",
        Accuracy.COMPUTED,
    ),
)


async def picture(size: tuple[int, int], theme: str, keys: Sequence[str], glyphs: str = "unicode") -> str:
    """An SVG of the app after `keys`."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), theme=theme, glyphs=glyphs)
        demo.day()
        opened = demo.shelf()
        app = demo.app()
        async with app.run_test(size=size, notifications=True) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            app.screen.post_message(Sidebar.Opened(opened))
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
            for key in keys:
                if key.startswith("text:"):
                    app.screen.query_one(Prompt).add(key.removeprefix("text:"))
                else:
                    await pilot.press(key)
                await pilot.pause()
            await pilot.pause()
            return app.export_screenshot()


if __name__ == "__main__":
    columns, rows = (int(part) for part in sys.argv[1].split("x"))
    sys.stdout.write(asyncio.run(picture((columns, rows), sys.argv[2], sys.argv[3:])))
