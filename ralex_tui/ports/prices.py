"""Where prices come from, and where fetched and entered ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.price_changes import FetchedPrice
from ralex_tui.domain.pricing import Price


class PriceSource(Protocol):
    """A table of prices."""

    def price(self, ref: ModelRef) -> Price | None:
        """The model's price, or None where unknown. A cloud model's zero is unknown, not free."""
        ...


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a provider's list said.

    Args:
        prices: By the ids the provider uses.
        n_left_out: Entries without a price that can be used.
    """

    prices: Mapping[str, Price]
    n_left_out: int = 0


class FetchPrices(Protocol):
    """Fetches a provider's whole list."""

    async def __call__(self, dated: date) -> PriceList:
        """The list as it is now, each price with `dated` as its date.

        Raises:
            EngineError: If there is no answer, or none with prices in it.
        """
        ...


class PriceStore(Protocol):
    """Keeps what was fetched, for all processes. What can't be read is as if it were not there."""

    @property
    def version(self) -> object:
        """Changes, by whichever process, when the content does; compare with ==. At most one `stat`."""
        ...

    @property
    def fetched_at(self) -> datetime | None:
        """When a list was fetched last, in UTC; None where never."""
        ...

    @property
    def notice(self) -> str:
        """What the user should know of what could not be read; empty where all is well."""
        ...

    def find(self, model: str) -> FetchedPrice | None:
        """What is known of a model, by the provider's id."""
        ...

    def put_list(self, prices: Mapping[str, Price], at: datetime, keep: Collection[str]) -> None:
        """Take over a list. Models that it has no more go, but for those in `keep` and those agreed on.

        Raises:
            StorageError: If it can't be written.
        """
        ...

    def revise(self, models: Collection[str], change: Callable[[str, FetchedPrice], FetchedPrice]) -> None:
        """Replace what is known of some models, safe from other processes that do so too.

        Raises:
            StorageError: If it can't be written.
        """
        ...


class OwnPrices(Protocol):
    """The file with the prices that the user entered."""

    def put(self, model: str, price: Price) -> None:
        """Write a model's price, in place of one that is there.

        Raises:
            ConfigError: If the file, as it is, can't be read.
            StorageError: If it can't be written.
        """
        ...
