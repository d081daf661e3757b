"""How fast storage is: durable inserts as a journal grows, the list of conversations, a year read.

`python -m bench.storage` prints a table; it takes about a minute and 200 MB below the temporary folder.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from ralex_tui.adapters.journal_storage import open_db
from ralex_tui.adapters.ledger_codec import record_doc
from ralex_tui.adapters.system_clock import SystemClock
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy, Need
from ralex_tui.domain.conversation import Conversation, Message, Role
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome, Record, Reservation, Settlement
from ralex_tui.domain.models import Model, ModelRef, Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, TokenUsage
from ralex_tui.services.ledger import LedgerService

SIZES = (100, 1_000, 10_000, 100_000)
N_INSERTS = 200
N_CONVERSATIONS = 1_000
N_MESSAGES = 20
N_DAYS = 365
N_RECORDS_A_DAY = 200

PRICE = Price(Rates(Usd(300_000_000), Usd(2_500_000_000)), source="bench", dated=date(2026, 1, 1))
MODEL = Model(ModelRef("openrouter/bench/model"), PRICE)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one call, over several."""

    median_ms: float
    p99_ms: float

    @staticmethod
    def of(call: Callable[[], object], n: int) -> Timing:
        taken: list[float] = []
        for _ in range(n):
            began = time.perf_counter()
            call()
            taken.append(1_000 * (time.perf_counter() - began))
        return Timing(median(taken), quantiles(taken, n=100)[98] if n > 1 else taken[0])


def main() -> None:
    """Measure everything and print it."""
    print(f"{'what':<48}{'median ms':>12}{'p99 ms':>12}")
    with tempfile.TemporaryDirectory(prefix="ralex-bench-") as name:
        folder = Path(name)
        for size in SIZES:
            show(f"durable insert at {size:,}", inserts(folder / f"{size}.journal", size))
            show(f"journal of {size:,} opened and read", replay(folder / f"{size}.journal"))
        show("reserve and settle, durable, service included", asyncio.run(reservations(folder / "turns")))
        cold, indexed, warm = conversation_lists(folder / "chats")
        show(f"{N_CONVERSATIONS:,} conversations listed, no cache", cold)
        show(f"{N_CONVERSATIONS:,} conversations listed, new process", indexed)
        show(f"{N_CONVERSATIONS:,} conversations listed again", warm)
        year, today = year_summed(folder / "year")
        show(f"{N_DAYS} days of {N_RECORDS_A_DAY} records read, each as an entry", year)
        show("today's budget with that year on disk", today)


def show(what: str, timing: Timing) -> None:
    """Print a row of the table."""
    print(f"{what:<48}{timing.median_ms:>12.2f}{timing.p99_ms:>12.2f}", flush=True)


def inserts(path: Path, size: int) -> Timing:
    """Insert one record at a time into a journal that holds `size` of them."""
    table = open_db(path).records("records")
    docs = [record_doc(reservation(START.date())) for _ in range(1_000)]
    for start in range(0, size, 1_000):
        table.insert_multiple(docs[: min(1_000, size - start)])
    return Timing.of(lambda: table.insert(docs[0]), N_INSERTS)


def replay(path: Path) -> Timing:
    """Open a journal anew and count its records."""
    return Timing.of(lambda: len(open_db(path).records("records")), 3)


async def reservations(folder: Path) -> Timing:
    """What a turn adds: one reservation and one settlement, each on disk before it returns."""
    store = TinydbLedger(folder / "ledger", folder / "owners")
    service = LedgerService(store, BudgetPolicy(daily=Usd.parse("1000"), zone=UTC), SystemClock())
    taken: list[float] = []
    for _ in range(N_INSERTS):
        began = time.perf_counter()
        held = await service.reserve(new_id(), Need(MODEL, Tier.CHEAP, "c", PRICE, 1_000, 500), is_auto=False)
        await service.settle(held.day, settlement(held))
        taken.append(1_000 * (time.perf_counter() - began))
    service.close()
    store.close()
    return Timing(median(taken), quantiles(taken, n=100)[98])


def conversation_lists(folder: Path) -> tuple[Timing, Timing, Timing]:
    """List many conversations without a cache, with one from an earlier process, and again."""
    store = TinydbConversations(folder / "conversations", folder / "index")
    for _ in range(N_CONVERSATIONS):
        fill(store)
    cold = Timing.of(store.summaries, 1)
    indexed = Timing.of(lambda: TinydbConversations(folder / "conversations", folder / "index").summaries(), 5)
    return cold, indexed, Timing.of(store.summaries, 20)


def fill(store: TinydbConversations) -> None:
    """One conversation of short messages."""
    conversation = Conversation(id=new_id(), created=START)
    store.create(conversation)
    parent = None
    for number in range(N_MESSAGES):
        role = Role.ASSISTANT if number % 2 else Role.USER
        cost = Figure(Usd(1_000), Accuracy.COMPUTED) if number % 2 else None
        message = Message(id=new_id(), role=role, text="some words " * 20, at=START, parent=parent, cost=cost)
        store.put(conversation.id, message)
        parent = message.id


def year_summed(folder: Path) -> tuple[Timing, Timing]:
    """Read a year's entries in a new process's place; then what a start needs of them."""
    writer = TinydbLedger(folder / "ledger", folder / "owners")
    days = [START.date() + timedelta(days=number) for number in range(N_DAYS)]
    for day in days:
        writer.commit(day, lambda _, day=day: day_records(day))  # type: ignore[misc]  # bound as a default
    writer.close()
    policy = BudgetPolicy(daily=Usd.parse("5"), zone=UTC)

    def summed() -> Usd:
        service = LedgerService(TinydbLedger(folder / "ledger", folder / "owners"), policy, SystemClock())
        entries = service.entries_sync(days[0], days[-1])
        service.close()
        return Usd.total(entry.cost.amount for entry in entries)

    def today() -> None:
        service = LedgerService(TinydbLedger(folder / "ledger", folder / "owners"), policy, SystemClock())
        service.day_budget_sync()
        service.close()

    return Timing.of(summed, 3), Timing.of(today, 10)


def day_records(day: date) -> list[Record]:
    """Reservations, each with its settlement."""
    held = [reservation(day) for _ in range(N_RECORDS_A_DAY // 2)]
    return [record for one in held for record in (one, settlement(one))]


def reservation(day: date) -> Reservation:
    """A record of the usual size."""
    return Reservation(
        id=new_id(),
        day=day,
        at=datetime.combine(day, START.timetz()),
        owner="0123456789abcdefghjk",
        conversation="0123456789abcdefghjk",
        tier=Tier.CHEAP,
        model=MODEL.ref.id,
        amount=Usd(1_550_000),
        input_bound=1_000,
        max_tokens=500,
        price=PRICE,
    )


def settlement(held: Reservation) -> Settlement:
    """Its end, as a provider's count makes it."""
    usage = TokenUsage(800, 300)
    cost = PRICE.cost(usage)
    return Settlement(held.id, held.at, cost, Accuracy.COMPUTED, Outcome.DONE, usage, computed=cost, duration_s=1.5)


if __name__ == "__main__":
    main()
