"""What was decided about money, in words: raises, allowances, answers at a limit, corrections, reconciliations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ralex_tui.domain.budget import Scope
from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.ledger import Entry, Raise
from ralex_tui.domain.money import Accuracy, Figure, Usd
from ralex_tui.domain.remarks import Choice, Decision, Reconciliation
from ralex_tui.domain.text import visible_line

YOU = "you"

_LIMIT = {Scope.DAY: "today's limit", Scope.MONTH: "this month's limit", Scope.CONVERSATION: "a conversation's limit"}
_ANSWER = {
    Choice.STEP_DOWN: "sent it on a cheaper tier",
    Choice.LOCAL: "sent it on Local",
    Choice.ALLOW: "allowed the one message",
    Choice.RAISE: "raised the limit",
    Choice.STOP: "stopped",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """One line of a day's record that is no request.

    Args:
        kind: "opened", "raise", "allowance", "decision", "correction" or "reconciliation".
        who: "you", or the provider that said so.
        what: A sentence without its full stop; `why`: the reason or the circumstances, may be empty.
        amount: By how much a limit grew, or what a charge is now, or the drift.
        request: The request it is about; empty where it is about none.
    """

    kind: str
    at: datetime
    who: str
    what: str
    why: str
    amount: Usd | None = None
    request: str = ""


def decided(books: Iterable[DayBook], zone: tzinfo) -> list[Decided]:
    """Everything that was decided in these books, oldest first. Reasons are cleaned for the screen.

    Args:
        zone: For the times that are told in words.
    """
    return sorted((each for book in books for each in _of_book(book, zone)), key=lambda each: each.at)


def last_reconciliations(books: Iterable[DayBook]) -> dict[str, Reconciliation]:
    """The last one with each provider."""
    records = [record for book in books for record in book.reconciliations.values()]
    return {record.provider: record for record in sorted(records, key=lambda record: record.at)}


def _of_book(book: DayBook, zone: tzinfo) -> Iterator[Decided]:
    opened = book.opened
    if opened is not None and opened.why:
        yield Decided("opened", opened.at, YOU, f"opened {book.day:%a %-d %b}", _clean(opened.why))
    for record in book.raises.values():
        yield _raised(record)
    for allowance in book.allowances.values():
        missing = max(allowance.missing.values(), default=Usd(0))
        what = f"let one message past the limit, which was {missing} short"
        yield Decided("allowance", allowance.at, YOU, what, _clean(allowance.why), missing, allowance.request)
    for decision in book.decisions.values():
        yield _answered(decision)
    for entry in book.entries.values():
        yield from _corrections(entry)
    for reconciliation in book.reconciliations.values():
        yield _reconciled(reconciliation, zone)


def _raised(record: Raise) -> Decided:
    what = f"raised {_LIMIT[record.scope]} by {record.amount}"
    return Decided("raise", record.at, YOU, what, _clean(record.why), record.amount)


def _answered(decision: Decision) -> Decided:
    what = f"{decision.tier.label} was refused at the limit: {_ANSWER[decision.choice]}"
    why = f"it needed {decision.needed}, and {decision.left} was left"
    return Decided("decision", decision.at, YOU, what, why)


def _corrections(entry: Entry) -> Iterator[Decided]:
    for before, correction in zip(figures_of(entry), entry.corrections, strict=False):
        who = YOU if correction.who == "user" else "the provider"
        what = f"charge corrected from {_figure(before)} to {correction.charged}"
        yield Decided("correction", correction.at, who, what, _clean(correction.why), correction.charged, correction.of)


def figures_of(entry: Entry) -> list[Figure]:
    """All figures that an entry had, the first one first; the last one counts."""
    settled = entry.settlement
    first = [] if settled is None else [Figure(settled.charged, settled.accuracy)]
    return [*first, *(Figure(correction.charged, correction.accuracy) for correction in entry.corrections)]


def _reconciled(record: Reconciliation, zone: tzinfo) -> Decided:
    provider = visible_line(record.provider, 40)
    what = f"{provider} counts {record.theirs}, the ledger {record.ours}: drift {signed(record.drift)}"
    since = f"since {record.since.astimezone(zone):%a %-d %b, %H:%M}"
    return Decided("reconciliation", record.at, provider, what, since, record.drift)


def signed(amount: Usd) -> str:
    """A difference: "+$0.0140", "-$0.0140", "$0.0000"."""
    return f"+{amount}" if amount.nano > 0 else str(amount)


def _figure(figure: Figure) -> str:
    return "an unknown amount" if figure.accuracy is Accuracy.UNKNOWN else str(figure.amount)


def _clean(why: str) -> str:
    return visible_line(why, 200)
