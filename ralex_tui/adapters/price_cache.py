"""The prices that were fetched, and how much of them the user knows: one small file for all processes.

    {"schema": 1, "at": "2026-11-23T12:00:00+00:00",
     "prices": {"google/gemini-3.5-flash-lite": {"newest": PRICE, "agreed": PRICE, "seen": PRICE}, ...}}

Read at the start and again when another process has written it; of its 500 models only those asked for
are decoded. A file that can't be read is as if it were not there: the pinned prices hold, and a notice says so.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.codec import maybe, present, price_doc, price_of, time_of
from ralex_tui.adapters.disk import LOCK_TIMEOUT_S, REAL_DISK, Disk, locked_file, storage_error
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.price_changes import FetchedPrice
from ralex_tui.domain.pricing import Price

SCHEMA = 1

_log = logging.getLogger(__name__)

_Doc: TypeAlias = Mapping[str, Any]
_Version: TypeAlias = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class _Content:
    """The file as it was read; the prices are decoded one by one, when they are asked for."""

    version: _Version = None
    at: datetime | None = None
    prices: Mapping[str, _Doc] = field(default_factory=dict)
    notice: str = ""


class PriceCache:
    """See `ports.prices.PriceStore`. What it returns may be asked for in one thread while another writes."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK, lock_timeout_s: float = LOCK_TIMEOUT_S) -> None:
        self._path = path
        self._disk = disk
        self._lock_timeout_s = lock_timeout_s
        # Read and replaced as a whole, never changed: that is what makes it safe for two threads.
        self._content: _Content | None = None

    @property
    def version(self) -> object:
        return self._current().version

    @property
    def fetched_at(self) -> datetime | None:
        return self._current().at

    @property
    def notice(self) -> str:
        return self._current().notice

    def find(self, model: str) -> FetchedPrice | None:
        doc = self._current().prices.get(model)
        return None if doc is None else _decoded(model, doc)

    def put_list(self, prices: Mapping[str, Price], at: datetime, keep: Collection[str]) -> None:
        with self._locked():
            old = self._current().prices
            docs = {model: doc for model, doc in old.items() if model in keep or "agreed" in doc}
            for model, price in prices.items():
                known = _decoded(model, docs[model]) if model in docs else None
                docs[model] = _doc(known.renewed(price) if known is not None else FetchedPrice(price))
            self._write(docs, at)

    def revise(self, models: Collection[str], change: Callable[[str, FetchedPrice], FetchedPrice]) -> None:
        with self._locked():
            content = self._current()
            found = {model: _decoded(model, content.prices[model]) for model in models if model in content.prices}
            docs = {model: _doc(change(model, known)) for model, known in found.items() if known is not None}
            self._write({**content.prices, **docs}, content.at)

    def _current(self) -> _Content:
        version = _version(self._path)
        content = self._content
        if content is None or content.version != version:
            content = self._content = _read(self._path, version)
        return content

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._path.with_suffix(".lock")
            with locked_file(self._disk, lock, os.O_RDWR | os.O_CREAT, self._lock_timeout_s):
                yield
        except OSError as error:
            raise storage_error("prices/openrouter.lock", "taken", error) from error

    def _write(self, docs: Mapping[str, _Doc], at: datetime | None) -> None:
        content = {"schema": SCHEMA, "at": at.isoformat() if at else None, "prices": docs}
        write_atomic(self._path, content, disk=self._disk)


def _version(path: Path) -> _Version:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path, version: _Version) -> _Content:
    if version is None:
        return _Content()
    try:
        content = read_atomic(path)
        if not isinstance(content, dict) or content["schema"] != SCHEMA or not isinstance(content["prices"], dict):
            raise ValueError("not of this form")
        prices: dict[str, _Doc] = content["prices"]
        return _Content(version, maybe(time_of, content["at"]), prices)
    except (StorageError, KeyError, TypeError, ValueError):
        _log.warning("the fetched prices can't be read and are left out", exc_info=True)
        notice = (
            "the fetched prices can't be read, so those of config.yaml hold; `ralex prices --refresh` fetches them anew"
        )
        return _Content(version, notice=notice)


def _decoded(model: str, doc: _Doc) -> FetchedPrice | None:
    try:
        return FetchedPrice(
            price_of(doc["newest"]), maybe(price_of, doc.get("agreed")), maybe(price_of, doc.get("seen"))
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        _log.warning("the fetched price of %r can't be read and is left out", model, exc_info=True)
        return None


def _doc(known: FetchedPrice) -> _Doc:
    return present(
        {
            "newest": _price_doc(known.newest),
            "agreed": maybe(_price_doc, known.agreed),
            "seen": maybe(_price_doc, known.seen),
        }
    )


def _price_doc(price: Price) -> _Doc:
    doc = price_doc(price)
    return doc if price.request_fee else {name: value for name, value in doc.items() if name != "request_fee"}
