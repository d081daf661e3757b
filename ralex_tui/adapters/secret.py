"""A key that can't be printed by mistake, and the removal of keys from text.

Knows nothing of where keys come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MASK = "***"
# What keys look like among the providers we know, for those that never went through our hands.
_LOOKS_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|rk|key)-[A-Za-z0-9_\-*]{8,}|\bAIza[A-Za-z0-9_\-]{20,}|(?<=Bearer )\S+")


class Secret:
    """A key. Its repr and str are `***`; it can't be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return _MASK

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not to be pickled")


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """`text` without the given keys, and without anything that looks like a key."""
    for secret in secrets:
        # A short value, such as a stand-in for "no key", would tear holes into ordinary words.
        if len(secret.reveal()) >= 8:
            text = text.replace(secret.reveal(), _MASK)
    return _LOOKS_LIKE_A_KEY.sub(_MASK, text)
