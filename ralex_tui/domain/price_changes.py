"""When a fetched price counts: a rise at once, a fall once the user has seen it. Pure functions.

The user's own price always wins. Knows nothing of where prices are fetched or kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates

OWN = "own"
"""The source of a price that the user wrote; it wins over everything fetched."""

# A rate that falls below a quarter is more often a slip of the catalogue than a gift; catalogues have had such
# days. It takes the user's word.
_STEEP = 4

_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")

# Beside the rates themselves: what the worst case is made of also counts rates that are merely listed.
_WORST = ("dearest_input", "dearest_output")


@dataclass(frozen=True, slots=True)
class Difference:
    """One rate or fee that is not what it was; None where it is not listed.

    Args:
        name: For people: "input", "cache read over 200,000 tokens", "each request".
    """

    name: str
    before: Usd | None
    after: Usd | None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A model's price is another than the one that counted so far.

    Args:
        model: Its full id.
        before: None where no price was known.
    """

    model: str
    before: Price | None
    after: Price

    @property
    def is_rise(self) -> bool:
        """Whether some request gets dearer, or its worst case does."""
        return self.before is None or rises(self.before, self.after)

    @property
    def is_fall(self) -> bool:
        """Whether some request gets cheaper; a change may be both."""
        return self.before is not None and rises(self.after, self.before)

    @property
    def needs_accepting(self) -> bool:
        """Whether a rate falls so far that being shown is not enough."""
        return self.before is not None and falls_steeply(self.before, self.after)

    @property
    def counts(self) -> Price:
        """What counts until the change is shown or, where it needs that, accepted."""
        return counting(self.before, self.after, shown=False) or self.after

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What has changed, rate by rate, as both prices list it."""
        found = [*_rate_differences(self.before.rates if self.before else None, self.after.rates, "")]
        fee = self.before.request_fee if self.before else Usd(0)
        if fee != self.after.request_fee:
            found.append(Difference("each request", fee, self.after.request_fee))
        return (*found, *_long_differences(self.before, self.after))


@dataclass(frozen=True, slots=True)
class FetchedPrice:
    """What a price list says of a model, and how much of it the user knows.

    Args:
        newest: As it was fetched last.
        agreed: The last one that was shown or, where it needed that, accepted: the one to compare with.
        seen: One that was shown and still has to be accepted.
    """

    newest: Price
    agreed: Price | None = None
    seen: Price | None = None

    def change(self, model: str, pinned: Price | None) -> PriceChange | None:
        """What is pending: to be shown or accepted; None where nothing is.

        Args:
            pinned: The price that holds where none is fetched.
        """
        if self._is_beside_the_point(pinned):
            return None
        before = self._baseline(pinned)
        if before is not None and not rises(before, self.newest) and not rises(self.newest, before):
            return None
        return PriceChange(model, before, self.newest)

    def counting(self, pinned: Price | None) -> Price | None:
        """The price that counts now."""
        if self._is_beside_the_point(pinned):
            return pinned
        return counting(self._baseline(pinned), self.newest, shown=False)

    def is_unseen(self, change: PriceChange) -> bool:
        """Whether a pending change was never shown."""
        return self.seen is None or _differ(self.seen, change.after)

    def renewed(self, newest: Price) -> FetchedPrice:
        """With a price fetched later. What the user knows stays; where it is the same, it gets the new date."""
        agreed = self.agreed
        if agreed is not None and not _differ(agreed, newest):
            agreed = newest
        return replace(self, newest=newest, agreed=agreed)

    def marked_shown(self, change: PriceChange) -> FetchedPrice:
        """After the user has seen `change`; as it was if another price has been fetched meanwhile."""
        if change.needs_accepting:
            return self if _differ(self.newest, change.after) else replace(self, seen=self.newest)
        return self.accepted(change)

    def accepted(self, change: PriceChange) -> FetchedPrice:
        """After the user has accepted `change`; as it was if another price has been fetched meanwhile."""
        return self if _differ(self.newest, change.after) else FetchedPrice(self.newest, agreed=self.newest)

    def _baseline(self, pinned: Price | None) -> Price | None:
        """The price to compare with: what the user agreed to, unless a newer one was pinned since."""
        return pinned if self.agreed is None or _is_newer(pinned, self.agreed) else self.agreed

    def _is_beside_the_point(self, pinned: Price | None) -> bool:
        """Whether the pinned price holds, being the user's own or newer than what was fetched."""
        return pinned is not None and (pinned.source == OWN or _is_newer(pinned, self.newest))


