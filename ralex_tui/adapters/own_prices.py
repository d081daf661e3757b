"""prices.yaml: the prices that the user entered, in a file that is theirs to edit too.

A new price is added at the end, and comments stay where they are; only the entry that it takes the place
of goes. What is written is read back before it takes the file's place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from ralex_tui.adapters.atomic_file import replace_file
from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, locked_file, storage_error
from ralex_tui.config.load_prices import own_prices
from ralex_tui.config.strict_yaml import parse_document, read_document
from ralex_tui.domain.errors import ConfigError, StorageError
from ralex_tui.domain.money import Usd
from ralex_tui.domain.pricing import Price, Rates

_HEAD = "# Prices you entered: US dollars for a million tokens. They win over all others; edit them as you like.\n"
_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")


class OwnPriceFile:
    """See `ports.prices.OwnPrices`.

    Args:
        path: Of prices.yaml; it need not be there.
        lock: Held while the file is read and written, so that two terminals don't lose each other's.
    """

    def __init__(
        self, path: Path, lock: Path, *, disk: Disk = REAL_DISK, lock_timeout_s: float = LOCK_TIMEOUT_S
    ) -> None:
        self._path = path
        self._lock = lock
        self._disk = disk
        self._lock_timeout_s = lock_timeout_s

    def put(self, model: str, price: Price) -> None:
        try:
            self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked_file(self._disk, self._lock, os.O_RDWR | os.O_CREAT, self._lock_timeout_s):
                text = with_price(self._text(), model, price, self._path.name)
                # A link to a file elsewhere, as in a folder of dotfiles, stays one.
                replace_file(self._path.resolve(), text.encode(), disk=self._disk)
        except OSError as error:
            raise storage_error(f"the lock of {self._path.name}", "taken", error) from error

    def _text(self) -> str:
        try:
            read_document(self._path)  # refuses what would be refused at the next start
            # Line ends as they are: the file is the user's.
            return self._path.read_bytes().decode("utf-8-sig")
        except ConfigError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return _HEAD
            raise
        except OSError as error:
            raise storage_error(self._path.name, "read", error) from error


def with_price(text: str, model: str, price: Price, where: str) -> str:
    """The file's text with a model's price in it.

    Raises:
        ConfigError: If `text` is no list of prices, or `model` no model's name.
        StorageError: If the price can't be written down.
    """
    wanted = {**own_prices(parse_document(text, where)), model: price}
    for candidate in (_appended(text, model, price), _written_anew(wanted)):
        if _holds(candidate, wanted, where):
            return candidate
    own_prices(parse_document(_written_anew({model: price}), where))  # says what is wrong with the model's name
    raise StorageError(f"the price can't be written to {where}", hint="write it there by hand")


def _appended(text: str, model: str, price: Price) -> str:
    kept = _without(text, model)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    return kept + _line(model, price)


def _holds(text: str, wanted: Mapping[str, Price], where: str) -> bool:
    try:
        return own_prices(parse_document(text, where)) == wanted
    except ConfigError:
        return False


def _written_anew(prices: Mapping[str, Price]) -> str:
    return _HEAD + "".join(_line(model, price) for model, price in prices.items())


def _without(text: str, model: str) -> str:
    """The text without the lines of a model's entry; comments and blank lines after it stay."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return text
    lines = text.splitlines(keepends=True)
    for key, value in root.value:
        if key.value == model:
            first, last = key.start_mark.line, value.end_mark.line + (value.end_mark.column > 0)
            while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
                last -= 1
            return "".join(lines[:first] + lines[last:])
    return text


def _line(model: str, price: Price) -> str:
    fields = _rate_fields(price.rates)
    if price.request_fee:
        fields.append(f'request: "{_plain(price.request_fee)}"')
    if price.long_context is not None:
        fields.append(
            f"long_context: {{{', '.join([f'over: {price.long_context_over}', *_rate_fields(price.long_context)])}}}"
        )
    if price.dated is not None:
        fields.append(f"date: {price.dated.isoformat()}")
    return f"{model}: {{{', '.join(fields)}}}\n"


def _rate_fields(rates: Rates) -> list[str]:
    listed = ((kind, getattr(rates, kind)) for kind in _KINDS)
    return [f'{kind}: "{_plain(rate)}"' for kind, rate in listed if rate is not None]


def _plain(amount: Usd) -> str:
    whole, _, decimals = amount.dollars.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
