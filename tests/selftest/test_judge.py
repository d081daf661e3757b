"""The judge finds what is wrong: a self-test that can't fail would prove nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from ralex_tui.adapters.atomic_file import write_atomic
from ralex_tui.adapters.tinydb_conversations import TinydbConversations
from ralex_tui.adapters.tinydb_ledger import TinydbLedger
from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.conversation import Conversation, Message, Role
from ralex_tui.domain.ids import new_id
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import Usd
from ralex_tui.selftest.judge import Fault, Kind, judge_conversations, judge_ledger, judge_settings
from ralex_tui.selftest.plan import text_of
from ralex_tui.selftest.told import Told
from ralex_tui.selftest.writer import FOLDER, INDEX
from ralex_tui.services.ledger import LedgerService
from tests.samples import NOON, SetClock, need, settlement

POLICY = BudgetPolicy(daily=Usd.parse("0.005"), zone=UTC, conversation=Usd.parse("0.005"))

# The sample request holds 2,000,000 nano-dollars.
BILLED = {"a": 1_000_000, "b": 700_000}


class Case:
    """Two requests spent, told and billed as they should be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = Told()
        self.bill = dict(BILLED)

    async def spend(self) -> None:
        store = TinydbLedger(self.folder / "ledger", self.folder / "owners")
        ledger = LedgerService(store, POLICY, SetClock())
        for request, nano in BILLED.items():
            held = await ledger.reserve(request, need(), is_auto=False)
            self.told.hear(["sent", "0", request, str(held.amount.nano), "500"])
            await ledger.settle(held.day, settlement(held, f"{nano / 10**9:.9f}"))
            self.told.hear(["settled", "0", request, str(nano)])
        ledger.close()
        store.close()

    def faults(self, policy: BudgetPolicy = POLICY) -> list[Fault]:
        return judge_ledger(self.folder, policy, self.told, self.bill)

    def kinds(self, policy: BudgetPolicy = POLICY) -> set[Kind]:
        return {fault.kind for fault in self.faults(policy)}

    def tamper(self, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Write the journal anew, with right checksums, after `change` had its way with the documents of its lines."""
        (path,) = (self.folder / "ledger").glob("*.journal")
        events = [json.loads(line[9:]) for line in path.read_bytes().splitlines()]
        docs = [doc for event in events[1:] for doc in event["put"].values()]
        change(docs)
        puts = [{"table": "records", "put": {str(number): doc}} for number, doc in enumerate(docs, 1)]
        bodies = [json.dumps(event, separators=(",", ":")).encode() for event in (events[0], *puts)]
        path.write_bytes(b"".join(b"%08x %s\n" % (crc32(body), body) for body in bodies))


@pytest.fixture
async def case(tmp_path: Path) -> Case:
    made = Case(tmp_path)
    await made.spend()
    return made


async def test_judge_finds_nothing_where_nothing_is_wrong(case: Case) -> None:
    case.tamper(lambda docs: None)

    assert case.faults() == []


async def test_judge_finds_a_line_that_is_gone(case: Case) -> None:
    case.tamper(lambda docs: docs.pop())

    assert [fault.kind for fault in case.faults()] == [Kind.FAILED, Kind.LOST]


async def test_judge_finds_a_request_of_which_every_line_is_gone(case: Case) -> None:
    case.tamper(lambda docs: docs.__delitem__(slice(-2, None)))

    (fault,) = case.faults()

    assert fault == Fault(Kind.LOST, "request b was acknowledged, and has no line")


async def test_judge_finds_a_billed_request_that_nobody_acknowledged(case: Case) -> None:
    case.bill["c"] = 1

    assert case.kinds() == {Kind.LOST}


@pytest.mark.parametrize("charged", [999_999, 1_000_001])
async def test_judge_finds_a_charge_that_is_a_nano_dollar_off(case: Case, charged: int) -> None:
    case.tamper(lambda docs: docs[2].update(charged=charged))

    assert case.kinds() == {Kind.WRONG}


async def test_judge_finds_a_charge_that_is_less_than_the_bill(case: Case) -> None:
    case.bill["a"] += 1

    assert case.kinds() == {Kind.WRONG}


async def test_judge_finds_a_hold_that_is_not_what_was_acknowledged(case: Case) -> None:
    case.tamper(lambda docs: docs[1].update(amount=1_999_999))

    assert case.kinds() == {Kind.WRONG}


async def test_judge_finds_a_bill_over_the_limit(case: Case) -> None:
    limits = replace(POLICY, daily=Usd(sum(BILLED.values()) - 1))

    assert "the day 2026-03-14 was billed 1700000, and its limit is 1699999" in {f.text for f in case.faults(limits)}


async def test_judge_finds_a_limit_that_was_passed_only_for_a_moment(case: Case) -> None:
    # While the second was on its way: 1,000,000 charged and 2,000,000 held.
    assert case.kinds(replace(POLICY, daily=Usd(2_999_999))) == {Kind.OVER}
    assert case.kinds(replace(POLICY, daily=Usd(3_000_000))) == set()


async def test_judge_finds_a_month_or_a_conversation_over_its_limit(case: Case) -> None:
    little = Usd(1_699_999)

    assert case.kinds(replace(POLICY, monthly=little)) == {Kind.OVER}
    assert case.kinds(replace(POLICY, conversation=little)) == {Kind.OVER}


async def test_judge_finds_a_living_process_taken_for_dead(case: Case) -> None:
    case.tamper(lambda docs: docs[2].update(outcome=Outcome.ABANDONED))

    assert case.kinds() == {Kind.WRONG}


async def test_judge_finds_a_flipped_byte(case: Case) -> None:
    (path,) = (case.folder / "ledger").glob("*.journal")
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(spoilt)

    assert case.kinds() == {Kind.UNREADABLE}


class Talk:
    """A conversation of one message, written twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = Told()
        self.message = new_id()
        conversation = Conversation(new_id(NOON), NOON)
        self.store = TinydbConversations(folder / FOLDER, folder / INDEX)
        self.store.create(conversation)
        self.told.hear(["made", conversation.id])
        self.conversation = conversation.id
        for version in (1, 2):
            self.put(version, text_of(self.message, version))
            self.told.hear(["put", self.conversation, self.message, str(version)])

    def put(self, version: int, text: str) -> None:
        self.store.put(self.conversation, Message(self.message, Role.USER, text, NOON))

    @property
    def path(self) -> Path:
        return self.folder / FOLDER / f"{self.conversation}.journal"

    def kinds(self) -> list[Kind]:
        return [fault.kind for fault in judge_conversations(self.folder, self.told)]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


def test_judge_finds_nothing_wrong_with_a_whole_conversation(talk: Talk) -> None:
    assert talk.kinds() == []


def test_judge_finds_a_conversation_that_is_gone(talk: Talk) -> None:
    talk.path.unlink()

    assert talk.kinds() == [Kind.LOST]


def test_judge_finds_a_message_that_is_gone(talk: Talk) -> None:
    talk.path.write_bytes(b"".join(talk.path.read_bytes().splitlines(keepends=True)[:2]))

    assert talk.kinds() == [Kind.LOST]


def test_judge_finds_a_message_as_it_was_before_it_was_last_saved(talk: Talk) -> None:
    talk.path.write_bytes(b"".join(talk.path.read_bytes().splitlines(keepends=True)[:3]))

    assert talk.kinds() == [Kind.WRONG]


def test_judge_finds_a_message_that_says_something_else(talk: Talk) -> None:
    talk.put(2, "something else")

    assert talk.kinds() == [Kind.WRONG]


def test_judge_finds_a_conversation_that_can_not_be_read(talk: Talk) -> None:
    talk.path.write_bytes(b"")

    assert talk.kinds() == [Kind.UNREADABLE]


@pytest.mark.parametrize(("number", "kinds"), [(4, [Kind.LOST]), (5, []), (6, []), (7, [Kind.LOST])])
def test_judge_takes_settings_as_acknowledged_or_one_further(tmp_path: Path, number: int, kinds: list[Kind]) -> None:
    path = tmp_path / "settings"
    write_atomic(path, {"number": number})

    assert [fault.kind for fault in judge_settings(path, Told(saved=5))] == kinds


def test_judge_finds_settings_that_can_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "settings"
    path.write_bytes(b"")

    assert [fault.kind for fault in judge_settings(path, Told(saved=1))] == [Kind.UNREADABLE]
