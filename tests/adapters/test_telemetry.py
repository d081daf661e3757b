"""What a collector is told of a request: by the conventions' names, and never a word of its texts."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ralex_tui import __version__, bootstrap
from ralex_tui.adapters.log_reader import newest_lines
from ralex_tui.adapters.memory_log import MemoryRequestLog
from ralex_tui.adapters.telemetry import Telemetry, ToldOn, otlp_exports
from ralex_tui.bootstrap.logs import open_request_log
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import Accuracy, Figure, Usd
from tests.adapters.test_request_log import NOW, attempt

DONE = replace(
    attempt(), outcome=Outcome.DONE, error="", message="", n_output=340, finish_reason="stop", conversation="c" * 20
)

has_otlp = pytest.mark.skipif(
    find_spec("opentelemetry.exporter") is None, reason="the extra `otel` is not installed: no exporter to try"
)


class Collector:
    """What was told, read at leisure."""

    def __init__(self) -> None:
        self.spans = InMemorySpanExporter()
        self.metrics = InMemoryMetricReader()
        self.telemetry = Telemetry(lambda: (SimpleSpanProcessor(self.spans), self.metrics), {"openrouter": "host"})

    def wait(self) -> None:
        """Until all that was noted is told."""
        done = threading.Event()
        self.telemetry._queue.put(done.set)
        assert done.wait(20)

    def points(self, name: str) -> list[tuple[dict[str, Any], float, int]]:
        """The histogram of a metric: attributes, sum, count."""
        data = self.metrics.get_metrics_data()
        assert data is not None
        return [
            (dict(point.attributes or {}), point.sum, point.count)  # type: ignore[union-attr]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.telemetry.close(20)


SHARED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openrouter",
    "gen_ai.request.model": "google/gemini-3.5-flash-lite",
    "ralex.tier": "cheap",
    "server.address": "host",
}


def test_a_request_is_a_span_by_the_names_of_the_conventions(collector: Collector) -> None:
    collector.telemetry.note(DONE)
    collector.wait()

    (span,) = collector.spans.get_finished_spans()
    assert (span.name, span.kind) == ("chat google/gemini-3.5-flash-lite", SpanKind.CLIENT)
    assert span.attributes == {
        **SHARED,
        "gen_ai.conversation.id": "c" * 20,
        "gen_ai.request.max_tokens": 1_000,
        "gen_ai.request.stream": True,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.time_to_first_chunk": 0.25,
        "gen_ai.usage.input_tokens": 1_200,
        "gen_ai.usage.output_tokens": 340,
        "ralex.attempt": 2,
        "ralex.outcome": "done",
        "ralex.way": "direct",
        "ralex.cost_nano": 1,
        "ralex.held_nano": 81_000,
    }
    assert span.end_time == int(NOW.timestamp()) * 10**9
    assert span.end_time - (span.start_time or 0) == 9_125_000_000
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.resource.attributes) == {"service.name": "ralex", "service.version": __version__}


def test_a_failure_is_told_by_its_class_and_not_by_its_words(collector: Collector) -> None:
    collector.telemetry.note(attempt())
    collector.wait()

    (span,) = collector.spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "RateLimited"
    assert "too many requests" not in span.to_json()


def test_what_is_not_known_is_left_out(collector: Collector) -> None:
    bare = replace(
        DONE, n_input=None, n_output=None, max_tokens=None, finish_reason=None, first_token_s=None, duration_s=None
    )

    collector.telemetry.note(replace(bare, charged=None, way=None, model="odd"))
    collector.wait()

    (span,) = collector.spans.get_finished_spans()
    assert set(span.attributes or {}) == {
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "ralex.tier",
        "gen_ai.conversation.id",
        "gen_ai.request.stream",
        "ralex.attempt",
        "ralex.outcome",
        "ralex.held_nano",
    }


def test_metrics_add_up(collector: Collector) -> None:
    half = Figure(Usd.parse("0.50"), Accuracy.ESTIMATED)
    for n in range(3):
        collector.telemetry.note(replace(DONE, duration_s=1.0 + n, charged=half))
    collector.wait()

    assert collector.points("gen_ai.client.operation.duration") == [(SHARED, 6.0, 3)]
    assert collector.points("gen_ai.client.token.usage") == [
        ({**SHARED, "gen_ai.token.type": "input"}, 3_600, 3),
        ({**SHARED, "gen_ai.token.type": "output"}, 1_020, 3),
    ]
    assert collector.points("ralex.cost") == [({**SHARED, "ralex.accuracy": "estimated"}, 1.5, 3)]


def test_gemini_bears_the_name_that_the_conventions_give_it(collector: Collector) -> None:
    collector.telemetry.note(replace(DONE, model="gemini/gemini-3.5-flash-lite"))
    collector.wait()

    (span,) = collector.spans.get_finished_spans()
    assert (span.attributes or {})["gen_ai.provider.name"] == "gcp.gemini"


def test_a_missing_package_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def missing() -> Any:
        raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry")

    telemetry = Telemetry(missing, {})
    for _ in range(3):
        telemetry.note(DONE)
    telemetry.close(20)

    (record,) = caplog.records
    assert record.getMessage() == (
        "telemetry.otlp is set, but opentelemetry is not installed: pip install 'ralex-tui[otel]'"
    )


def test_a_span_that_can_not_be_made_does_not_end_the_others(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.telemetry.note(replace(DONE, at=None))  # type: ignore[arg-type]
    collector.telemetry.note(DONE)
    collector.wait()

    assert len(collector.spans.get_finished_spans()) == 1
    assert "telemetry of a request could not be made" in caplog.text


def test_the_log_is_told_first_and_read(collector: Collector) -> None:
    log = MemoryRequestLog()
    told = ToldOn(log, collector.telemetry)

    told.write(DONE)
    collector.wait()

    assert told.recent(NOW - timedelta(hours=1)) == [DONE]
    assert len(collector.spans.get_finished_spans()) == 1


def test_closing_without_a_request_starts_nothing() -> None:
    def exports() -> Any:
        raise AssertionError("it was started")

    telemetry = Telemetry(exports, {})
    telemetry.close()
    telemetry.close()


# Over the wire


class Endpoint(BaseHTTPRequestHandler):
    """Takes whatever is sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.taken = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@has_otlp
