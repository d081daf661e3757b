"""The days' tallies, kept: the same as those of the books, whatever was written since, and no file trusted."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ralex_tui.adapters.atomic_file import read_atomic, write_atomic
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Correction, DayOpened, Raise, Record
from ralex_tui.domain.models import Tier
from ralex_tui.domain.money import Accuracy, Usd
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.domain.remarks import Opinion, Verdict
from ralex_tui.domain.review import ModelRecord
from ralex_tui.domain.tally import Tally
from tests.adapters.failing_disk import FailingDisk
from tests.samples import NOON, reservation, settlement

# Six days of March, six of April.
DAYS = [date(2026, 3, 26) + timedelta(days=n) for n in range(12)]


def store(folder: Path, **options: object) -> TinydbLedger:
    return TinydbLedger(folder / "ledger", folder / "owners", sums=folder / "sums", **options)  # type: ignore[arg-type]


def add(ledger: TinydbLedger, day: date, *records: Record) -> None:
    ledger.commit(day, lambda _: list(records))


def fill(folder: Path) -> None:
    ledger = store(folder)
    for number, day in enumerate(DAYS):
        opened = DayOpened(new_id(), day, NOON, "UTC", 0, limit=Usd(number))
        held = reservation(day=day, tier=Tier.SMART if number % 2 else Tier.CHEAP, is_auto=True, request_kind="code")
        usage = TokenUsage(1_000, 20, cache_read=100)
        end = settlement(
            held, "0.003", usage=usage, reported=Usd.parse("0.9"), first_token_s=number / 7, duration_s=number / 3
        )
        said = Verdict(new_id(), held.id, NOON, Opinion.UP)
        add(ledger, day, opened, held, end, said, reservation(day=day), Raise(new_id(), day, NOON, Usd(3), "a test"))
    ledger.close()


def facts(tally: Tally) -> tuple[object, ...]:
    """All that a tally says."""
    records: list[ModelRecord] = list(tally.model_records().values())
    groups = [dict(tally.by_model()), dict(tally.by_conversation()), dict(tally.by_kind())]
    limits = tally.limit, tally.granted, tally.granted_month
    return groups, tally.savings(), records, limits


def books(ledger: TinydbLedger) -> list[tuple[object, ...]]:
    return [facts(Tally.of(ledger.read(day))) for day in DAYS]


def assert_right(folder: Path) -> None:
    ledger = store(folder)
    assert [facts(tally) for tally in ledger.tallies(DAYS)] == books(ledger)
    ledger.close()


class WatchedDisk(FailingDisk):
    """Notes which files are opened to be read."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    def open(self, path: Path, flags: int) -> int:
        self.opened.append(path)
        return super().open(path, flags)


def test_tallies_are_those_of_the_books_when_made_and_when_kept(tmp_path: Path) -> None:
    fill(tmp_path)

    assert_right(tmp_path)
    assert {path.name for path in (tmp_path / "sums").glob("*.json")} == {"2026-03.json", "2026-04.json"}
    assert_right(tmp_path)


def test_kept_tallies_need_no_book(tmp_path: Path) -> None:
    fill(tmp_path)
    assert_right(tmp_path)
    disk = WatchedDisk()

    again = store(tmp_path, disk=disk)

    assert len(again.tallies(DAYS)) == len(DAYS)
    assert disk.opened == []


def test_only_the_month_that_is_asked_for_is_loaded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path)
    assert_right(tmp_path)
    (tmp_path / "sums" / "2026-03.json").unlink()
    (tmp_path / "sums" / "2026-03.json").mkdir()

    store(tmp_path).tallies(DAYS[-2:])

    assert caplog.records == []


def test_same_tally_is_the_same_object_while_its_day_is_as_it_was(tmp_path: Path) -> None:
    fill(tmp_path)
    ledger = store(tmp_path)
    before = ledger.tallies(DAYS)

    add(ledger, DAYS[3], reservation(day=DAYS[3]))

    assert [one is other for one, other in zip(before, ledger.tallies(DAYS), strict=True)].count(False) == 1


def test_correction_of_an_old_day_changes_its_tally(tmp_path: Path) -> None:
    fill(tmp_path)
    ledger = store(tmp_path)
    ledger.tallies(DAYS)
    (name, *_) = ledger.read(DAYS[0]).entries
    add(ledger, DAYS[0], Correction(new_id(), name, NOON, Usd(7), Accuracy.EXACT, "user", "the bill"))

    assert ledger.tallies(DAYS)[0].sum.cost.amount == Usd(7)
    assert_right(tmp_path)


def test_what_another_process_wrote_is_seen(tmp_path: Path) -> None:
    fill(tmp_path)
    one, other = store(tmp_path), store(tmp_path)
    one.tallies(DAYS)
    other.tallies(DAYS)

    add(other, DAYS[0], reservation(day=DAYS[0], amount=Usd(99)))

    assert [facts(tally) for tally in one.tallies(DAYS)] == books(one)
    one.close()
    other.close()
    assert_right(tmp_path)


def test_few_new_days_are_kept_at_the_end_and_the_newest_is_not(tmp_path: Path) -> None:
    fill(tmp_path)
    ledger = store(tmp_path)
    ledger.tallies(DAYS[:3])
    assert not (tmp_path / "sums").exists()
    ledger.close()
    disk = WatchedDisk()

    again = store(tmp_path, disk=disk)
    again.tallies(DAYS[:3])
    assert disk.opened == []

    newest = store(tmp_path)
    newest.tallies(DAYS[-1:])
    newest.close()
    assert not (tmp_path / "sums" / "2026-04.json").exists()


@given(damage=st.binary(max_size=40), at=st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_damaged_cache_is_made_anew(tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int) -> None:
    folder = tmp_path_factory.mktemp("sums")
    fill(folder)
    assert_right(folder)
    march = folder / "sums" / "2026-03.json"
    content = march.read_bytes()
    march.write_bytes(content[:at] + damage + content[at + len(damage) :])
    march.with_name("2026-03.json.bak").unlink(missing_ok=True)

    assert_right(folder)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"v": 1, "days": {}},
        {"v": 2},
        {"v": 2, "days": []},
        {"v": 2, "days": {"2026-03-26": [1, 2, 3, [], [], [], [], [], {}, {}, None, 0, 0]}},
        {"v": 2, "days": {"no day": []}},
        {"v": 2, "days": {"2026-03-26": [1, 2, 3]}},
        {"v": 2, "days": {"2026-03-26": [1, 2, 3, {"cheap a/b": [1]}, {}, {}, [], {}, {}, {}, None, 0, 0]}},
        {"v": 2, "days": {"2026-03-26": [1, 2, 3, {"dear a/b": [1] * 16}, {}, {}, [0] * 16, {}, {}, {}, None, 0, 0]}},
    ],
)
def test_cache_of_another_version_or_shape_is_made_anew(tmp_path: Path, value: object) -> None:
    fill(tmp_path)
    write_atomic(tmp_path / "sums" / "2026-03.json", value)

    assert_right(tmp_path)
    saved = read_atomic(tmp_path / "sums" / "2026-03.json")
    assert isinstance(saved, dict)
    assert len(saved["days"]) == 6


def test_cache_that_can_not_be_written_costs_nothing_but_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path)

    ledger = store(tmp_path, disk=FailingDisk(1, for_good=True))

    assert len(ledger.tallies(DAYS)) == len(DAYS)
    assert not list((tmp_path / "sums").glob("*.json"))
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
