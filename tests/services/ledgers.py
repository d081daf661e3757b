"""Random ledgers for the review: some days of requests with all that can become of one, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.kinds import Kind
from ralex_tui.domain.ledger import Correction, DayOpened, Outcome, Raise, Record, Reservation, Settlement
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.remarks import Opinion, Tariff, Verdict
from ralex_tui.services.ledger import LedgerService
from ralex_tui.services.reports import ReportService
from tests.samples import SetClock
from tests.unit.strategies import prices, usages

# Two months, two years of the screen's, and three weeks.
DAYS = [date(2026, 2, 22) + timedelta(days=number) for number in range(16)]
TODAY = DAYS[-2]
MODELS = ("lan/small", "lan/large", "other/lan/small")
CONVERSATIONS = ("one", "two", "three")
MARKS = (Accuracy.EXACT, Accuracy.COMPUTED, Accuracy.ESTIMATED)

amounts = st.integers(0, 10**10).map(Usd)
seconds = st.none() | st.integers(0, 9_000).map(lambda ms: ms / 1_000)


@dataclass(frozen=True)
class Written:
    """The records of a ledger, by day, in the order of writing."""

    days: Mapping[date, Sequence[Record]]
    reset_hour: int

    def store(self, folder: Path) -> None:
        """Write it."""
        ledger = TinydbLedger(folder / "ledger", folder / "owners")
        for day, records in self.days.items():
            ledger.commit(day, lambda _, records=records: records)  # type: ignore[misc]  # bound as a default
        ledger.close()


def policy(daily: Usd = Usd.parse("5"), monthly: Usd | None = None, reset_hour: int = 0) -> BudgetPolicy:
    return BudgetPolicy(daily=daily, zone=UTC, zone_name="UTC", monthly=monthly, reset_hour=reset_hour)


@contextmanager
def reports_of(
    folder: Path, rule: BudgetPolicy, *, is_cached: bool = True
) -> Iterator[tuple[ReportService, LedgerService]]:
    """The services over a folder, as they are after a start at noon of TODAY."""
    clock = SetClock(datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) + timedelta(hours=rule.reset_hour))
    store = TinydbLedger(folder / "ledger", folder / "owners", sums=folder / "sums" if is_cached else None)
    service = LedgerService(store, rule, clock)
    try:
        yield ReportService(service, clock), service
    finally:
        service.close()
        store.close()


@st.composite
def ledgers(draw: st.DrawFn) -> Written:
    """Some days; among them are some without a record of the limit, of a tariff, or without requests."""
    reset_hour = draw(st.sampled_from((0, 5)))
    days = draw(st.lists(st.sampled_from(DAYS[:-1]), min_size=1, max_size=5, unique=True))
    return Written({day: draw(_records(day, reset_hour)) for day in days}, reset_hour)


@st.composite
def _records(draw: st.DrawFn, day: date, reset_hour: int) -> list[Record]:
    begins = datetime(day.year, day.month, day.day, reset_hour, tzinfo=UTC)
    limits = draw(st.lists(st.none() | amounts, min_size=1, max_size=2))
    records: list[Record] = [DayOpened(new_id(), day, begins, "UTC", reset_hour, limit=limit) for limit in limits]
    tariffs = [Tariff(new_id(), day, begins, tiers) for tiers in draw(st.lists(_tiers, max_size=2))]
    records += tariffs
    records += [Raise(new_id(), day, begins, amount, "a test") for amount in draw(st.lists(amounts, max_size=1))]
    for _ in range(draw(st.integers(0, 5))):
        at = begins + timedelta(minutes=draw(st.integers(0, 23 * 60)))
        records += draw(_request(day, at, [*(tariff.id for tariff in tariffs), ""]))
    return records


_priced = st.tuples(st.sampled_from(MODELS), prices)
_tiers = st.fixed_dictionaries({Tier.SMART: _priced, Tier.YOLO: _priced}) | st.dictionaries(
    st.sampled_from(Tier), _priced, max_size=4
)


@st.composite
def _request(draw: st.DrawFn, day: date, at: datetime, tariffs: list[str]) -> list[Record]:
    held = Reservation(
        id=new_id(),
        day=day,
        at=at,
        owner="nobody",
        conversation=draw(st.sampled_from(CONVERSATIONS)),
        tier=draw(st.sampled_from(Tier)),
        model=draw(st.sampled_from(MODELS)),
        amount=draw(amounts),
        input_bound=1_000,
        max_tokens=1_000,
        price=draw(prices),
        is_auto=draw(st.booleans()),
        answer=new_id(),
        request_kind=draw(st.sampled_from(("", *(kind.value for kind in Kind)))),
        tariff=tariffs[draw(st.integers(0, len(tariffs) - 1))],
    )
    if draw(st.integers(0, 5)) == 0:
        return [held]
    usage = st.none() | usages(3_000, 500)
    settled = Settlement(
        id=held.id,
        at=at,
        charged=draw(amounts),
        accuracy=draw(st.sampled_from(MARKS)),
        outcome=draw(st.sampled_from(Outcome)),
        usage=draw(usage),
        computed=draw(st.none() | amounts),
        reported=draw(st.none() | amounts),
        first_token_s=draw(seconds),
        duration_s=draw(seconds),
        error=draw(st.sampled_from(("", "AnswerTimeout", "EngineUnavailable"))),
    )
    records: list[Record] = [held, settled]
    for _ in range(draw(st.integers(0, 2))):
        charged, mark = draw(amounts), draw(st.sampled_from(MARKS))
        records.append(Correction(new_id(), held.id, at, charged, mark, "user", "a test", draw(usage)))
    said = draw(st.lists(st.sampled_from(Opinion), max_size=3))
    return [*records, *(Verdict(new_id(), held.id, at, opinion) for opinion in said)]
