"""Reads checked values out of a section of a YAML file; every error names file, line and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from ralex_tui.config.strict_yaml import KeyPath, nearest, show_path
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.money import Usd
from ralex_tui.domain.text import visible_line

Place = Callable[[KeyPath], str]

_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}(/[A-Za-z0-9][A-Za-z0-9._:@+-]{0,99}){1,4}")

# What the keys of the well-known providers look like; one may be pasted into any field by mistake.
_KEY_LIKE = re.compile(r"\b(sk|pk|rk|gsk|xai|hf|ghp|key)[-_][A-Za-z0-9]|AIza|Bearer |[A-Za-z0-9_-]{28,}")


class Section:
    """A mapping of the file, read key by key. A key without a value counts as absent.

    Args:
        place: Tells file and line of a key path.
    """

    def __init__(self, content: Mapping[str, object], path: KeyPath, place: Place) -> None:
        self._content = content
        self._path = path
        self._place = place

    @property
    def keys(self) -> list[str]:
        return list(self._content)

    def refuse_others(self, known: Iterable[str]) -> None:
        """Refuse every key that is not in `known`, with the nearest one as a hint.

        Raises:
            ConfigError: For the first such key.
        """
        known = tuple(known)
        for key in self._content:
            if key not in known:
                within = f"known here: {', '.join(known)}"
                raise self.error(key, "there is no such setting", hint=nearest(key, known) or within)

    def has(self, key: str) -> bool:
        return self._content.get(key) is not None

    def section(self, key: str) -> Section:
        """The mapping below `key`; empty where the key is absent."""
        value = self._content.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error(key, f"it holds keys and values, not {show(value)}")
        return Section(value, (*self._path, key), self._place)

    def items(self, key: str) -> list[object]:
        """The list below `key`; empty where the key is absent."""
        value = self._content.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(key, f"it is a list, written [one, two], not {show(value)}")
        return value

    def rows(self, key: str, problem: str) -> list[Section]:
        """The mappings in the list below `key`; `problem` says what is wrong with an item that is none."""
        found = []
        for number, item in enumerate(self.items(key)):
            if not isinstance(item, dict):
                raise self.error(key, problem)
            found.append(Section(item, (*self._path, key, str(number)), self._place))
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts below `key`, or one text alone; empty where the key is absent."""
        if isinstance(self._content.get(key), str):
            return (self.text(key) or "",)
        values = self.items(key)
        texts = tuple(value for value in values if isinstance(value, str) and 0 < len(value.strip()) <= 200)
        if len(texts) != len(values):
            raise self.error(key, "it lists texts of 1 to 200 characters")
        return texts

    def text(self, key: str, *, limit: int = 200) -> str | None:
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value or len(value) > limit:
            raise self.error(key, f"it is text of 1 to {limit} characters, not {show(value)}")
        return value

    def choice(self, key: str, known: Iterable[str], default: str) -> str:
        value, known = self._content.get(key), tuple(known)
        if value is None:
            return default
        if value not in known:
            hint = nearest(str(value), known)
            raise self.error(key, f"it is one of {', '.join(known)}, not {show(value)}", hint=hint)
        return str(value)

    def boolean(self, key: str, default: bool) -> bool:
        value = self._content.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(key, f"it is true or false, not {show(value)}")
        return value

    def integer(self, key: str, low: int, high: int) -> int | None:
        value = self._content.get(key)
        if value is None:
            return None
        # In Python True is an int; in a configuration it is a mistake.
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"it is a whole number from {low} to {high}, not {show(value)}")
        return value

    def number(self, key: str, low: int, high: int) -> float | None:
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, int | Decimal) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"it is a number from {low} to {high}, not {show(value)}")
        return float(value)

    def money(self, key: str, *, can_be_zero: bool) -> Usd | None:
        """Dollars: "5.00" or 5 or 5.1, read digit by digit and never as a float."""
        value = self._content.get(key)
        if value is None:
            return None
        is_amount = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
        # Digits, not str(): that of a small Decimal has an exponent.
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        if not is_amount or not _AMOUNT.fullmatch(text):
            raise self.error(key, f'it is an amount of dollars such as "5.00", not {show(value)}')
        amount = Usd.parse(text)
        if not amount and not can_be_zero:
            raise self.error(key, "it is an amount of dollars above zero")
        return amount

    def day(self, key: str) -> date | None:
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, date):
            raise self.error(key, f"it is a date such as 2026-11-01, not {show(value)}")
        return value

    def model(self, key: str, value: object) -> ModelRef:
        """A model's id out of the list below `key`."""
        if not isinstance(value, str) or not _MODEL.fullmatch(value):
            raise self.error(key, f"a model is written provider/name, not {show(value)}")
        return ModelRef(value)

    def error(self, key: str, problem: str, *, hint: str = "") -> ConfigError:
        """An error about the value of `key`."""
        path = (*self._path, key)
        return ConfigError(f"{self._place(path)}: {show_path(path)}: {problem}", hint=hint)


def is_model_id(text: str) -> bool:
    """Whether a text is a model's id, provider first, and nothing else: harmless to show, to write and to send."""
    return _MODEL.fullmatch(text) is not None


def show(value: object) -> str:
    """A value for an error message: short, harmless, and never something that looks like a key."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "keys and values"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if _KEY_LIKE.search(text):
        return "this text (not shown, as it may be a key)"
    return repr(visible_line(text, 40)) if isinstance(value, str) else visible_line(text, 40)
