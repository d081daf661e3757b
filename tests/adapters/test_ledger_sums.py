"""The days' sums, kept: the same as those of the books, whatever was written since, and no file trusted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Correction, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.usage import by_model
from tests.adapters.failing_disk import FailingDisk
from tests.samples import DAY, NOON, reservation, settlement

DAYS = [DAY + timedelta(days=n) for n in range(6)]


def store(folder: Path, **options: object) -> TinydbLedger:
    return TinydbLedger(folder / "ledger", folder / "owners", sums=folder / "sums", **options)  # type: ignore[arg-type]


def add(ledger: TinydbLedger, day: date, *records: Record) -> None:
    ledger.commit(day, lambda _: list(records))


def fill(folder: Path) -> None:
    ledger = store(folder)
    for number, day in enumerate(DAYS):
        held = reservation(day=day, tier=Tier.SMART if number % 2 else Tier.CHEAP)
        usage = TokenUsage(1_000, 20, cache_read=100)
        add(ledger, day, held, settlement(held, "0.003", usage=usage, reported=Usd.parse("0.9")), reservation(day=day))
    ledger.close()


def assert_right(folder: Path) -> None:
    ledger = store(folder)
    assert ledger.sums(DAYS) == [by_model(ledger.read(day).entries.values()) for day in DAYS]
    ledger.close()


def test_sums_are_those_of_the_books_when_made_and_when_kept(tmp_path: Path) -> None:
    fill(tmp_path)

    assert_right(tmp_path)
    assert (tmp_path / "sums").exists()
    assert_right(tmp_path)


def test_kept_sums_need_no_book(tmp_path: Path) -> None:
    fill(tmp_path)
    ledger = store(tmp_path)
    expected = ledger.sums(DAYS)
    ledger.close()

    opened: list[Path] = []

    class WatchedDisk(FailingDisk):
        def open(self, path: Path, flags: int) -> int:
            opened.append(path)
            return super().open(path, flags)

    again = store(tmp_path, disk=WatchedDisk())

    assert again.sums(DAYS) == expected
    assert opened == []


def test_a_correction_of_an_old_day_changes_its_sums(tmp_path: Path) -> None:
    fill(tmp_path)
    ledger = store(tmp_path)
    ledger.sums(DAYS)
    (name, *_) = ledger.read(DAY).entries
    add(ledger, DAY, Correction(new_id(), name, NOON, Usd(7), Accuracy.EXACT, "user", "the bill"))

    assert sum(part.cost.amount.nano for part in ledger.sums(DAYS)[0].values()) == 7
    assert_right(tmp_path)


@given(damage=st.binary(max_size=40), at=st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_a_damaged_cache_is_made_anew(tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int) -> None:
    folder = tmp_path_factory.mktemp("sums")
    fill(folder)
    assert_right(folder)
    content = (folder / "sums").read_bytes()
    (folder / "sums").write_bytes(content[:at] + damage + content[at + len(damage) :])
    (folder / "sums.bak").unlink(missing_ok=True)

    assert_right(folder)


def test_a_cache_that_can_not_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    fill(tmp_path)

    ledger = store(tmp_path, disk=FailingDisk(1, for_good=True))

    assert len(ledger.sums(DAYS)) == len(DAYS)
    assert not (tmp_path / "sums").exists()
