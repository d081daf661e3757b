"""What the self-test is made of: the provider's arithmetic, the disk that fails, the crew."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.adapters.disk import write_all
from ralex_tui.domain.pricing import TokenUsage
from ralex_tui.selftest.bill import Provider, cost
from ralex_tui.selftest.crew import Crew
from ralex_tui.selftest.faults import FaultyDisk, Way
from ralex_tui.selftest.judge import Fault, Kind
from ralex_tui.selftest.plan import TARIFFS, price_of, wanted
from ralex_tui.selftest.report import HEAD, Report, Tally, report_json, row, verdict


@given(seed=st.integers(0, 999), number=st.integers(0, 99), data=st.data())
def test_provider_bills_what_ralex_computes_and_never_more_than_the_worst_case(
    seed: int, number: int, data: st.DataObject
) -> None:
    want = wanted(str(seed), number)
    max_tokens = data.draw(st.integers(1, want.max_tokens))
    price = price_of(want.tariff)

    answer = Provider().serve("a", want, max_tokens, "seed")

    assert cost(want.tariff, answer.usage) == price.cost(TokenUsage(*answer.usage)).nano
    assert answer.reported <= price.worst_case(want.input_bound, max_tokens).nano


def test_provider_bills_some_requests_at_their_worst_case() -> None:
    want = wanted("0", 1)
    worst = price_of(want.tariff).worst_case(want.input_bound, want.max_tokens).nano
    provider = Provider()

    for number in range(100):
        provider.serve(str(number), want, want.max_tokens, str(number))

    assert max(provider.bill.values()) == worst


def test_plan_has_a_free_tariff_and_no_other() -> None:
    assert [price_of(tariff).is_free for tariff in TARIFFS] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("way", "code", "content"),
    [
        (Way.IO_ERROR, errno.EIO, b""),
        (Way.FULL, errno.ENOSPC, b"ab"),
        (Way.SHORT, errno.ENOSPC, b"ab"),
        (Way.READ_ONLY, errno.EROFS, b""),
    ],
)
def test_faulty_disk_fails_a_write_as_such_a_disk_does(tmp_path: Path, way: Way, code: int, content: bytes) -> None:
    path = tmp_path / "file"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)

    with pytest.raises(OSError, match=os.strerror(code)):
        write_all(FaultyDisk(way, 1), fd, b"abcd")
    os.close(fd)

    assert path.read_bytes() == content


def test_faulty_disk_is_sound_before_and_after_its_step(tmp_path: Path) -> None:
    disk = FaultyDisk(Way.IO_ERROR, 2)
    fd = disk.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)

    with pytest.raises(OSError, match="Input/output"):
        disk.write(fd, b"ab")
    disk.write(fd, b"cd")
    disk.sync(fd)
    os.close(fd)

    assert ((tmp_path / "file").read_bytes(), disk.n_steps) == (b"cd", 4)


def test_crew_forks_no_process_that_has_other_threads() -> None:
    may_end = threading.Event()
    thread = threading.Thread(target=may_end.wait)
    thread.start()

    with Crew() as crew, pytest.raises(RuntimeError, match="one thread"):
        crew.start(lambda wire: None)

    may_end.set()
    thread.join()


def test_report_counts_faults_by_kind_and_fails() -> None:
    tally = Tally("a thing", 2, 3, 1_234, [Fault(Kind.LOST, "a"), Fault(Kind.WRONG, "b")], used=[0.98999, 1.0])
    report = Report(7, [tally])

    cells = dict(zip(HEAD, row(tally), strict=True))

    assert (cells["acknowledged"], cells["lost"], cells["wrong"], cells["over"]) == ("1,234", "1", "1", "0")
    assert cells["used"] == "98.99 %"
    assert not report.is_ok
    assert verdict(report) == "FAILED: 1 lost, 1 wrong; 3 kills, 1,234 records acknowledged (seed 7)"


def test_report_for_programs_has_the_counts_and_the_faults_of_each_phase() -> None:
    tally = Tally("a thing", 2, 3, 4, [Fault(Kind.OVER, "the day was billed too much")], [0.99], [0.97], 1.5)

    content = report_json(Report(7, [tally]))

    assert (content["ok"], content["seed"]) == (False, 7)
    assert content["phases"] == [
        {
            **{"what": "a thing", "n_tried": 2, "n_kills": 3, "n_acknowledged": 4},
            **{"n_lost": 0, "n_unreadable": 0, "n_over": 1, "n_wrong": 0, "n_failed": 0},
            **{"used": 0.99, "billed": 0.97, "seconds": 1.5},
            "faults": ["over the limit: the day was billed too much"],
        }
    ]
