"""What the money panels and questions draw: immutable values, made in one place."""

from __future__ import annotations

import asyncio
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ralex_tui.domain.budget import BudgetPolicy, BudgetState, DayBudget, Limit, Scope
from ralex_tui.domain.caching import CacheState
from ralex_tui.domain.conversation import Message, Role
from ralex_tui.domain.errors import RalexError
from ralex_tui.domain.models import Model, Tier
from ralex_tui.domain.money import NOTHING, ZERO, Figure, Usd
from ralex_tui.domain.usage import Sum, by_tier
from ralex_tui.services.services import Services
from ralex_tui.ui.chat import Chat

if TYPE_CHECKING:
    from ralex_tui.domain.ledger import Entry
    from ralex_tui.domain.review import Savings

# Fewer answers than this say too little about a tier's usual length.
_ENOUGH_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class ChatFigures:
    """The open conversation in numbers.

    Args:
        n_context: About how many tokens go along with the next message.
        context: What the answering model holds; None where unknown.
        last: The last finished answer.
        cache: What the answering model's provider keeps of it, `cache_left_s` seconds more; 0 once it is cold.
        limit: Its own, where there is one.
    """

    n_messages: int = 0
    cost: Figure = NOTHING
    n_context: int = 0
    context: int | None = None
    last: Message | None = None
    cache: CacheState | None = None
    cache_left_s: int = 0
    limit: Limit | None = None

    @staticmethod
    def of(chat: Chat, model: Model | None, now: datetime, limit: Limit | None) -> ChatFigures:
        """The figures of `chat`, the next message of which `model` would answer."""
        path = chat.path
        answers = [message for message in path if message.role is Role.ASSISTANT and message.cost is not None]
        cache = chat.cache_of(model) if model is not None else None
        left = cache.warm_until - now if cache is not None else timedelta(0)
        return ChatFigures(
            n_messages=len(path),
            cost=chat.cost,
            n_context=chat.history.n_tokens,
            context=model.context if model is not None else None,
            last=answers[-1] if answers else None,
            cache=cache,
            cache_left_s=-(-max(timedelta(0), left) // timedelta(seconds=1)),
            limit=limit,
        )


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Today's money as the ledger has it.

    Args:
        state: What Auto makes of what is left.
        resets_at: The moment at which a new day begins.
        savings: What Auto's picks of today cost beside the same tokens on one tier alone.
    """

    budget: DayBudget
    state: BudgetState
    resets_at: datetime
    tiers: Mapping[Tier, Sum]
    policy: BudgetPolicy
    savings: Savings | None = None

    @property
    def usual_answer(self) -> dict[Tier, int]:
        """Output tokens of a usual answer, for the tiers that have answered often enough today."""
        return {
            tier: total.n_output // total.n_answers
            for tier, total in self.tiers.items()
            if total.n_answers >= _ENOUGH_ANSWERS and total.n_output
        }

    @property
    def reached(self) -> int | None:
        """The highest of the user's warning thresholds that is reached, in percent; None below the first."""
        return max((at for at in self.policy.warn_at if self.budget.percent_used >= at), default=None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the budget panel and the status line show.

    Args:
        day: None until the ledger was read, and where it can't be: `problem` then says why.
        month: The month's limit, where there is one.
        left_s: Seconds until the new day, cut to whole minutes, so that equal means nothing to paint.
    """

    day: DayFigures | None = None
    chat: ChatFigures = field(default_factory=ChatFigures)
    left_s: int = 0
    problem: RalexError | None = None
    month: Limit | None = None


async def load_day(services: Services) -> DayFigures:
    """Read today's figures; the sums are made off the event loop.

    Raises:
        StorageError: If the ledger can't be read.
    """
    budget = await services.ledger.day_budget()
    today = budget.day
    entries = await services.ledger.entries(today, today)
    tiers, savings = await asyncio.to_thread(_added_up, entries)
    policy = services.policy
    resets_at = budget.ends_at or policy.days.next_reset(today)
    return DayFigures(budget, policy.state(budget.left), resets_at, tiers, policy, savings)


def _added_up(entries: Sequence[Entry]) -> tuple[Mapping[Tier, Sum], Savings]:
    # Imported here, as all of the review: not needed before the first paint.
    from ralex_tui.domain.savings import picks_row, savings_of

    return by_tier(entries), savings_of(picks_row(entries))


async def load_limit(services: Services, limit: Limit, conversation: str) -> DayBudget:
    """What stands against a limit, whichever scope it has, in the shape of a day's.

    Raises:
        StorageError: If the ledger can't be read.
    """
    ledger = services.ledger
    today = await ledger.day_budget()
    if limit.scope is Scope.DAY:
        return today
    if limit.scope is Scope.CONVERSATION:
        spent = await ledger.conversation_cost(conversation)
        held = max(limit.amount - limit.left - spent.amount, ZERO)
        return DayBudget(today.day, limit.amount, spent, held)
    first = today.day.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    books = await ledger.books(first, today.day)
    spent = Figure.total(book.spent for book in books if book.spent_nano)
    held = Usd.total(book.held for book in books)
    return DayBudget(today.day, limit.amount, spent, held, ends_at=services.policy.days.next_reset(last))


def minutes_left(day: DayFigures | None, now: datetime) -> int:
    """Seconds until the new day in whole minutes, rounded up; 0 where the day is not known."""
    if day is None:
        return 0
    return -(-max(timedelta(0), day.resets_at - now) // timedelta(minutes=1)) * 60


class MoneyWatch:
    """Keeps the day's figures fresh: after our own turns, and when another process wrote."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen: object = None
        self._is_loading = False
        self._is_stale = False
        self.conversation = ""
        """The one on the screen, for its limit."""
        self.day: DayFigures | None = None
        self.problem: RalexError | None = None
        self._limits: dict[Scope, Limit] = {}

    def limit(self, scope: Scope) -> Limit | None:
        """A limit beside the day's, as it was read last; None where there is none."""
        return self._limits.get(scope)

    def has_changed(self) -> bool:
        """Whether the day's book, or the day, is another than the one last read, or the clock's day is. One `stat`."""
        if not self._services.ledger.is_ready and self.problem is None:
            return not self._is_loading
        try:
            return self._look() != self._seen
        except RalexError as error:
            # Read again: the reading tells the user, and a repaired file ends the trouble by itself.
            return self.problem is None or self.problem.message != error.message

    async def load(self) -> None:
        """Read the figures; calls that come meanwhile make one more reading, not many."""
        self._is_stale = True
        if self._is_loading:
            return
        self._is_loading = True
        try:
            while self._is_stale:
                self._is_stale = False
                await self._read()
        finally:
            self._is_loading = False

    async def _read(self) -> None:
        try:
            if not self._services.ledger.is_ready:
                await self._services.ledger.look()
            # Taken before the reading, so that what is written during it is found by the next look.
            self._seen = self._look()
            self.day, self.problem = await load_day(self._services), None
            self._limits = await self._read_limits()
        except RalexError as error:
            self.day, self.problem = None, error

    def _look(self) -> object:
        """What tells readings apart. The clock's own day too: a clock set back, or far ahead, moves no other."""
        services = self._services
        return services.ledger.fingerprint(), services.policy.day_of(services.clock.now())

    async def _read_limits(self) -> dict[Scope, Limit]:
        policy = self._services.policy
        if policy.monthly is None and policy.conversation is None:
            return {}
        return {limit.scope: limit for limit in await self._services.ledger.limits(self.conversation)}
