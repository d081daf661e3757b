"""The ledger against an independent model: processes that reserve, settle, die, recover, correct, as they like.

100,000 steps here; `make fuzz` takes a million. Files are real, their syncs left out: what a crash does
is the business of `ralex selftest`. The model adds up lists; it knows nothing of journals and books.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ralex_tui.adapters.disk import Disk
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import MIN_OUTPUT_TOKENS, BudgetPolicy, Scope
from ralex_tui.domain.errors import BudgetExceeded, UsageError
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price, Rates, free_price
from ralex_tui.services.bookkeeper import Bookkeeper
from ralex_tui.services.reader import Reader
from tests.samples import NOON, SetClock, free_need, need, settlement

PARTS = 4
STEPS = int(os.environ.get("RALEX_FUZZ_STEPS", "100000"))
STEPS_A_RUN = 50
RECOVERED_DAYS = 7

CONVERSATIONS = ("one", "two")
POLICY = BudgetPolicy(
    daily=Usd(10_000), monthly=Usd(40_000), conversation=Usd(25_000), zone=UTC, zone_name="UTC", reset_hour=0
)
# Of a nano-dollar a token and two, so that sums are small and every rounding shows.
PRICE = Price(Rates(Usd(1_000_000), Usd(2_000_000)), source="test")


class UnsyncedDisk(Disk):
    """Real files, without waiting for the drive."""

    def sync(self, fd: int) -> None: ...

    def sync_folder(self, folder: Path) -> None: ...


@dataclass
class Line:
    """A request, as the model remembers it."""

    name: str
    day: date
    conversation: str
    owner: str
    hold: int
    charged: int | None = None
    is_abandoned: bool = False
    is_corrected: bool = False
    missing: dict[Scope, int] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return self.hold if self.charged is None else self.charged

    def beyond(self, scope: Scope) -> int:
        """What it takes beyond a limit, where it was allowed past it."""
        if scope not in self.missing:
            return 0
        return max(self.weight - max(self.hold - self.missing[scope], 0), 0)


@dataclass
class Raised:
    day: date
    scope: Scope
    conversation: str
    amount: int


class LedgerMachine(RuleBasedStateMachine):
    """Three processes on one folder."""

    n_steps = 0
    requests: Bundle[str] = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ralex-machine-"))
        self.clock = SetClock(NOON)
        self.lines: dict[str, Line] = {}
        self.raised: list[Raised] = []
        self.opened: set[date] = set()
        self.keepers = [self._started() for _ in range(3)]

    def teardown(self) -> None:
        for _, store in self.keepers:
            store.close()
        shutil.rmtree(self.folder)

    def _started(self) -> tuple[Bookkeeper, TinydbLedger]:
        store = TinydbLedger(self.folder / "ledger", self.folder / "owners", disk=UnsyncedDisk())
        return Bookkeeper(store, POLICY, self.clock), store

    # What the model expects.

    @property
    def today(self) -> date:
        return max((*self.opened, self.clock.now().date()))

    def counted(self, scope: Scope, conversation: str) -> list[Line]:
        today = self.today
        return [
            line
            for line in self.lines.values()
            if (scope is Scope.DAY and line.day == today)
            or (scope is Scope.MONTH and (line.day.year, line.day.month) == (today.year, today.month))
            or (scope is Scope.CONVERSATION and line.conversation == conversation)
        ]

    def left(self, scope: Scope, conversation: str) -> int:
        today = self.today
        limit = {Scope.DAY: POLICY.daily, Scope.MONTH: POLICY.monthly, Scope.CONVERSATION: POLICY.conversation}[scope]
        assert limit is not None
        raised = sum(
            raised.amount
            for raised in self.raised
            if raised.scope is scope
            and (scope is not Scope.DAY or raised.day == today)
            and (scope is not Scope.MONTH or (raised.day.year, raised.day.month) == (today.year, today.month))
            and (scope is not Scope.CONVERSATION or raised.conversation == conversation)
        )
        lines = self.counted(scope, conversation)
        beyond = sum(line.beyond(scope) for line in lines)
        return limit.nano + raised + beyond - sum(line.weight for line in lines)

    def lefts(self, conversation: str) -> dict[Scope, int]:
        return {scope: self.left(scope, conversation) for scope in Scope}

    # What processes do.

    @rule(
        target=requests,
        process=st.integers(0, 2),
        conversation=st.sampled_from(CONVERSATIONS),
        n_input=st.integers(0, 3_000),
        n_output=st.integers(1, 3_000),
        is_allowed=st.sampled_from((False, False, False, True)),
    )
    def reserve(
        self, process: int, conversation: str, n_input: int, n_output: int, is_allowed: bool
    ) -> str | MultipleResults[str]:
        keeper, store = self.keepers[process]
        asked = need(price=PRICE, conversation=conversation, input_bound=n_input, max_tokens=n_output)
        lefts = self.lefts(conversation)
        left = min(lefts.values())
        worst, least = n_input + 2 * n_output, n_input + 2 * min(MIN_OUTPUT_TOKENS, n_output)
        name = new_id()
        try:
            held = keeper.reserve(name, asked, False, "a test" if is_allowed else "")
        except BudgetExceeded:
            assert left < least
            assert not is_allowed
            return multiple()
        line = Line(name, self.today, conversation, store.owner, held.amount.nano)
        if worst <= left:
            assert (line.hold, held.max_tokens) == (worst, n_output)
        elif least <= left:
            # Cut to what is left, and to no less than a token under it: all of a limit can be used.
            assert left - 2 < line.hold <= left
            assert line.hold == n_input + 2 * held.max_tokens
        else:
            assert is_allowed
            assert line.hold == worst
            line.missing = {scope: worst - amount for scope, amount in lefts.items() if amount < worst}
        assert held.day == line.day
        self.opened.add(line.day)
        self.lines[name] = line
        return name

    @rule(process=st.integers(0, 2))
    def reserve_free(self, process: int) -> None:
        keeper, _ = self.keepers[process]
        held = keeper.reserve(new_id(), free_need(price=free_price("local")), False, "")
        assert held.amount == Usd(0)
        self.opened.add(self.today)

    @rule(process=st.integers(0, 2), name=requests, share=st.integers(0, 110))
    def settle(self, process: int, name: str, share: int) -> None:
        """By any process, again and again, a tenth above the hold at most."""
        line = self.lines[name]
        charged = line.hold * share // 100
        entry = self.keepers[process][0].settle(line.day, settlement(name, Usd(charged).dollars))
        if line.charged is None:
            line.charged = charged
        elif line.is_abandoned and not line.is_corrected:
            line.charged, line.is_corrected = charged, True
        assert entry.cost.amount.nano == line.charged

    @rule(process=st.integers(0, 2), name=requests, nano=st.integers(0, 5_000))
    def correct(self, process: int, name: str, nano: int) -> None:
        line = self.lines[name]
        is_alive = line.owner in {store.owner for _, store in self.keepers}
        figure = Figure(Usd(nano), Accuracy.EXACT)
        try:
            self.keepers[process][0].correct(line.day, name, figure, "user", "the bill", None)
        except UsageError:
            assert line.charged is None
            assert is_alive
            return
        assert line.charged is not None or not is_alive
        line.is_abandoned |= line.charged is None
        line.charged, line.is_corrected = nano, True

    @rule(process=st.integers(0, 2))
    def die(self, process: int) -> None:
        """And start again, under another name."""
        self.keepers[process][1].close()
        self.keepers[process] = self._started()

    @rule(process=st.integers(0, 2))
    def recover(self, process: int) -> None:
        living = {store.owner for _, store in self.keepers}
        days = sorted(self.opened)[-RECOVERED_DAYS:]
        dead = [
            line
            for line in self.lines.values()
            if line.charged is None and line.owner not in living and line.day in days
        ]
        found = {entry.reservation.id for entry in self.keepers[process][0].recover() if entry.reservation.amount}
        assert found == {line.name for line in dead if line.hold}
        for line in dead:
            line.charged, line.is_abandoned = line.hold, True

    @rule(
        process=st.integers(0, 2),
        scope=st.sampled_from(Scope),
        conversation=st.sampled_from(CONVERSATIONS),
        nano=st.integers(1, 5_000),
    )
    def raise_limit(self, process: int, scope: Scope, conversation: str, nano: int) -> None:
        name = conversation if scope is Scope.CONVERSATION else ""
        self.raised.append(Raised(self.today, scope, name, nano))
        self.keepers[process][0].raise_limit(Usd(nano), "a test", scope, name)
        self.opened.add(self.today)

    @rule(hours=st.integers(-40, 36))
    def set_clock(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @precondition(lambda self: self.lines)
    @rule()
    def read_afresh(self) -> None:
        """A process that has read nothing yet finds what the others know."""
        keeper, store = self._started()
        assert {name: Usd(line.weight) for name, line in self.lines.items()} == {
            entry.reservation.id: entry.weight
            for entry in Reader(store, keeper, self.clock).entries(date.min, date.max)
            if entry.reservation.id in self.lines
        }
        store.close()

    @invariant()
    def sums_agree(self) -> None:
        type(self).n_steps += 1
        today = self.today
        lines = [line for line in self.lines.values() if line.day == today]
        for keeper, _ in self.keepers:
            budget = keeper.day_budget(None)
            assert budget.day == today
            assert budget.held.nano == sum(line.hold for line in lines if line.charged is None)
            assert budget.spent.amount.nano == sum(line.charged for line in lines if line.charged is not None)
            assert budget.left.nano == self.left(Scope.DAY, "")
        for conversation, (keeper, _) in zip(CONVERSATIONS, self.keepers, strict=False):
            limits = {limit.scope: limit.left.nano for limit in keeper.limits(conversation)}
            assert limits == self.lefts(conversation)

    @invariant()
    def promise_is_kept(self) -> None:
        """What was taken beyond a limit is an overrun, a correction or the user's own word."""
        for conversation in CONVERSATIONS:
            for scope in Scope:
                over = sum(max(line.weight - line.hold, 0) for line in self.counted(scope, conversation))
                assert self.left(scope, conversation) >= -over - self._lowered(scope, conversation)

    def _lowered(self, scope: Scope, conversation: str) -> int:
        """A correction upwards of what was settled low takes from what others have reserved meanwhile."""
        return sum(line.weight for line in self.counted(scope, conversation) if line.is_corrected)


@pytest.mark.parametrize("part", range(PARTS))
def test_ledger_does_what_the_model_does(part: int) -> None:
    LedgerMachine.n_steps = 0
    steps = STEPS // PARTS
    # A run may end before its last step, so that the number of runs alone promises nothing.
    while (left := steps - LedgerMachine.n_steps) > 0:
        run_state_machine_as_test(
            LedgerMachine,
            settings=settings(
                max_examples=-(-left // STEPS_A_RUN),
                stateful_step_count=STEPS_A_RUN,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
