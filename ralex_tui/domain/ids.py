"""Names that no two processes give twice, and that sort by the time they were given."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

# Crockford's base 32: no i, l, o, u to misread; lower case, so that ids are safe as file names.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_DIGITS = 10
_RANDOM_DIGITS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(at: datetime | None = None) -> str:
    """20 characters: the millisecond (UTC) of `at` or of now, then 50 random bits."""
    millis = time.time_ns() // 1_000_000 if at is None else (at - _EPOCH) // timedelta(milliseconds=1)
    return _written(millis, _TIME_DIGITS) + _written(secrets.randbits(5 * _RANDOM_DIGITS), _RANDOM_DIGITS)


def is_id(text: str) -> bool:
    """Whether it has the form of an id, and so is safe as a file name."""
    return len(text) == _TIME_DIGITS + _RANDOM_DIGITS and all(char in _DIGITS for char in text)


def time_of(made_id: str) -> datetime | None:
    """The moment in UTC at which an id was made; None if it is not one of ours."""
    if not is_id(made_id):
        return None
    millis = 0
    for char in made_id[:_TIME_DIGITS]:
        millis = millis * 32 + _DIGITS.index(char)
    try:
        return _EPOCH + timedelta(milliseconds=millis)
    except OverflowError:
        return None


def _written(number: int, n_digits: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (n_digits - 1), -1, -5))