def test_a_collector_gets_spans_and_metrics_before_the_end(endpoint: ThreadingHTTPServer) -> None:
    telemetry = Telemetry(lambda: otlp_exports(f"http://127.0.0.1:{endpoint.server_port}"), {})

    telemetry.note(DONE)
    telemetry.close(20)

    taken: list[tuple[str, bytes]] = endpoint.taken  # type: ignore[attr-defined]
    assert {path for path, _ in taken} == {"/v1/traces", "/v1/metrics"}
    assert any(b"gen_ai.request.model" in body for path, body in taken if path == "/v1/traces")
    assert any(b"gen_ai.client.token.usage" in body for path, body in taken if path == "/v1/metrics")


@has_otlp
def test_a_collector_that_never_answers_costs_one_second_at_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        telemetry = Telemetry(lambda: otlp_exports(f"http://127.0.0.1:{silent.getsockname()[1]}"), {})
        telemetry.note(DONE)

        began = perf_counter()
        telemetry.close()

        assert perf_counter() - began < 2


@has_otlp
def test_a_dead_collector_is_one_line_in_the_log_and_nothing_on_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text('telemetry: {otlp: "http://127.0.0.1:9"}')
    setup = bootstrap.load(str(tmp_path), None, None)

    with open_request_log(setup) as log:
        for _ in range(3):
            log.write(DONE)

    said = [line for line in newest_lines(setup.paths.logs) if not line.is_request]
    assert len({line.text("logger") for line in said}) == len(said) >= 1
    assert all(line.text("logger").startswith("opentelemetry") for line in said)
    assert capfd.readouterr().err == ""
    assert logging.getLogger("opentelemetry").propagate
