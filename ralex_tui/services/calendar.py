"""Which day counts now, with what the ledger and the clocks know."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ralex_tui.domain.daybook import DayBook
from ralex_tui.domain.days import DayRule, NewestDay, Today, day_ends, last_sure, today, zone_named
from ralex_tui.ports.clock import Clock
from ralex_tui.ports.stores import LedgerStore

# What a wall clock may gain or lose against the uptime and still be the same clock: leap seconds, steering.
_SLACK = timedelta(minutes=10)


class Calendar:
    """Follows the newest day in the ledger; see `domain.days` for the rules."""

    def __init__(self, store: LedgerStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._newest: NewestDay | None = None
        self._began = (clock.now(), clock.uptime())
        self.is_read = False

    def read(self, rule: DayRule) -> None:
        """Look for the newest day with records.

        Raises:
            LedgerUnreadable: If it can't be read.
        """
        # A day's file without a record is what a crash left: that day was never opened.
        for day in reversed(self._store.days()):
            if (newest := _newest(self._store.read(day), rule)) is not None:
                self._newest = newest
                break
        else:
            self._newest = None
        self.is_read = True

    def saw(self, book: DayBook, rule: DayRule) -> None:
        """Take note of a book that was just written."""
        newest = _newest(book, rule)
        if newest is not None and (self._newest is None or newest.day >= self._newest.day):
            self._newest = newest

    def today(self, rule: DayRule) -> Today:
        """The day that counts now, by what was last read."""
        return today(rule, self._newest, self._clock.now(), lambda: self._is_trusted(rule))

    def ends(self, rule: DayRule, day: date) -> datetime:
        """When that day is over, in UTC."""
        return day_ends(rule, self._newest, day)

    def _is_trusted(self, rule: DayRule) -> bool:
        """Whether the clock that leapt past the newest record did so by the mere passing of time."""
        began, uptime = self._began
        now = self._clock.now()
        passed = timedelta(seconds=self._clock.uptime() - uptime)
        is_steady = abs((now - began) - passed) < _SLACK
        # This process has watched the whole gap, or a time server vouches for the clock.
        if is_steady and self._newest is not None and last_sure(rule, self._newest) >= began:
            return True
        return self._clock.is_synchronised()


def _newest(book: DayBook, rule: DayRule) -> NewestDay | None:
    if book.last_at is None:
        return None
    if book.opened is None:
        return NewestDay(book.day, rule, book.last_at)
    zone = zone_named(book.opened.zone)
    opened = DayRule(zone, book.opened.zone, book.opened.reset_hour) if zone is not None else rule
    return NewestDay(book.day, opened, book.last_at)
