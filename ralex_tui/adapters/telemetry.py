"""Spans and metrics of each request for a collector of the user's own, by OpenTelemetry's GenAI names. Never a text.

The names are those of the GenAI conventions that moved to a repository of their own (github:
open-telemetry/semantic-conventions-genai); they are written out here, for the package of constants calls its own
deprecated. Needs the extra `otel`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ralex_tui import __version__
from ralex_tui.domain.attempts import Attempt
from ralex_tui.domain.ledger import Outcome
from ralex_tui.domain.money import NANO
from ralex_tui.domain.text import visible_line
from ralex_tui.ports.request_log import RequestLog

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor

_log = logging.getLogger(__name__)

_MOST_WAITING = 1_000
_EXPORT_TIMEOUT_S = 10.0
_SPANS_EVERY_MS = 5_000
_METRICS_EVERY_MS = 30_000

# The conventions' own name for a provider where it differs from ours.
_PROVIDERS = {"gemini": "gcp.gemini"}

# The boundaries that the conventions ask for.
_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS = [4**power for power in range(14)]
_DOLLARS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]

_Value: TypeAlias = "str | int | float | tuple[str, ...]"


class Exports(Protocol):
    """Makes what sends spans and what sends metrics.

    Raises:
        ImportError: If the extra is not installed.
    """

    def __call__(self) -> tuple[SpanProcessor, MetricReader]: ...


class Telemetry:
    """Takes attempts, and sends them from threads of its own; the first one imports what that needs.

    Args:
        exports: Where to.
        hosts: The host that each provider's requests go to, by the provider's name.
    """

    def __init__(self, exports: Exports, hosts: Mapping[str, str]) -> None:
        self._exports = exports
        self._hosts = hosts
        self._queue: SimpleQueue[Attempt | Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._recorder: _Recorder | None = None

    def note(self, attempt: Attempt) -> None:
        """Have an attempt sent. Takes microseconds, and never raises."""
        if self._queue.qsize() < _MOST_WAITING:
            self._queue.put(attempt)
            self._start()

    def close(self, timeout_s: float = 1.0) -> None:
        """Send what waits, but for no longer than this. Safe to call more than once."""
        if self._thread is None:
            return
        done = threading.Event()
        self._queue.put(lambda: self._stop(done))
        done.wait(timeout_s)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="telemetry", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            self._recorder = _Recorder(*self._exports(), self._hosts)
        except ImportError as error:
            _log.warning(
                "telemetry.otlp is set, but %s is not installed: pip install 'ralex-tui[otel]'",
                error.name or "the extra",
            )
        except Exception:  # noqa: BLE001 - an address or a release that the exporter refuses: the chat must not care
            _log.exception("telemetry can't be sent")
        while True:
            item = self._queue.get()
            if isinstance(item, Attempt):
                self._record(item)
            else:
                item()

    def _record(self, attempt: Attempt) -> None:
        try:
            if self._recorder is not None:
                self._recorder.record(attempt)
        except Exception:  # noqa: BLE001 - the thread's edge: one span that can't be made must not end the others
            _log.exception("telemetry of a request could not be made")

    def _stop(self, done: threading.Event) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
        done.set()


class ToldOn:
    """A request log that tells telemetry too. See `ports.request_log.RequestLog`."""

    def __init__(self, log: RequestLog, telemetry: Telemetry) -> None:
        self._log = log
        self._telemetry = telemetry

    def write(self, attempt: Attempt) -> None:
        self._log.write(attempt)
        self._telemetry.note(attempt)

    def recent(self, since: datetime) -> list[Attempt]:
        return self._log.recent(since)


def otlp_exports(address: str) -> tuple[SpanProcessor, MetricReader]:
    """What sends to a collector at `address`, OTLP over HTTP, in batches and from threads.

    Raises:
        ImportError: If the extra `otel` is not installed.
    """
    # Imported here: an extra, which takes 0.3 s in a thread of telemetry's own.
    http = "opentelemetry.exporter.otlp.proto.http"
    traces, meters = import_module(f"{http}.trace_exporter"), import_module(f"{http}.metric_exporter")
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    spans = traces.OTLPSpanExporter(endpoint=f"{address}/v1/traces", timeout=_EXPORT_TIMEOUT_S)
    metrics = meters.OTLPMetricExporter(endpoint=f"{address}/v1/metrics", timeout=_EXPORT_TIMEOUT_S)
    return (
        BatchSpanProcessor(spans, schedule_delay_millis=_SPANS_EVERY_MS),
        PeriodicExportingMetricReader(metrics, export_interval_millis=_METRICS_EVERY_MS),
    )


class _Recorder:
    """Makes a span and its metrics of each attempt."""

    def __init__(self, spans: SpanProcessor, metrics: MetricReader, hosts: Mapping[str, str]) -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._hosts = hosts
        # Made by hand: Resource.create would add the computer's name and more.
        resource = Resource({"service.name": "ralex", "service.version": __version__})
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._traces.add_span_processor(spans)
        self._meters = MeterProvider([metrics], resource, shutdown_on_exit=False)
        self._tracer = self._traces.get_tracer("ralex_tui", __version__)
        meter = self._meters.get_meter("ralex_tui", __version__)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            "s",
            "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        self._cost = meter.create_histogram(
            "ralex.cost", "USD", "What a request was charged.", explicit_bucket_boundaries_advisory=_DOLLARS
        )

    def record(self, attempt: Attempt) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        shared = self._shared(attempt)
        ended = attempt.at
        began = ended - timedelta(seconds=attempt.duration_s or 0.0)
        span = self._tracer.start_span(
            f"chat {shared['gen_ai.request.model']}",
            kind=SpanKind.CLIENT,
            attributes={**shared, **_details(attempt)},
            start_time=_nanoseconds(began),
        )
        if attempt.outcome is Outcome.FAILED:
            span.set_status(Status(StatusCode.ERROR))
        span.end(_nanoseconds(ended))
        if attempt.duration_s is not None:
            self._duration.record(attempt.duration_s, shared)
        for kind, count in (("input", attempt.n_input), ("output", attempt.n_output)):
            if count is not None:
                self._tokens.record(count, {**shared, "gen_ai.token.type": kind})
        if attempt.charged is not None:
            # A float at the border only: the conventions have no decimal, and the ledger keeps the money.
            self._cost.record(
                attempt.charged.amount.nano / NANO, {**shared, "ralex.accuracy": attempt.charged.accuracy.value}
            )

    def close(self) -> None:
        self._traces.shutdown()
        self._meters.shutdown()

    def _shared(self, attempt: Attempt) -> dict[str, _Value]:
        """What spans and metrics are told apart by."""
        provider, _, model = attempt.model.partition("/")
        shared: dict[str, _Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDERS.get(provider, provider),
            "gen_ai.request.model": model or provider,
            "ralex.tier": attempt.tier.value,
        }
        if host := self._hosts.get(provider):
            shared["server.address"] = host
        if attempt.error:
            shared["error.type"] = attempt.error
        return shared


def _details(attempt: Attempt) -> dict[str, _Value]:
    """What stands on a span only."""
    known: dict[str, _Value | None] = {
        "gen_ai.conversation.id": attempt.conversation,
        "gen_ai.request.max_tokens": attempt.max_tokens,
        "gen_ai.request.stream": True,
        "gen_ai.response.finish_reasons": (visible_line(attempt.finish_reason, 40),) if attempt.finish_reason else None,
        "gen_ai.response.time_to_first_chunk": attempt.first_token_s,
        "gen_ai.usage.input_tokens": attempt.n_input,
        "gen_ai.usage.output_tokens": attempt.n_output,
        "ralex.attempt": attempt.number,
        "ralex.outcome": attempt.outcome.value,
        "ralex.way": attempt.way.value if attempt.way else None,
        "ralex.cost_nano": attempt.charged.amount.nano if attempt.charged else None,
        "ralex.held_nano": attempt.held.nano,
    }
    return {name: value for name, value in known.items() if value is not None}


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
