"""The review's figures once more, by plain loops over the entries: what they are held against. Slow and simple."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from ralex_tui.domain.ledger import Entry, Outcome
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.pricing import Price
from ralex_tui.domain.remarks import Opinion
from ralex_tui.domain.review import Savings
from ralex_tui.domain.usage import Sum


def cost(entries: Iterable[Entry]) -> Figure:
    """What they were charged, with the weakest mark of those that were charged anything."""
    nano, worst = 0, Accuracy.EXACT
    order = [Accuracy.EXACT, Accuracy.COMPUTED, Accuracy.ESTIMATED, Accuracy.UNKNOWN]
    for entry in entries:
        figure = entry.cost
        nano += figure.amount.nano
        if figure.amount.nano and order.index(figure.accuracy) > order.index(worst):
            worst = figure.accuracy
    return Figure(Usd(nano), worst)


def outcome(entry: Entry) -> Outcome | None:
    """How it ended; None where it has not."""
    return entry.settlement.outcome if entry.settlement else None


def plain_sum(entries: Sequence[Entry]) -> Sum:
    """Field by field."""
    ended = [entry for entry in entries if entry.settlement is not None]
    waiting = [entry for entry in entries if entry.settlement is None]

    def part(mark: Accuracy) -> Usd:
        return Usd(sum(entry.cost.amount.nano for entry in ended if entry.cost.accuracy is mark))

    def count(is_so: Callable[[Entry], object]) -> int:
        return len([entry for entry in ended if is_so(entry)])

    over = [entry.cost.amount.nano - entry.reservation.amount.nano for entry in ended]
    dearest = [entry.cost.amount.nano for entry in ended] + [entry.reservation.amount.nano for entry in waiting]
    return Sum(
        n_answers=len(ended),
        cost=cost(ended),
        held=Usd(sum(entry.reservation.amount.nano for entry in waiting)),
        n_input=sum(entry.usage.input for entry in ended if entry.usage),
        n_output=sum(entry.usage.output for entry in ended if entry.usage),
        saved=Usd(sum(entry.reservation.price.saved_by_cache(entry.usage).nano for entry in ended if entry.usage)),
        n_overruns=len([gap for gap in over if gap > 0]),
        variance=Usd(sum(entry.variance.nano for entry in ended if entry.variance)),
        n_held=len(waiting),
        n_corrected=count(lambda entry: entry.corrections),
        n_cut_off=count(lambda entry: not entry.corrections and outcome(entry) is Outcome.ABANDONED),
        exact=part(Accuracy.EXACT),
        computed=part(Accuracy.COMPUTED),
        overrun=Usd(sum(gap for gap in over if gap > 0)),
        dearest=Usd(max(dearest, default=0)),
    )


def grouped(entries: Iterable[Entry], key: Callable[[Entry], object]) -> dict[object, Sum]:
    """A sum for each value of `key` that occurs."""
    groups: dict[object, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return {name: plain_sum(group) for name, group in groups.items()}


def plain_savings(entries: Sequence[Entry]) -> Savings:
    """As docs/spend.md tells it."""
    picks = [entry for entry in entries if entry.reservation.is_auto and entry.settlement is not None]

    def price(entry: Entry, tier: Tier) -> Price | None:
        return entry.tariff.tiers[tier][1] if entry.tariff and tier in entry.tariff.tiers else None

    def is_wasted(entry: Entry) -> bool:
        return outcome(entry) is Outcome.FAILED and (entry.usage is None or entry.usage.output == 0)

    known = [entry for entry in picks if entry.usage is not None or is_wasted(entry)]
    counted = [entry for entry in known if price(entry, Tier.SMART)]
    if not counted:
        counted = [entry for entry in known if price(entry, Tier.YOLO)]

    def alone(tier: Tier) -> Usd | None:
        if not counted or any(price(entry, tier) is None for entry in counted):
            return None
        paid = [entry for entry in counted if not is_wasted(entry) and not entry.was(Opinion.ESCALATED)]
        prices = [(price(entry, tier), entry.usage) for entry in paid]
        return Usd(sum(each.cost(usage).nano for each, usage in prices if each and usage))

    return Savings(len(picks), len(counted), cost(counted), alone(Tier.SMART), alone(Tier.YOLO))


def nearest_rank(values: Iterable[float], percent: int) -> float | None:
    """The least value that at least so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(percent * len(ordered) / 100) - 1] if ordered else None


def weeks(first: date, last: date) -> list[tuple[date, date]]:
    """The weeks from Monday to Sunday that lie in a span, cut off where it begins and ends."""
    found: list[list[date]] = []
    day = first
    while day <= last:
        if not found or day.weekday() == 0:
            found.append([])
        found[-1].append(day)
        day += timedelta(days=1)
    return [(week[0], week[-1]) for week in found]
