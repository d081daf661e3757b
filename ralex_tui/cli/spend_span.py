"""Which days `ralex spend` is to look at, from what the command line says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ralex_tui.domain.errors import UsageError
from ralex_tui.domain.review import Grain, Span
from ralex_tui.domain.text import visible_line

TODAY = "today"
"""What an option says that may stand without a value: the week, or the year, of today."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")

# More than anybody has of it, and few enough to be added up in a moment.
_MOST_DAYS = 3_660

# Up to how many days a range is told like a week, or like a month: by day.
_LIKE_A_WEEK = 7
_LIKE_A_MONTH = 31


@dataclass(frozen=True, slots=True)
class When:
    """--day, --week, --month, --year, --from and --to as given."""

    day: str | None = None
    week: str | None = None
    month: str | None = None
    year: str | None = None
    first: str | None = None
    last: str | None = None

    @property
    def given(self) -> list[str]:
        """The times that were given, in words."""
        names = {"a day": self.day, "a week": self.week, "a month": self.month, "a year": self.year}
        return [*(name for name, text in names.items() if text is not None), *(["a range"] if self._is_range else [])]

    @property
    def _is_range(self) -> bool:
        return self.first is not None or self.last is not None

    def span(self, today: date) -> Span:
        """The days that are meant; today where nothing was given.

        Raises:
            UsageError: If that is no time, or more than one.
        """
        if len(self.given) > 1:
            raise UsageError(f"{' and '.join(self.given)} were given, and one of them decides", hint="leave one out")
        if self._is_range:
            return _range(self.first, self.last, today)
        if self.week is not None:
            return Span.of(Grain.WEEK, day_of(self.week, today))
        if self.month is not None:
            return Span.of(Grain.MONTH, _month(self.month))
        if self.year is not None:
            return Span.of(Grain.YEAR, _year(self.year, today))
        return Span.of(Grain.DAY, day_of(self.day, today))


def day_of(text: str | None, today: date) -> date:
    """A date, today or yesterday; today for nothing.

    Raises:
        UsageError: If it is none.
    """
    if text in (None, TODAY):
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise UsageError(f"{visible_line(str(text), 40)!r} is not a day", hint="write it as 2026-11-01") from None


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise UsageError(f"{visible_line(text, 40)!r} is not a month", hint="write it as 2026-11") from None


def _year(text: str, today: date) -> date:
    """A day of the last month of that year; of this month for the year until today."""
    if text == TODAY:
        return today
    # Years that a date has no room behind or before are no years of use either.
    if not _YEAR.fullmatch(text) or not date.min.year < int(text) < date.max.year:
        raise UsageError(f"{visible_line(text, 40)!r} is not a year", hint="write it as 2026")
    return date(int(text), 12, 1)


def _range(first_text: str | None, last_text: str | None, today: date) -> Span:
    if first_text is None:
        raise UsageError("--to was given without --from", hint="such as --from 2026-11-01 --to 2026-11-23")
    first, last = day_of(first_text, today), day_of(last_text, today)
    count = (last - first).days + 1
    if count < 1:
        raise UsageError(f"{first} is after {last}", hint="the earlier day comes with --from")
    if count > _MOST_DAYS:
        raise UsageError(f"{count:,} days are more than can be told at once", hint="ten years at most")
    if count == 1:
        return Span(Grain.DAY, first, last)
    grain = Grain.WEEK if count <= _LIKE_A_WEEK else Grain.MONTH if count <= _LIKE_A_MONTH else Grain.YEAR
    return Span(grain, first, last)
