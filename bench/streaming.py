"""Answers of 2,000 tokens, at 200 a second and at once: key echo meanwhile, processor time, delay of the last word.

Beside a bare Textual app with an Input, idle; and with Textual's Markdown, fed the same stream.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import NamedTuple

from bench.home import Provider, environment, home, provider, ralex
from bench.paced_provider import LAST_WORD
from bench.probe import Probe
from bench.table import ms, percentile, show
from ralex_tui.adapters.endpoints import NO_KEY, Endpoint
from ralex_tui.adapters.litellm_engine import LitellmEngine
from ralex_tui.domain.conversation import Role
from ralex_tui.domain.events import TextDelta
from ralex_tui.domain.models import ModelRef
from ralex_tui.ports.engine import EngineRequest

_RATE, _COUNT = 200, 2_000
_RUNS = 3
_IDLE_S = 5.0


class Streamed(NamedTuple):
    """One answer: echoes in seconds, shares of a core, seconds behind the provider."""

    echoes: list[float]
    app_cpu: float
    child_cpu: float
    behind: float


def main() -> None:
    """Measure and print."""
    alone: list[float] = []
    apps: dict[str, Callable[[Provider], Iterator[Probe]]] = {"ralex": _ralex, "bare Textual with Markdown": _markdown}
    idle: list[float] = []
    paced: dict[str, list[Streamed]] = {name: [] for name in apps}
    at_once: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(_RUNS):
        idle += _bare_idle()
        with provider(0, _COUNT) as made:
            alone.append(asyncio.run(_litellm_alone(made)))
        for name, start in apps.items():
            with provider(_RATE, _COUNT) as made, contextmanager(start)(made) as probe:
                paced[name].append(_paced(probe, made))
            with provider(0, _COUNT) as made, contextmanager(start)(made) as probe:
                at_once[name].append(_at_once(probe, made))
    _show_paced(idle, paced)
    times = {"LiteLLM alone, no screen": alone, **at_once}
    rows = [(name, f"{statistics.median(each):.2f} s", "0.3 s") for name, each in times.items()]
    show("2,000 tokens at once: the last one on screen after it was sent", ("", "median", "aim"), rows)


def _show_paced(idle: list[float], paced: dict[str, list[Streamed]]) -> None:
    floor = percentile(idle, 0.95)
    rows: list[tuple[str, ...]] = [("bare Textual, idle", *_figures(idle), "1.0", "", "", "")]
    for name, runs in paced.items():
        echoes = [echo for run in runs for echo in run.echoes]
        shares = (statistics.median(run.app_cpu for run in runs), statistics.median(run.child_cpu for run in runs))
        behind = statistics.median(run.behind for run in runs)
        ratio = f"{percentile(echoes, 0.95) / floor:.1f}"
        cpu = tuple(f"{share:.0%}" for share in shares)
        rows.append((f"{name}, streaming", *_figures(echoes), ratio, *cpu, f"{behind:.2f} s"))
    head = ("key echo", "median", "p95", "most", "p95 to idle", "app's CPU", "its children's", "last word behind")
    show(f"2,000 tokens at {_RATE} a second", head, rows)


def _figures(waits: list[float]) -> tuple[str, str, str]:
    return ms(statistics.median(waits)), ms(percentile(waits, 0.95)), ms(max(waits))


def _bare_idle() -> list[float]:
    with home() as folder, Probe([sys.executable, "-m", "bench.bare"], env=environment(folder)) as probe:
        probe.wait_bytes("ype below")
        probe.settle(1.0)
        return probe.type_for(_IDLE_S)


def _ralex(made: Provider) -> Iterator[Probe]:
    with home(made.url) as folder, Probe(ralex(), env=environment(folder)) as probe:
        probe.wait_bytes("ype below")
        probe.settle(6.0)  # LiteLLM is there by then
        yield probe


def _markdown(made: Provider) -> Iterator[Probe]:
    command = [sys.executable, "-m", "bench.bare_chat", made.url]
    with home() as folder, Probe(command, env=environment(folder)) as probe:
        probe.wait_bytes("ype below")
        probe.settle(2.0)
        yield probe


def _paced(probe: Probe, made: Provider) -> Streamed:
    probe.type("explain\r")
    probe.wait_bytes("planner")
    children = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent(int(pid)) == probe.pid]
    started, app, child = time.perf_counter(), probe.cpu_s(), sum(map(probe.cpu_s, children))
    echoes = probe.type_for(_COUNT / _RATE - 2)
    took = time.perf_counter() - started
    app, child = probe.cpu_s() - app, sum(map(probe.cpu_s, children)) - child
    seen = probe.wait_bytes(LAST_WORD, 120)
    return Streamed(echoes, app / took, child / took, max(0.0, seen - made.last_sent_at()))


def _at_once(probe: Probe, made: Provider) -> float:
    probe.forget()
    probe.type("explain\r")
    seen = probe.wait_bytes(LAST_WORD, 120)
    return max(0.0, seen - made.last_sent_at())


async def _litellm_alone(made: Provider) -> float:
    """Seconds until LiteLLM has handed out the last word, in a process that does nothing else."""
    engine = LitellmEngine([Endpoint("bench", "openai", NO_KEY, made.url)])
    await engine.warm_up()
    request = EngineRequest("r", ModelRef("bench/paced"), ((Role.USER, "hi"),), max_tokens=_COUNT)
    seen = 0.0
    async with aclosing(engine.stream(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                seen = time.perf_counter()
    return max(0.0, seen - made.last_sent_at())


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rsplit(")", 1)[1].split()[1])
    except OSError:  # it ended meanwhile
        return 0


if __name__ == "__main__":
    main()
