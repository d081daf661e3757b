"""What models cost: pinned, fetched and entered prices, and which of them counts.

Knows the ports only. Files are read and written in a thread of its own; `price` reads memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from ralex_tui.domain.errors import RalexError, UsageError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.price_changes import OWN, FetchedPrice, PriceChange
from ralex_tui.domain.pricing import Price, Rates
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.prices import FetchPrices, OwnPrices, PriceSource, PriceStore
from ralex_tui.services.one_thread import OneThread

FETCHED_PROVIDER = "openrouter"
"""The provider whose list of prices is fetched."""

_OLD = timedelta(hours=24)

_log = logging.getLogger(__name__)


class PriceService:
    """The price of a model, from whichever source counts; a `PriceSource` itself.

    Args:
        pinned: The user's own prices, those of config.yaml, and LiteLLM's.
        store: Keeps what was fetched.
        own: The file with the prices that the user enters.
        fetch: Asks for the list.
        models: Those of the configuration: changes of others are nobody's concern.
        is_wanted: Whether the list may be fetched in the background. Looks at keys; asks no server.
    """

    def __init__(
        self,
        pinned: PriceSource,
        store: PriceStore,
        own: OwnPrices,
        fetch: FetchPrices,
        clock: Clock,
        *,
        models: Iterable[ModelRef],
        is_wanted: Callable[[], bool],
    ) -> None:
        self._pinned = pinned
        self._store = store
        self._own = own
        self._fetch = fetch
        self._clock = clock
        self._models = [ref for ref in dict.fromkeys(models) if ref.provider == FETCHED_PROVIDER]
        self._is_wanted = is_wanted
        self._thread = OneThread("prices")
        # Replaced as a whole, never changed: the screen may read it meanwhile.
        self._entered: dict[str, Price] = {}
        self._n_entered = 0
        self.n_left_out = 0
        """How many entries of the list that was fetched last here had no price that can be used."""

    @property
    def version(self) -> object:
        """Changes when a price may have, by whichever process; compare with ==. One `stat`."""
        return self._store.version, self._n_entered

    @property
    def notice(self) -> str:
        """What the user should know of prices that could not be read; empty where all is well."""
        return self._store.notice

    @property
    def fetched_at(self) -> datetime | None:
        """When prices were fetched last, in UTC; None where never."""
        return self._store.fetched_at

    def price(self, ref: ModelRef) -> Price | None:
        """The price that counts now, or None where no source knows one. Quick enough for every draft."""
        pinned = self._pinned_price(ref)
        fetched = self._fetched(ref)
        return pinned if fetched is None else fetched.counting(pinned)

    def pending(self) -> list[PriceChange]:
        """All changes of configured models that don't count in full: to be shown, or to be accepted."""
        return [change for _, change in self._pending()]

    def unseen(self) -> list[PriceChange]:
        """Those that the user has not seen yet."""
        return [change for fetched, change in self._pending() if fetched.is_unseen(change)]

    def is_stale(self, now: datetime) -> bool:
        """Whether the prices are older than a day, or there are none; also where the clock was set back by one."""
        at = self._store.fetched_at
        return at is None or abs(now - at) > _OLD

    async def refresh(self) -> list[PriceChange]:
        """Fetch the list now; the changes that the user has not seen yet.

        Raises:
            EngineError: If it can't be fetched.
            StorageError: If it can't be written down.
        """
        now = self._clock.now()
        fetched = await self._fetch(now.date())
        self.n_left_out = fetched.n_left_out
        await self._thread.run(self._store.put_list, fetched.prices, now, [ref.path for ref in self._models])
        return self.unseen()

    async def refresh_if_stale(self) -> list[PriceChange]:
        """Fetch the list in the background, where it is older than a day and one of its models can be used.

        Being offline is no news: it is logged, and what is known holds.

        Returns:
            The changes that the user has not seen yet, whoever fetched them.
        """
        if not self._models or not self._is_wanted():
            return []
        if self.is_stale(self._clock.now()):
            try:
                return await self.refresh()
            except RalexError as error:
                _log.warning("prices were not refreshed: %s", error.message)
        return self.unseen()

    async def mark_shown(self, changes: Sequence[PriceChange]) -> None:
        """The user has seen `changes`: they count, but for those that need to be accepted.

        Raises:
            StorageError: If it can't be written down.
        """
        await self._revise(changes, FetchedPrice.marked_shown)

    async def accept(self, model: str | None = None) -> list[PriceChange]:
        """Let a model's pending change count in full, or those of all models; what was accepted.

        Raises:
            UsageError: If nothing is pending for `model`.
            StorageError: If it can't be written down.
        """
        changes = [change for change in self.pending() if model in (None, change.model)]
        if model is not None and not changes:
            waiting = ", ".join(change.model for change in self.pending())
            raise UsageError(
                f"no change of the price of {model[:100]} is waiting",
                hint=f"there are changes of {waiting}" if waiting else "none of any model is",
            )
        await self._revise(changes, FetchedPrice.accepted)
        return changes

    async def enter(self, ref: ModelRef, input: Usd, output: Usd, *, free: bool = False) -> Price:  # noqa: A002 - the trade's words
        """Take over a price of the user's own, from now on and for good; it wins over all others.

        Args:
            input: Dollars for a million tokens; more than zero, unless it is `free`.
            free: Whether the user says in so many words that the model costs nothing.

        Raises:
            UsageError: If a rate is not more than zero, or is though it is free.
            ConfigError: If prices.yaml, as it is, can't be read.
            StorageError: If it can't be written.
        """
        if free and (input or output):
            raise UsageError("a model is either free or has a price", hint="leave out one of them")
        if not free and (input <= Usd(0) or output <= Usd(0)):
            raise UsageError(
                "a price is more than zero dollars for a million tokens", hint="say free if it really costs nothing"
            )
        price = Price(Rates(input, output), source=OWN, dated=self._clock.now().date())
        await self._thread.run(self._own.put, ref.id, price)
        self._entered = {**self._entered, ref.id: price}
        self._n_entered += 1
        return price

    def close(self) -> None:
        """Finish what is being written. Safe to call more than once."""
        self._thread.close()

    def _pinned_price(self, ref: ModelRef) -> Price | None:
        entered = self._entered.get(ref.id)
        return entered if entered is not None else self._pinned.price(ref)

    def _fetched(self, ref: ModelRef) -> FetchedPrice | None:
        return self._store.find(ref.path) if ref.provider == FETCHED_PROVIDER else None

    def _pending(self) -> list[tuple[FetchedPrice, PriceChange]]:
        found = []
        for ref in self._models:
            fetched = self._fetched(ref)
            change = fetched.change(ref.id, self._pinned_price(ref)) if fetched is not None else None
            if fetched is not None and change is not None:
                found.append((fetched, change))
        return found

    async def _revise(
        self, changes: Sequence[PriceChange], revised: Callable[[FetchedPrice, PriceChange], FetchedPrice]
    ) -> None:
        if not changes:
            return
        by_path = {ModelRef(change.model).path: change for change in changes}
        await self._thread.run(self._store.revise, by_path, lambda path, known: revised(known, by_path[path]))
