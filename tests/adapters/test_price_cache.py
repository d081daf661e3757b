"""Fetched prices on disk: read cheaply, shared by processes, and never in the way when damaged."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ralex_tui.adapters.atomic_file import write_atomic
from ralex_tui.adapters.price_cache import PriceCache
from ralex_tui.domain.errors import StorageError
from ralex_tui.domain.money import Usd
from ralex_tui.domain.price_changes import FetchedPrice
from ralex_tui.domain.pricing import Price
from tests.adapters.failing_disk import FailingDisk
from tests.prices import price

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = NOON.date()
FULL = replace(
    price("0.30", "2.50", "openrouter", DAY, cache_read="0.03", cache_write="0.375", reasoning="3"),
    long_context=price("0.60", "5").rates,
    long_context_over=200_000,
    request_fee=Usd.parse("0.001"),
)
PLAIN = price("2", "10", "openrouter", DAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prices" / "openrouter.json"


def agreed(_: str, known: FetchedPrice) -> FetchedPrice:
    return FetchedPrice(known.newest, agreed=known.newest)


def test_list_is_read_back_by_another_process(path: Path) -> None:
    PriceCache(path).put_list({"a/full": FULL, "b/plain": PLAIN}, NOON, keep=())

    cache = PriceCache(path)

    assert cache.find("a/full") == FetchedPrice(FULL)
    assert cache.find("b/plain") == FetchedPrice(PLAIN)
    assert cache.find("c/none") is None
    assert (cache.fetched_at, cache.notice) == (NOON, "")
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_known_before_the_first_list(path: Path) -> None:
    cache = PriceCache(path)

    assert (cache.find("a/full"), cache.fetched_at, cache.version, cache.notice) == (None, None, None, "")


def test_list_of_another_process_is_seen_at_once(path: Path) -> None:
    mine, theirs = PriceCache(path), PriceCache(path)
    mine.put_list({"a/x": PLAIN}, NOON, keep=())
    before = mine.version

    theirs.put_list({"a/x": FULL}, NOON, keep=())

    assert mine.version != before
    assert mine.find("a/x") == FetchedPrice(FULL)


def test_what_the_user_knows_stays_when_a_list_is_fetched(path: Path) -> None:
    cache = PriceCache(path)
    cache.put_list({"a/x": PLAIN}, NOON, keep=())
    cache.revise(["a/x"], agreed)

    cache.put_list({"a/x": FULL}, NOON, keep=())

    assert cache.find("a/x") == FetchedPrice(FULL, agreed=PLAIN)


def test_model_that_is_listed_no_more_stays_where_it_matters(path: Path) -> None:
    cache = PriceCache(path)
    cache.put_list({"a/known": PLAIN, "b/configured": PLAIN, "c/other": PLAIN}, NOON, keep=())
    cache.revise(["a/known"], agreed)

    cache.put_list({"d/new": FULL}, NOON, keep=["b/configured"])

    assert [cache.find(model) is not None for model in ("a/known", "b/configured", "c/other", "d/new")] == [
        True,
        True,
        False,
        True,
    ]


def test_mark_of_one_process_does_not_undo_the_list_of_another(path: Path) -> None:
    mine, theirs = PriceCache(path), PriceCache(path)
    mine.put_list({"a/x": PLAIN, "b/y": PLAIN}, NOON, keep=())
    assert mine.find("a/x") == FetchedPrice(PLAIN)
    theirs.put_list({"a/x": FULL, "b/y": PLAIN}, NOON, keep=())

    mine.revise(["b/y", "no/such"], agreed)

    assert mine.find("a/x") == FetchedPrice(FULL)
    assert theirs.find("b/y") == FetchedPrice(PLAIN, agreed=PLAIN)


def test_marks_of_many_at_once_are_all_kept(path: Path) -> None:
    models = [f"a/m{n}" for n in range(12)]
    PriceCache(path).put_list(dict.fromkeys(models, PLAIN), NOON, keep=())

    threads = [threading.Thread(target=PriceCache(path).revise, args=([model], agreed)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    cache = PriceCache(path)
    assert [cache.find(model) for model in models] == [FetchedPrice(PLAIN, agreed=PLAIN)] * 12


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"00000000 {}\n", b"[" * 10_000])
def test_damaged_file_is_as_if_not_there_with_a_notice(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    cache = PriceCache(path)

    assert (cache.find("a/x"), cache.fetched_at) == (None, None)
    assert "can't be read" in cache.notice
    cache.put_list({"a/x": PLAIN}, NOON, keep=())
    assert (cache.find("a/x"), cache.notice) == (FetchedPrice(PLAIN), "")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"schema": 2, "at": None, "prices": {}},
        {"schema": 1, "at": "yesterday", "prices": {}},
        {"schema": 1, "at": "2026-11-23T12:00:00", "prices": {}},
        {"schema": 1, "prices": {}},
        {"schema": 1, "at": None, "prices": []},
    ],
)
def test_file_of_another_form_is_as_if_not_there_with_a_notice(path: Path, content: object) -> None:
    write_atomic(path, content)

    cache = PriceCache(path)

    assert (cache.find("a/x"), cache.fetched_at) == (None, None)
    assert "can't be read" in cache.notice


@pytest.mark.parametrize(
    "doc",
    [
        None,
        [],
        {},
        {"newest": None},
        {"newest": {"rates": [1.5, 2]}},
        {"newest": {"rates": [1], "source": "x"}},
        {"newest": {"rates": [1, 2], "source": "x"}, "agreed": 3},
    ],
)
def test_price_that_can_not_be_read_leaves_the_others_alone(path: Path, doc: object) -> None:
    good = {"newest": {"rates": [2_000_000_000, 10_000_000_000], "source": "openrouter", "dated": "2026-11-23"}}
    write_atomic(path, {"schema": 1, "at": NOON, "prices": {"a/bad": doc, "b/good": good}})

    cache = PriceCache(path)

    assert cache.find("a/bad") is None
    assert cache.find("b/good") == FetchedPrice(PLAIN)
    cache.put_list({"a/bad": FULL}, NOON, keep=["a/bad"])
    assert cache.find("a/bad") == FetchedPrice(FULL)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read_is_as_if_not_there_with_a_notice(path: Path) -> None:
    PriceCache(path).put_list({"a/x": PLAIN}, NOON, keep=())
    path.chmod(0)

    cache = PriceCache(path)

    assert cache.find("a/x") is None
    assert "can't be read" in cache.notice


def test_folder_in_the_files_place_is_as_if_nothing_was_there(path: Path) -> None:
    path.mkdir(parents=True)

    cache = PriceCache(path)

    assert cache.find("a/x") is None
    assert "can't be read" in cache.notice
    with pytest.raises(StorageError):
        cache.put_list({"a/x": PLAIN}, NOON, keep=())


def test_every_failing_step_leaves_the_old_prices_or_the_new(path: Path) -> None:
    clean = FailingDisk()
    PriceCache(path, disk=clean).put_list({"a/x": PLAIN}, NOON, keep=())
    clean.steps.clear()
    PriceCache(path, disk=clean).put_list({"a/x": PLAIN}, NOON, keep=())

    for step in range(1, len(clean.steps) + 1):
        PriceCache(path).put_list({"a/x": PLAIN}, NOON, keep=())
        with pytest.raises(StorageError, match="No space left"):
            PriceCache(path, disk=FailingDisk(step)).put_list({"a/x": FULL}, NOON, keep=())
        found = PriceCache(path).find("a/x")
        assert found in (FetchedPrice(PLAIN), FetchedPrice(FULL))


def test_full_list_is_small_and_only_what_is_asked_for_is_decoded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {f"vendor-{n}/some-model-{n}": replace(FULL, dated=date(2026, 11, 1 + n % 28)) for n in range(500)}
    PriceCache(path).put_list(listed, NOON, keep=())
    decoded: list[Price] = []

    def count(doc: dict[str, object]) -> Price:
        decoded.append(PLAIN)
        return PLAIN

    monkeypatch.setattr("ralex_tui.adapters.price_cache.price_of", count)
    cache = PriceCache(path)

    assert cache.find("vendor-7/some-model-7") is not None
    assert cache.find("vendor-8/some-model-8") is not None
    assert len(decoded) == 2
    assert path.stat().st_size < 200_000
