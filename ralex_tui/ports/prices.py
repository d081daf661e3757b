"""Where prices come from."""

from __future__ import annotations

from typing import Protocol

from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.pricing import Price


class PriceSource(Protocol):
    """A table of prices."""

    def price(self, ref: ModelRef) -> Price | None:
        """The model's price, or None where unknown. A cloud model's zero is unknown, not free."""
        ...