def counting(pinned: Price | None, fetched: Price | None, shown: bool, accepted: bool = False) -> Price | None:
    """The price that counts; None where none is known.

    Args:
        pinned: The one that counted so far. The user's own wins.
        shown: Whether the user has seen the change; until then each rate is the dearer one of the two.
        accepted: Whether the user has agreed to it in so many words, which a steep fall asks for.
    """
    if pinned is None or fetched is None:
        return fetched if pinned is None else pinned
    if pinned.source == OWN:
        return pinned
    if accepted or (shown and not falls_steeply(pinned, fetched)):
        return fetched
    return dearest(pinned, fetched)


def rises(before: Price, after: Price) -> bool:
    """Whether there is a request that `after` makes dearer, or whose worst case it does."""
    return after.request_fee > before.request_fee or any(
        _billed(new, kind) > _billed(old, kind)
        for old, new in _side_by_side(before, after)
        for kind in (*_KINDS, *_WORST)
    )


def falls_steeply(before: Price, after: Price) -> bool:
    """Whether a rate, or the fee, falls by more than 75 %.

    That a rate appears which was billed as input or output until then, as when a list begins to
    tell what cached input costs, is no steep fall: it never lowers what is held for a request.
    """
    return _STEEP * after.request_fee.nano < before.request_fee.nano or any(
        getattr(old, kind) is not None and _STEEP * _billed(new, kind) < _billed(old, kind)
        for old, new in _side_by_side(before, after)
        for kind in _KINDS
    )


def dearest(before: Price, after: Price) -> Price:
    """A price that no request makes cheaper than either: one of the two, or the dearer of each of their parts."""
    if not rises(after, before):
        return after
    if not rises(before, after):
        return before
    overs = [over for price in (before, after) if (over := _over(price)) is not None]
    over = min(overs, default=None)
    sources = dict.fromkeys((before.source, after.source))
    return Price(
        dearest_rates([before.rates, after.rates]),
        source=f"dearer of {' and '.join(sources)}",
        dated=after.dated,
        # Between two thresholds the plain rates of one meet the long ones of the other: the dearest of all hold there.
        long_context=None if over is None else dearest_rates([*_above(before, over), *_above(after, over)]),
        long_context_over=over,
        request_fee=max(before.request_fee, after.request_fee),
    )


def dearest_rates(several: Iterable[Rates]) -> Rates:
    """The dearer of each rate, as billed; one that none of them lists stays unlisted."""
    several = list(several)
    listed = [kind for kind in _KINDS if any(getattr(rates, kind) is not None for rates in several)]
    return Rates(**{kind: Usd(max(_billed(rates, kind) for rates in several)) for kind in listed})


def _differ(one: Price, other: Price) -> bool:
    return rises(one, other) or rises(other, one)


def _is_newer(one: Price | None, other: Price) -> bool:
    return one is not None and one.dated is not None and other.dated is not None and one.dated > other.dated


def _side_by_side(before: Price, after: Price) -> Iterator[tuple[Rates, Rates]]:
    """The rates of both, for each length of input at which those of one change."""
    lengths = {0, *(over + 1 for price in (before, after) if (over := _over(price)) is not None)}
    return ((before.rates_for(length), after.rates_for(length)) for length in sorted(lengths))


def _over(price: Price) -> int | None:
    return price.long_context_over if price.long_context is not None else None


def _above(price: Price, length: int) -> list[Rates]:
    """All rates that a request of more than `length` tokens of input may have."""
    over = _over(price)
    if price.long_context is None or over is None:
        return [price.rates]
    return [price.long_context] if over <= length else [price.rates, price.long_context]


def _billed(rates: Rates, kind: str) -> int:
    """Nano-dollars for a million tokens of a kind, whether or not it is listed; as `Price.cost` has it."""
    listed: Usd | None = getattr(rates, kind)
    if listed is not None:
        return listed.nano
    match kind:
        case "reasoning":
            return rates.output.nano
        case "cache_write_1h":
            return 2 * rates.input.nano
        case _:
            return rates.input.nano


def _rate_differences(before: Rates | None, after: Rates | None, suffix: str) -> Iterator[Difference]:
    for kind in _KINDS:
        old, new = (None if rates is None else getattr(rates, kind) for rates in (before, after))
        if old != new:
            yield Difference(f"{kind.replace('_', ' ')}{suffix}", old, new)


def _long_differences(before: Price | None, after: Price) -> Iterator[Difference]:
    old = (None, None) if before is None else (_over(before), before.long_context)
    new = (_over(after), after.long_context)
    pairs = [(old[0], old[1], new[1])] if old[0] == new[0] else [(old[0], old[1], None), (new[0], None, new[1])]
    for over, old_rates, new_rates in pairs:
        if over is not None:
            yield from _rate_differences(old_rates, new_rates, f" over {over:,} tokens")
