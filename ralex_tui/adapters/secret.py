"""A key that can't be printed by mistake, and the removal of keys from whatever is written down.

Knows nothing of where keys come from.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias
from urllib.parse import quote, quote_plus

_MASK = "***"

# A shorter value, such as a stand-in for "no key", would tear holes into ordinary words.
_SHORTEST = 8
# The lines of a long secret (a private key) count each for itself, but no more of them than this.
_MOST_LINES = 200
_SHORTEST_LINE = 16

# Names of variables that hold secrets, and endings that tell that such a name holds something else.
_SECRET_NAME = re.compile(
    r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|AUTH|COOKIE|DSN|_PASS|_PWD)S?(?:[\d_]|$)", re.IGNORECASE
)
_NO_SECRET = re.compile(r"_(?:SOCK|FILE|PATH|DIR|HOME|PROVIDER|TYPE|METHOD|MODE|USER|HOST|ENABLED)$", re.IGNORECASE)

# What keys look like among the providers we know, for those that never went through our hands. A search for plain
# letters is 20 times as fast as for a pattern, so each is tried only where its first letters occur, and begins with
# them. No pattern looks further than a bounded number of characters before it has decided.
_DASHED = ("sk-", "pk-", "rk-", "key-", "xai-", "nvapi-", "pplx-", "glpat-")
_JOINED = ("gsk_", "hf_", "r8_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "sk_live_", "sk_test_")
_ASSIGNED = ("api-key", "api_key", "apikey", "authorization", "token", "secret", "password")
# A value that is assigned, also within JSON within JSON. What has no digit is no key, but the name of a variable.
_VALUE = r"\\?[\"']?\s{0,9}[:=]\s{0,9}\\?[\"']?)(?=[\w+/=.~-]{0,99}\d)[\w+/=.~-]{12,}"
_Shape: TypeAlias = tuple[str, re.Pattern[str], str]


# A parameter of an address, and the words in its name for which its value goes.
_PARAMETER = r"([?&][\w.-]{1,60}=)([^\s&#\"'<>]+)"
_PARAMETER_WORDS = ("key", "token", "secret", "password", "auth", "sig")


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


class Redactor:
    """Takes known secrets, however they are written, and whatever looks like a key out of a text.

    Args:
        secrets: Those of fewer than 8 characters are left in.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret.reveal())}
        # The longest first: a part must not be taken out before the whole.
        self._spellings = sorted(spellings, key=len, reverse=True)

    @classmethod
    def of_environment(cls, environ: Mapping[str, str], also: Iterable[str] = ()) -> Redactor:
        """One that knows each variable with a telling name, and those that `also` names."""
        named = set(also)
        return cls(Secret(value.strip()) for name, value in environ.items() if name in named or is_secret_name(name))

    def __call__(self, text: str) -> str:
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, _MASK)
        for mark, pattern, instead in _shapes():
            if mark in text:
                text = pattern.sub(instead, text)
        lowered = text.lower()
        for word, shapes in _telling().items():
            if word in lowered:
                for mark, pattern, instead in shapes:
                    if mark in text:
                        text = pattern.sub(instead, text)
        return re.sub(_PARAMETER, _without_value, text) if "=" in text else text


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """`text` without the given keys, and without anything that looks like a key."""
    return Redactor(secrets)(text)


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name is likely to hold a secret."""
    return _SECRET_NAME.search(name) is not None and _NO_SECRET.search(name) is None


def _without_value(parameter: re.Match[str]) -> str:
    name = parameter[1].lower()
    return parameter[1] + _MASK if any(word in name for word in _PARAMETER_WORDS) else parameter[0]


@cache
def _shapes() -> tuple[_Shape, ...]:
    """Compiled when first needed: the start must not wait 5 ms for it."""
    return (
        *((mark, re.compile(rf"{mark}(?<![A-Za-z0-9]{mark})[\w*-]{{8,}}"), _MASK) for mark in _DASHED),
        *((mark, re.compile(rf"{mark}(?<![A-Za-z0-9]{mark})\w{{8,}}"), _MASK) for mark in _JOINED),
        ("AIza", re.compile(r"AIza[\w-]{20,}"), _MASK),
        ("AKIA", re.compile(r"AKIA[0-9A-Z]{16}"), _MASK),
        ("eyJ", re.compile(r"eyJ(?<![\w-]eyJ)[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*)?"), _MASK),
        ("@", re.compile(r"://[^\s/@\"']{1,300}@"), f"://{_MASK}@"),
    )


@cache
def _telling() -> Mapping[str, Sequence[_Shape]]:
    """What follows a word that tells of a key, in each of the cases in which that word is usually written."""
    rests = {
        "bearer": r"\s{1,9})[^\s\"',]{6,}",
        "basic": r"\s{1,9})(?=\w[\w+/=-]{0,99}[\dA-Z=])[\w+/=-]{8,}",
        **dict.fromkeys(_ASSIGNED, _VALUE),
    }
    return {
        word: [
            (spelled, re.compile(f"({spelled}{rest}"), rf"\1{_MASK}")
            for spelled in dict.fromkeys((word, word.title(), word.capitalize(), word.upper()))
        ]
        for word, rest in rests.items()
    }


def _spellings(value: str) -> Iterator[str]:
    """A secret as it may stand in a text: as it is, in an address, in JSON, in a header's base64."""
    if len(value) < _SHORTEST:
        return
    lines = [line.strip() for line in value.splitlines()[:_MOST_LINES]] if "\n" in value else []
    for each in (value, *(line for line in lines if len(line) >= _SHORTEST_LINE)):
        yield each
        for encoded in (quote(each, safe=""), quote(each), quote_plus(each)):
            yield encoded
            yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
        yield json.dumps(each)[1:-1]
        yield json.dumps(each)[1:-1].replace("/", "\\/")
        yield json.dumps(each, ensure_ascii=False)[1:-1]
        yield repr(each)[1:-1]
    yield from _in_base64(value.encode("utf-8", "surrogateescape"))


def _in_base64(value: bytes) -> Iterator[str]:
    """What stays the same of a value in base64, wherever in the encoded text it begins."""
    for n_before in range(3):
        encoded = b64encode(bytes(n_before) + value).decode()
        # Six bits a character: those at the two ends share theirs with what stands around.
        begin, end = (n_before * 8 + 5) // 6, (n_before + len(value)) * 8 // 6
        inner = encoded[begin:end]
        if len(inner) >= _SHORTEST:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
