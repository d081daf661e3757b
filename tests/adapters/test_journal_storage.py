"""TinyDB on a journal: the same answers as stock TinyDB, and one short line an operation."""

from __future__ import annotations

import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document, Table

from ralex_tui.adapters.journal_storage import SNAPSHOT_EVERY, JournalDB, JournalTable, open_db
from ralex_tui.domain.errors import StorageError

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.integers(-3, 3) | st.text(max_size=3) | st.none() | st.booleans() | st.lists(st.integers(-9, 9), max_size=2)
DOCS = st.dictionaries(KEYS, VALUES, max_size=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


@pytest.fixture
def table(path: Path) -> JournalTable:
    return open_db(path).records("t")


def add_one(doc: MutableMapping[str, Any]) -> None:
    doc["b"] = [*doc.get("c", [])] if isinstance(doc.get("c"), list) else 1


class LikeStockTinyDB(RuleBasedStateMachine):
    """Every operation on stock TinyDB, on ours, and on a second one of ours on the same file."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "a.journal"
        self.stock = TinyDB(storage=MemoryStorage).table("t")
        self.ours = open_db(path).records("t")
        self.other = open_db(path).records("t")

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(doc=DOCS)
    def insert(self, doc: dict[str, Any]) -> None:
        assert self.ours.insert(doc) == self.stock.insert(doc)

    @rule(docs=st.lists(DOCS, max_size=3))
    def insert_multiple(self, docs: list[dict[str, Any]]) -> None:
        assert self.ours.insert_multiple(docs) == self.stock.insert_multiple(docs)

    @rule(doc=DOCS, key=KEYS, value=VALUES)
    def update(self, doc: dict[str, Any], key: str, value: object) -> None:
        cond = where(key) == value
        assert self.ours.update(doc, cond) == self.stock.update(doc, cond)

    @rule(key=KEYS)
    def update_by_function(self, key: str) -> None:
        assert self.ours.update(add_one, where(key).exists()) == self.stock.update(add_one, where(key).exists())

    @rule(doc=DOCS, ids=st.lists(st.integers(1, 9), max_size=3, unique=True))
    def update_by_id(self, doc: dict[str, Any], ids: list[int]) -> None:
        assert self.ours.update(doc, doc_ids=ids) == self.stock.update(doc, doc_ids=ids)

    @rule(doc=DOCS, key=KEYS, value=VALUES)
    def upsert(self, doc: dict[str, Any], key: str, value: object) -> None:
        cond = where(key) == value
        assert self.ours.upsert(doc, cond) == self.stock.upsert(doc, cond)

    @rule(doc=DOCS, key=KEYS)
    def update_multiple(self, doc: dict[str, Any], key: str) -> None:
        updates = [(doc, where(key).exists())]
        assert self.ours.update_multiple(updates) == self.stock.update_multiple(updates)

    @rule(ids=st.lists(st.integers(1, 9), max_size=3, unique=True))
    def remove(self, ids: list[int]) -> None:
        assert self.ours.remove(doc_ids=ids) == self.stock.remove(doc_ids=ids)

    @rule(key=KEYS, value=VALUES)
    def remove_by_query(self, key: str, value: object) -> None:
        cond = where(key) == value
        assert self.ours.remove(cond) == self.stock.remove(cond)

    @rule()
    def truncate(self) -> None:
        self.ours.truncate()
        self.stock.truncate()

    @rule(key=KEYS, value=VALUES)
    def search(self, key: str, value: object) -> None:
        cond = where(key) == value
        assert contents(self.ours.search(cond)) == contents(self.stock.search(cond))
        assert contents(self.other.search(cond)) == contents(self.stock.search(cond))
        assert self.ours.get(cond) == self.stock.get(cond)
        assert self.ours.contains(cond) == self.stock.contains(cond)
        assert self.ours.count(cond) == self.stock.count(cond)

    @rule(number=st.integers(1, 9))
    def get(self, number: int) -> None:
        assert self.ours.get(doc_id=number) == self.stock.get(doc_id=number)

    @invariant()
    def holds_the_same(self) -> None:
        expected = contents(self.stock.all())
        assert contents(self.ours.all()) == contents(self.other.all()) == expected
        assert len(self.ours) == len(self.stock)

    @invariant()
    def reads_back_the_same(self) -> None:
        path = Path(self.folder.name) / "a.journal"
        assert contents(open_db(path).records("t").all()) == contents(self.stock.all())


def contents(docs: list[Document]) -> list[tuple[int, dict[str, Any]]]:
    return [(doc.doc_id, dict(doc)) for doc in docs]


LikeStockTinyDB.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLikeStockTinyDB = LikeStockTinyDB.TestCase


def test_insert_writes_a_line_as_long_as_the_document_however_many_there_are(table: JournalTable, path: Path) -> None:
    table.insert_multiple({"a": number} for number in range(5_000))
    before = path.stat().st_size

    table.insert({"a": 1})

    assert path.stat().st_size - before < 60


def test_update_and_remove_write_only_what_they_change(table: JournalTable, path: Path) -> None:
    table.insert_multiple({"a": number} for number in range(5_000))
    before = path.stat().st_size

    table.update({"b": 1}, where("a") == 7)
    table.remove(where("a") == 8)
    table.update({"b": 1}, where("a") == "nothing")

    assert path.stat().st_size - before < 140


def test_several_documents_are_one_line(table: JournalTable, path: Path) -> None:
    table.insert_multiple([{"a": 1}, {"a": 2}, {"a": 3}])

    assert path.read_bytes().count(b"\n") == 2


def test_insert_of_a_known_id_is_refused_as_stock_does(table: JournalTable) -> None:
    table.insert(Document({"a": 1}, 5))

    with pytest.raises(ValueError, match="Document with ID 5 already exists"):
        table.insert_multiple([{"a": 2}, Document({"a": 3}, 5)])

    assert contents(table.all()) == [(5, {"a": 1})]


def test_insert_of_something_else_is_refused_as_stock_does(table: JournalTable) -> None:
    with pytest.raises(ValueError, match="not a Mapping"):
        table.insert([1])  # type: ignore[arg-type]  # that is the point


def test_remove_of_everything_by_mistake_is_refused_as_stock_does(table: JournalTable) -> None:
    with pytest.raises(RuntimeError, match="truncate"):
        table.remove()


def test_ids_of_two_writers_never_clash(path: Path) -> None:
    first, second = open_db(path).records("t"), open_db(path).records("t")

    ids = [writer.insert({"a": 1}) for writer in (first, second, second, first)]

    assert ids == [1, 2, 3, 4]


def test_caller_that_changes_its_document_later_changes_nothing_here(table: JournalTable) -> None:
    doc = {"a": [1]}
    table.insert(doc)

    doc["a"].append(2)

    assert table.all() == [{"a": [1]}]


def test_failing_update_function_changes_nothing(table: JournalTable) -> None:
    table.insert_multiple([{"a": [1]}, {"b": 1}])

    def spoil(doc: MutableMapping[str, Any]) -> None:
        doc["a"].append(2)

    with pytest.raises(KeyError):
        table.update(spoil)

    assert table.all() == [{"a": [1]}, {"b": 1}]


def test_replace_leaves_no_old_field(table: JournalTable) -> None:
    number = table.insert({"a": 1, "b": 2})

    table.replace({"a": 3}, number)

    assert table.all() == [{"a": 3}]


def test_replace_of_nothing_is_refused(table: JournalTable) -> None:
    with pytest.raises(KeyError):
        table.replace({"a": 3}, 1)


def test_document_that_json_has_no_form_for_is_refused(table: JournalTable) -> None:
    with pytest.raises(StorageError):
        table.insert({"a": object()})

    assert table.all() == []


def test_tables_are_dropped_one_or_all(path: Path) -> None:
    db = open_db(path)
    for name in ("t", "u", "v"):
        db.records(name).insert({"a": 1})

    db.drop_table("u")
    assert open_db(path).tables() == {"t", "v"}

    db.drop_tables()
    assert open_db(path).tables() == set()


def test_stock_table_works_on_the_storage_too(path: Path) -> None:
    db = open_db(path)
    stock = Table(db.storage, "t")

    stock.insert({"a": 1})
    stock.update({"b": 2})

    assert open_db(path).records("t").all() == [{"a": 1, "b": 2}]


def test_replay_stays_bounded_when_a_document_changes_often(path: Path) -> None:
    db: JournalDB = open_db(path)
    table = db.records("t")
    table.insert({"a": 0})
    for number in range(SNAPSHOT_EVERY + 5):
        table.update({"a": number})

    snapshots = path.read_bytes().count(b'{"snapshot"')
    again = open_db(path)

    assert snapshots == 1
    assert again.records("t").all() == [{"a": SNAPSHOT_EVERY + 4}]
    assert again.records("t").insert({}) == 2


def test_journal_that_only_grows_has_no_snapshot(table: JournalTable, path: Path) -> None:
    for number in range(SNAPSHOT_EVERY + 5):
        table.insert({"a": number})

    assert b'{"snapshot"' not in path.read_bytes()
