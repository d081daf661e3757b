"""Server-sent events: however the bytes are cut, the same events come out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ralex_tui.adapters.sse import EventTooLong, SseReader

STREAM = (
    b"\xef\xbb\xbf: a comment\r\n"
    b"data: plain\r\n\r\n"
    b"event: odd\nid: 7\ndata:no space\n\n"
    b"data: first\rdata: second\r\r"
    + "data: ünïcode \U0001f600 \u2028 stays\n\n".encode()
    + b"retry: 5\n\n"
    + b"data\n\n"
    + b"data:  two spaces: and a colon\r\n\r\n"
)
EVENTS = ["plain", "no space", "first\nsecond", "ünïcode \U0001f600 \u2028 stays", "", " two spaces: and a colon"]


def events_of(pieces: list[bytes]) -> list[str]:
    reader = SseReader()
    return [*(event for piece in pieces for event in reader.feed(piece)), *reader.close()]


def test_events_of_a_whole_stream() -> None:
    assert events_of([STREAM]) == EVENTS


def test_events_byte_by_byte() -> None:
    assert events_of([bytes([byte]) for byte in STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_events_however_they_are_cut(cuts: list[int]) -> None:
    ends = [*sorted(cuts), len(STREAM)]

    assert events_of([STREAM[start:end] for start, end in zip([0, *ends], ends, strict=False)]) == EVENTS


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_read_alike_however_they_are_cut(data: bytes, cut: int) -> None:
    assert events_of([data]) == events_of([data[:cut], data[cut:]])


def test_what_is_no_utf8_is_replaced() -> None:
    assert events_of([b"data: a\xffb\n\n"]) == ["a\ufffdb"]


def test_event_without_a_blank_line_comes_at_the_end() -> None:
    reader = SseReader()

    assert list(reader.feed(b"data: last\n")) == []
    assert list(reader.close()) == ["last"]


def test_line_without_an_end_comes_at_the_end() -> None:
    reader = SseReader()

    assert list(reader.feed(b"data: cut o")) == []
    assert list(reader.close()) == ["cut o"]


@pytest.mark.parametrize("piece", [b"data: xxxx", b"data: x\n", b": com", b"x"])
def test_event_that_never_ends_is_refused(piece: bytes) -> None:
    reader = SseReader(limit=50)

    def feed_on() -> None:
        for _ in range(100):
            assert list(reader.feed(piece)) == []

    with pytest.raises(EventTooLong):
        feed_on()


def test_comments_are_not_counted_together() -> None:
    reader = SseReader(limit=50)

    for _ in range(100):
        assert list(reader.feed(b": keep-alive\n\n")) == []


def test_events_are_not_counted_together() -> None:
    reader = SseReader(limit=50)

    assert [event for _ in range(100) for event in reader.feed(b"data: word\n\n")] == ["word"] * 100
